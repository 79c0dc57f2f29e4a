#include "gateway/policy/checks.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"

namespace tongguan::policy {
namespace {

struct Good {
  v1::ValueCheck check;
  const char* value;
};

// GB 11643-1999's own examples; ISO/IEC 7812 and GB 16735 by public examples;
// the codes of GB 32100 and GB 11714 by their standards' rule.
constexpr Good kGood[] = {
    {v1::VALUE_CHECK_RESIDENT_ID, "11010519491231002X"},
    {v1::VALUE_CHECK_RESIDENT_ID, "11010519491231002x"},
    {v1::VALUE_CHECK_RESIDENT_ID, "440524188001010014"},
    {v1::VALUE_CHECK_LUHN, "4111111111111111"},
    {v1::VALUE_CHECK_LUHN, "79927398713"},
    {v1::VALUE_CHECK_VIN, "1M8GDM9AXKP042788"},
    {v1::VALUE_CHECK_VIN, "11111111111111111"},
    {v1::VALUE_CHECK_USCC, "91350100M000100Y43"},
    {v1::VALUE_CHECK_ORG_CODE, "D2143569-X"},
    {v1::VALUE_CHECK_ORG_CODE, "D2143569X"},
};

TEST(ChecksTest, TakesKnownNumbers) {
  for (const Good& good : kGood) {
    EXPECT_TRUE(PassesCheck(good.check, good.value)) << good.value;
  }
}

// Every check of ours finds every single wrong digit.
TEST(ChecksTest, RefusesEveryChangedDigit) {
  for (const Good& good : kGood) {
    for (size_t i = 0; i < std::string(good.value).size(); ++i) {
      for (char c = '0'; c <= '9'; ++c) {
        std::string changed = good.value;
        if (!absl::ascii_isdigit(changed[i]) || changed[i] == c) continue;
        changed[i] = c;
        if (good.check == v1::VALUE_CHECK_VIN && i != 8) {
          // A digit of weight 11 - x may stand for another; only 0 to 9 here.
          if ((c - good.value[i]) % 11 == 0) continue;
        }
        EXPECT_FALSE(PassesCheck(good.check, changed)) << changed;
      }
    }
  }
}

TEST(ChecksTest, RefusesDateThatTheCalendarLacks) {
  // 29 February 2001 and 31 April 2000 with right check characters.
  const auto with_check = [](std::string first17) {
    for (const char c : std::string("0123456789X")) {
      const std::string id = first17 + c;
      if (PassesCheck(v1::VALUE_CHECK_RESIDENT_ID, id)) return true;
    }
    return false;
  };
  EXPECT_TRUE(with_check("11010520000229001"));
  EXPECT_FALSE(with_check("11010520010229001"));
  EXPECT_FALSE(with_check("11010519000229001"));
  EXPECT_FALSE(with_check("11010520000431001"));
  EXPECT_FALSE(with_check("11010520001301001"));
  EXPECT_FALSE(with_check("11010520000100001"));
}

TEST(ChecksTest, RefusesWrongLengths) {
  EXPECT_FALSE(PassesCheck(v1::VALUE_CHECK_RESIDENT_ID, "1101051949123100"));
  EXPECT_FALSE(PassesCheck(v1::VALUE_CHECK_VIN, "1M8GDM9AXKP04278"));
  EXPECT_FALSE(PassesCheck(v1::VALUE_CHECK_ORG_CODE, "D2143569"));
  EXPECT_FALSE(PassesCheck(v1::VALUE_CHECK_LUHN, ""));
  EXPECT_FALSE(PassesCheck(v1::VALUE_CHECK_USCC, "91350100M000100Y4"));
}

TEST(ChecksTest, RefusesACheckItDoesNotKnow) {
  EXPECT_FALSE(PassesCheck(v1::VALUE_CHECK_UNSPECIFIED, "1"));
  EXPECT_FALSE(PassesCheck(static_cast<v1::ValueCheck>(99), "1"));
  EXPECT_TRUE(PassesCheck(v1::VALUE_CHECK_NONE, "1"));
}

}  // namespace
}  // namespace tongguan::policy
