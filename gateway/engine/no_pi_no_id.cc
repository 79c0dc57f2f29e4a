// Rule 4. Data that is neither personal information nor important data flows
// freely (O16 art 3; CAC answers 2025-04, question 1).
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighNoPiNoId(Weighing& w) {
  if (w.has_personal()) {
    w.Skip(v1::RULE_NO_PI_NO_ID, v1::REASON_HAS_PERSONAL_DATA);
  } else if (w.has_important()) {
    w.Skip(v1::RULE_NO_PI_NO_ID, v1::REASON_HAS_IMPORTANT_DATA);
  } else {
    w.Release(v1::RULE_NO_PI_NO_ID, w.All(), v1::REASON_NO_PERSONAL_DATA);
  }
}

}  // namespace tongguan::engine
