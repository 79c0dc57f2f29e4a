#include "gateway/policy/rough_match.h"

#include <gtest/gtest.h>

#include <random>

#include "re2/re2.h"

namespace tongguan::policy {
namespace {

TEST(RoughMatchTest, ExcludesWhatHoldsNoWord) {
  const RoughMatch match({"^secret", "phone(_number)?$", "order|invoice"});
  EXPECT_TRUE(match.Possible("SECRET_recipe"));
  EXPECT_TRUE(match.Possible("a_secret"));  // Roughly: it does not match.
  EXPECT_TRUE(match.Possible("home_Phone"));
  EXPECT_TRUE(match.Possible("xinvoice"));
  EXPECT_FALSE(match.Possible("secre"));
  EXPECT_FALSE(match.Possible("secrt_phne_inv_rder"));
  EXPECT_FALSE(match.Possible(""));
}

TEST(RoughMatchTest, PatternWithoutAWordExcludesNothing) {
  EXPECT_TRUE(RoughMatch({"secret", "[0-9]+"}).Possible("x"));
  EXPECT_TRUE(RoughMatch({"secret", "a."}).Possible("a1"));
  EXPECT_TRUE(RoughMatch().Possible("x"));
}

// "K" may be the Kelvin sign, whose lower case is "k".
TEST(RoughMatchTest, OtherThanAsciiIsPossible) {
  const RoughMatch match({"key"});
  EXPECT_TRUE(RE2::PartialMatch("\u212aey", "(?i)key"));
  EXPECT_TRUE(match.Possible("\u212aey"));
  EXPECT_TRUE(match.Possible("\u4e2d\u6587"));
}

// Whatever matches is possible.
TEST(RoughMatchTest, NeverExcludesAMatch) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto text = [&random](int longest, const char* letters, int count) {
    std::string made;
    for (int i = 1 + random() % longest; i > 0; --i) {
      made += letters[random() % count];
    }
    return made;
  };
  int excluded = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> patterns;
    for (int i = 1 + random() % 4; i > 0; --i) {
      std::string pattern = text(4, "abc", 3);
      if (random() % 3 == 0) pattern = "^" + pattern;
      if (random() % 3 == 0) pattern += "(_" + text(2, "abc", 3) + ")?";
      if (random() % 3 == 0) pattern += "[0-9]" + text(2, "abc", 3);
      if (random() % 4 == 0) pattern += "|" + text(3, "abc", 3);
      patterns.push_back(pattern);
    }
    const RoughMatch match(patterns);
    for (int i = 0; i < 100; ++i) {
      const std::string name = text(8, "aAbBcC_1", 8);
      bool matches = false;
      for (const std::string& pattern : patterns) {
        matches |= RE2::PartialMatch(name, "(?i)" + pattern);
      }
      if (matches) {
        ASSERT_TRUE(match.Possible(name)) << name;
      }
      excluded += match.Possible(name) ? 0 : 1;
    }
  }
  EXPECT_GT(excluded, 1000);
}

}  // namespace
}  // namespace tongguan::policy
