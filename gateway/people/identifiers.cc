#include "gateway/people/identifiers.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace tongguan::people {
namespace {

// What full-width forms (0xEF), the wide space and the no-break one begin with.
bool MayBeginWide(char c) { return c == '\xEF' || c == '\xE3' || c == '\xC2'; }

// Appends `value` with its full-width forms and wide spaces made ASCII.
void AppendNarrow(absl::string_view value, std::string* form) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(value[i]); };
  for (size_t i = 0; i < value.size();) {
    const size_t left = value.size() - i;
    if (left >= 3 && byte(i) == 0xEF &&
        ((byte(i + 1) == 0xBC && byte(i + 2) >= 0x81) ||
         (byte(i + 1) == 0xBD && byte(i + 2) <= 0x9E))) {
      // U+FF01 is EF BC 81, U+FF5E is EF BD 9E; ASCII is 0xFEE0 below.
      const int point =
          0xF000 | (byte(i + 1) & 0x3F) << 6 | (byte(i + 2) & 0x3F);
      form->push_back(static_cast<char>(point - 0xFEE0));
      i += 3;
    } else if (left >= 3 && byte(i) == 0xE3 && byte(i + 1) == 0x80 &&
               byte(i + 2) == 0x80) {
      form->push_back(' ');
      i += 3;
    } else if (left >= 2 && byte(i) == 0xC2 && byte(i + 1) == 0xA0) {
      form->push_back(' ');
      i += 2;
    } else {
      const size_t end =
          std::find_if(value.begin() + i + 1, value.end(), MayBeginWide) -
          value.begin();
      form->append(value.data() + i, end - i);
      i = end;
    }
  }
}

bool IsMobile(absl::string_view digits) {
  if (digits.size() != 11 || digits[0] != '1') return false;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return true;
}

void DropCountryCode(std::string* form) {
  for (const absl::string_view code : {"+86", "0086", "86"}) {
    absl::string_view rest = *form;
    if (absl::ConsumePrefix(&rest, code) && IsMobile(rest)) {
      form->erase(0, code.size());
      return;
    }
  }
}

}  // namespace

void NormalizeIdentifier(IdentifierKind kind, absl::string_view value,
                         std::string* form) {
  form->clear();
  AppendNarrow(value, form);
  absl::StripAsciiWhitespace(form);
  switch (kind) {
    case IdentifierKind::kOther:
      return;
    case IdentifierKind::kDocument:
      std::erase(*form, ' ');
      absl::AsciiStrToUpper(form);
      return;
    case IdentifierKind::kPhone:
      std::erase_if(*form, [](char c) {
        return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.';
      });
      DropCountryCode(form);
      return;
    case IdentifierKind::kCard:
      std::erase_if(*form, [](char c) { return c == ' ' || c == '-'; });
      return;
  }
}

}  // namespace tongguan::people
