#include "gateway/ledger/id.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tongguan::ledger {
namespace {

absl::StatusCode CodeOf(absl::string_view text) {
  return ParseId(text).status().code();
}

// The definition of ISO 7064 mod 37-2, written anew: the sum of the values,
// each times the power of 2 of its place from the right, is 1 mod 37.
bool HasRightCheck(const std::string& id) {
  int sum = 0, weight = 1;
  for (auto it = id.rbegin(); it != id.rend(); ++it) {
    if (*it == '-') continue;
    const int value = *it == '*' ? 36 : *it >= 'A' ? *it - 'A' + 10 : *it - '0';
    sum = (sum + value * weight) % 37;
    weight = weight * 2 % 37;
  }
  return sum == 1;
}

TEST(IdTest, HasYearTwelveDigitsAndCheck) {
  EXPECT_EQ(FormatId({2026, 42}).substr(0, 18), "2026-000000000042-");
  EXPECT_EQ(FormatId({2026, 1234567890123}).substr(0, 19),
            "2026-1234567890123-");
}

TEST(IdTest, ReadsBackWhatItWrites) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20000; ++i) {
    const RecordId id{static_cast<int32_t>(1000 + random() % 9000),
                      random() >> (random() % 64)};
    const std::string text = FormatId(id);
    EXPECT_TRUE(HasRightCheck(text)) << text;
    const auto read = ParseId(text);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->year, id.year);
    EXPECT_EQ(read->index, id.index);
  }
}

TEST(IdTest, FindsEveryMistypedDigitAndEverySwapOfNeighbours) {
  const std::string id = FormatId({2026, 123456789012});
  for (size_t i = 0; i < id.size(); ++i) {
    for (char c : std::string("0123456789AZ*-x")) {
      std::string other = id;
      other[i] = c;
      if (other != id) {
        EXPECT_FALSE(ParseId(other).ok()) << other;
      }
    }
    std::string swapped = id;
    if (i > 0) std::swap(swapped[i - 1], swapped[i]);
    if (swapped != id) {
      EXPECT_FALSE(ParseId(swapped).ok()) << swapped;
    }
  }
}

TEST(IdTest, RefusesOtherForms) {
  const std::string id = FormatId({2026, 42});
  for (const std::string& text :
       {std::string(), std::string("2026"), id + " ", " " + id,
        id.substr(0, 18), absl::StrCat("2026-0", id.substr(5)),
        absl::StrCat("+", id.substr(1)), std::string(100000, '-'),
        std::string(100000, '9'), std::string("2026-18446744073709551616-0"),
        std::string("2026-00000000004\0-0", 19)}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace tongguan::ledger
