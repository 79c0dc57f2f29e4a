#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using NoNecessityTest = EngineTest;

TEST_F(NoNecessityTest, ApplicantsDataStaysWhereOverseasDoesNotDecide) {
  const struct {
    v1::Fact decides;
    v1::Reason told;
  } kCases[] = {{v1::FACT_NO, v1::REASON_OVERSEAS_DOES_NOT_DECIDE},
                {v1::FACT_UNKNOWN, v1::REASON_OVERSEAS_DECISION_UNKNOWN}};
  for (const auto& [decides, told] : kCases) {
    flow.mutable_purpose()->mutable_recruitment()->set_overseas_decides(
        decides);
    const v1::Decision d = Decide();
    EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_DO_NOT_EXPORT);
    EXPECT_EQ(d.headline(), v1::RULE_NO_NECESSITY);
    EXPECT_EQ(StepOf(d, v1::RULE_NO_NECESSITY).reason(), told);
  }
}

TEST_F(NoNecessityTest, IsStricterThanAnUnknownFactThatHeadsTheTrace) {
  exporter()->set_ciio(v1::FACT_UNKNOWN);
  flow.mutable_purpose()->mutable_recruitment()->set_overseas_decides(
      v1::FACT_NO);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FACT_UNKNOWN);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_DO_NOT_EXPORT);
}

TEST_F(NoNecessityTest, OverseasTakesPartLeavesItToTheVolumeRules) {
  flow.mutable_purpose()->mutable_recruitment()->set_overseas_decides(
      v1::FACT_YES);
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
}

}  // namespace
}  // namespace tongguan::engine
