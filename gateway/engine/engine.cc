#include "gateway/engine/engine.h"

#include "gateway/engine/smallest_change.h"
#include "gateway/engine/weighing.h"
#include "google/protobuf/message.h"

namespace tongguan::engine {

namespace {

// Clear would delete the messages below, which nearly every decision has: those
// are kept and written over whole, the headroom by Conclude, the stamp below.
void Empty(v1::Decision* decision) {
  v1::Headroom* const headroom = decision->unsafe_arena_release_headroom();
  v1::PolicyStamp* const stamp = decision->unsafe_arena_release_policy();
  decision->Clear();
  decision->unsafe_arena_set_allocated_headroom(headroom);
  decision->unsafe_arena_set_allocated_policy(stamp);
}

}  // namespace

void Question::Decide(const Tallies& tallies, v1::Decision* decision) const {
  Empty(decision);
  const Supposition nothing;
  Weighing weighing(facts_, tallies, nothing, decision);
  weighing.Run();
  weighing.Conclude();
  if (decision->verdict() == v1::VERDICT_ASSESS) {
    FindSmallestChange(facts_, tallies, decision);
  }
  v1::PolicyStamp* stamp = decision->mutable_policy();
  stamp->set_digest(facts_.policy.digest());
  stamp->set_rule_set(kRuleSet);
  stamp->set_unsigned_policy(false);
  decision->set_decided_at_micros(absl::ToUnixMicros(facts_.at));
}

const std::vector<std::string>& Question::siblings() const {
  static const auto* const kNone = new std::vector<std::string>();
  return facts_.exporter == nullptr ? *kNone : facts_.exporter->siblings;
}

}  // namespace tongguan::engine
