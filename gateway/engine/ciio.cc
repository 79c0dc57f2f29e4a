// Rule 9. A critical-information-infrastructure operator needs an assessment
// for any personal information (O16 art 7(1)(1); CSL 39), but for what articles
// 3 to 6 free: exemptions, and lists that do not exclude it.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighCiio(Weighing& w) {
  const Items remaining = w.Remaining();
  if (remaining.empty()) return;
  if (w.facts().ciio != v1::FACT_YES) {
    w.Skip(v1::RULE_CIIO, v1::REASON_NOT_CIIO);
    return;
  }
  Items items;
  for (uint32_t i : remaining) {
    if (!ReleasedByGeneralList(w, i).released() &&
        !ReleasedByNegativeList(w, i).released()) {
      items.Add(i);
    }
  }
  if (items.empty()) return;
  w.Demand(v1::RULE_CIIO, items, v1::MECHANISM_SECURITY_ASSESSMENT,
           v1::REASON_IS_CIIO);
}

}  // namespace tongguan::engine
