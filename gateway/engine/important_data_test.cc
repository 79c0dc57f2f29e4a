#include "gateway/engine/testing.h"
#include "gmock/gmock.h"

namespace tongguan::engine {
namespace {

using ImportantDataTest = EngineTest;

TEST_F(ImportantDataTest, NotifiedOrPublishedNeedsAnAssessment) {
  for (v1::ImportantData flag :
       {v1::IMPORTANT_DATA_NOTIFIED, v1::IMPORTANT_DATA_PUBLISHED}) {
    flow.mutable_items(0)->set_important(flag);
    const v1::Decision d = Decide();
    EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
    EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
    EXPECT_EQ(d.headline(), v1::RULE_IMPORTANT_DATA);
  }
}

TEST_F(ImportantDataTest, AContractDoesNotCoverIt) {
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_NOTIFIED);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
}

TEST_F(ImportantDataTest, NoExemptionFreesIt) {
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_NOTIFIED);
  auto* hr = flow.mutable_purpose()->mutable_human_resources();
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_YES);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(ImportantDataTest, ACoveringAssessmentAllowsWithinItsScale) {
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT)
      ->set_approved_people(1'000);
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_NOTIFIED);
  tallies.persons.people = 500;
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  ASSERT_EQ(d.relied_on_size(), 1);
  EXPECT_EQ(d.relied_on(0), "A-1");
  EXPECT_EQ(d.charging(), v1::CHARGING_COUNTED);
  tallies.persons.people = 501;
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
}

TEST_F(ImportantDataTest, DutiesGateItWhereItIsPersonal) {
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_PUBLISHED);
  flow.mutable_duties()->set_pipia(v1::FACT_NO);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(d.headline(), v1::RULE_ART10_DUTIES);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(ImportantDataTest, SelfIdentifiedIsFreeUntilASwitchHoldsIt) {
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_SELF_IDENTIFIED);
  const v1::Decision free = Decide();
  EXPECT_EQ(free.verdict(), v1::VERDICT_ALLOW);
  EXPECT_THAT(free.warnings(),
              testing::Contains(v1::WARNING_SELF_IDENTIFIED_IMPORTANT_DATA));
  source.regime.mutable_hold_self_identified()->set_on(true);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(ImportantDataTest, AutomotivePeopleCountFromTheNumberItself) {
  flow.set_sector("automotive");
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  tallies.persons.people = 90'000;
  tallies.sensitive.people = 9'499;
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  tallies.sensitive.people = 9'500;  // 90,000 + 9,500 + 500.
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_IMPORTANT_DATA);
  EXPECT_EQ(StepOf(d, v1::RULE_IMPORTANT_DATA).reason(),
            v1::REASON_IMPORTANT_BY_VOLUME);
  EXPECT_FALSE(Misses(d, v1::MISSING_STANDARD_CONTRACT_OR_CERTIFICATION));
  tallies.sensitive.known = false;
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
}

TEST_F(ImportantDataTest, LeavingTheSectorOutDoesNotAvoidTheAutomotiveNumber) {
  AddItem(&flow, "trk", v1::FACT_YES, v1::FACT_YES)
      ->set_category("vehicle_track");
  flow.mutable_people()->mutable_declared()->set_sensitive_persons(500);
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  tallies.persons.people = 99'000;
  for (const char* sector : {"automotive", "", "no_such_sector"}) {
    flow.set_sector(sector);
    const v1::Decision d = Decide();
    EXPECT_EQ(d.headline(), v1::RULE_IMPORTANT_DATA) << sector;
    EXPECT_FALSE(d.items(0).satisfied()) << sector;
    EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  }
  // Where the sector is known to be another, or nothing speaks of vehicles.
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  v1::ListRow* row = policy::AddRow(&list, "R-1", v1::ROW_MECHANISM_CONTRACT);
  row->set_sector("retail");
  row->add_names("another_item");
  source.lists.push_back(list);
  flow.set_sector("retail");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  flow.clear_sector();
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
  v1::DataItem* track = flow.mutable_items(1);
  track->set_category("medical_record");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(ImportantDataTest, ImportantByVolumeIsGatedAlsoInTransit) {
  flow.set_sector("automotive");
  flow.set_origin(v1::ORIGIN_OVERSEAS);
  flow.set_domestic_data_added(v1::FACT_NO);
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  tallies.persons.people = 100'000;
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_ART10_DUTIES);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

}  // namespace
}  // namespace tongguan::engine
