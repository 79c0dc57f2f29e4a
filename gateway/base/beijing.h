// Dates and years of Asia/Shanghai (北京时间), whatever TZ the machine has.
// Mainland China has kept UTC+8 without daylight saving since 1991-09-15; the
// gateway reads every instant as UTC+8.
#ifndef TONGGUAN_GATEWAY_BASE_BEIJING_H_
#define TONGGUAN_GATEWAY_BASE_BEIJING_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tongguan {

// A civil date: days since 1970-01-01. Ordered; arithmetic is in days.
using Day = int32_t;

// A date beyond all dates, for "no end".
inline constexpr Day kNoDay = INT32_MAX;

// The Beijing date and year of an instant.
Day BeijingDay(absl::Time at);
int32_t BeijingYear(absl::Time at);

// The first instant of a Beijing date.
absl::Time StartOfBeijingDay(Day day);

// Reads "YYYY-MM-DD"; refuses anything else, and dates that do not exist.
absl::StatusOr<Day> ParseDay(absl::string_view text);

// "YYYY-MM-DD"; and as the number yyyymmdd that traces carry.
std::string FormatDay(Day day);
int32_t DayNumber(Day day);

// The same day `years` (or `months`) later; 29 February becomes 28 where
// needed.
Day AddYears(Day day, int years);
Day AddMonths(Day day, int months);

// 0 Monday ... 6 Sunday.
int Weekday(Day day);

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_BEIJING_H_
