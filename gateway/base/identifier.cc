#include "gateway/base/identifier.h"

#include <cstdint>

#include "absl/strings/ascii.h"

namespace tongguan {
namespace {

bool IsJoiner(char c) { return c == '_' || c == '-' || c == '.'; }

// Whether text[i..i+2] is a three-byte UTF-8 sequence of a CJK ideograph. All
// ideographs that identifiers admit (U+3400-9FFF) have this form.
bool IsIdeograph(absl::string_view text, size_t i) {
  if (i + 3 > text.size()) return false;
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
  int characters = 0;
  for (size_t i = 0; i < text.size(); ++characters) {
    if (characters == kMaxIdentifierCharacters) return false;
    if (absl::ascii_isalnum(text[i]) || IsJoiner(text[i])) {
      ++i;
    } else if (IsIdeograph(text, i)) {
      i += 3;
    } else {
      return false;
    }
  }
  return characters > 0;
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
