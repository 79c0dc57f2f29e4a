// The keys of the worked cases and the values each may have: README.md as a
// table. What is not in it makes a case fail; nothing is passed over.
#ifndef TONGGUAN_TESTS_CONFORMANCE_VOCABULARY_H_
#define TONGGUAN_TESTS_CONFORMANCE_VOCABULARY_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tongguan::conformance {

// OK if `key` is a key of the facts column and `value` one of its values; else
// InvalidArgument that names the key or the value.
absl::Status CheckFact(absl::string_view key, absl::string_view value);

// The same for a part of mechanism_on_file, "kind" being its first word.
absl::Status CheckFilingPart(absl::string_view key, absl::string_view value);

// The same for the columns expected_outcome and required_mechanism.
absl::Status CheckExpectation(absl::string_view column,
                              absl::string_view value);

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_VOCABULARY_H_
