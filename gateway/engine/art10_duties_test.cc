#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class Art10DutiesTest : public EngineTest {
 protected:
  void ExpectGap(v1::Missing what, v1::Mechanism named = v1::MECHANISM_NONE) {
    const v1::Decision d = Decide();
    EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
    EXPECT_EQ(d.headline(), v1::RULE_ART10_DUTIES);
    EXPECT_EQ(d.required_mechanism(), named);
    EXPECT_TRUE(Misses(d, what));
    ASSERT_EQ(d.smallest_change_size(), 1);
    EXPECT_EQ(d.smallest_change(0).kind(), v1::CHANGE_KIND_KEEP_DUTIES);
    EXPECT_EQ(d.smallest_change(0).duties(0), what);
  }
};

TEST_F(Art10DutiesTest, NoticeNotGiven) {
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  ExpectGap(v1::MISSING_NOTICE);
}

TEST_F(Art10DutiesTest, NoticeUnknownIsNotGiven) {
  flow.mutable_duties()->set_notice(v1::NOTICE_UNKNOWN);
  ExpectGap(v1::MISSING_NOTICE);
}

TEST_F(Art10DutiesTest, BundledConsentIsNoConsent) {
  flow.mutable_duties()->set_separate_consent(v1::SEPARATE_CONSENT_BUNDLED);
  ExpectGap(v1::MISSING_SEPARATE_CONSENT);
}

TEST_F(Art10DutiesTest, ConsentIsNotAskedOnAnotherBasis) {
  flow.mutable_duties()->set_separate_consent(
      v1::SEPARATE_CONSENT_NOT_OBTAINED);
  flow.mutable_duties()->set_legal_basis(v1::LEGAL_BASIS_STATUTORY);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  flow.mutable_duties()->set_legal_basis(v1::LEGAL_BASIS_UNKNOWN);
  ExpectGap(v1::MISSING_SEPARATE_CONSENT);
}

TEST_F(Art10DutiesTest, NoImpactAssessment) {
  flow.mutable_duties()->set_pipia(v1::FACT_NO);
  ExpectGap(v1::MISSING_PIPIA);
}

TEST_F(Art10DutiesTest, SensitivePartOfTheNoticeIsAskedOfSensitiveFlows) {
  flow.mutable_duties()->set_notice(v1::NOTICE_WITHOUT_SENSITIVE_PART);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  AddItem(&flow, "iban", v1::FACT_YES, v1::FACT_YES)
      ->set_category("bank_account");
  flow.mutable_people()->mutable_declared()->set_sensitive_persons(5);
  ExpectGap(v1::MISSING_SENSITIVE_NOTICE,
            v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION);
}

TEST_F(Art10DutiesTest, GuardiansConsentIsAskedWhateverTheBasis) {
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  flow.mutable_duties()->set_legal_basis(v1::LEGAL_BASIS_STATUTORY);
  flow.mutable_duties()->set_under_14(v1::FACT_YES);
  flow.mutable_duties()->set_guardian_consent(v1::FACT_NO);
  ExpectGap(v1::MISSING_GUARDIAN_CONSENT,
            v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION);
}

TEST_F(Art10DutiesTest, PeopleUnderFourteenAllCountAsSensitive) {
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  flow.mutable_duties()->set_under_14(v1::FACT_YES);
  flow.mutable_duties()->set_guardian_consent(v1::FACT_YES);
  tallies.sensitive.people = 9'499;
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.charged_persons(), 0);
  EXPECT_EQ(d.charged_sensitive_persons(), 500);
  tallies.sensitive.people = 9'500;
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(Art10DutiesTest, OnAFlowWithAnAssessmentThatRuleIsNamed) {
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  tallies.persons.people = 150'000;
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  ExpectGap(v1::MISSING_NOTICE, v1::MECHANISM_SECURITY_ASSESSMENT);
}

}  // namespace
}  // namespace tongguan::engine
