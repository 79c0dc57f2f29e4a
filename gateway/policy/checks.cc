#include "gateway/policy/checks.h"

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "gateway/base/uscc.h"

namespace tongguan::policy {
namespace {

int DigitOf(char c) { return c - '0'; }

// GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits, and a date of birth that
// the calendar has.
bool IsResidentId(absl::string_view value) {
  constexpr std::array<int, 17> kWeights = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                            3, 7, 9,  10, 5, 8, 4, 2};
  constexpr absl::string_view kChecks = "10X98765432";
  constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30,
                                         31, 31, 30, 31, 30, 31};
  if (value.size() != 18) return false;
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) {
    if (!absl::ascii_isdigit(value[i])) return false;
    sum += kWeights[i] * DigitOf(value[i]);
  }
  if (kChecks[sum % 11] != absl::ascii_toupper(value[17])) return false;
  const int year = (DigitOf(value[6]) * 10 + DigitOf(value[7])) * 100 +
                   DigitOf(value[8]) * 10 + DigitOf(value[9]);
  const int month = DigitOf(value[10]) * 10 + DigitOf(value[11]);
  const int day = DigitOf(value[12]) * 10 + DigitOf(value[13]);
  if (month < 1 || month > 12 || day < 1 || day > kDays[month - 1]) {
    return false;
  }
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month != 2 || day < 29 || leap;
}

// ISO/IEC 7812-1 annex B.
bool PassesLuhn(absl::string_view value) {
  int sum = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    if (!absl::ascii_isdigit(value[i])) return false;
    int digit = DigitOf(value[i]);
    if ((value.size() - i) % 2 == 0) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return !value.empty() && sum % 10 == 0;
}

// GB 16735-2019 annex A: what a letter counts; 0 where none may stand.
int VinValue(char c) {
  constexpr absl::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
  constexpr absl::string_view kValues = "12345678123457923456789";
  if (absl::ascii_isdigit(c)) return DigitOf(c);
  const size_t at = kLetters.find(c);
  return at == absl::string_view::npos ? 0 : DigitOf(kValues[at]);
}

bool IsVin(absl::string_view value) {
  constexpr std::array<int, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0,
                                            9, 8, 7, 6, 5, 4, 3, 2};
  if (value.size() != kWeights.size()) return false;
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) {
    sum += kWeights[i] * VinValue(value[i]);
  }
  return value[8] == "0123456789X"[sum % 11];
}

// GB 11714-1997, with or without its hyphen.
bool IsOrganisationCode(absl::string_view value) {
  constexpr std::array<int, 8> kWeights = {3, 7, 9, 10, 5, 8, 4, 2};
  if (value.size() != 9 && (value.size() != 10 || value[8] != '-')) {
    return false;
  }
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) {
    const int digit =
        absl::ascii_isdigit(value[i]) ? DigitOf(value[i]) : value[i] - 'A' + 10;
    sum += kWeights[i] * digit;
  }
  return value.back() == "0X987654321"[sum % 11];
}

}  // namespace

bool PassesCheck(v1::ValueCheck check, absl::string_view value) {
  switch (check) {
    case v1::VALUE_CHECK_NONE:
      return true;
    case v1::VALUE_CHECK_RESIDENT_ID:
      return IsResidentId(value);
    case v1::VALUE_CHECK_USCC:
      return CheckUscc(value).ok();
    case v1::VALUE_CHECK_LUHN:
      return PassesLuhn(value);
    case v1::VALUE_CHECK_VIN:
      return IsVin(value);
    case v1::VALUE_CHECK_ORG_CODE:
      return IsOrganisationCode(value);
    default:
      return false;
  }
}

}  // namespace tongguan::policy
