#include "gateway/engine/exemption.h"

namespace tongguan::engine {

Items Exemptible(const Weighing& w) { return w.Remaining() - w.Important(); }

void Exempt(Weighing& w, v1::Rule rule, v1::Reason reason) {
  const Items items = Exemptible(w);
  if (items.empty()) return;
  if (reason == v1::REASON_MET) {
    w.Release(rule, items, reason);
  } else {
    w.Skip(rule, reason);
  }
}

}  // namespace tongguan::engine
