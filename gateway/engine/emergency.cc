// Rule 8. An emergency protecting a natural person's life, health or property
// (O16 art 5(1)(3)), evidenced; necessity need not be stated. Not counted.
#include "gateway/engine/exemption.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighEmergency(Weighing& w) {
  v1::Reason reason = v1::REASON_MET;
  if (!w.flow().purpose().has_emergency()) {
    reason = v1::REASON_OTHER_PURPOSE;
  } else if (w.flow().purpose().emergency().evidenced() != v1::FACT_YES) {
    reason = v1::REASON_EMERGENCY_NOT_EVIDENCED;
  }
  Exempt(w, v1::RULE_EMERGENCY, reason);
}

}  // namespace tongguan::engine
