// Rule 8. To conclude or perform a contract to which the individual is a party,
// such as shopping, delivery, payment, booking or visa (O16 art 5(1)(1)):
// activity admitted by the regime, necessity shown. No cap, sensitive
// information included, a CIIO included; not counted.
#include <algorithm>

#include "gateway/engine/exemption.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighContract(Weighing& w) {
  v1::Reason reason = v1::REASON_MET;
  const v1::Purpose& purpose = w.flow().purpose();
  const auto& activities = w.regime().contract_activities();
  if (!purpose.has_contract_necessity()) {
    reason = v1::REASON_OTHER_PURPOSE;
  } else if (std::none_of(activities.begin(), activities.end(),
                          [&](const v1::ContractActivity& activity) {
                            return activity.id() ==
                                   purpose.contract_necessity().activity();
                          })) {
    reason = v1::REASON_ACTIVITY_NOT_EXEMPT;
  } else if (purpose.contract_necessity().necessary() != v1::FACT_YES) {
    reason = v1::REASON_NECESSITY_NOT_SHOWN;
  }
  Exempt(w, v1::RULE_CONTRACT, reason);
}

}  // namespace tongguan::engine
