// Rule 5. Personal information collected and produced abroad, processed in the
// mainland without mainland personal information or important data added, and
// sent out again (O16 art 4). Not counted (CAC Q&A 2024, answer 11).
#include "gateway/engine/exemption.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighTransit(Weighing& w) {
  v1::Reason reason = v1::REASON_MET;
  if (w.flow().origin() != v1::ORIGIN_OVERSEAS) {
    reason = v1::REASON_DOMESTIC_ORIGIN;
  } else if (w.flow().domestic_data_added() != v1::FACT_NO) {
    reason = v1::REASON_DOMESTIC_DATA_ADDED;
  }
  Exempt(w, v1::RULE_TRANSIT, reason);
}

}  // namespace tongguan::engine
