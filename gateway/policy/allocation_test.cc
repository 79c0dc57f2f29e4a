// What the engine calls for each item must not allocate once a name was seen.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "gateway/policy/testing.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

// Never inlined: where one of a pair is, GCC warns of a mismatch.
#define NOINLINE __attribute__((noinline))
NOINLINE void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
// RE2 sorts with this one; all of a family must be replaced together.
NOINLINE void* operator new(size_t size, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}
NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
NOINLINE void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace tongguan::policy {
namespace {

TEST(AllocationTest, LookUpsOfSeenNamesDoNotAllocate) {
  Source source = TestSource();
  List& list = source.lists.emplace_back(TestList(v1::LIST_KIND_NEGATIVE));
  v1::ListRow* row = AddRow(&list, "r");
  row->set_sector("automotive");
  row->add_categories("name");
  row->add_names("vin");
  row->set_pattern("^vin");
  const auto policy = MustCompile(std::move(source));
  const auto look_up = [&policy] {
    RowRefs rows;
    NameReading scratch;
    policy->lists().FindRows("name", "", &rows);
    return rows.size() == 1 && policy->lists().Covers(0, "automotive", "") &&
           !policy->lists().HasHeadings(0, "automotive", "") &&
           policy->taxonomy().FindCategory("name") != nullptr &&
           policy->names().Read("HOME_PHONE", &scratch).looks_like != nullptr &&
           policy->names().Read("VIN", &scratch).rows.size() == 1 &&
           policy->registry().Find(kShanghaiExporter) != nullptr;
  };
  const int64_t start = allocations.load();
  ASSERT_TRUE(look_up());  // Classifies, matches, remembers.
  const int64_t first = allocations.load();
  ASSERT_TRUE(look_up());
  EXPECT_GT(first, start);  // The counter counts.
  EXPECT_EQ(allocations.load(), first);
}

}  // namespace
}  // namespace tongguan::policy
