// Whether a name could match any of many patterns at all: a look at each byte,
// before an automaton is asked. Most names match none.
#ifndef TONGGUAN_GATEWAY_POLICY_ROUGH_MATCH_H_
#define TONGGUAN_GATEWAY_POLICY_ROUGH_MATCH_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tongguan::policy {

// Thread-safe once made.
class RoughMatch {
 public:
  // Excludes nothing.
  RoughMatch() = default;
  // Of RE2 patterns, case ignored: RE2 tells the words of which each pattern's
  // matches hold one. Excludes nothing where a pattern has no such word, or the
  // words would make too large a table.
  explicit RoughMatch(const std::vector<std::string>& patterns);

  // False only if no pattern matches the name. True for what is not ASCII,
  // where case is more than a bit.
  bool Possible(absl::string_view name) const;

 private:
  using State = uint16_t;
  static constexpr State kFound = UINT16_MAX;  // A word was read.

  void AddWords(const std::vector<std::string>& words);
  void Link();
  State& Next(State state, uint8_t byte_class) {
    return next_[state * classes_ + byte_class];
  }

  // Of Aho and Corasick: the state after each byte, by class of bytes. Class 0
  // is of bytes that are in no word.
  std::array<uint8_t, 256> class_of_{};
  size_t classes_ = 1;
  std::vector<State> next_;  // Empty: excludes nothing.
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_ROUGH_MATCH_H_
