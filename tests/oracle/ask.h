// Asking the engine what the naive interpreter is asked, and running many
// seeds.
#ifndef TONGGUAN_TESTS_ORACLE_ASK_H_
#define TONGGUAN_TESTS_ORACLE_ASK_H_

#include <cstdint>
#include <string>

#include "gateway/engine/engine.h"
#include "tests/oracle/naive.h"
#include "tests/oracle/random.h"

namespace tongguan::oracle {

// TONGGUAN_SEED, or 1; TONGGUAN_FLOWS, or `flows`.
uint64_t FirstSeed();
int64_t FlowsToTry(int64_t flows);

// Flows tried against one policy.
inline constexpr int64_t kFlowsAPolicy = 250;

v1::Decision AskEngine(const policy::Snapshot& policy, const v1::Flow& flow,
                       const Totals& before, absl::Time at);
inline v1::Decision AskEngine(const policy::Snapshot& policy,
                              const Asked& asked) {
  return AskEngine(policy, asked.flow, asked.before, asked.at);
}

// The fields that both interpreters give.
Answer AnswerOf(const v1::Decision& decision);

// Bytes that are the same for the same decision.
std::string BytesOf(const v1::Decision& decision);

// Whether the form of the flow is right.
bool WellFormed(const v1::Flow& flow);

// Everything needed to repeat a question by hand.
std::string Describe(uint64_t seed, const policy::Source& policy,
                     const Asked& asked);

}  // namespace tongguan::oracle

#endif  // TONGGUAN_TESTS_ORACLE_ASK_H_
