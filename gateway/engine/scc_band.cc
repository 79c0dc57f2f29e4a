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
  w.Demand(v1::RULE_SCC_BAND, items,
           v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION, v1::REASON_MET,
           {*persons, *sensitive});
}

}  // namespace tongguan::engine
