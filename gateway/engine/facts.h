// What a flow says and what the policy knows about it, before any tally is
// read: the items' legal facts, the lists that could speak about them, the
// filings that could cover them. Computed once a question.
#ifndef TONGGUAN_GATEWAY_ENGINE_FACTS_H_
#define TONGGUAN_GATEWAY_ENGINE_FACTS_H_

#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "gateway/engine/items.h"
#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"
#include "proto/tongguan/v1/regime.pb.h"

namespace tongguan::engine {

// The legal facts of one item, after its transform.
struct ItemFacts {
  v1::Fact personal = v1::FACT_NO;
  v1::Fact sensitive = v1::FACT_NO;
  bool important = false;          // Notified, published, or held by switch.
  bool important_unknown = false;  // The flag is unknown.
  // The declaration contradicts name, category or transform.
  bool doubted = false;
  bool category_unknown = false;  // The taxonomy lacks the category.
  // A regime of its own may reach it, and the flow says nothing of that.
  bool regime_unanswered = false;
  // What the item claims to be and what its name looks like; null: nothing. It
  // is both: what restricts either binds it, and what frees or covers it must
  // name both.
  const v1::Category* claimed = nullptr;
  const v1::Category* seen = nullptr;
  const v1::Category* contradicts = nullptr;  // One of the two, or neither.

  // Personal information, or possibly so.
  bool MayBePersonal() const { return personal != v1::FACT_NO || doubted; }
  bool MayBeSensitive() const { return sensitive != v1::FACT_NO || doubted; }
  // Rule 2 holds it.
  bool Unclear() const {
    return personal == v1::FACT_UNKNOWN || sensitive == v1::FACT_UNKNOWN ||
           important_unknown || doubted || category_unknown ||
           regime_unanswered;
  }
  bool Classified() const { return claimed != nullptr || seen != nullptr; }
};

// A list in force in one of the exporter's areas.
struct ListFacts {
  const policy::List* list = nullptr;
  // REASON_MET if it serves this exporter and flow, else why it does not.
  v1::Reason serves = v1::REASON_MET;
  // The flow states an activity outside its areas: it releases nothing.
  bool activity_outside = false;
  // Restrictive parts bind: in area and party, also without a list filing, for
  // a CIIO, and where the activity's area is not stated.
  bool binds = false;
  bool covers = false;    // Speaks about the flow's sector and scenario.
  bool headings = false;  // Has headings without content for them.
  // Rows that name an item: (item, row), ascending. Of a general list those of
  // the flow's sector and scenario; of the others, which restrict, also those
  // that may be for all that the flow says.
  absl::InlinedVector<std::pair<uint32_t, uint32_t>, 8> rows;
  // Items that a row of the flow's sector and scenario names, whatever the
  // number of people.
  Items named;
  // Rows that name none but speak of every such item.
  absl::InlinedVector<uint32_t, 4> size_rules;
};

// A filing of the exporter, weighed against the flow without its items.
struct FilingFacts {
  const policy::Filing* filing = nullptr;
  v1::Reason reason = v1::REASON_FILING_COVERS;  // Or why it does not.
  int64_t operand = 0;                           // Of the reason.
  bool window_open = false;  // Covers only because the filing window is open.
};

// People of a flow who are not yet in the totals.
struct NewPeople {
  int64_t persons = 0;
  int64_t sensitive = 0;
};

struct Facts {
  Facts(const v1::Flow& flow, const policy::Snapshot& policy, absl::Time at);

  const v1::Flow& flow;
  const policy::Snapshot& policy;
  absl::Time at;  // The instant of the decision.
  Day today;
  int32_t year;
  const policy::Exporter* exporter;  // Null: not registered.
  v1::Fact ciio;                     // Unknown for who is not registered.
  absl::InlinedVector<ItemFacts, 64> items;
  // Of these: who may be personal; who may be sensitive; important data; with
  // a fact that is not known; spoken of by a row of any list below.
  Items personal;
  Items sensitive;
  Items important;
  Items unclear;
  Items listed;
  // Of personal, those of a category of people under 14.
  Items under_14;
  Items classified;  // ItemFacts::Classified.
  absl::InlinedVector<ListFacts, 8> lists;
  absl::InlinedVector<FilingFacts, 6>
      filings;  // Assessment, GBA, contract,
                // certificate: order of relying.
  // New people of the flow, as declared or as its record says; and all of it,
  // where declared.
  NewPeople fresh;
  int64_t persons_in_flow = 0;
  int64_t sensitive_in_flow = 0;
  // The flow names a sector that a list or the regime knows.
  bool sector_known = false;
  bool states_sensitive_people = false;
  bool may_be_under_14 = false;
  bool self_identified = false;  // An item, as important data.
};

// Whether the row is of the flow's sector and scenario.
bool IsOf(const v1::Flow& flow, const v1::ListRow& row);

// Whether the filing's scope names the item: by its name, or every category
// that it is.
bool ScopeNames(const policy::Filing& filing, const v1::DataItem& item,
                const ItemFacts& facts);

// The filings' rank in relying: assessment 0, GBA 1, contract 2, certificate 3.
int RelyingRank(v1::FilingKind kind);

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_FACTS_H_
