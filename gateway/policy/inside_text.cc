#include "gateway/policy/inside_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/policy/tokens.h"

namespace tongguan::policy {
namespace {

using absl::ascii_isalnum;
using absl::ascii_isalpha;
using absl::ascii_isdigit;

using Told = absl::FunctionRef<void(absl::string_view part)>;

// Nothing that is told by its digits has fewer or more: mobiles, bank cards.
constexpr size_t kFewestDigits = 11;
constexpr size_t kMostDigits = 19;
constexpr size_t kBeforeX = 17;  // Of a resident ID number.
// 6222 0212 3456 7890 128, +86 138 1234 5678. Lists of small numbers are not
// numbers in pieces.
constexpr size_t kMostPieces = 5;
// " - " and ") ", in bytes of one gap; a dash may have three.
constexpr size_t kLongestGap = 5;
constexpr size_t kLongestLocal = 64;  // RFC 5321 4.5.3.1.1.
constexpr size_t kLongestDomain = 255;

// Bytes of a gap's character at `at`; 0: none there. U+2000 to U+203F are
// dashes, thin spaces and marks of direction, which copied numbers carry.
size_t GapAt(absl::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  switch (text[at]) {
    case ' ':
    case '-':
    case '_':
    case '(':
    case ')':
    case '\t':
    case '.':
      return 1;
    default:
      break;
  }
  const bool mark = absl::StartsWith(text.substr(at), "\xE2\x80") &&
                    at + 3 <= text.size() && (text[at + 2] & 0xC0) == 0x80;
  return mark ? 3 : 0;
}

// Where the run of characters that `in` takes ends.
template <typename Takes>
size_t EndOf(absl::string_view text, size_t at, Takes in) {
  while (at < text.size() && in(text[at])) ++at;
  return at;
}

// A number being put together of its pieces.
class Number {
 public:
  // Whether there was room.
  bool Add(absl::string_view digits) {
    if (size_ + digits.size() > kMostDigits) return false;
    std::copy(digits.begin(), digits.end(), text_.begin() + size_);
    size_ += digits.size();
    shortest_ = std::min(shortest_, digits.size());
    ++pieces_;
    return true;
  }

  // `dots` of the gaps were dots; `after` is what follows.
  void Tell(size_t dots, absl::string_view after, Told told) {
    // 1763724846-1 is a number and a counter, 13.812345678 a decimal one,
    // 139.168.10.123 an address.
    if (size_ < kFewestDigits || (pieces_ == 2 && shortest_ == 1) ||
        (dots > 0 && (dots < 2 || shortest_ < 3))) {
      return;
    }
    const size_t gap = GapAt(after, 0);
    const bool has_x = size_ == kBeforeX && gap < after.size() &&
                       absl::ascii_toupper(after[gap]) == 'X';
    if (has_x) text_[size_] = 'X';
    const absl::string_view whole(text_.data(), size_ + (has_x ? 1 : 0));
    told(whole);
    const size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
    if (zeros > 0) told(whole.substr(zeros));
  }

 private:
  std::array<char, kMostDigits + 1> text_;
  size_t size_ = 0;
  size_t pieces_ = 0;
  size_t shortest_ = kMostDigits;
};

// The numbers whose first piece begins at `at`. This and the next return where
// they stopped looking.
size_t TellNumbers(absl::string_view text, size_t at, Told told) {
  Number number;
  size_t dots = 0;
  for (size_t piece = 0; piece < kMostPieces; ++piece) {
    const size_t end = EndOf(text, at, ascii_isdigit);
    if (end == at || !number.Add(text.substr(at, end - at))) return end;
    number.Tell(dots, text.substr(end), told);
    at = end;
    bool dot = false;
    for (size_t gap; at - end < kLongestGap && (gap = GapAt(text, at)) > 0;) {
      dot |= text[at] == '.';
      at += gap;
    }
    if (at == end) return end;
    dots += dot ? 1 : 0;
  }
  return at;
}

size_t TellEmail(absl::string_view text, size_t at, Told told) {
  const auto local = [](char c) {
    return ascii_isalnum(c) || absl::StrContains("._%+-", c);
  };
  const auto domain = [](char c) {
    return ascii_isalnum(c) || c == '.' || c == '-';
  };
  size_t begin = at;
  while (begin > 0 && at - begin < kLongestLocal && local(text[begin - 1])) {
    --begin;
  }
  const size_t looked = EndOf(text, at + 1, domain);
  size_t end = std::min(looked, at + kLongestDomain);
  // A domain ends in letters; what is behind them is the text's again.
  while (end > at && !ascii_isalpha(text[end - 1])) --end;
  while (begin < at && end > at + 1) {
    told(text.substr(begin, end - begin));
    // "a@b.cn-x": without its last word.
    while (end > at + 1 && ascii_isalnum(text[end - 1])) --end;
    while (end > at + 1 && !ascii_isalpha(text[end - 1])) --end;
  }
  return looked;
}

constexpr absl::string_view kDot = "\xC2\xB7";          // U+00B7.
constexpr absl::string_view kEmbassy = "\xE4\xBD\xBF";  // "使".

// Whether a plate may begin so: with the "WJ" of the armed police before the
// character at `at`, or with the character of embassies, not inside a word,
// before the digit at `at`: three and three, a dot before each or not.
bool IsPolice(absl::string_view text, size_t at) {
  return at >= 2 && absl::EqualsIgnoreCase(text.substr(at - 2, 2), "WJ");
}
bool IsEmbassy(absl::string_view text, size_t at) {
  constexpr size_t kDigits = 3;
  absl::string_view before = text.substr(0, at);
  absl::ConsumeSuffix(&before, kDot);
  if (!absl::ConsumeSuffix(&before, kEmbassy) ||
      (!before.empty() && static_cast<uint8_t>(before.back()) >= 0x80)) {
    return false;
  }
  const size_t end = EndOf(text, at, ascii_isdigit);
  if (end == at + 2 * kDigits) return true;
  const size_t next = end + kDot.size();
  return end == at + kDigits && absl::StartsWith(text.substr(end), kDot) &&
         EndOf(text, next, ascii_isdigit) == next + kDigits;
}
// Whether such a beginning ends at `end`, where a digit stands.
bool MayEndPrefix(absl::string_view text, size_t end) {
  constexpr size_t kIdeograph = 3;
  return (end >= kIdeograph && IsPolice(text, end - kIdeograph)) ||
         IsEmbassy(text, end);
}

// Bytes of a mark inside a plate at `at`; 0: none there.
size_t MarkAt(absl::string_view text, size_t at) {
  if (absl::StrContains(" -_.", text[at])) return 1;
  return absl::StartsWith(text.substr(at), kDot) ? kDot.size() : 0;
}

// What a plate begins with.
struct Prefix {
  absl::string_view character;  // Of another script; empty: no plate.
  bool police = false;
};

// `at` is a byte of a character of another script, a letter or digit behind it.
Prefix PrefixAt(absl::string_view text, size_t at) {
  constexpr size_t kLongest = 4;  // Of UTF-8.
  size_t begin = at;
  while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
  const absl::string_view character = text.substr(begin, at + 1 - begin);
  if (character.size() > kLongest) return {};
  if (ascii_isalpha(text[at + 1])) return {character};
  if (IsPolice(text, begin)) return {character, true};
  return IsEmbassy(text, at + 1) ? Prefix{kEmbassy} : Prefix{};
}

// A plate being put together of its letters and digits.
class Plate {
 public:
  explicit Plate(const Prefix& prefix) : fewest_(prefix.police ? 5 : 6) {
    if (prefix.police) Append("WJ");
    Append(prefix.character);
  }

  // Whether there is room for more: new energy has one more.
  bool Add(char c, Told told) {
    const char upper = absl::ascii_toupper(c);
    Append(absl::string_view(&upper, 1));
    digits_ += ascii_isdigit(c) ? 1 : 0;
    if (++taken_ >= fewest_) Tell(told);
    return taken_ < kMost;
  }

  // Whether `mark` is one, as of coaches, in the last place.
  bool End(absl::string_view mark, Told told) {
    if (taken_ != fewest_ - 1 || digits_ < kFewestOfDigits ||
        mark.size() != 3 || static_cast<uint8_t>(mark[0]) < 0xE0) {
      return false;
    }
    Append(mark);
    Tell(told);
    return true;
  }

 private:
  static constexpr size_t kMost = 7;
  static constexpr size_t kFewestOfDigits = 2;

  void Append(absl::string_view more) {
    std::copy(more.begin(), more.end(), text_.begin() + size_);
    size_ += more.size();
  }
  void Tell(Told told) const {
    if (digits_ < kFewestOfDigits) return;
    told(absl::string_view(text_.data(), size_));
  }

  const size_t fewest_;
  std::array<char, 2 + 4 + kMost + 3> text_;
  size_t size_ = 0;
  size_t taken_ = 0;
  size_t digits_ = 0;
};

// Where PrefixAt may find one.
size_t TellPlate(absl::string_view text, size_t at, Told told) {
  const Prefix prefix = PrefixAt(text, at);
  if (prefix.character.empty()) return at;
  Plate plate(prefix);
  size_t i = at + 1;
  for (bool room = true; room && i < text.size();) {
    const size_t mark = MarkAt(text, i);
    if (mark > 0) {
      i += mark;
      continue;
    }
    if (plate.End(text.substr(i, 3), told) || !ascii_isalnum(text[i])) break;
    room = plate.Add(text[i++], told);
  }
  return i;
}

bool IsDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), ascii_isdigit);
}

// Whether TellNumbers tells of a run of letters and digits, too.
bool IsNumber(absl::string_view run) {
  return run.size() <= kMostDigits && run.size() != kBeforeX && IsDigits(run);
}

// The numbers that somebody put between the pieces of a token: programs make
// pieces of four characters or a multiple of it.
void TellPieces(absl::string_view token, Told told) {
  constexpr size_t kPiece = 4;
  for (const absl::string_view piece : absl::StrSplit(token, '-')) {
    if (piece.size() >= kFewestDigits && piece.size() % kPiece != 0 &&
        IsDigits(piece)) {
      told(piece);
    }
  }
}

}  // namespace

bool MayHoldValues(absl::string_view text) {
  size_t run = 0;
  size_t digits = 0;
  bool other = false;  // The character before is of another script.
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (ascii_isalnum(c)) {
      digits += ascii_isdigit(c) ? 1 : 0;
      if (++run >= kFewestDigits || digits >= kFewestDigits ||
          (other && (ascii_isalpha(c) || MayEndPrefix(text, i)))) {
        return true;
      }
    } else {
      run = 0;
      if (c == '@') return true;
    }
    other = static_cast<uint8_t>(c) >= 0x80 || (other && c == ' ');
  }
  return false;
}

size_t EachPart(absl::string_view text, Told told) {
  Tokens tokens(text);
  size_t looked = 0;
  size_t run = 0;  // Where the run of letters and digits began.
  for (size_t i = 0; i <= text.size(); ++i) {
    const char before = i == 0 ? ' ' : text[i - 1];
    if (i == text.size() || !ascii_isalnum(text[i])) {
      const absl::string_view whole = text.substr(run, i - run);
      if (whole.size() >= kFewestDigits && !IsNumber(whole)) told(whole);
      run = i + 1;
      if (i < text.size() && text[i] == '@') {
        looked += TellEmail(text, i, told) - i;
      }
      continue;
    }
    if (!ascii_isalnum(before)) {
      const size_t end = tokens.EndAt(i);
      if (end > i) {
        TellPieces(text.substr(i, end - i), told);
        looked += end - i;
        i = end - 1;
        run = end;
        continue;
      }
    }
    if (static_cast<uint8_t>(before) >= 0x80) {
      looked += TellPlate(text, i - 1, told) - (i - 1);
    }
    if (ascii_isdigit(text[i]) && !ascii_isdigit(before)) {
      looked += TellNumbers(text, i, told) - i;
    }
  }
  return looked + tokens.looked();
}

}  // namespace tongguan::policy
