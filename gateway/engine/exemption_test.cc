#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class ExemptionTest : public EngineTest {
 protected:
  void SetUp() override {
    flow.mutable_people()->mutable_declared()->set_persons(2'000'000);
  }
  void ExpectExempt(v1::Rule rule) {
    const v1::Decision d = Decide();
    EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW) << d.DebugString();
    EXPECT_EQ(d.headline(), rule);
    EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_NONE);
    EXPECT_EQ(d.charging(), v1::CHARGING_EXEMPT);
  }
  void ExpectNotExempt(v1::Rule rule, v1::Reason reason) {
    const v1::Decision d = Decide();
    EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
    EXPECT_EQ(StepOf(d, rule).reason(), reason);
  }
};

TEST_F(ExemptionTest, ContractOfAnAdmittedActivityWithNecessity) {
  auto* contract = flow.mutable_purpose()->mutable_contract_necessity();
  contract->set_activity("flight_booking");
  contract->set_necessary(v1::FACT_YES);
  ExpectExempt(v1::RULE_CONTRACT);
  exporter()->set_ciio(v1::FACT_YES);
  ExpectExempt(v1::RULE_CONTRACT);
  exporter()->set_ciio(v1::FACT_NO);
  contract->set_necessary(v1::FACT_UNKNOWN);
  ExpectNotExempt(v1::RULE_CONTRACT, v1::REASON_NECESSITY_NOT_SHOWN);
  contract->set_necessary(v1::FACT_YES);
  contract->set_activity("domestic_hotel_booking_by_domestic_person");
  ExpectNotExempt(v1::RULE_CONTRACT, v1::REASON_ACTIVITY_NOT_EXEMPT);
}

TEST_F(ExemptionTest, HrNeedsNecessityRulesAndCollectiveContract) {
  auto* hr = flow.mutable_purpose()->mutable_human_resources();
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_YES);
  ExpectExempt(v1::RULE_HR);
  hr->set_necessary(v1::FACT_NO);
  ExpectNotExempt(v1::RULE_HR, v1::REASON_NECESSITY_NOT_SHOWN);
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_UNKNOWN);
  ExpectNotExempt(v1::RULE_HR, v1::REASON_LABOUR_RULES_MISSING);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_NO);
  ExpectNotExempt(v1::RULE_HR, v1::REASON_COLLECTIVE_CONTRACT_MISSING);
  source.regime.mutable_hr_needs_collective_contract()->set_on(false);
  ExpectExempt(v1::RULE_HR);
}

TEST_F(ExemptionTest, EmergencyTellsWhetherTheAssessmentIsToFollow) {
  flow.mutable_purpose()->mutable_emergency()->set_evidenced(v1::FACT_YES);
  v1::Decision d = Decide();
  EXPECT_EQ(StepOf(d, v1::RULE_ART10_DUTIES).reason(), v1::REASON_DUTIES_KEPT);
  EXPECT_TRUE(Obliges(d, v1::OBLIGATION_KIND_KEEP_PIPIA));
  EXPECT_FALSE(Obliges(d, v1::OBLIGATION_KIND_RECORD_PIPIA_AFTER));
  for (v1::Fact pipia : {v1::FACT_NO, v1::FACT_UNKNOWN}) {
    flow.mutable_duties()->set_pipia(pipia);
    d = Decide();
    EXPECT_EQ(StepOf(d, v1::RULE_ART10_DUTIES).reason(),
              v1::REASON_DUTIES_KEPT_PIPIA_LATER);
    EXPECT_FALSE(Obliges(d, v1::OBLIGATION_KIND_KEEP_PIPIA));
    EXPECT_TRUE(Obliges(d, v1::OBLIGATION_KIND_RECORD_PIPIA_AFTER));
  }
}

TEST_F(ExemptionTest, EmergencyMustBeEvidencedAndWaivesThePipiaOnly) {
  flow.mutable_purpose()->mutable_emergency()->set_evidenced(v1::FACT_YES);
  flow.mutable_duties()->set_pipia(v1::FACT_NO);
  ExpectExempt(v1::RULE_EMERGENCY);
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  EXPECT_EQ(Decide().headline(), v1::RULE_ART10_DUTIES);
  flow.mutable_duties()->set_notice(v1::NOTICE_GIVEN);
  flow.mutable_duties()->set_pipia(v1::FACT_YES);
  flow.mutable_purpose()->mutable_emergency()->set_evidenced(v1::FACT_UNKNOWN);
  ExpectNotExempt(v1::RULE_EMERGENCY, v1::REASON_EMERGENCY_NOT_EVIDENCED);
}

TEST_F(ExemptionTest, StatutoryDutyIsFreeButCounted) {
  flow.mutable_purpose()->mutable_statutory_duty()->set_necessary(v1::FACT_YES);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_LEGAL_DUTY);
  EXPECT_EQ(d.charging(), v1::CHARGING_COUNTED);
  EXPECT_EQ(d.charged_persons(), 2'000'000);
  flow.mutable_purpose()->mutable_statutory_duty()->set_necessary(v1::FACT_NO);
  ExpectNotExempt(v1::RULE_LEGAL_DUTY, v1::REASON_NECESSITY_NOT_SHOWN);
}

TEST_F(ExemptionTest, MissingNoticeNamesNoMechanism) {
  auto* contract = flow.mutable_purpose()->mutable_contract_necessity();
  contract->set_activity("visa");
  contract->set_necessary(v1::FACT_YES);
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NONE);
}

}  // namespace
}  // namespace tongguan::engine
