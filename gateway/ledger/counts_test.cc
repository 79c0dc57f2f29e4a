#include "gateway/ledger/counts.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

namespace tongguan::ledger {
namespace {

std::string Person(uint32_t n) {
  std::string person(kPersonBytes, '\0');
  for (int i = 0; i < 4; ++i) {
    person[i] = static_cast<char>(n >> (24 - 8 * i));
  }
  return person;
}

std::string Entry(uint32_t n, int32_t count) {
  return ToCounts(Person(n), count);
}

int32_t CountOf(absl::string_view counts, uint32_t n) {
  int32_t known = 0;
  LookUp(counts, Person(n), &known);
  return known;
}

TEST(CountsTest, WrongBytesAreNoCounts) {
  EXPECT_TRUE(AreCounts(""));
  EXPECT_TRUE(AreCounts(Entry(1, 1) + Entry(2, -1)));
  EXPECT_FALSE(AreCounts(Entry(1, 1) + "x"));
  EXPECT_FALSE(AreCounts(Entry(1, 1) + Entry(1, 1)));
  EXPECT_FALSE(AreCounts(Entry(2, 1) + Entry(1, 1)));
  EXPECT_FALSE(AreCounts(Person(1) + std::string(4, '\0')));
}

TEST(CountsTest, AddingUpTakesOutWhatComesToNothing) {
  const std::string sum =
      AddCounts(Entry(1, 1) + Entry(2, 2) + Entry(4, 1),
                Entry(0, 3) + Entry(1, -1) + Entry(2, -1) + Entry(5, 1));
  EXPECT_EQ(sum, Entry(0, 3) + Entry(2, 1) + Entry(4, 1) + Entry(5, 1));
}

TEST(CountsTest, ACountStopsAtTheEndOf32Bits) {
  EXPECT_EQ(CountOf(AddCounts(Entry(1, INT32_MAX), Entry(1, 1)), 1), INT32_MAX);
  EXPECT_EQ(CountOf(AddCounts(Entry(1, INT32_MIN), Entry(1, -1)), 1),
            INT32_MIN);
}

TEST(CountsTest, FromFindsTheFirstAtOrAfter) {
  const std::string counts = Entry(2, 1) + Entry(4, 1);
  EXPECT_EQ(From(counts, kEntryBytes, Person(0)), counts);
  EXPECT_EQ(From(counts, kEntryBytes, Person(2)), counts);
  EXPECT_EQ(From(counts, kEntryBytes, Person(3)), Entry(4, 1));
  EXPECT_EQ(From(counts, kEntryBytes, Person(5)), "");
}

// Against an ordinary map, sparse and dense.
TEST(CountsTest, APileIsTheSumOfWhatWasAdded) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (uint32_t range : {10u, 1000u, 100'000u}) {
    Pile pile;
    std::map<uint32_t, int32_t> model;
    for (int round = 0; round < 60; ++round) {
      std::map<uint32_t, int32_t> change;
      for (uint64_t n = random() % 300; n > 0; --n) {
        change[random() % range] = random() % 2 == 0 ? 1 : -1;
      }
      std::string counts;
      for (const auto& [person, count] : change) {
        counts += Entry(person, count);
        model[person] += count;
      }
      pile.Add(counts);
    }
    std::string people, sum;
    std::vector<int32_t> expected;
    for (const auto& [person, count] : model) {
      people += Person(person);
      expected.push_back(count);
      if (count != 0) sum += Entry(person, count);
    }
    std::vector<int32_t> known(expected.size());
    pile.LookUp(people, known.data());
    EXPECT_EQ(known, expected);
    EXPECT_EQ(pile.Sum(), sum);
    EXPECT_TRUE(AreCounts(pile.Sum()));
  }
}

}  // namespace
}  // namespace tongguan::ledger
