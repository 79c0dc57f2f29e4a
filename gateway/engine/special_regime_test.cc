#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class SpecialRegimeTest : public EngineTest {
 protected:
  v1::SpecialRegimeClaim* Claim(v1::SpecialRegime regime, v1::Fact licence) {
    v1::SpecialRegimeClaim* claim = flow.add_special_regimes();
    claim->set_regime(regime);
    claim->set_licence(licence);
    return claim;
  }
};

TEST_F(SpecialRegimeTest, StateSecretIsNotCuredByALicenceOrAnAssessment) {
  Claim(v1::SPECIAL_REGIME_STATE_SECRET, v1::FACT_YES);
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_PROHIBITED_OR_SPECIAL);
  EXPECT_EQ(d.headline(), v1::RULE_SPECIAL_REGIME);
  EXPECT_TRUE(d.smallest_change().empty());
}

TEST_F(SpecialRegimeTest, CoreDataIsNamedBeforeGeneticResources) {
  Claim(v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES, v1::FACT_NO);
  Claim(v1::SPECIAL_REGIME_CORE_DATA, v1::FACT_NO);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_PROHIBITED_OR_SPECIAL);
}

TEST_F(SpecialRegimeTest, GeneticResourcesAreNotReleasedByALicence) {
  Claim(v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES, v1::FACT_YES);
  EXPECT_EQ(Decide().required_mechanism(),
            v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE);
}

TEST_F(SpecialRegimeTest, ALicenceReleasesExportControlSurveyingAndCredit) {
  for (v1::SpecialRegime regime :
       {v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY,
        v1::SPECIAL_REGIME_SURVEYING_RESULT,
        v1::SPECIAL_REGIME_CREDIT_REPORTING}) {
    flow.clear_special_regimes();
    Claim(regime, v1::FACT_YES);
    EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW) << regime;
    flow.mutable_special_regimes(0)->set_licence(v1::FACT_UNKNOWN);
    const v1::Decision d = Decide();
    EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SPECIAL_LICENCE);
    EXPECT_TRUE(Misses(d, v1::MISSING_LICENCE));
    ASSERT_EQ(d.smallest_change_size(), 1);
    EXPECT_EQ(d.smallest_change(0).kind(), v1::CHANGE_KIND_OBTAIN_LICENCE);
  }
}

TEST_F(SpecialRegimeTest, AForeignAuthoritysRequestNeedsApproval) {
  auto* request = flow.mutable_purpose()->mutable_foreign_authority_request();
  for (v1::Fact approved : {v1::FACT_NO, v1::FACT_UNKNOWN}) {
    request->set_approved(approved);
    EXPECT_EQ(Decide().required_mechanism(),
              v1::MECHANISM_COMPETENT_AUTHORITY_APPROVAL);
  }
  request->set_approved(v1::FACT_YES);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(SpecialRegimeTest, ARestrictedRecipientStopsTheFlowAlsoOnward) {
  v1::RestrictedRecipient* entry = source.registry[0].add_restricted();
  entry->set_organization_id("BAD-1");
  entry->set_since("2026-06-01");
  entry->set_notice("test");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  v1::OnwardRecipient* onward = flow.mutable_recipient()->add_onward();
  onward->set_organization_id("BAD-1");
  onward->set_region("SG");
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_CAC_RESTRICTED_LIST);
  flow.mutable_recipient()->clear_onward();
  flow.mutable_recipient()->set_organization_id("BAD-1");
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_CAC_RESTRICTED_LIST);
}

TEST_F(SpecialRegimeTest, ARestrictedRecipientIsFoundHoweverItIsSpelt) {
  v1::RestrictedRecipient* entry = source.registry[0].add_restricted();
  entry->set_organization_id("BAD-1");
  entry->set_since("2026-06-01");
  entry->set_notice("test");
  v1::Recipient* recipient = flow.mutable_recipient();
  const std::string sound = recipient->organization_id();
  for (const char* spelt : {"bad-1", "BAD_1", "Bad.1", "BAD1"}) {
    recipient->set_organization_id(spelt);
    EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_CAC_RESTRICTED_LIST)
        << spelt;
    recipient->set_organization_id(sound);
    recipient->set_name(spelt);
    EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_CAC_RESTRICTED_LIST)
        << "name " << spelt;
    recipient->clear_name();
    v1::OnwardRecipient* onward = recipient->add_onward();
    onward->set_organization_id(spelt);
    onward->set_region("SG");
    EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_CAC_RESTRICTED_LIST)
        << "onward " << spelt;
    recipient->clear_onward();
  }
  recipient->set_organization_id("BAD-10");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(SpecialRegimeTest, SilenceOnARegimeThatMayReachTheCategoryHolds) {
  for (v1::Category& category : *source.taxonomy.mutable_categories()) {
    if (category.id() == "part_number") {
      category.set_special_regime(
          v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY);
    } else if (category.id() == "phone_number") {
      category.set_special_regime(v1::SPECIAL_REGIME_CREDIT_REPORTING);
    }
  }
  AddItem(&flow, "part", v1::FACT_NO)->set_category("part_number");
  const v1::Decision d = Decide();
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  EXPECT_EQ(StepOf(d, v1::RULE_FACT_UNKNOWN).reason(),
            v1::REASON_SPECIAL_REGIME_UNANSWERED);
  EXPECT_TRUE(Misses(d, v1::MISSING_SPECIAL_REGIME_ANSWER));
  EXPECT_TRUE(d.items(0).satisfied());
  // Anonymising makes no other thing of it, and another regime is no answer.
  flow.mutable_items(1)->set_transform(v1::TRANSFORM_ANONYMISED);
  v1::SpecialRegimeClaim* claim =
      Claim(v1::SPECIAL_REGIME_SURVEYING_RESULT, v1::FACT_YES);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  claim->set_regime(v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  claim->set_licence(v1::FACT_NO);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SPECIAL_LICENCE);
  claim->clear_licence();
  claim->set_does_not_apply(true);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  // By its name alone; anonymised it is nobody's any more.
  v1::DataItem* mobile = AddItem(&flow, "mobile", v1::FACT_YES);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  mobile->set_transform(v1::TRANSFORM_ANONYMISED);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(SpecialRegimeTest, WhatDoesNotApplyDemandsNothing) {
  for (int regime = v1::SPECIAL_REGIME_STATE_SECRET;
       regime < v1::SpecialRegime_ARRAYSIZE; ++regime) {
    flow.clear_special_regimes();
    v1::SpecialRegimeClaim* claim = flow.add_special_regimes();
    claim->set_regime(static_cast<v1::SpecialRegime>(regime));
    claim->set_does_not_apply(true);
    EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW) << regime;
  }
}

TEST_F(SpecialRegimeTest, GeneDataThatAListExcludesGoesTheGeneticWay) {
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  policy::AddRow(&list, "G-1", v1::ROW_MECHANISM_GENETIC_RESOURCES)
      ->add_names("gene_sequence");
  source.lists.push_back(list);
  AddItem(&flow, "gene_sequence", v1::FACT_NO);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.required_mechanism(),
            v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE);
  EXPECT_TRUE(d.items(0).satisfied());
  EXPECT_FALSE(d.items(1).satisfied());
  EXPECT_EQ(d.items(1).reference(), "test-negative@1#G-1");
}

}  // namespace
}  // namespace tongguan::engine
