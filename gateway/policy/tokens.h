// UUIDs and hashes: in their hexadecimal digits what looks like somebody's
// number is chance.
#ifndef TONGGUAN_GATEWAY_POLICY_TOKENS_H_
#define TONGGUAN_GATEWAY_POLICY_TOKENS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace tongguan::policy {

// The bytes of what the text begins with, no letter or digit behind it; 0:
// nothing such.
//   UuidAt: a UUID as RFC 9562, 4, writes it, whatever its digits.
//   HashAt: 32, 40 or 64 hexadecimal digits (MD5, SHA-1, SHA-256) with a
//   letter; 48, 56, 96 or 128 (other SHA-2) with letters in three places.
size_t UuidAt(absl::string_view text);
size_t HashAt(absl::string_view text);

// Finds them in a text, looking at each byte some times: where a run of their
// characters is none from its front, it is none from further on. Also 32
// hexadecimal digits and '-' on end or more, letters in three places, without
// the numbers before and behind them. Of UUIDs only those in which nobody can
// have written a number for its digits: of a version, in the variant, of RFC
// 9562, with a letter; or with letters in three places.
class Tokens {
 public:
  explicit Tokens(absl::string_view text) : text_(text) {}

  // The end of the one at `at`; `at` if none begins there. Ascending.
  size_t EndAt(size_t at);

  // Bytes looked at.
  size_t looked() const { return looked_; }

 private:
  const absl::string_view text_;
  size_t none_before_ = 0;
  size_t run_end_ = 0;  // Of the run that was met last.
  size_t looked_ = 0;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_TOKENS_H_
