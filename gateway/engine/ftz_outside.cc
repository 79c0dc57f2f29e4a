// Rule 11. Data outside a free-trade zone's negative list, in a sector and
// scenario the list speaks about, needs none of the three mechanisms (O16 art
// 6(2)). Only a complete copy can conclude "outside"; a copy that holds
// headings only holds the flow. Not counted.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

// A listed sector and scenario of which this copy has headings only: what the
// list says of the item is not known.
void HoldUnderHeadings(Weighing& w) {
  for (const ListFacts& list : w.facts().lists) {
    if (list.list->head.kind() != v1::LIST_KIND_NEGATIVE || !list.headings ||
        !list.binds) {
      continue;
    }
    const Items items = w.Remaining() - list.named - w.OnAssessment();
    if (items.empty()) continue;
    w.Demand(v1::RULE_FACT_UNKNOWN, items, v1::MECHANISM_NOT_DETERMINABLE,
             v1::REASON_LIST_COPY_INCOMPLETE, {}, Reference(*list.list));
    w.Missing(v1::MISSING_LIST_CONTENT, items, Reference(*list.list),
              v1::REASON_LIST_COPY_INCOMPLETE);
  }
}

}  // namespace

void WeighFtzOutside(Weighing& w) {
  HoldUnderHeadings(w);
  ReleaseByLists(w, v1::RULE_FTZ_OUTSIDE, ReleasedByNegativeList);
}

}  // namespace tongguan::engine
