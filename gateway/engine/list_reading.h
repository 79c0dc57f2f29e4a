// What the lists in force say of one item. Shared by the list rules, by the
// special regimes that a list sends data to, and by the rule on CIIO, which a
// list's release comes before.
#ifndef TONGGUAN_GATEWAY_ENGINE_LIST_READING_H_
#define TONGGUAN_GATEWAY_ENGINE_LIST_READING_H_

#include <optional>

#include "gateway/engine/weighing.h"

namespace tongguan::engine {

// A row of a list that binds the item; null where there is none.
struct Named {
  const ListFacts* list = nullptr;
  const v1::ListRow* row = nullptr;
  // False when what the row's threshold counts is not known.
  bool threshold_known = true;
  // Of the flow's sector and scenario, not only perhaps.
  bool stated = true;
  Reference reference() const { return {*list->list, *row}; }
};

// The row of binding negative lists that names the item with this mechanism
// and whose threshold is reached or cannot be known: rather one that is
// reached, then rather one of the flow's sector and scenario, then the first.
Named FindNamed(const Weighing& w, uint32_t item, v1::RowMechanism mechanism);

// The same among lists that serve the exporter and the flow.
Named FindNamedServing(const Weighing& w, uint32_t item,
                       v1::RowMechanism mechanism);

// The item is named by a row whose threshold cannot be weighed: for want of
// the number, of the exporter's counter, or of what to count. It is held.
void HoldUnknownThreshold(Weighing& w, uint32_t item, const Named& named);

// The first row of a catalogue of important data that names the item, with its
// threshold reached or not knowable.
Named FindImportant(const Weighing& w, uint32_t item);

// Whether a list releases the item: REASON_LISTED or REASON_OUTSIDE_LIST, or
// the nearest reason why none does.
struct Release {
  v1::Reason reason = v1::REASON_NO_LIST;
  const ListFacts* list = nullptr;
  const v1::ListRow* row = nullptr;
  bool released() const {
    return reason == v1::REASON_LISTED || reason == v1::REASON_OUTSIDE_LIST;
  }
};
Release ReleasedByGeneralList(const Weighing& w, uint32_t item);
Release ReleasedByNegativeList(const Weighing& w, uint32_t item);

// Releases what of the remaining items `find` releases, one step a list, and
// notes a list filing that alone is missing.
void ReleaseByLists(Weighing& w, v1::Rule rule,
                    Release (*find)(const Weighing&, uint32_t));

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_LIST_READING_H_
