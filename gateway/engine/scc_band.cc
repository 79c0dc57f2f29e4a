// Rule 16. What remains: 100,000 to under 1,000,000 people, or sensitive
// information under 10,000: a filed standard contract or a certificate (O16 art
// 8; O20 art 5).
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighSccBand(Weighing& w) {
  const Items items = w.ForVolume();
  if (items.empty()) return;
  const auto persons = w.PersonsTotal();
  const auto sensitive = w.SensitiveTotal();
  const bool below = persons.has_value() && sensitive.has_value() &&
                     *persons < w.regime().assessment_persons().value() &&
                     *sensitive < w.regime().assessment_sensitive().value();
  if (!below) return;  // Rule 15 has said what is needed.
  constexpr v1::Mechanism kNeeds =
      v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION;
  const int64_t small = w.regime().small_volume_persons().value();
  if (*persons >= small) {
    w.Demand(v1::RULE_SCC_BAND, items, kNeeds, v1::REASON_THRESHOLD_REACHED,
             {*persons, small});
  } else {
    w.Demand(v1::RULE_SCC_BAND, items, kNeeds,
             w.sensitive_flow()  ? v1::REASON_CARRIES_SENSITIVE
             : w.has_important() ? v1::REASON_HAS_IMPORTANT_DATA
                                 : v1::REASON_IS_CIIO);
  }
}

}  // namespace tongguan::engine
