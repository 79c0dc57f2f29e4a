// Files of worked cases: tab-separated, a heading line, one case a line.
#ifndef TONGGUAN_TESTS_CONFORMANCE_CASE_FILE_H_
#define TONGGUAN_TESTS_CONFORMANCE_CASE_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/conformance/facts.h"

namespace tongguan::conformance {

struct Case {
  int line = 0;  // In the file, from 1.
  std::string id;
  std::string text;  // The facts column as it stands.
  Facts facts;
  std::string outcome;    // expected_outcome.
  std::string mechanism;  // required_mechanism.
  std::string article;
  std::string note;
  // What is wrong with the row; a row with problems fails, and only it.
  std::vector<std::string> problems;
};

// InvalidArgument only when the heading line is not that of such a file. Empty
// lines are no cases; every other line is one.
absl::StatusOr<std::vector<Case>> ParseCases(absl::string_view text);

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_CASE_FILE_H_
