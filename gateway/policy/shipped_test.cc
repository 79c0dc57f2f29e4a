// The policy files that this repository ships.
#include <gtest/gtest.h>

#include "gateway/policy/snapshot.h"

namespace tongguan::policy {
namespace {

// Tests run in the source folder.
constexpr char kShipped[] = "policy";

TEST(ShippedPolicyTest, Loads) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->regime().small_volume_persons().value(), 100'000);
  EXPECT_GT((*policy)->lists().all().size(), 10u);
  EXPECT_NE((*policy)->taxonomy().ClassifyName("身份证号"), nullptr);
}

// A copy that is not complete must not release anything (design §5.2).
TEST(ShippedPolicyTest, OnlyDemonstrationListsAreComplete) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  for (const List& list : (*policy)->lists().all()) {
    if (list.head.kind() == v1::LIST_KIND_IMPORTANT_DATA) continue;
    EXPECT_EQ(list.head.completeness() == v1::COMPLETENESS_COMPLETE,
              list.head.demonstration())
        << list.name;
  }
}

TEST(ShippedPolicyTest, RebuiltFromItsPartsIsTheSame) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  const auto source = SourceFromParts((*policy)->parts());
  ASSERT_TRUE(source.ok()) << source.status();
  const auto again = Snapshot::Compile(*source);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->digest(), (*policy)->digest());
}

}  // namespace
}  // namespace tongguan::policy
