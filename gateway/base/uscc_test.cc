#include "gateway/base/uscc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tongguan {
namespace {

using ::testing::HasSubstr;

std::string Refusal(absl::string_view code) {
  return std::string(CheckUscc(code).message());
}

TEST(UsccTest, AcceptsTheStandardsExample) {
  EXPECT_TRUE(CheckUscc("91350100M000100Y43").ok());
  EXPECT_EQ(UsccCheckCharacter("91350100M000100Y4"), '3');
}

TEST(UsccTest, RefusesEveryOtherCheckCharacter) {
  for (char c : std::string("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
    if (c == '3') continue;
    EXPECT_THAT(Refusal(std::string("91350100M000100Y4") + c),
                HasSubstr("check character should be 3"));
  }
}

TEST(UsccTest, RefusesEverySingleWrongCharacter) {
  const std::string good = "91350100M000100Y43";
  for (size_t i = 0; i < good.size(); ++i) {
    for (char c : std::string("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
      std::string bad = good;
      bad[i] = c;
      EXPECT_EQ(CheckUscc(bad).ok(), bad == good) << bad;
    }
  }
}

TEST(UsccTest, RefusesWrongLengths) {
  EXPECT_THAT(Refusal(""), HasSubstr("has 0 characters"));
  EXPECT_THAT(Refusal("91350100M000100Y4"), HasSubstr("has 17 characters"));
  EXPECT_THAT(Refusal("91350100M000100Y433"), HasSubstr("has 19 characters"));
}

TEST(UsccTest, RefusesLettersOutsideTheAlphabet) {
  for (char c : std::string("IOSVZmy -\n\0", 11)) {
    std::string bad = "91350100M000100Y43";
    bad[8] = c;
    EXPECT_THAT(Refusal(bad), HasSubstr("character 9 is not")) << c;
  }
}

}  // namespace
}  // namespace tongguan
