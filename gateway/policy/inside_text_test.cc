#include "gateway/policy/inside_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tongguan::policy {
namespace {

// Bytes that were looked at or told of so many bytes of `shape`, again and
// again.
size_t StepsOf(const std::string& shape, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += shape;
  size_t told = 0;
  const size_t looked =
      EachPart(text, [&told](absl::string_view part) { told += part.size(); });
  return looked + told;
}

// An address of which all but one letter is behind the '@', word by word.
std::string LongDomain() {
  std::string text = "a@";
  while (text.size() < 260) text += "b-";
  return text;
}

// 32 kB of "1-1-…" took 100 times as long as 4 kB.
TEST(InsideTextTest, StepsGrowAsTheTextDoesWhateverItsShape) {
  const std::vector<std::string> kShapes = {
      "1-",
      "f-",
      "1-f-",
      "f1-",
      "a1--",
      LongDomain(),
      "1",
      "f",
      "1 ",
      "1.",
      "111-",
      "111.",
      "0111-0",
      "13800138000-",
      "1(",
      "1 ) - (",
      "1\u2013",
      "\u2013",
      "@",
      "@a",
      "a@",
      "a@b-",
      "a@b.c-d.",
      "a.a@",
      "@a.a.",
      "a-b-c-d-e-f-g-",
      "京A",
      "京A-",
      "京A-1-",
      "·A",
      "·A·",
      "·A1······",
      "京A12345.",
      "京京京A",
      "a京",
      "deadbeef-1-",
      "g1-",
      "----------1",
      "zz-1-zz-1-",
      "使1",
      "使·1·",
      "1使·111·11",
      "a使·1",
      "13812345678-550e8400-e29b-41d4-a716-446655440000-",
      "550e8400-e29b-41d4-a716-446655440000-",
      "13812345678-5f1391234567abcdef0123456789abcd-"};
  for (const std::string& shape : kShapes) {
    const size_t small = StepsOf(shape, 8'192);
    const size_t large = StepsOf(shape, 65'536);
    EXPECT_LE(large, 9 * small + 1'000) << shape;
    EXPECT_LE(large, kMostSteps * 65'536) << shape;
  }
}

// A hash that fails at its front is none further on, and one behind it is.
TEST(InsideTextTest, AHashBehindWhatIsNoneIsStillPassedOver) {
  const auto told = [](absl::string_view text) {
    std::vector<std::string> parts;
    EachPart(text,
             [&parts](absl::string_view part) { parts.emplace_back(part); });
    return parts;
  };
  const std::string hash = "00112233-4455-6677-8899-aabbccdd1122-ab-cd";
  EXPECT_TRUE(told(hash).empty());
  EXPECT_TRUE(told("f-1-f zz " + hash).empty());
  EXPECT_TRUE(told("x f-1-f zz " + hash + " " + hash).empty());
  EXPECT_FALSE(told("13800138000 " + hash).empty());
}

// Random ones with few letters, in which a number stands by chance.
TEST(InsideTextTest, UuidsAndHashesWithFewLettersArePassedOver) {
  for (const char* id :
       {"81015340-9ca7-4564-8136-418226515520",
        "29601494-1550-4465-9cdc-755de7988168",
        "00000000-0000-4000-a000-013812345678",
        "5369e59233235895921206783f165723", "a2345678901381234567801234567890",
        "0123456789012345678901234567890a23456789"}) {
    int parts = 0;
    const auto count = [&parts](absl::string_view) { ++parts; };
    for (const char* after : {"", "-", " ", ".x", "_a"}) {
      EachPart(std::string(id) + after, count);
    }
    EXPECT_EQ(parts, 0) << id;
  }
}

TEST(InsideTextTest, ANumberBesideAUuidOrHashIsTold) {
  const std::string number = "13812345678";
  for (const std::string id :
       {"550e8400-e29b-41d4-a716-446655440000",
        "81015340-9ca7-4564-8136-418226515520",
        "5f1391234567abcdef0123456789abcd", "5369e59233235895921206783f165723",
        "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"}) {
    for (const std::string& text :
         {absl::StrCat(id, "-", number), absl::StrCat(id, "-138-1234-5678"),
          absl::StrCat(number, "-", id), absl::StrCat("138-1234-5678-", id),
          absl::StrCat(number, "_", id), absl::StrCat(id, ".", number),
          absl::StrCat(id, "-", number, "-1")}) {
      std::vector<std::string> parts;
      EachPart(text,
               [&parts](absl::string_view part) { parts.emplace_back(part); });
      EXPECT_THAT(parts, testing::Contains(number)) << text;
    }
  }
  // Neither a UUID nor a hash: all zeros around, digits alone, a letter more.
  for (const char* text : {"00000000-0000-0000-0000-013812345678",
                           "00000000-0000-4000-0000-013812345678a",
                           "00000000000000000000013812345678"}) {
    int parts = 0;
    EachPart(text, [&parts](absl::string_view) { ++parts; });
    EXPECT_GT(parts, 0) << text;
  }
}

// Each was passed over with the hash around it.
TEST(InsideTextTest, ANumberBetweenThePiecesOfAHashIsTold) {
  const std::string hash = "5f1391234567abcdef0123456789abcd";
  for (const std::string number :
       {"13812345678", "8613812345678", "378282246310005", "110105491231002",
        "110105194912310023", "6222021234567890128"}) {
    for (const std::string& text :
         {absl::StrCat(hash, "-", number, "-abc"),
          absl::StrCat("ab-", number, "-", hash),
          absl::StrCat("4bf92f3577b34da6-", number, "-a3ce929d0e0e4736")}) {
      std::vector<std::string> parts;
      EachPart(text,
               [&parts](absl::string_view part) { parts.emplace_back(part); });
      EXPECT_THAT(parts, testing::Contains(number)) << text;
    }
  }
}

// Seventeen digits may be an ID number without its X, and something else.
TEST(InsideTextTest, SeventeenDigitsAreToldWithTheXBehindThemAndWithout) {
  std::vector<std::string> parts;
  EachPart("62220212345678901 X",
           [&parts](absl::string_view part) { parts.emplace_back(part); });
  EXPECT_THAT(parts, testing::UnorderedElementsAre("62220212345678901",
                                                   "62220212345678901X"));
}

// The letter was taken for the end of a dash, and 4111202611211111 is a card.
TEST(InsideTextTest, ALetterBehindABrokenCharacterIsNoGap) {
  const auto told = [](const std::string& text) {
    std::vector<std::string> parts;
    EachPart(text,
             [&parts](absl::string_view part) { parts.emplace_back(part); });
    return parts;
  };
  EXPECT_THAT(told("4111\xE2\x80\x93"
                   "2026-11-211111"),
              testing::Contains("4111202611211111"));
  EXPECT_THAT(told("4111\xE2\x80"
                   "f2026-11-211111"),
              testing::Not(testing::Contains("4111202611211111")));
}

// As programs write them: UUIDs, digests, and some of 16 digits joined. One
// digest in three million has no letter, and is a number as any other.
TEST(InsideTextTest, NothingIsToldOfRandomUuidsAndHashes) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    const std::string hex =
        absl::StrFormat("%016x%016x%016x", random(), random(), random());
    const std::string uuid = absl::StrCat(
        hex.substr(0, 8), "-", hex.substr(8, 4), "-4", hex.substr(13, 3), "-a",
        hex.substr(17, 3), "-", hex.substr(20, 12));
    const std::string joined =
        absl::StrCat("a1b2c3d4e5f60718-", hex.substr(0, 16), "-",
                     hex.substr(16, 16), "-", hex.substr(32, 12), "-abcd");
    for (const std::string& token :
         {uuid, hex.substr(0, 32), hex.substr(0, 40), joined}) {
      if (token.find_first_of("abcdef") == std::string::npos) continue;
      EachPart(token, [&token](absl::string_view part) {
        ADD_FAILURE() << token << ": " << part;
      });
      ASSERT_FALSE(HasFailure());
    }
  }
}

// As the detector takes them, which was so for whole values only.
TEST(InsideTextTest, PlatesOfEmbassiesAreToldWithTheirDotsOrWithout) {
  const auto told = [](const std::string& text) {
    std::vector<std::string> parts;
    EachPart(text,
             [&parts](absl::string_view part) { parts.emplace_back(part); });
    return parts;
  };
  for (const char* plate :
       {"使123456", "使·123456", "使123·456", "使·123·456"}) {
    for (const char* before : {"", "车牌 ", "车牌:"}) {
      for (const char* after : {"", " 李四", "，已登记"}) {
        const std::string text = std::string(before) + plate + after;
        EXPECT_TRUE(MayHoldValues(text)) << text;
        EXPECT_THAT(told(text), testing::Contains("使123456")) << text;
      }
    }
  }
  for (const char* none :
       {"大使·123·456", "使·123·4567", "使·1234·56", "使··123456", "使·12·3456",
        "使·123·", "使·", "·123·456", "使1234567"}) {
    EXPECT_FALSE(MayHoldValues(none)) << none;
    EXPECT_TRUE(told(none).empty()) << none;
  }
}

}  // namespace
}  // namespace tongguan::policy
