#include "gateway/engine/engine.h"

#include "gateway/engine/smallest_change.h"
#include "gateway/engine/weighing.h"

namespace tongguan::engine {

void Question::Decide(const Tallies& tallies, v1::Decision* decision) const {
  decision->Clear();
  const Supposition nothing;
  Weighing weighing(facts_, tallies, nothing);
  weighing.Run();
  weighing.Conclude(decision);
  if (decision->verdict() == v1::VERDICT_ASSESS) {
    FindSmallestChange(facts_, tallies, decision);
  }
  v1::PolicyStamp* stamp = decision->mutable_policy();
  stamp->set_digest(facts_.policy.digest());
  stamp->set_rule_set(kRuleSet);
  decision->set_decided_at_micros(absl::ToUnixMicros(facts_.at));
}

const std::vector<std::string>& Question::siblings() const {
  static const auto* const kNone = new std::vector<std::string>();
  return facts_.exporter == nullptr ? *kNone : facts_.exporter->siblings;
}

}  // namespace tongguan::engine
