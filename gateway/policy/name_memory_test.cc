#include "gateway/policy/name_memory.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tongguan::policy {
namespace {

TEST(NameMemoryTest, RemembersTheFirstValue) {
  NameMemory<int> memory;
  EXPECT_EQ(memory.Find("a"), nullptr);
  memory.Add("a", 1);
  memory.Add("a", 2);
  ASSERT_NE(memory.Find("a"), nullptr);
  EXPECT_EQ(*memory.Find("a"), 1);
  EXPECT_EQ(memory.size(), 1u);
}

// Anyone may choose names that have one hash; and the last place may be taken.
TEST(NameMemoryTest, NamesOfOneHashAreToldApart) {
  struct Same {
    size_t operator()(absl::string_view) const { return SIZE_MAX; }
  };
  NameMemory<int, Same> memory;
  for (int i = 0; i < 100; ++i) memory.Add(absl::StrCat("n", i), i);
  EXPECT_EQ(memory.size(), 100u);
  for (int i = 0; i < 100; ++i) {
    const int* found = memory.Find(absl::StrCat("n", i));
    ASSERT_NE(found, nullptr) << i;
    EXPECT_EQ(*found, i);
  }
  EXPECT_EQ(memory.Find("another"), nullptr);
}

TEST(NameMemoryTest, StopsWhenFull) {
  NameMemory<int> memory;
  const int bound = static_cast<int>(kMaxRememberedNames);
  for (int i = 0; i < bound + 100; ++i) memory.Add(absl::StrCat("n", i), i);
  EXPECT_EQ(memory.size(), kMaxRememberedNames);
  EXPECT_FALSE(memory.Takes("another"));
  for (int i = 0; i < bound; ++i) {
    const int* found = memory.Find(absl::StrCat("n", i));
    ASSERT_NE(found, nullptr) << i;
    ASSERT_EQ(*found, i);
  }
  EXPECT_EQ(memory.Find(absl::StrCat("n", bound)), nullptr);
}

TEST(NameMemoryTest, DoesNotKeepLongNames) {
  NameMemory<int> memory;
  const std::string longest(kMaxRememberedBytes, 'a');
  memory.Add(longest, 1);
  memory.Add(longest + "a", 1);
  EXPECT_NE(memory.Find(longest), nullptr);
  EXPECT_EQ(memory.Find(longest + "a"), nullptr);
}

TEST(NameMemoryTest, ThreadsThatAddTheSameNamesAgree) {
  NameMemory<int> memory;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&memory] {
      for (int i = 0; i < 5'000; ++i) {
        memory.Add(absl::StrCat("n", i), i);
        const int* found = memory.Find(absl::StrCat("n", i));
        EXPECT_TRUE(found != nullptr && *found == i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory.size(), 5'000u);
}

}  // namespace
}  // namespace tongguan::policy
