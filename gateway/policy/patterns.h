// Many RE2 patterns over item names, matched in one pass. Unanchored; case is
// ignored. Thread-safe once compiled.
#ifndef TONGGUAN_GATEWAY_POLICY_PATTERNS_H_
#define TONGGUAN_GATEWAY_POLICY_PATTERNS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/rough_match.h"
#include "re2/re2.h"
#include "re2/set.h"

namespace tongguan::policy {

// Refuses, at `place`, what RE2 does not take and what matches the empty name
// (it would match every name).
absl::Status CheckPattern(absl::string_view place, const std::string& pattern);

class Patterns {
 public:
  // Adds a checked pattern of `owner`, an index of the caller's.
  void Add(const std::string& pattern, uint32_t owner);
  // Must be called once, after the last Add. Refuses when the patterns
  // together are too large, naming `place`.
  absl::Status Compile(absl::string_view place);

  bool empty() const { return each_.empty(); }

  // Appends the owners of the patterns that match, in the order of adding.
  // Allocates only when one matches.
  void Match(absl::string_view name, std::vector<uint32_t>* owners) const;

 private:
  // Each pattern by itself, for when the set runs out of memory, and its owner.
  std::vector<std::pair<std::unique_ptr<RE2>, uint32_t>> each_;
  std::unique_ptr<RE2::Set> set_;
  RoughMatch rough_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_PATTERNS_H_
