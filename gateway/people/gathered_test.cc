#include "gateway/people/gathered.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace tongguan::people {
namespace {

std::string Concatenated(const std::set<Pseudonym>& all) {
  std::string bytes;
  for (const Pseudonym& one : all) bytes.append(one.begin(), one.end());
  return bytes;
}

TEST(GatheredTest, NobodyIsAnEmptySet) {
  Gathered gathered(10);
  const auto set = gathered.Set();
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(*set, "");
}

// Against std::set: sizes beyond the first memory, people again and again, the
// set asked for in between.
TEST(GatheredTest, IsTheSortedSetOfWhatWasAdded) {
  for (const uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Gathered gathered(1'000'000);
    std::set<Pseudonym> expected;
    for (int i = 0; i < 250'000; ++i) {
      // Words that are alike in front, and about every other one twice.
      Pseudonym one{};
      one[0] = static_cast<uint8_t>(random() % 3);
      one[7] = static_cast<uint8_t>(random());
      one[8] = static_cast<uint8_t>(random());
      one[15] = static_cast<uint8_t>(random() % 2);
      ASSERT_TRUE(gathered.Add(one));
      expected.insert(one);
      if (i % 100'000 == 5) {
        ASSERT_TRUE(gathered.Set().ok());
      }
    }
    const auto set = gathered.Set();
    ASSERT_TRUE(set.ok());
    EXPECT_EQ(*set, Concatenated(expected));
    EXPECT_TRUE(CheckSet(*set).ok());
  }
}

TEST(GatheredTest, AsManyAsAllowedAreTakenAndOneMoreIsNot) {
  Gathered gathered(3);
  for (uint8_t i = 0; i < 3; ++i) ASSERT_TRUE(gathered.Add(Pseudonym{i}));
  ASSERT_TRUE(gathered.Add(Pseudonym{1}));
  ASSERT_TRUE(gathered.Set().ok());
  gathered.Add(Pseudonym{9});
  EXPECT_EQ(gathered.Set().status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(GatheredTest, TooManyStopBeforeTheMemoryGrows) {
  Gathered gathered(1000);
  Pseudonym one{};
  int64_t added = 0;
  while (added < 10'000'000) {
    one[0] = static_cast<uint8_t>(added);
    one[1] = static_cast<uint8_t>(added >> 8);
    one[2] = static_cast<uint8_t>(added >> 16);
    if (!gathered.Add(one)) break;
    ++added;
  }
  EXPECT_LE(added, 65'536);
  EXPECT_FALSE(gathered.Set().ok());
}

}  // namespace
}  // namespace tongguan::people
