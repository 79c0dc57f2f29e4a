#include "gateway/base/beijing.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "absl/time/civil_time.h"

namespace tongguan {
namespace {

absl::Time At(absl::string_view rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error))
      << error;
  return time;
}

Day D(absl::string_view text) {
  const absl::StatusOr<Day> day = ParseDay(text);
  EXPECT_TRUE(day.ok()) << day.status();
  return day.value_or(0);
}

TEST(BeijingTest, YearTurnsAtBeijingMidnight) {
  EXPECT_EQ(BeijingYear(At("2026-12-31T23:59:59.999999+08:00")), 2026);
  EXPECT_EQ(BeijingYear(At("2027-01-01T00:00:00+08:00")), 2027);
  EXPECT_EQ(BeijingYear(At("2026-12-31T15:59:59.999999Z")), 2026);
  EXPECT_EQ(BeijingYear(At("2026-12-31T16:00:00Z")), 2027);
}

TEST(BeijingTest, DayTurnsAtBeijingMidnight) {
  EXPECT_EQ(FormatDay(BeijingDay(At("2026-12-31T23:59:59.999999+08:00"))),
            "2026-12-31");
  EXPECT_EQ(FormatDay(BeijingDay(At("2027-01-01T00:00:00+08:00"))),
            "2027-01-01");
  EXPECT_EQ(BeijingDay(At("1970-01-01T00:00:00+08:00")), 0);
}

TEST(BeijingTest, InstantsBefore1970RoundDown) {
  EXPECT_EQ(BeijingDay(At("1969-12-31T23:59:59.999999+08:00")), -1);
  EXPECT_EQ(BeijingDay(At("1969-12-31T00:00:00+08:00")), -1);
  EXPECT_EQ(BeijingDay(At("1969-12-30T23:59:59.999999+08:00")), -2);
  EXPECT_EQ(BeijingYear(At("1969-12-31T23:59:59.999999+08:00")), 1969);
}

TEST(BeijingTest, InfiniteInstantsStayInRange) {
  EXPECT_LT(BeijingDay(absl::InfiniteFuture()), kNoDay);
  EXPECT_GT(BeijingDay(absl::InfiniteFuture()), D("9999-12-31"));
  EXPECT_LT(BeijingDay(absl::InfinitePast()), D("0001-01-01"));
}

TEST(BeijingTest, DoesNotReadTheMachinesTimeZone) {
  setenv("TZ", "America/New_York", 1);
  tzset();
  EXPECT_EQ(FormatDay(BeijingDay(At("2026-06-30T16:00:00Z"))), "2026-07-01");
  unsetenv("TZ");
  tzset();
}

TEST(BeijingTest, StartOfDayIsItsFirstInstant) {
  EXPECT_EQ(StartOfBeijingDay(D("2026-11-21")),
            At("2026-11-21T00:00:00+08:00"));
  EXPECT_EQ(StartOfBeijingDay(D("1949-10-01")),
            At("1949-10-01T00:00:00+08:00"));
}

TEST(BeijingTest, ParsesLeapDays) {
  EXPECT_EQ(FormatDay(D("2024-02-29")), "2024-02-29");
  EXPECT_EQ(FormatDay(D("2000-02-29")), "2000-02-29");
  EXPECT_EQ(D("2024-03-01") - D("2024-02-28"), 2);
}

TEST(BeijingTest, RefusesWhatIsNotADate) {
  for (absl::string_view text :
       {"", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10",
        "2026-04-31", "2026-01-00", "0000-01-01", "2026-1-01", "26-01-01",
        "2026/01/01", "20260101", " 2026-01-01", "2026-01-01 ", "2026-01-0x",
        "-026-01-01", "2026-01-01T00:00:00Z", "+202-01-01"}) {
    EXPECT_FALSE(ParseDay(text).ok()) << text;
  }
}

TEST(BeijingTest, RefusalShowsTheTextAndTheMend) {
  EXPECT_EQ(ParseDay("2026-02-30").status().message(),
            "\"2026-02-30\" is not a date. Write one that exists as "
            "YYYY-MM-DD");
}

TEST(BeijingTest, NumbersDays) {
  EXPECT_EQ(DayNumber(D("2026-11-21")), 20261121);
  EXPECT_EQ(DayNumber(kNoDay), kNoDay);
}

TEST(BeijingTest, AddsYearsAndMonths) {
  EXPECT_EQ(AddYears(D("2024-02-29"), 3), D("2027-02-28"));
  EXPECT_EQ(AddYears(D("2024-02-29"), 4), D("2028-02-29"));
  EXPECT_EQ(AddYears(D("2026-05-10"), 3), D("2029-05-10"));
  EXPECT_EQ(AddYears(D("2024-02-29"), -1), D("2023-02-28"));
  EXPECT_EQ(AddMonths(D("2026-08-31"), 6), D("2027-02-28"));
  EXPECT_EQ(AddMonths(D("2026-01-31"), -6), D("2025-07-31"));
  EXPECT_EQ(AddMonths(D("2026-12-15"), 1), D("2027-01-15"));
  EXPECT_EQ(AddYears(kNoDay, 3), kNoDay);
  EXPECT_EQ(AddMonths(kNoDay, 3), kNoDay);
}

TEST(BeijingTest, KnowsWeekdays) {
  EXPECT_EQ(Weekday(D("1970-01-01")), 3);
  EXPECT_EQ(Weekday(D("2026-11-21")), 5);  // A Saturday.
  EXPECT_EQ(Weekday(D("2026-11-23")), 0);
  EXPECT_EQ(Weekday(D("1969-12-29")), 0);
}

TEST(BeijingTest, FormattingAndParsingAreInverse) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<Day> days(D("0001-01-01"), D("9999-12-31"));
  for (int i = 0; i < 10'000; ++i) {
    const Day day = days(random);
    ASSERT_EQ(D(FormatDay(day)), day);
    ASSERT_EQ(BeijingDay(StartOfBeijingDay(day)), day);
    ASSERT_EQ(BeijingDay(StartOfBeijingDay(day) - absl::Microseconds(1)),
              day - 1);
    ASSERT_EQ(Weekday(day + 1), (Weekday(day) + 1) % 7);
  }
}

// Against the civil days of the library, also before 1970 and far away.
TEST(BeijingTest, YearIsThatOfTheCivilDay) {
  const auto check = [](Day day) {
    const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + day;
    ASSERT_EQ(BeijingYear(StartOfBeijingDay(day)), civil.year()) << civil;
  };
  for (Day day = -80 * 365; day < 200 * 365; ++day) check(day);
  for (int64_t day = -2'000'000'000; day < 2'000'000'000; day += 1'000'003) {
    check(static_cast<Day>(day));
  }
}

}  // namespace
}  // namespace tongguan
