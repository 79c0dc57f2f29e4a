#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using NoPiNoIdTest = EngineTest;

TEST_F(NoPiNoIdTest, GeneralDataFlowsFreelyAndCountsNobody) {
  flow.mutable_items(0)->set_name("part_number");
  flow.mutable_items(0)->set_category("part_number");
  flow.mutable_items(0)->set_personal(v1::FACT_NO);
  flow.clear_people();
  flow.clear_duties();
  tallies.persons.known = tallies.sensitive.known = false;
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.headline(), v1::RULE_NO_PI_NO_ID);
  EXPECT_EQ(d.charging(), v1::CHARGING_NONE);
}

TEST_F(NoPiNoIdTest, OneSensitiveItemMakesItAnotherFlow) {
  flow.mutable_items(0)->set_name("part_number");
  flow.mutable_items(0)->set_category("part_number");
  flow.mutable_items(0)->set_personal(v1::FACT_NO);
  AddItem(&flow, "iban", v1::FACT_YES, v1::FACT_YES);
  flow.mutable_people()->mutable_declared()->set_persons(0);
  flow.mutable_people()->mutable_declared()->set_sensitive_persons(1);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(d.items(0).rule(), v1::RULE_NO_PI_NO_ID);
  EXPECT_FALSE(d.items(1).satisfied());
}

TEST_F(NoPiNoIdTest, IrreversiblyAnonymisedIsNoLongerPersonal) {
  flow.mutable_items(0)->set_transform(v1::TRANSFORM_ANONYMISED);
  EXPECT_EQ(Decide().headline(), v1::RULE_NO_PI_NO_ID);
  flow.mutable_items(0)->set_transform(v1::TRANSFORM_DE_IDENTIFIED);
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
}

}  // namespace
}  // namespace tongguan::engine
