#include "gateway/policy/tokens.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tongguan::policy {
namespace {

TEST(TokensTest, AUuidIsOneWhateverItsDigits) {
  for (const char* uuid : {"550e8400-e29b-41d4-a716-446655440000",
                           "550E8400-E29B-41D4-A716-446655440000",
                           "00000000-0000-0000-0000-000000000000",
                           "81015340-9107-4564-8136-418226515520"}) {
    for (const char* behind : {"", "-", " 1", "}", "_a"}) {
      EXPECT_EQ(UuidAt(absl::StrCat(uuid, behind)), 36u) << uuid << behind;
    }
    EXPECT_EQ(UuidAt(absl::StrCat(uuid, "0")), 0u) << uuid;
    EXPECT_EQ(UuidAt(absl::StrCat(uuid, "z")), 0u) << uuid;
  }
  for (const char* none :
       {"", "550e8400", "550e8400-e29b-41d4-a716-44665544000",
        "550e8400e29b41d4a716446655440000----",
        "550e8400-e29b-41d4-a716_446655440000",
        "550e8400-e29b-41d4-a716-44665544000g",
        "{550e8400-e29b-41d4-a716-446655440000}"}) {
    EXPECT_EQ(UuidAt(none), 0u) << none;
  }
}

TEST(TokensTest, AHashIsOneOfTheLengthsThatThereAre) {
  for (size_t digits = 0; digits <= 130; ++digits) {
    const bool usual = digits == 32 || digits == 40 || digits == 64;
    const bool hash =
        usual || digits == 48 || digits == 56 || digits == 96 || digits == 128;
    std::string text(digits, '7');
    EXPECT_EQ(HashAt(text), 0u) << "digits alone may be numbers";
    if (digits < 6) continue;
    text[2] = 'a';
    EXPECT_EQ(HashAt(text), usual ? digits : 0) << text;
    text[0] = text[4] = 'F';
    for (const char* behind : {"", "-1", " a", "}"}) {
      EXPECT_EQ(HashAt(text + behind), hash ? digits : 0) << text;
    }
    EXPECT_EQ(HashAt(text + "g"), 0u) << text;
    text[2] = 'x';
    EXPECT_EQ(HashAt(text), 0u) << text;
  }
}

// Where one ends that begins at the text's front; 0: none does.
size_t EndOf(const std::string& text) { return Tokens(text).EndAt(0); }

TEST(TokensTest, WhatSomebodyMayHaveWrittenIsNone) {
  EXPECT_EQ(EndOf("00000000-0000-0000-0000-013812345678"), 0u);
  EXPECT_EQ(EndOf("a0000000-0000-0000-0000-013812345678"), 0u);
  EXPECT_EQ(EndOf("a0b00000-0000-0000-c000-013812345678"), 36u);
  EXPECT_EQ(EndOf("00000000-0000-4000-a000-013812345678"), 36u);
  EXPECT_EQ(EndOf("00000000-0000-9000-a000-013812345678"), 0u);
  EXPECT_EQ(EndOf("00000000000000000000013812345678"), 0u);
}

TEST(TokensTest, NumbersBesideThePiecesOfAHashAreNotOfIt) {
  const std::string hash = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
  EXPECT_EQ(EndOf(hash), hash.size());
  EXPECT_EQ(EndOf(hash + "-13812345678"), hash.size());
  EXPECT_EQ(EndOf("13812345678-" + hash), 0u);
  EXPECT_EQ(EndOf("1234567-" + hash), 8 + hash.size());
  const std::string both = "13812345678-" + hash;
  Tokens tokens(both);
  EXPECT_EQ(tokens.EndAt(0), 0u);
  EXPECT_EQ(tokens.EndAt(12), both.size());
}

}  // namespace
}  // namespace tongguan::policy
