// Rule 8. Cross-border human-resources management of employees under lawfully
// made labour rules and a lawfully signed collective contract (O16 art 5(1)(2);
// both, on the conservative reading), necessity shown. Not counted.
#include "gateway/engine/exemption.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighHr(Weighing& w) {
  v1::Reason reason = v1::REASON_MET;
  const v1::Purpose& purpose = w.flow().purpose();
  const v1::HumanResources& hr = purpose.human_resources();
  if (!purpose.has_human_resources()) {
    reason = v1::REASON_OTHER_PURPOSE;
  } else if (hr.necessary() != v1::FACT_YES) {
    reason = v1::REASON_NECESSITY_NOT_SHOWN;
  } else if (!w.regime().hr_needs_collective_contract().on()) {
    if (hr.labour_rules() != v1::FACT_YES &&
        hr.collective_contract() != v1::FACT_YES) {
      reason = v1::REASON_LABOUR_RULES_MISSING;
    }
  } else if (hr.labour_rules() != v1::FACT_YES) {
    reason = v1::REASON_LABOUR_RULES_MISSING;
  } else if (hr.collective_contract() != v1::FACT_YES) {
    reason = v1::REASON_COLLECTIVE_CONTRACT_MISSING;
  }
  Exempt(w, v1::RULE_HR, reason);
}

}  // namespace tongguan::engine
