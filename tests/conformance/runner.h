// Asks a gateway about worked cases and compares what it says.
#ifndef TONGGUAN_TESTS_CONFORMANCE_RUNNER_H_
#define TONGGUAN_TESTS_CONFORMANCE_RUNNER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/regime.pb.h"
#include "tests/conformance/case_file.h"

namespace tongguan::conformance {

// What came of one case. It passed if nothing failed and the gateway's words
// are the expected ones.
struct Outcome {
  std::vector<std::string> failures;  // Why it could not be asked.
  std::optional<v1::Decision> decision;
};

// The outcomes, one a case in their order. One server answers them all; a case
// that is malformed, or that no valid policy states, fails alone.
std::vector<Outcome> RunCases(const v1::Regime& regime,
                              const std::vector<Case>& cases);

// Verdict and mechanism in the words of the cases: "allow", "do_not_export".
std::string VerdictWord(const v1::Decision& decision);
std::string MechanismWord(const v1::Decision& decision);

bool Passed(const Case& row, const Outcome& outcome);

// What a person needs to see why: facts, expected, got and the trace.
std::string Describe(const Case& row, const Outcome& outcome);

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_RUNNER_H_
