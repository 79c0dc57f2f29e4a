#include "gateway/policy/calendar.h"

#include <gtest/gtest.h>

#include <random>

namespace tongguan::policy {
namespace {

Day D(absl::string_view text) { return ParseDay(text).value(); }

v1::Calendar Source(absl::string_view from, absl::string_view to) {
  v1::Calendar source;
  source.set_loaded_from(std::string(from));
  source.set_loaded_to(std::string(to));
  return source;
}

void AddDay(const char* date, bool working, v1::Calendar* source) {
  v1::CalendarDay* day = source->add_days();
  day->set_date(date);
  day->set_working(working);
}

std::string Refusal(const v1::Calendar& source) {
  return std::string(Calendar::Compile(source).status().message());
}

TEST(CalendarTest, WithoutDaysWeeksAreWorked) {
  const auto calendar = Calendar::Compile(v1::Calendar());
  ASSERT_TRUE(calendar.ok());
  EXPECT_FALSE(calendar->IsLoaded(D("2026-11-21")));
  EXPECT_TRUE(calendar->IsWorkingDay(D("2026-11-20")));   // Friday.
  EXPECT_FALSE(calendar->IsWorkingDay(D("2026-11-21")));  // Saturday.
  EXPECT_FALSE(calendar->IsWorkingDay(D("2026-11-22")));
}

TEST(CalendarTest, DayOneIsTheNextWorkingDay) {
  const auto calendar = Calendar::Compile(v1::Calendar());
  ASSERT_TRUE(calendar.ok());
  EXPECT_EQ(calendar->AddWorkingDays(D("2026-11-20"), 1), D("2026-11-23"));
  EXPECT_EQ(calendar->AddWorkingDays(D("2026-11-21"), 1), D("2026-11-23"));
  EXPECT_EQ(calendar->AddWorkingDays(D("2026-11-23"), 10), D("2026-12-07"));
  EXPECT_EQ(calendar->SubtractWorkingDays(D("2026-11-23"), 1), D("2026-11-20"));
  EXPECT_EQ(calendar->SubtractWorkingDays(D("2026-11-22"), 60),
            D("2026-08-31"));
  EXPECT_EQ(calendar->AddWorkingDays(kNoDay, 1), kNoDay);
  EXPECT_EQ(calendar->SubtractWorkingDays(kNoDay, 1), kNoDay);
}

TEST(CalendarTest, HolidaysAndWorkedWeekendsCount) {
  v1::Calendar source = Source("2026-01-01", "2026-12-31");
  AddDay("2026-10-01", false, &source);
  AddDay("2026-10-02", false, &source);
  AddDay("2026-10-10", true, &source);  // A worked Saturday.
  const auto calendar = Calendar::Compile(source);
  ASSERT_TRUE(calendar.ok()) << calendar.status();
  EXPECT_EQ(calendar->AddWorkingDays(D("2026-09-30"), 1), D("2026-10-05"));
  EXPECT_EQ(calendar->AddWorkingDays(D("2026-10-09"), 1), D("2026-10-10"));
  EXPECT_TRUE(calendar->IsLoaded(D("2026-01-01")));
  EXPECT_TRUE(calendar->IsLoaded(D("2026-12-31")));
  EXPECT_FALSE(calendar->IsLoaded(D("2027-01-01")));
}

TEST(CalendarTest, SubtractingUndoesAdding) {
  v1::Calendar source = Source("2026-01-01", "2026-12-31");
  AddDay("2026-10-01", false, &source);
  AddDay("2026-10-10", true, &source);
  const auto calendar = Calendar::Compile(source);
  ASSERT_TRUE(calendar.ok());
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    Day day = D("2026-01-01") + static_cast<Day>(random() % 400);
    const int n = 1 + static_cast<int>(random() % 60);
    while (!calendar->IsWorkingDay(day)) ++day;
    const Day later = calendar->AddWorkingDays(day, n);
    ASSERT_TRUE(calendar->IsWorkingDay(later));
    ASSERT_EQ(calendar->SubtractWorkingDays(later, n), day);
  }
}

TEST(CalendarTest, RefusesDoubledDay) {
  v1::Calendar source = Source("2026-01-01", "2026-12-31");
  AddDay("2026-10-01", false, &source);
  AddDay("2026-10-01", false, &source);
  EXPECT_EQ(Refusal(source),
            "calendar.days[1].date: 2026-10-01 stands twice. Remove one.");
}

TEST(CalendarTest, RefusesUnorderedDays) {
  v1::Calendar source = Source("2026-01-01", "2026-12-31");
  AddDay("2026-10-02", false, &source);
  AddDay("2026-10-01", false, &source);
  EXPECT_EQ(Refusal(source),
            "calendar.days[1].date: 2026-10-01 stands after 2026-10-02. Put "
            "the days in order.");
}

TEST(CalendarTest, RefusesMalformedDay) {
  v1::Calendar source = Source("2026-01-01", "2026-12-31");
  AddDay("2026-02-29", false, &source);
  EXPECT_EQ(Refusal(source),
            "calendar.days[0].date: \"2026-02-29\" is not a date. Write one "
            "that exists as YYYY-MM-DD.");
}

TEST(CalendarTest, RefusesDayOutsideWhatIsLoaded) {
  v1::Calendar source = Source("2026-01-01", "2026-12-31");
  AddDay("2027-01-01", false, &source);
  EXPECT_EQ(Refusal(source).rfind("calendar.days[0].date: outside", 0), 0u);
}

TEST(CalendarTest, RefusesLoadedRangeBackwardsOrHalf) {
  EXPECT_EQ(Refusal(Source("2026-12-31", "2026-01-01")),
            "calendar.loaded_to: before loaded_from. Exchange them.");
  EXPECT_EQ(Refusal(Source("2026-12-31", ""))
                .rfind("calendar.loaded_to: missing.", 0),
            0u);
  EXPECT_EQ(Refusal(Source("", "2026-12-31")).rfind("calendar.loaded_from", 0),
            0u);
}

}  // namespace
}  // namespace tongguan::policy
