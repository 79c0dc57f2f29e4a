#include "gateway/policy/cards.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "gateway/policy/checks.h"

namespace tongguan::policy {
namespace {

constexpr size_t kFewestDigits = 13;
constexpr size_t kMostDigits = 19;
constexpr size_t kPrefix = 4;

// Digits that cards of a range have, as bits.
constexpr unsigned Digits(size_t digits) { return 1u << digits; }
constexpr unsigned Digits(size_t fewest, size_t most) {
  return (Digits(most) - Digits(fewest)) | Digits(most);
}

// First four digits, from and to. The ranges are those that the issuers make
// known (M); old Chinese debit cards of 19 digits begin with 4, 60 and 955.
struct Range {
  int from, to;
  unsigned digits;
};
constexpr Range kIssuers[] = {
    {2200, 2204, Digits(16)},                            // Mir.
    {2221, 2720, Digits(16)},                            // Mastercard.
    {3000, 3059, Digits(14) | Digits(16)},               // Diners Club.
    {3095, 3095, Digits(14) | Digits(16)},               // Diners Club.
    {3400, 3499, Digits(15)},                            // American Express.
    {3528, 3589, Digits(16, 19)},                        // JCB.
    {3600, 3699, Digits(14) | Digits(16)},               // Diners Club.
    {3700, 3799, Digits(15)},                            // American Express.
    {3800, 3999, Digits(14) | Digits(16)},               // Diners Club.
    {4000, 4999, Digits(13) | Digits(16) | Digits(19)},  // Visa; CCB, BOC.
    {5018, 5020, Digits(13, 19)},                        // Maestro.
    {5038, 5038, Digits(13, 19)},                        // Maestro.
    {5100, 5599, Digits(16)},                            // Mastercard.
    {5893, 5893, Digits(13, 19)},                        // Maestro.
    {6000, 6099, Digits(16, 19)},                        // Discover, RuPay.
    {6200, 6299, Digits(16, 19)},                        // UnionPay.
    {6304, 6304, Digits(13, 19)},                        // Maestro.
    {6440, 6599, Digits(16, 19)},                        // Discover, RuPay.
    {6759, 6763, Digits(13, 19)},                        // Maestro.
    {8100, 8171, Digits(16, 19)},                        // UnionPay.
    {9558, 9559, Digits(19)},                            // ICBC, ABC.
};

}  // namespace

bool IsIssuedCard(absl::string_view digits) {
  if (digits.size() < kFewestDigits || digits.size() > kMostDigits) {
    return false;
  }
  int prefix = 0;
  for (size_t i = 0; i < kPrefix; ++i) {
    if (!absl::ascii_isdigit(digits[i])) return false;
    prefix = prefix * 10 + (digits[i] - '0');
  }
  const bool issued = std::any_of(
      std::begin(kIssuers), std::end(kIssuers), [&](const Range& range) {
        return range.from <= prefix && prefix <= range.to &&
               (range.digits & Digits(digits.size())) != 0;
      });
  return issued && PassesCheck(v1::VALUE_CHECK_LUHN, digits);
}

}  // namespace tongguan::policy
