#include "gateway/base/beijing.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

namespace tongguan {
namespace {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kOffsetSeconds = 8 * 3600;  // UTC+8.

absl::CivilDay Civil(Day day) { return absl::CivilDay(1970, 1, 1) + day; }

Day FromCivil(absl::CivilDay day) {
  return static_cast<Day>(day - absl::CivilDay(1970, 1, 1));
}

// The number of `text`'s digits [from, from + length), or -1.
int Digits(absl::string_view text, size_t from, size_t length) {
  int value = 0;
  for (char c : text.substr(from, length)) {
    if (!absl::ascii_isdigit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

absl::Status NotADate(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::CHexEscape(text.substr(0, 32)),
                   "\" is not a date. Write one that exists as YYYY-MM-DD"));
}

// The same day of another month, or that month's last day.
Day SameDayOf(absl::CivilMonth month, int day_of_month) {
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return FromCivil(std::min(absl::CivilDay(month) + (day_of_month - 1), last));
}

}  // namespace

Day BeijingDay(absl::Time at) {
  // ToUnixSeconds rounds down, also before 1970. The bounds keep infinite
  // instants inside the range of Day.
  constexpr int64_t kBound = INT32_MAX - int64_t{1};
  const int64_t bound = kBound * kSecondsPerDay;
  const int64_t seconds =
      std::clamp(absl::ToUnixSeconds(at), -bound, bound) + kOffsetSeconds;
  int64_t day = seconds / kSecondsPerDay;
  if (seconds % kSecondsPerDay < 0) --day;
  return static_cast<Day>(std::min(day, kBound));
}

int32_t BeijingYear(absl::Time at) {
  // The Gregorian calendar repeats every 400 years, of 146,097 days; years here
  // begin on 1 March, so that a leap day is the last (H. Hinnant, "chrono-
  // Compatible Low-Level Date Algorithms", civil_from_days).
  constexpr int64_t kDaysOfEra = 146'097;
  const int64_t days = BeijingDay(at) + int64_t{719'468};  // From 0000-03-01.
  const int64_t era = (days >= 0 ? days : days - kDaysOfEra + 1) / kDaysOfEra;
  const int64_t day = days - era * kDaysOfEra;
  const int64_t year = (day - day / 1'460 + day / 36'524 - day / 146'096) / 365;
  const int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
  constexpr int64_t kFirstOfJanuary = 306;
  return static_cast<int32_t>(era * 400 + year +
                              (day_of_year >= kFirstOfJanuary ? 1 : 0));
}

absl::Time StartOfBeijingDay(Day day) {
  return absl::FromUnixSeconds(day * kSecondsPerDay - kOffsetSeconds);
}

absl::StatusOr<Day> ParseDay(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return NotADate(text);
  }
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  if (year < 1 || month < 1 || day < 1) return NotADate(text);
  const absl::CivilDay civil(year, month, day);
  // CivilDay carries 31 February over into March; such a date does not exist.
  if (civil.month() != month || civil.day() != day) return NotADate(text);
  return FromCivil(civil);
}

std::string FormatDay(Day day) {
  const absl::CivilDay civil = Civil(day);
  return absl::StrFormat("%04d-%02d-%02d", civil.year(), civil.month(),
                         civil.day());
}

int32_t DayNumber(Day day) {
  if (day == kNoDay) return kNoDay;
  const absl::CivilDay civil = Civil(day);
  return static_cast<int32_t>(civil.year()) * 10000 + civil.month() * 100 +
         civil.day();
}

Day AddYears(Day day, int years) {
  if (day == kNoDay) return kNoDay;
  const absl::CivilDay civil = Civil(day);
  return SameDayOf(absl::CivilMonth(civil.year() + years, civil.month()),
                   civil.day());
}

Day AddMonths(Day day, int months) {
  if (day == kNoDay) return kNoDay;
  const absl::CivilDay civil = Civil(day);
  return SameDayOf(absl::CivilMonth(civil) + months, civil.day());
}

int Weekday(Day day) {
  constexpr int kThursday = 3;  // 1970-01-01.
  const int weekday = (day % 7 + kThursday) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

}  // namespace tongguan
