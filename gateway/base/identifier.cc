#include "gateway/base/identifier.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace tongguan {
namespace {

bool IsJoiner(char c) { return c == '_' || c == '-' || c == '.'; }

// Of each byte, whether it is a character of identifiers by itself.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (const char c : absl::string_view("0123456789abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-.")) {
    plain[static_cast<uint8_t>(c)] = true;
  }
  return plain;
}();

// Where the first byte from `from` on stands that is none.
size_t PlainUntil(absl::string_view text, size_t from) {
  const auto plain = [](char c) { return kPlain[static_cast<uint8_t>(c)]; };
  return std::find_if_not(text.begin() + from, text.end(), plain) -
         text.begin();
}

constexpr size_t kIdeographBytes = 3;

// Whether text[i..i+2] is a three-byte UTF-8 sequence of a CJK ideograph. All
// ideographs that identifiers admit (U+3400-9FFF) have this form.
bool IsIdeograph(absl::string_view text, size_t i) {
  if (i + kIdeographBytes > text.size()) return false;
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[i + k]); };
  if ((byte(0) & 0xF0) != 0xE0 || (byte(1) & 0xC0) != 0x80 ||
      (byte(2) & 0xC0) != 0x80) {
    return false;
  }
  const uint32_t point =
      (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
  return (point >= 0x3400 && point <= 0x4DBF) ||
         (point >= 0x4E00 && point <= 0x9FFF);
}

}  // namespace

bool IsIdentifier(absl::string_view text) {
  if (text.size() > kMaxIdentifierCharacters * kIdeographBytes) return false;
  size_t characters = text.size();
  for (size_t i = PlainUntil(text, 0); i < text.size();
       i = PlainUntil(text, i + kIdeographBytes)) {
    if (!IsIdeograph(text, i)) return false;
    characters -= kIdeographBytes - 1;
  }
  return characters > 0 && characters <= kMaxIdentifierCharacters;
}

std::string FoldName(absl::string_view name) {
  std::string folded(name.size(), '\0');
  char* const begin = folded.data();
  char* end = begin;
  for (char c : name) {
    *end = absl::ascii_tolower(c);
    end += IsJoiner(c) ? 0 : 1;
  }
  folded.resize(end - begin);
  return folded;
}

}  // namespace tongguan
