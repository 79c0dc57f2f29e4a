#include "gateway/base/uscc.h"

#include <array>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tongguan {
namespace {

// GB 32100-2015 §4: digits and letters without I, O, S, V, Z; a character's
// value is its position.
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr size_t kLength = 18;

constexpr uint8_t kNone = 0xFF;

// The values of all bytes; kNone of what is not in the alphabet.
constexpr std::array<uint8_t, 256> kValues = [] {
  std::array<uint8_t, 256> values{};
  for (uint8_t& value : values) value = kNone;
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  return values;
}();

uint8_t Value(char c) { return kValues[static_cast<uint8_t>(c)]; }

}  // namespace

char UsccCheckCharacter(absl::string_view first17) {
  // Weights are 3^i mod 31; the check value makes the weighted sum divisible.
  size_t sum = 0;
  size_t weight = 1;
  for (char c : first17) {
    sum += Value(c) * weight;
    weight = weight * 3 % 31;
  }
  return kAlphabet[(31 - sum % 31) % 31];
}

absl::Status CheckUscc(absl::string_view code) {
  if (code.size() != kLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", absl::CHexEscape(code.substr(0, 32)),
                     "\" is not a unified social credit code: it has ",
                     code.size(), " characters. Write all 18"));
  }
  for (size_t i = 0; i < kLength; ++i) {
    if (Value(code[i]) != kNone) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", absl::CHexEscape(code),
        "\" is not a unified social credit code: character ", i + 1,
        " is not a digit or one of A-H J-N P-R T U W X Y. Write capitals"));
  }
  const char check = UsccCheckCharacter(code.substr(0, kLength - 1));
  if (code.back() != check) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", code, "\" is not a unified social credit code: its check ",
        "character should be ", absl::string_view(&check, 1),
        ". Compare it with the business licence"));
  }
  return absl::OkStatus();
}

}  // namespace tongguan
