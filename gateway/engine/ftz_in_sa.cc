// Rule 12, second part. Items in the assessment part of a negative list of the
// exporter's area need an assessment (O16 art 6), also where the list filing is
// missing: the relaxations hang on it, the demands do not.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighFtzInSa(Weighing& w) {
  bool found = false;
  for (uint32_t i : w.All() & w.facts().listed) {
    Named named = FindNamed(w, i, v1::ROW_MECHANISM_ASSESSMENT);
    if (named.row == nullptr || !named.threshold_known) {
      const Named important = FindNamed(w, i, v1::ROW_MECHANISM_IMPORTANT_DATA);
      if (important.row != nullptr &&
          (named.row == nullptr || important.threshold_known)) {
        named = important;
      }
    }
    if (named.row == nullptr) continue;
    found = true;
    if (!named.threshold_known) {
      HoldUnknownThreshold(w, i, named);
      continue;
    }
    w.SettleByList(i);
    w.Demand(v1::RULE_FTZ_IN_SA, {i}, v1::MECHANISM_SECURITY_ASSESSMENT,
             v1::REASON_LISTED, {}, named.reference());
  }
  if (!found) w.Skip(v1::RULE_FTZ_IN_SA, v1::REASON_NOT_RESTRICTED_BY_LIST);
}

}  // namespace tongguan::engine
