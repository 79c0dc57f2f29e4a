// Rule 8b. Necessary to discharge a statutory duty or obligation under PRC law
// (NDSR 35(6); absent from O16 art 5, so its people are counted).
#include "gateway/engine/exemption.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighLegalDuty(Weighing& w) {
  v1::Reason reason = v1::REASON_MET;
  if (!w.flow().purpose().has_statutory_duty()) {
    reason = v1::REASON_OTHER_PURPOSE;
  } else if (w.flow().purpose().statutory_duty().necessary() != v1::FACT_YES) {
    reason = v1::REASON_NECESSITY_NOT_SHOWN;
  }
  Exempt(w, v1::RULE_LEGAL_DUTY, reason);
}

}  // namespace tongguan::engine
