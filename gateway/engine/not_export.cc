// Rule 0. Inbound data, and access inside the mainland by which nothing leaves,
// are no export (CAC answers 2025-10, question 5).
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighNotExport(Weighing& w) {
  const v1::Flow& flow = w.flow();
  if (flow.direction() == v1::DIRECTION_INBOUND) {
    w.StopAllowed(v1::RULE_NOT_EXPORT, v1::REASON_INBOUND);
    return;
  }
  const bool stays = flow.direction() == v1::DIRECTION_ONSHORE_ACCESS &&
                     flow.access().accessor_place() == v1::PLACE_MAINLAND &&
                     flow.access().leaves_mainland() == v1::FACT_NO;
  if (stays) {
    w.StopAllowed(v1::RULE_NOT_EXPORT, v1::REASON_ONSHORE_NOTHING_LEAVES);
    return;
  }
  w.Skip(v1::RULE_NOT_EXPORT, v1::REASON_LEAVES_MAINLAND);
}

}  // namespace tongguan::engine
