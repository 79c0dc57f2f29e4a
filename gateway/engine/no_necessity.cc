// Rule 6. Applicants' data has no place abroad where the overseas side takes no
// part in hiring (PIPL 6; CAC answers 2026-07, question 3). No mechanism cures
// it. Where it is not stated the data stays too. Lack of necessity elsewhere
// only defeats the exemptions.
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighNoNecessity(Weighing& w) {
  if (!w.has_personal()) return;
  if (!w.flow().purpose().has_recruitment()) {
    w.Skip(v1::RULE_NO_NECESSITY, v1::REASON_NOT_RECRUITMENT);
    return;
  }
  const v1::Fact decides = w.flow().purpose().recruitment().overseas_decides();
  if (decides == v1::FACT_YES) {
    w.Skip(v1::RULE_NO_NECESSITY, v1::REASON_OVERSEAS_DECIDES);
    return;
  }
  w.Demand(v1::RULE_NO_NECESSITY, w.Personal(), v1::MECHANISM_DO_NOT_EXPORT,
           decides == v1::FACT_NO ? v1::REASON_OVERSEAS_DOES_NOT_DECIDE
                                  : v1::REASON_OVERSEAS_DECISION_UNKNOWN);
}

}  // namespace tongguan::engine
