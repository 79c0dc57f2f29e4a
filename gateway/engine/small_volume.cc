// Rule 14. Not a CIIO, fewer than 100,000 people this year with this flow, no
// sensitive information and no important data in it: free, and counted (O16 art
// 5(1)(4)). Earlier sensitive exports do not matter.
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighSmallVolume(Weighing& w) {
  const Items items = w.ForSmallVolume();
  if (items.empty()) return;
  if (w.sensitive_flow()) {
    w.Skip(v1::RULE_SMALL_VOLUME, v1::REASON_CARRIES_SENSITIVE);
    return;
  }
  if (w.facts().ciio != v1::FACT_NO) {
    w.Skip(v1::RULE_SMALL_VOLUME, v1::REASON_IS_CIIO);
    return;
  }
  if (w.has_important()) {
    w.Skip(v1::RULE_SMALL_VOLUME, v1::REASON_HAS_IMPORTANT_DATA);
    return;
  }
  const auto persons = w.PersonsTotal();
  const int64_t threshold = w.regime().small_volume_persons().value();
  if (!persons.has_value()) {
    w.Skip(v1::RULE_SMALL_VOLUME, v1::REASON_COUNTER_UNKNOWN);
  } else if (*persons < threshold) {
    w.Release(v1::RULE_SMALL_VOLUME, items, v1::REASON_BELOW_THRESHOLD,
              {*persons, threshold});
  } else {
    w.Skip(v1::RULE_SMALL_VOLUME, v1::REASON_THRESHOLD_REACHED,
           {*persons, threshold});
  }
}

}  // namespace tongguan::engine
