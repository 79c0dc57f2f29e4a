#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using TransitTest = EngineTest;

TEST_F(TransitTest, OverseasDataPassesWithoutDutiesOrCounting) {
  flow.set_origin(v1::ORIGIN_OVERSEAS);
  flow.set_domestic_data_added(v1::FACT_NO);
  flow.mutable_people()->mutable_declared()->set_persons(5'000'000);
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.headline(), v1::RULE_TRANSIT);
  EXPECT_EQ(d.charging(), v1::CHARGING_EXEMPT);
}

TEST_F(TransitTest, NoAssessmentAfterAnEmergencyIsAskedWhereNoneIsClaimed) {
  flow.set_origin(v1::ORIGIN_OVERSEAS);
  flow.set_domestic_data_added(v1::FACT_NO);
  for (v1::Fact pipia : {v1::FACT_YES, v1::FACT_NO, v1::FACT_UNKNOWN}) {
    flow.mutable_duties()->set_pipia(pipia);
    const v1::Decision d = Decide();
    EXPECT_EQ(d.headline(), v1::RULE_TRANSIT);
    EXPECT_TRUE(Obliges(d, v1::OBLIGATION_KIND_KEEP_NOTICE));
    EXPECT_TRUE(Obliges(d, v1::OBLIGATION_KIND_KEEP_PIPIA));
    EXPECT_FALSE(Obliges(d, v1::OBLIGATION_KIND_RECORD_PIPIA_AFTER));
  }
}

TEST_F(TransitTest, MainlandDataAddedIsNoTransit) {
  flow.set_origin(v1::ORIGIN_OVERSEAS);
  flow.set_domestic_data_added(v1::FACT_YES);
  flow.mutable_people()->mutable_declared()->set_persons(5'000'000);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(TransitTest, OriginUnknownIsNeverAllowed) {
  flow.set_origin(v1::ORIGIN_UNKNOWN);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
}

}  // namespace
}  // namespace tongguan::engine
