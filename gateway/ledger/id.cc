#include "gateway/ledger/id.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tongguan::ledger {
namespace {

constexpr char kAlphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
constexpr size_t kYearDigits = 4;
constexpr size_t kIndexDigits = 12;

// ISO 7064, pure system mod 37-2, over digits; what is no digit is skipped.
char CheckCharacter(absl::string_view text) {
  int sum = 0;
  for (char c : text) {
    if (absl::ascii_isdigit(c)) sum = (2 * sum + (c - '0')) % 37;
  }
  return kAlphabet[(1 + 2 * (37 - sum)) % 37];
}

absl::Status Malformed(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text.substr(0, 40), "\" is no record id; one looks like \"",
      FormatId({2026, 42}), "\""));
}

bool AllDigits(absl::string_view text) {
  for (char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return !text.empty();
}

}  // namespace

std::string FormatId(RecordId id) {
  std::string text = absl::StrCat(absl::Dec(id.year, absl::kZeroPad4), "-",
                                  absl::Dec(id.index, absl::kZeroPad12));
  const char check = CheckCharacter(text);
  text += '-';
  text += check;
  return text;
}

absl::StatusOr<RecordId> ParseId(absl::string_view text) {
  constexpr size_t kShortest = kYearDigits + 1 + kIndexDigits + 2;
  if (text.size() < kShortest || text[kYearDigits] != '-' ||
      text[text.size() - 2] != '-') {
    return Malformed(text);
  }
  absl::string_view year = text.substr(0, kYearDigits);
  absl::string_view index =
      text.substr(kYearDigits + 1, text.size() - kYearDigits - 3);
  RecordId id;
  if (!AllDigits(year) || !AllDigits(index) ||
      !absl::SimpleAtoi(year, &id.year) ||
      !absl::SimpleAtoi(index, &id.index)) {
    return Malformed(text);
  }
  const std::string right = FormatId(id);
  if (right.size() != text.size()) return Malformed(text);  // Padded anew.
  if (right != text) {
    return absl::InvalidArgumentError(
        absl::StrCat("record id \"", text,
                     "\" has a wrong check character: a digit was mistyped; "
                     "copy the id again"));
  }
  return id;
}

}  // namespace tongguan::ledger
