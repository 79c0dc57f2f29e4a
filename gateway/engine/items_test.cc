#include "gateway/engine/items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace tongguan::engine {
namespace {

std::vector<uint32_t> ListOf(const Items& items) {
  std::vector<uint32_t> list;
  for (uint32_t i : items) list.push_back(i);
  return list;
}

TEST(ItemsTest, IsEmptyAtFirst) {
  EXPECT_TRUE(Items().empty());
  EXPECT_EQ(Items().size(), 0u);
  EXPECT_THAT(ListOf(Items()), testing::IsEmpty());
}

TEST(ItemsTest, FirstHoldsAllBelow) {
  for (uint32_t count : {0u, 1u, 63u, 64u, 65u, 128u, 2000u}) {
    const Items items = Items::First(count);
    EXPECT_EQ(items.size(), count);
    EXPECT_EQ(items.Has(count), false);
    EXPECT_EQ(count > 0 && items.Has(count - 1), count > 0);
  }
}

TEST(ItemsTest, EqualWhateverWasEverInIt) {
  EXPECT_EQ(Items({1, 100}) - Items({100}), Items({1}));
  EXPECT_EQ(Items({1}), Items({1, 100}) - Items({100}));
  EXPECT_FALSE(Items({1}) == Items({1, 100}));
}

// Against a set of the library.
TEST(ItemsTest, DoesAsSetsDo) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    Items a, b;
    std::set<uint32_t> sa, sb, both, either, only;
    const uint32_t most = 1 + random() % 300;
    for (uint32_t n = random() % 40; n > 0; --n) {
      const uint32_t i = random() % most, k = random() % most;
      a.Add(i), sa.insert(i);
      b.Add(k), sb.insert(k);
    }
    for (uint32_t i : sa) (sb.count(i) != 0 ? both : only).insert(i);
    either = sb;
    either.insert(sa.begin(), sa.end());
    Items united = a;
    united |= b;
    EXPECT_THAT(ListOf(a), testing::ElementsAreArray(sa));
    EXPECT_THAT(ListOf(a & b), testing::ElementsAreArray(both));
    EXPECT_THAT(ListOf(a - b), testing::ElementsAreArray(only));
    EXPECT_THAT(ListOf(united), testing::ElementsAreArray(either));
    EXPECT_EQ(a.size(), sa.size());
    EXPECT_EQ(a.empty(), sa.empty());
    EXPECT_EQ(a == b, sa == sb);
    if (!sa.empty()) {
      EXPECT_EQ(a.front(), *sa.begin());
    }
  }
}

}  // namespace
}  // namespace tongguan::engine
