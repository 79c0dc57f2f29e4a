#include "gateway/policy/calendar.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::policy {
namespace {

constexpr int kSaturday = 5;

// Reads a date of the calendar; a refusal names the field.
absl::StatusOr<Day> Read(absl::string_view field, absl::string_view text) {
  absl::StatusOr<Day> day = ParseDay(text);
  if (day.ok()) return day;
  return absl::InvalidArgumentError(
      absl::StrCat("calendar.", field, ": ", day.status().message(), "."));
}

absl::Status Refuse(absl::string_view field, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("calendar.", field, ": ", why));
}

}  // namespace

absl::StatusOr<Calendar> Calendar::Compile(const v1::Calendar& source) {
  Calendar calendar;
  if (source.loaded_to().empty()) {
    if (!source.loaded_from().empty() || source.days_size() > 0) {
      return Refuse("loaded_to",
                    "missing. Name the last date that the days "
                    "are complete for.");
    }
    return calendar;
  }
  TG_ASSIGN_OR_RETURN(calendar.from_,
                      Read("loaded_from", source.loaded_from()));
  TG_ASSIGN_OR_RETURN(calendar.to_, Read("loaded_to", source.loaded_to()));
  if (calendar.from_ > calendar.to_) {
    return Refuse("loaded_to", "before loaded_from. Exchange them.");
  }
  Day previous = calendar.from_ - 1;
  for (int i = 0; i < source.days_size(); ++i) {
    const std::string field = absl::StrCat("days[", i, "].date");
    TG_ASSIGN_OR_RETURN(const Day day, Read(field, source.days(i).date()));
    if (day < calendar.from_ || day > calendar.to_) {
      return Refuse(field,
                    "outside loaded_from to loaded_to. Widen them or "
                    "remove the day.");
    }
    if (day == previous) {
      return Refuse(field, absl::StrCat(FormatDay(day),
                                        " stands twice. Remove "
                                        "one."));
    }
    if (day < previous) {
      return Refuse(
          field, absl::StrCat(FormatDay(day), " stands after ",
                              FormatDay(previous), ". Put the days in order."));
    }
    calendar.days_.emplace(day, source.days(i).working());
    previous = day;
  }
  return calendar;
}

bool Calendar::IsWorkingDay(Day day) const {
  const auto it = days_.find(day);
  return it != days_.end() ? it->second : Weekday(day) < kSaturday;
}

Day Calendar::AddWorkingDays(Day day, int n) const {
  if (day == kNoDay) return kNoDay;
  while (n > 0) {
    if (IsWorkingDay(++day)) --n;
  }
  return day;
}

Day Calendar::SubtractWorkingDays(Day day, int n) const {
  if (day == kNoDay) return kNoDay;
  while (n > 0) {
    if (IsWorkingDay(--day)) --n;
  }
  return day;
}

}  // namespace tongguan::policy
