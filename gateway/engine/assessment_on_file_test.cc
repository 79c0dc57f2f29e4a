#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class AssessmentOnFileTest : public EngineTest {
 protected:
  void SetUp() override {
    assessment = AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
    assessment->set_approved_people(2'000'000);
    flow.mutable_people()->mutable_declared()->set_persons(1'500'000);
  }
  void ExpectNot(v1::Reason reason) {
    const v1::Decision d = Decide();
    EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
    EXPECT_EQ(StepOf(d, v1::RULE_ASSESSMENT_ON_FILE).reason(), reason);
    EXPECT_EQ(d.missing(0).what(), v1::MISSING_SECURITY_ASSESSMENT);
    EXPECT_EQ(d.missing(0).reason(), reason);
    EXPECT_EQ(d.missing(0).reference(), "A-1");
  }
  v1::Filing* assessment;
};

TEST_F(AssessmentOnFileTest, CoversTheVolume) {
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.headline(), v1::RULE_ASSESSMENT_ON_FILE);
  EXPECT_EQ(d.headroom().approved_people(), 2'000'000);
}

TEST_F(AssessmentOnFileTest, IsFollowedAlsoWhereLessWouldDo) {
  flow.mutable_people()->mutable_declared()->set_persons(10);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  EXPECT_EQ(d.requirement(), v1::MECHANISM_NONE);
  EXPECT_EQ(d.charging(), v1::CHARGING_COUNTED);
}

TEST_F(AssessmentOnFileTest, ScaleIsOfTheYearWithBothCounters) {
  tallies.persons.people = 400'000;
  tallies.sensitive.people = 100'000;
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  tallies.sensitive.people = 100'001;
  ExpectNot(v1::REASON_EXCEEDS_SCALE);
}

TEST_F(AssessmentOnFileTest, LastValidDayIsInclusive) {
  assessment->set_expires("2026-11-21");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  assessment->set_expires("2026-11-20");
  ExpectNot(v1::REASON_FILING_EXPIRED);
}

TEST_F(AssessmentOnFileTest, WithoutAStatedEndItIsThreeYearsLessADay) {
  assessment->set_issued("2023-11-22");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  assessment->set_issued("2023-11-21");
  ExpectNot(v1::REASON_FILING_EXPIRED);
  assessment->set_extension(v1::EXTENSION_PENDING);
  ExpectNot(v1::REASON_FILING_EXPIRED);
  assessment->set_extension(v1::EXTENSION_GRANTED);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(AssessmentOnFileTest, TerminatedOrUnderReviewIsAsNone) {
  for (v1::FilingStatus status :
       {v1::FILING_STATUS_TERMINATED, v1::FILING_STATUS_UNDER_REVIEW,
        v1::FILING_STATUS_NOT_PASSED}) {
    assessment->set_status(status);
    ExpectNot(v1::REASON_FILING_STATUS);
  }
}

TEST_F(AssessmentOnFileTest, AnotherRecipientPurposeScenarioItemOrOnward) {
  flow.mutable_recipient()->set_organization_id("OTHER-1");
  ExpectNot(v1::REASON_EXCEEDS_RECIPIENT);
  flow.mutable_recipient()->set_organization_id("ACME-SG");
  flow.mutable_purpose()->set_general(v1::GENERAL_PURPOSE_MARKETING);
  ExpectNot(v1::REASON_EXCEEDS_PURPOSE);
  flow.mutable_purpose()->set_general(v1::GENERAL_PURPOSE_INTERNAL_REPORTING);
  flow.set_scenario("other");
  ExpectNot(v1::REASON_EXCEEDS_SCENARIO);
  flow.clear_scenario();
  AddItem(&flow, "nickname", v1::FACT_YES);
  ExpectNot(v1::REASON_EXCEEDS_ITEMS);
  flow.mutable_items()->RemoveLast();
  auto* onward = flow.mutable_recipient()->add_onward();
  onward->set_organization_id("OTHER-1");
  onward->set_region("US");
  ExpectNot(v1::REASON_EXCEEDS_ONWARD);
}

}  // namespace
}  // namespace tongguan::engine
