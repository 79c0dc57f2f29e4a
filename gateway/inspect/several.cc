#include "gateway/inspect/several.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/policy/tokens.h"

namespace tongguan::inspect {
namespace {

using absl::ascii_isalpha;
using absl::ascii_isdigit;
using people::IdentifierKind;

constexpr absl::string_view kListSigns = ",;|\r\n";
constexpr absl::string_view kListComma = "、";
// No identifier is longer, in bytes: a SHA-512 in hexadecimal digits.
constexpr size_t kLongest = 128;
// On end, where the column does not say what it holds: 64 bits.
constexpr size_t kMostDigits = 20;
// Codes are written in groups of up to so many digits, documents and cards of
// up to so many letters and digits: what is longer may stand alone.
constexpr size_t kGroup = 4;
constexpr size_t kLongGroup = 6;
// E.164: 15 digits of country and number; no telephone that tells people apart
// has less than 7, so two of them have 14.
constexpr size_t kMostTelephone = 15;
constexpr size_t kTelephone = 7;
constexpr size_t kExtension = 4;

// What a character is to what stands around it; of signs on end the last of
// these counts.
enum class Sort : uint8_t {
  kLetter,
  kDigit,
  kIdeograph,  // And other scripts that have no gaps.
  kConnects,   // The parts of one identifier.
  kBreaks,     // Brackets: what is in them is about it, if it has no number.
  kGap,
  kParts,  // Any other sign.
};

struct Character {
  Sort sort;
  size_t bytes;
};

Sort SortOf(IdentifierKind kind, char c) {
  if (ascii_isdigit(c)) return Sort::kDigit;
  if (ascii_isalpha(c)) return Sort::kLetter;
  if (absl::StrContains("-_.:@#\\'", c)) return Sort::kConnects;
  const bool grouped = kind != IdentifierKind::kOther;
  if (absl::StrContains("()[]{}", c)) {
    return grouped ? Sort::kConnects : Sort::kBreaks;
  }
  if (c == ' ') return grouped ? Sort::kConnects : Sort::kGap;
  return c == '\t' ? Sort::kGap : Sort::kParts;
}

// Of two bytes: letters; U+0080 to U+00BF, '×', '÷' and the Arabic comma and
// semicolon are signs, of which names have '·' inside.
Sort SortOfTwo(absl::string_view character) {
  if (character == "·") return Sort::kConnects;
  const bool sign = character[0] == '\xC2' || character == "×" ||
                    character == "÷" || character == "\u060C" ||
                    character == "\u061B";
  return sign ? Sort::kParts : Sort::kLetter;
}

// Of three bytes: U+2000 to U+303F but '々', '〆' and '〇', '・' and U+F000 on
// are signs; of four those that begin so are pictures.
Sort SortOfMore(absl::string_view character) {
  const bool word = character == "々" || character == "〆" || character == "〇";
  const bool sign = character[0] == '\xE2' || character[0] == '\xEF' ||
                    character == "・" ||
                    absl::StartsWith(character, "\xE3\x80") ||
                    absl::StartsWith(character, "\xF0\x9F");
  return sign && !word ? Sort::kParts : Sort::kIdeograph;
}

Character CharacterAt(IdentifierKind kind, absl::string_view text, size_t at) {
  const auto first = static_cast<uint8_t>(text[at]);
  if (first < 0x80) return {SortOf(kind, text[at]), 1};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  const absl::string_view character = text.substr(at, bytes);
  return {bytes == 2 ? SortOfTwo(character) : SortOfMore(character),
          character.size()};
}

bool HasDigit(absl::string_view part) {
  return std::any_of(part.begin(), part.end(), ascii_isdigit);
}

// A digit, then a letter that is not of ASCII, then a digit.
bool IsDivided(absl::string_view part) {
  size_t passed = 0;  // Of these three.
  for (const char c : part) {
    const bool next =
        passed == 1 ? static_cast<uint8_t>(c) >= 0x80 : ascii_isdigit(c);
    if (next && ++passed == 3) return true;
  }
  return false;
}

bool SameForm(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ascii_isdigit(x) == ascii_isdigit(y);
         });
}

// Whether there are any, and the others are digits.
bool SameLetters(absl::string_view a, absl::string_view b) {
  const auto next = [](absl::string_view text, size_t at) {
    while (at < text.size() && ascii_isdigit(text[at])) ++at;
    return at;
  };
  size_t i = next(a, 0);
  size_t j = next(b, 0);
  const bool any = i < a.size();
  while (i < a.size() && j < b.size() &&
         absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j])) {
    i = next(a, i + 1);
    j = next(b, j + 1);
  }
  return any && i == a.size() && j == b.size();
}

// Whether it is letters and digits, and such again, alike: E12345678E23456789.
// Of so many digits each that random codes are not.
bool IsRepeated(absl::string_view part) {
  constexpr size_t kDigitsOfSameLetters = 3;
  constexpr size_t kDigitsOfSameForm = 4;
  absl::string_view first;
  size_t pieces = 0;
  for (size_t begin = 0; begin < part.size(); ++pieces) {
    size_t digit = begin;
    while (digit < part.size() && !ascii_isdigit(part[digit])) ++digit;
    size_t end = digit;
    while (end < part.size() && ascii_isdigit(part[end])) ++end;
    const absl::string_view piece = part.substr(begin, end - begin);
    if (pieces == 0) {
      if (end == part.size()) return false;
      first = piece;
    }
    const size_t digits = end - digit;
    const bool alike =
        (digits >= kDigitsOfSameLetters && SameLetters(piece, first)) ||
        (digits >= kDigitsOfSameForm && digit > begin &&
         SameForm(piece, first));
    if (!alike) return false;
    begin = end;
  }
  return true;
}

// In its braces or without.
bool IsUuid(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "{")) absl::ConsumeSuffix(&text, "}");
  return policy::UuidAt(text) == text.size() && !text.empty();
}

bool IsHash(absl::string_view text) {
  return policy::HashAt(text) == text.size() && !text.empty();
}

// A text read once, part by part.
class Reading {
 public:
  Reading(IdentifierKind kind, absl::string_view text)
      : kind_(kind), text_(text) {}

  void Read() {
    for (size_t at = 0; at < text_.size();) {
      const Character c = CharacterAt(kind_, text_, at);
      if (c.sort <= Sort::kIdeograph) {
        at = ReadWord(at, c.sort == Sort::kIdeograph);
      } else {
        joint_ = std::max(joint_, c.sort);
        at += c.bytes;
      }
    }
  }

  bool MayBeSeveral(size_t most) const {
    if (parted_ || alike_ || digit_groups_ > 1) return true;
    if (digit_groups_ == 0 && (gaps_ > 0 || groups_ > 1)) return true;
    return kind_ == IdentifierKind::kOther
               ? longest_ > kMostDigits
               : long_parts_ > 1 || (letters_ > most && !IsHash(text_));
  }

 private:
  // Letters and digits on end, or ideographs. Returns where they end.
  size_t ReadWord(size_t at, bool ideographs) {
    size_t end = at;
    while (end < text_.size()) {
      if (!ideographs && absl::ascii_isalnum(text_[end])) {  // As a rule.
        ++end;
        continue;
      }
      const Character c = CharacterAt(kind_, text_, end);
      if (c.sort > Sort::kIdeograph ||
          (c.sort == Sort::kIdeograph) != ideographs) {
        break;
      }
      end += c.bytes;
    }
    if (at > first_) {
      parted_ |= joint_ == Sort::kParts;
      gaps_ += joint_ == Sort::kGap ? 1 : 0;
    }
    if (ideographs) {
      connected_ = false;
    } else {
      AddPart(text_.substr(at, end - at));
    }
    first_ = std::min(first_, at);
    joint_ = Sort::kConnects;
    return end;
  }

  void AddPart(absl::string_view part) {
    if (!connected_ || joint_ > Sort::kConnects) {
      ++groups_;
      group_has_digit_ = false;
    }
    connected_ = true;
    letters_ += part.size();
    if (!HasDigit(part)) return;
    digit_groups_ += group_has_digit_ ? 0 : 1;
    group_has_digit_ = true;
    long_parts_ += part.size() > kLongGroup ? 1 : 0;
    const bool digits = std::all_of(part.begin(), part.end(), ascii_isdigit);
    if (digits) longest_ = std::max(longest_, part.size());
    parted_ |= IsDivided(part);
    alike_ |= IsAlike(part, digits) || (!digits && IsRepeated(part));
    last_ = part;
  }

  // To the last part that has a digit.
  bool IsAlike(absl::string_view part, bool digits) const {
    if (last_.empty()) return false;
    if (!digits) return SameForm(last_, part) || SameLetters(last_, part);
    return kind_ == IdentifierKind::kOther && part.size() > kGroup &&
           SameForm(last_, part);
  }

  const IdentifierKind kind_;
  const absl::string_view text_;
  size_t first_ = absl::string_view::npos;  // Where the first word begins.
  Sort joint_ = Sort::kConnects;            // The signs since the last word.
  bool connected_ = false;                  // The last word is a part.
  bool parted_ = false;
  bool alike_ = false;
  bool group_has_digit_ = false;
  size_t gaps_ = 0;
  size_t groups_ = 0;  // Of connected parts.
  size_t digit_groups_ = 0;
  size_t long_parts_ = 0;  // That have a digit.
  size_t letters_ = 0;     // And digits.
  size_t longest_ = 0;     // Of only digits.
  absl::string_view last_;
};

// How many digits on both sides of these signs may each be a telephone.
size_t LeastBeside(absl::string_view signs) {
  if (signs.find_first_of("/&+") != absl::string_view::npos) return 1;
  const bool grouping =
      signs.find_first_not_of(" -().") == absl::string_view::npos;
  return grouping ? kTelephone : kExtension + 1;
}

// Without what stands before its digits, the zeros of a trunk or of abroad.
bool MayBeTelephones(absl::string_view text) {
  const size_t begin = text.find_first_of("0123456789");
  if (begin == absl::string_view::npos) return false;
  const bool abroad = (begin > 0 && text[begin - 1] == '+') ||
                      absl::StartsWith(text.substr(begin), "00");
  text.remove_prefix(std::min(text.find_first_of("123456789"), text.size()));
  const auto total = static_cast<size_t>(
      std::count_if(text.begin(), text.end(), ascii_isdigit));
  if (total > kMostTelephone) return true;
  size_t before = 0;
  for (size_t at = 0; before < total;) {
    size_t end = at;
    while (end < text.size() && ascii_isdigit(text[end])) ++end;
    if (!abroad && end - at >= 2 * kTelephone) return true;
    before += end - at;
    at = end;
    while (end < text.size() && !ascii_isdigit(text[end])) ++end;
    const size_t least = LeastBeside(text.substr(at, end - at));
    if (before >= least && total - before >= least) return true;
    at = end;
  }
  return false;
}

// Parts that are not blank.
bool IsList(absl::string_view text) {
  if (text.find_first_of(kListSigns) == absl::string_view::npos &&
      !absl::StrContains(text, kListComma)) {
    return false;
  }
  const std::string parted = absl::StrReplaceAll(text, {{kListComma, ","}});
  const std::vector<absl::string_view> parts = absl::StrSplit(
      parted, absl::ByAnyChar(kListSigns), absl::SkipWhitespace());
  return parts.size() > 1;
}

}  // namespace

bool IsForeignTelephone(absl::string_view form) {
  if (!absl::ConsumePrefix(&form, "+") && !absl::ConsumePrefix(&form, "00")) {
    return false;
  }
  return form.size() >= kTelephone && form.size() <= kMostTelephone &&
         form[0] != '0' && !absl::StartsWith(form, "86") &&
         std::all_of(form.begin(), form.end(), ascii_isdigit);
}

Several HoldsSeveral(IdentifierKind kind, size_t most, absl::string_view text) {
  if (IsList(text)) return Several::kYes;
  if (text.size() > kLongest) return Several::kPerhaps;
  if (kind == IdentifierKind::kPhone) {
    return MayBeTelephones(text) ? Several::kPerhaps : Several::kNo;
  }
  if (IsUuid(text)) return Several::kNo;
  Reading reading(kind, text);
  reading.Read();
  return reading.MayBeSeveral(most) ? Several::kPerhaps : Several::kNo;
}

}  // namespace tongguan::inspect
