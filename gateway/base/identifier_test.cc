#include "gateway/base/identifier.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"

namespace tongguan {
namespace {

TEST(IdentifierTest, AcceptsLettersDigitsJoinersAndIdeographs) {
  for (absl::string_view text :
       {"a", "Z9", "id_card-no.2", "身份证号", "会员_ID", "㐀", "䶿", "一",
        "鿿", "...", "2026"}) {
    EXPECT_TRUE(IsIdentifier(text)) << text;
  }
}

// A byte above ASCII is at most part of a character.
TEST(IdentifierTest, OfSingleBytesOnlyLettersDigitsAndJoinersAreOne) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(IsIdentifier(absl::string_view(&c, 1)),
              absl::ascii_isalnum(byte) || c == '_' || c == '-' || c == '.')
        << byte;
  }
}

TEST(IdentifierTest, RefusesEmpty) { EXPECT_FALSE(IsIdentifier("")); }

TEST(IdentifierTest, RefusesSpaces) {
  for (absl::string_view text : {" ", "a b", "a\t", "　", "a\u00a0b"}) {
    EXPECT_FALSE(IsIdentifier(text)) << text;
  }
}

TEST(IdentifierTest, RefusesControlCharacters) {
  for (char c = 0; c < 0x20; ++c) {
    EXPECT_FALSE(IsIdentifier(std::string("a") + c + "b")) << int{c};
  }
  EXPECT_FALSE(IsIdentifier("a\x7f"));
  EXPECT_FALSE(IsIdentifier("a\u200bb"));  // Zero-width space.
  EXPECT_FALSE(IsIdentifier("a\u202eb"));  // Right-to-left override.
}

TEST(IdentifierTest, RefusesEmojiAndPunctuation) {
  for (absl::string_view text : {"😀", "a!", "a@b", "a/b", "a,b", "“名”", "é",
                                 "カナ", "㏿", "䷀", "ꀀ", "𠀀"}) {
    EXPECT_FALSE(IsIdentifier(text)) << text;
  }
}

TEST(IdentifierTest, RefusesInvalidUtf8) {
  for (absl::string_view text :
       {"\x80", "\xff", "\xe4\xb8", "\xe4", "a\xe4\xb8z", "\xe4\x28\x80",
        "\xc1\x81", "\xe0\x81\x81", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_FALSE(IsIdentifier(text));
  }
}

TEST(IdentifierTest, CountsCharactersNotBytes) {
  std::string cjk;
  for (int i = 0; i < 64; ++i) cjk += "数";
  EXPECT_TRUE(IsIdentifier(cjk));
  EXPECT_FALSE(IsIdentifier(cjk + "数"));
  EXPECT_TRUE(IsIdentifier(std::string(64, 'a')));
  EXPECT_FALSE(IsIdentifier(std::string(65, 'a')));
  EXPECT_FALSE(IsIdentifier(std::string(1'000'000, 'a')));
}

TEST(IdentifierTest, AnyBytesAreAnswered) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 12, '\0');
    bool ascii = true;
    for (char& c : text) {
      c = static_cast<char>(random());
      ascii = ascii && c >= 0x21 && c < 0x7f;
    }
    if (IsIdentifier(text) && ascii) {
      EXPECT_EQ(text.find_first_of(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"),
                std::string::npos);
    }
  }
}

// However letters and ideographs are mixed, up to the bound and beyond it.
TEST(IdentifierTest, AnyMixtureIsReadCharacterByCharacter) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> kCharacters = {"a", "Z",  "0",  "_",  "-",
                                                ".", "数", "㐀", "鿿"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const size_t characters = random() % 70;
    for (size_t k = 0; k < characters; ++k) {
      text += kCharacters[random() % kCharacters.size()];
    }
    ASSERT_EQ(IsIdentifier(text), characters >= 1 && characters <= 64) << text;
    text.insert(random() % (text.size() + 1), 1, "!@\xE6\x80\xFF "[i % 6]);
    ASSERT_FALSE(IsIdentifier(text)) << text;
  }
}

TEST(FoldNameTest, LowersAsciiAndDropsJoiners) {
  EXPECT_EQ(FoldName("ID_Card-No.2"), "idcardno2");
  EXPECT_EQ(FoldName("会员_ID"), "会员id");
  EXPECT_EQ(FoldName("_-."), "");
}

}  // namespace
}  // namespace tongguan
