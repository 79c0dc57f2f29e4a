#include "gateway/inspect/several.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace tongguan::inspect {
namespace {

using people::IdentifierKind;

constexpr size_t kMost = 20;

std::string Utf8(uint32_t point) {
  const auto tail = [point](int shift) {
    return std::string(1, static_cast<char>(0x80 | (point >> shift & 0x3F)));
  };
  if (point < 0x80) return std::string(1, static_cast<char>(point));
  if (point < 0x800) {
    return std::string(1, static_cast<char>(0xC0 | point >> 6)) + tail(0);
  }
  if (point < 0x10000) {
    return std::string(1, static_cast<char>(0xE0 | point >> 12)) + tail(6) +
           tail(0);
  }
  return std::string(1, static_cast<char>(0xF0 | point >> 18)) + tail(12) +
         tail(6) + tail(0);
}

// Every character but a letter or digit of ASCII, alone and beside a gap.
template <typename Check>
void BetweenAll(Check check) {
  for (uint32_t point = 1; point < 0x20000; ++point) {
    if (point >= 0xD800 && point < 0xE000) continue;  // Surrogates.
    if (point < 0x80 && absl::ascii_isalnum(static_cast<char>(point))) continue;
    const std::string sign = Utf8(point);
    for (const std::string& between : {sign, " " + sign, sign + sign}) {
      ASSERT_NO_FATAL_FAILURE(check(between))
          << "U+" << absl::StrCat(absl::Hex(point));
    }
  }
}

// What parts two is not a list: no character there is makes one of them.
TEST(SeveralTest, NoCharacterBetweenTwoNumbersMakesThemOne) {
  struct Two {
    IdentifierKind kind;
    const char* first;
    const char* second;
  };
  for (const Two& two :
       {Two{IdentifierKind::kDocument, "E12345678", "E23456789"},
        Two{IdentifierKind::kDocument, "123456789", "234567890"},
        Two{IdentifierKind::kPhone, "91234567", "98765432"},
        Two{IdentifierKind::kPhone, "9123 4567", "9876 5432"},
        Two{IdentifierKind::kCard, "12345678", "23456789"},
        Two{IdentifierKind::kOther, "E1001", "E1002"},
        Two{IdentifierKind::kOther, "E999", "e1000"},
        Two{IdentifierKind::kOther, "SH1001", "BJ1002"},
        Two{IdentifierKind::kOther, "10001", "10002"}}) {
    BetweenAll([&two](const std::string& between) {
      const std::string text = absl::StrCat(two.first, between, two.second);
      ASSERT_NE(HoldsSeveral(two.kind, kMost, text), Several::kNo) << text;
    });
  }
}

// But '-', '_', '.' and the like, which names of accounts have inside, and
// letters of two bytes.
TEST(SeveralTest, NoSignBetweenTwoNamesMakesThemOne) {
  BetweenAll([](const std::string& between) {
    const bool joins =
        between.find_first_not_of("-_.:@#\\'\xC2\xB7") == std::string::npos;
    const bool brackets =
        between.find_first_not_of("()[]{}") == std::string::npos;
    const auto first = static_cast<uint8_t>(between.back());
    const bool two_bytes = between.size() % 2 == 0 && first >= 0x80 &&
                           static_cast<uint8_t>(between[0]) >= 0xC3 &&
                           static_cast<uint8_t>(between[0]) < 0xE0;
    const bool arabic = between == "\u060C" || between == "\u061B";
    if (joins || brackets || (two_bytes && !arabic)) return;
    const std::string text = absl::StrCat("zhangsan", between, "lisi");
    ASSERT_NE(HoldsSeveral(IdentifierKind::kOther, kMost, text), Several::kNo)
        << text;
  });
}

// However many there are, on end as well.
TEST(SeveralTest, MoreThanTwoOnEndAreNotOne) {
  std::string telephones, documents, numbers;
  for (int i = 0; i < 3; ++i) {
    absl::StrAppend(&telephones, 13'800'138'000 + i);
    absl::StrAppend(&documents, "E", 12'345'678 + i);
    absl::StrAppend(&numbers, "E", 1001 + i);
    if (i == 0) continue;
    EXPECT_EQ(HoldsSeveral(IdentifierKind::kPhone, kMost, telephones),
              Several::kPerhaps);
    EXPECT_EQ(HoldsSeveral(IdentifierKind::kDocument, kMost, documents),
              Several::kPerhaps);
    EXPECT_EQ(HoldsSeveral(IdentifierKind::kOther, kMost, numbers),
              Several::kPerhaps);
  }
}

// Bounds, to the letter.
TEST(SeveralTest, WhatIsLongerThanAnyIsNotOne) {
  const std::string digits(60, '7');
  for (const size_t most : {13u, 18u, 20u}) {
    const absl::string_view fits = absl::string_view(digits).substr(0, most);
    const absl::string_view longer =
        absl::string_view(digits).substr(0, most + 1);
    EXPECT_EQ(HoldsSeveral(IdentifierKind::kDocument, most, fits),
              Several::kNo);
    EXPECT_EQ(HoldsSeveral(IdentifierKind::kDocument, most, longer),
              Several::kPerhaps);
  }
  const auto telephone = [&digits](absl::string_view before, size_t count) {
    return HoldsSeveral(IdentifierKind::kPhone, kMost,
                        absl::StrCat(before, digits.substr(0, count)));
  };
  EXPECT_EQ(telephone("", 13), Several::kNo);
  EXPECT_EQ(telephone("", 14), Several::kPerhaps);
  EXPECT_EQ(telephone("+", 15), Several::kNo);
  EXPECT_EQ(telephone("+", 16), Several::kPerhaps);
  EXPECT_EQ(telephone("00", 15), Several::kNo);
  EXPECT_EQ(telephone("00", 16), Several::kPerhaps);
}

TEST(SeveralTest, ATelephoneWithTheCodeOfAnotherCountryIsForeign) {
  for (const char* form : {"+4915112345678", "004915112345678", "+1234567",
                           "+852138001380", "+123456789012345"}) {
    EXPECT_TRUE(IsForeignTelephone(form)) << form;
  }
  for (const char* form :
       {"", "+", "00", "+86138001380001", "0086138001380001", "+123456",
        "+1234567890123456", "4915112345678", "015112345678", "+04915112345678",
        "0000151123456", "+49151x12345678", "+4915112345678/13800138000"}) {
    EXPECT_FALSE(IsForeignTelephone(form)) << form;
  }
}

}  // namespace
}  // namespace tongguan::inspect
