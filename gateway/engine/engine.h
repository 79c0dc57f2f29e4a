// Snapshot × Flow × Tallies → Decision. Pure: no I/O, no clock, no locks. The
// same inputs give the same bytes. The rules stand one a file beside this one
// and are read as the decision table in policy/regime/README.md says: demands,
// reliefs and one gate; the strictest demand item by item; the headline is the
// first rule that decides.
#ifndef TONGGUAN_GATEWAY_ENGINE_ENGINE_H_
#define TONGGUAN_GATEWAY_ENGINE_ENGINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/engine/facts.h"
#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::engine {

// Version of the rules. It rises whenever the same inputs may give other bytes.
inline constexpr uint32_t kRuleSet = 2;

// A counter of one Beijing year: what was declared as opening balance and what
// allowed flows were charged. Unknown until the opening balance is declared.
struct Counter {
  bool known = false;
  int64_t people = 0;
};

// What the ledger has counted for an exporter before this flow.
struct Tallies {
  Counter persons;    // N, ordinary, of the exporter itself.
  Counter sensitive;  // S.
  // N of the other members of the exporter's group; unknown if any member's
  // is.
  Counter group_persons{true, 0};
  // Of a flow whose people were counted: who of them is new. Absent: as the
  // flow says.
  std::optional<NewPeople> fresh = std::nullopt;
};

// A flow prepared against a policy: all that does not depend on the tallies.
// Keeps references to flow and policy, which must outlive it.
class Question {
 public:
  // `flow` must have passed ValidateFlow. `at` is the instant of the decision.
  Question(const v1::Flow& flow, const policy::Snapshot& policy, absl::Time at)
      : facts_(flow, policy, at) {}

  // The decision with these tallies. Fills everything but decision_id,
  // dry_run and the stamp's unsigned mark. Never fails: what cannot be
  // decided is an ASSESS.
  void Decide(const Tallies& tallies, v1::Decision* decision) const;

  // Other members whose N is to be given in Tallies::group_persons.
  const std::vector<std::string>& siblings() const;

 private:
  const Facts facts_;
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_ENGINE_H_
