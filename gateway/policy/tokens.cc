#include "gateway/policy/tokens.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tongguan::policy {
namespace {

using absl::ascii_isalnum;
using absl::ascii_isalpha;
using absl::ascii_isxdigit;

constexpr size_t kUuid = 36;
constexpr size_t kShortestHash = 32;
constexpr int kLettersOfHash = 3;
// A number that is told by its digits has so many at least.
constexpr int kFewestDigits = 11;

// Whether letters stand in so many places of the text.
bool HasLetters(absl::string_view text, int places) {
  bool letter = false;
  for (size_t i = 0; i < text.size() && places > 0; ++i) {
    const bool before = letter;
    letter = ascii_isalpha(text[i]);
    places -= letter && !before ? 1 : 0;
  }
  return places == 0;
}

// Whether nobody can have written a number for the UUID's digits.
bool IsMade(absl::string_view uuid) {
  const bool versioned = uuid[14] >= '1' && uuid[14] <= '8' &&
                         absl::StrContains("89abAB", uuid[19]);
  return HasLetters(uuid, versioned ? 1 : kLettersOfHash);
}

// How far pieces of digits alone go before the first letter's, where they have
// the digits of a number.
size_t NumbersBefore(absl::string_view run) {
  const absl::string_view digits =
      run.substr(0, run.find_first_not_of("0123456789-"));
  const size_t end = digits.rfind('-');
  if (end == absl::string_view::npos) return 0;
  const auto count = std::count_if(digits.begin(), digits.begin() + end,
                                   [](char c) { return c != '-'; });
  return count < kFewestDigits ? 0 : end;
}

// Without the pieces of digits alone that stand behind the last letter's.
absl::string_view WithoutNumbersBehind(absl::string_view run) {
  const size_t letter = run.find_last_not_of("0123456789-");
  if (letter == absl::string_view::npos) return run;
  return run.substr(0, run.find('-', letter));
}

}  // namespace

size_t UuidAt(absl::string_view text) {
  if (text.size() < kUuid ||
      (text.size() > kUuid && ascii_isalnum(text[kUuid]))) {
    return 0;
  }
  for (size_t i = 0; i < kUuid; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !ascii_isxdigit(text[i])) return 0;
  }
  return kUuid;
}

size_t HashAt(absl::string_view text) {
  const auto* const end = std::find_if_not(
      text.begin(), text.end(), [](char c) { return ascii_isxdigit(c); });
  if (end != text.end() && ascii_isalnum(*end)) return 0;
  const absl::string_view hash = text.substr(0, end - text.begin());
  switch (hash.size()) {
    case 32:
    case 40:
    case 64:
      return HasLetters(hash, 1) ? hash.size() : 0;
    case 48:
    case 56:
    case 96:
    case 128:
      return HasLetters(hash, kLettersOfHash) ? hash.size() : 0;
    default:
      return 0;
  }
}

size_t Tokens::EndAt(size_t at) {
  if (at < none_before_) return at;
  const absl::string_view rest = text_.substr(at);
  looked_ += std::min(rest.size(), kUuid);
  if (UuidAt(rest) > 0 && IsMade(rest.substr(0, kUuid))) return at + kUuid;
  if (at >= run_end_) {
    run_end_ = at;
    while (run_end_ < text_.size() &&
           (ascii_isxdigit(text_[run_end_]) || text_[run_end_] == '-')) {
      ++run_end_;
    }
    looked_ += run_end_ - at;
  }
  absl::string_view run = rest.substr(0, run_end_ - at);
  if (const size_t numbers = NumbersBefore(run); numbers > 0) {
    looked_ += numbers;
    none_before_ = at + numbers;
    return at;
  }
  none_before_ = run_end_;
  looked_ += 3 * run.size();
  run = WithoutNumbersBehind(run);
  if (run.size() >= kShortestHash && HasLetters(run, kLettersOfHash)) {
    return at + run.size();
  }
  return at + HashAt(rest);
}

}  // namespace tongguan::policy
