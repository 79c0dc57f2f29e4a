// The shipped policy, read and compiled twice in different orders, decides the
// same, byte for byte.
#include "gateway/policy/snapshot.h"
#include "gtest/gtest.h"
#include "tests/oracle/ask.h"

namespace tongguan::oracle {
namespace {

// Tests run in the root of the source tree.
constexpr char kShipped[] = "policy";

// Flows of the random world, asked for enterprises of the shipped registry,
// with sectors, categories and names of the shipped lists and taxonomy.
void MoveToShipped(Random* random, const policy::Source& shipped,
                   v1::Flow* flow) {
  std::vector<std::string> exporters;
  for (const v1::RegistryShard& shard : shipped.registry) {
    for (const v1::Enterprise& enterprise : shard.enterprises()) {
      exporters.push_back(enterprise.uscc());
    }
  }
  flow->set_exporter(random->PickFrom(exporters));
  const policy::List& list = random->PickFrom(shipped.lists);
  if (list.rows.empty()) return;
  const v1::ListRow& row = random->PickFrom(list.rows);
  flow->set_sector(row.sector());
  flow->set_scenario(row.scenario());
  if (row.names_size() > 0) {
    flow->mutable_items(0)->set_name(random->PickFrom(row.names()));
  }
  flow->mutable_items(0)->set_category(
      random->PickFrom(shipped.taxonomy.categories()).id());
}

TEST(ShuffleTest, TheShippedPolicyInAnotherOrderGivesTheSameBytes) {
  const auto shipped = policy::ReadPolicyDir(kShipped);
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  Random random(FirstSeed());
  const auto one = policy::Snapshot::Compile(*shipped);
  ASSERT_TRUE(one.ok()) << one.status();
  policy::Source shuffled = Shuffled(&random, *shipped);
  const auto other = policy::Snapshot::Compile(std::move(shuffled));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*one)->digest(), (*other)->digest());
  Random worlds(FirstSeed());
  const policy::Source world = RandomPolicy(&worlds, /*monotone=*/true);
  int64_t tried = 0;
  int64_t allowed = 0;
  const int64_t flows = FlowsToTry(10'000);
  while (tried < flows) {
    Asked asked = RandomQuestion(&random, world);
    MoveToShipped(&random, *shipped, &asked.flow);
    if (!WellFormed(asked.flow)) continue;
    ++tried;
    const v1::Decision decision = AskEngine(**one, asked);
    allowed += decision.verdict() == v1::VERDICT_ALLOW;
    ASSERT_EQ(BytesOf(decision), BytesOf(AskEngine(**other, asked)))
        << asked.flow.DebugString();
  }
  EXPECT_GT(allowed, flows / 20);
  EXPECT_LT(allowed, flows - flows / 20);
}

}  // namespace
}  // namespace tongguan::oracle
