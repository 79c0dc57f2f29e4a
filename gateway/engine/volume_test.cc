#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

// Rules 14 to 16 at their numbers (O16 art 5(1)(4), 7(1)(2), 8).
class VolumeTest : public EngineTest {
 protected:
  void SetUp() override { SetPeople(1, 0); }
  void SetPeople(int64_t persons, int64_t sensitive) {
    auto* people = flow.mutable_people()->mutable_declared();
    people->set_persons(persons);
    people->set_sensitive_persons(sensitive);
    flow.mutable_items(0)->set_sensitive(sensitive > 0 ? v1::FACT_YES
                                                       : v1::FACT_NO);
  }
  v1::GreenChannelRegistration* AddGreenChannel() {
    v1::GreenChannelRegistration* green =
        source.registry[0].add_registrations();
    green->set_id("GREEN-1");
    green->set_exporter(policy::kShanghaiExporter);
    green->set_programme("test");
    green->set_granting_body("test");
    green->set_contact("test");
    green->set_granted("2026-01-01");
    green->set_valid_to("2026-11-21");
    return green;
  }
  v1::Rule At(int64_t persons_before, int64_t sensitive_before) {
    tallies.persons.people = persons_before;
    tallies.sensitive.people = sensitive_before;
    return Decide().headline();
  }
};

TEST_F(VolumeTest, OneHundredThousandItselfLeavesTheExemption) {
  EXPECT_EQ(At(99'998, 0), v1::RULE_SMALL_VOLUME);
  EXPECT_EQ(At(99'999, 0), v1::RULE_SCC_BAND);
}

TEST_F(VolumeTest, OneMillionItselfNeedsAnAssessment) {
  EXPECT_EQ(At(999'998, 0), v1::RULE_SCC_BAND);
  EXPECT_EQ(At(999'999, 0), v1::RULE_SA_VOLUME);
}

TEST_F(VolumeTest, TenThousandSensitiveItselfNeedsAnAssessment) {
  SetPeople(0, 1);
  EXPECT_EQ(At(0, 9'998), v1::RULE_SCC_BAND);
  EXPECT_EQ(At(0, 9'999), v1::RULE_SA_VOLUME);
}

TEST_F(VolumeTest, EarlierSensitiveExportsDoNotTakeTheSmallVolumeAway) {
  EXPECT_EQ(At(0, 10'000), v1::RULE_SMALL_VOLUME);
  EXPECT_EQ(At(150'000, 10'000), v1::RULE_SA_VOLUME);
}

TEST_F(VolumeTest, OneSensitivePersonTakesTheSmallVolumeAway) {
  SetPeople(0, 1);
  EXPECT_EQ(At(0, 0), v1::RULE_SCC_BAND);
}

TEST_F(VolumeTest, TheGroupsPeopleAreAdded) {
  tallies.group_persons.people = 50'000;
  EXPECT_EQ(At(49'998, 0), v1::RULE_SMALL_VOLUME);
  EXPECT_EQ(At(49'999, 0), v1::RULE_SCC_BAND);
}

TEST_F(VolumeTest, OnlyNewPeopleCountAndUnstatedMeansAll) {
  SetPeople(50, 0);
  EXPECT_EQ(At(99'999, 0), v1::RULE_SCC_BAND);
  flow.mutable_people()->mutable_declared()->set_new_persons(0);
  EXPECT_EQ(At(99'999, 0), v1::RULE_SMALL_VOLUME);
  source.regime.mutable_take_all_declared_as_new()->set_on(true);
  EXPECT_EQ(At(99'999, 0), v1::RULE_SCC_BAND);
}

TEST_F(VolumeTest, NobodyNewAtTheThresholdStillReadsTheTotal) {
  flow.mutable_people()->mutable_declared()->set_new_persons(0);
  EXPECT_EQ(At(100'000, 0), v1::RULE_SCC_BAND);
}

TEST_F(VolumeTest, FewerPeopleIsTheSmallestChange) {
  SetPeople(600, 0);
  tallies.persons.people = 99'500;
  const v1::Decision d = Decide();
  ASSERT_EQ(d.smallest_change_size(), 1);
  EXPECT_EQ(d.smallest_change(0).kind(), v1::CHANGE_KIND_LOWER_PEOPLE);
  EXPECT_EQ(d.smallest_change(0).persons(), 499);
}

TEST_F(VolumeTest, HeadroomShowsBeforeAfterAndTheNextThreshold) {
  SetPeople(600, 0);
  tallies.persons.people = 1'000;
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headroom().year(), 2026);
  EXPECT_EQ(d.headroom().persons().before(), 1'000);
  EXPECT_EQ(d.headroom().persons().after(), 1'600);
  EXPECT_EQ(d.headroom().persons().next_threshold(), 100'000);
  EXPECT_EQ(d.headroom().sensitive_persons().next_threshold(), 10'000);
}

TEST_F(VolumeTest, AGreenChannelGivesALaneAndNothingElse) {
  tallies.persons.people = 1'000'000;
  v1::GreenChannelRegistration* green = AddGreenChannel();
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(d.lane(), v1::LANE_EXPEDITED);
  EXPECT_EQ(d.lane_reference(), "GREEN-1");
  green->set_suspended(true);
  EXPECT_EQ(Decide().lane(), v1::LANE_NORMAL);
  green->set_suspended(false);
  green->set_valid_to("2026-11-20");
  EXPECT_EQ(Decide().lane(), v1::LANE_NORMAL);
}

TEST_F(VolumeTest, AGreenChannelSpeedsNothingButAssessments) {
  AddGreenChannel();
  const auto lane = [this] {
    const v1::Decision d = Decide();
    EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
    EXPECT_EQ(d.lane_reference().empty(), d.lane() == v1::LANE_NORMAL);
    return d.lane();
  };
  tallies.persons.people = 200'000;  // The contract band.
  EXPECT_EQ(lane(), v1::LANE_NORMAL);
  tallies.persons.people = 0;  // A gap in the duties.
  flow.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  EXPECT_EQ(lane(), v1::LANE_NORMAL);
  AddFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);  // It is passed.
  tallies.persons.people = 1'000'000;
  EXPECT_EQ(lane(), v1::LANE_NORMAL);
  source.registry[0].mutable_filings()->RemoveLast();
  EXPECT_EQ(lane(), v1::LANE_EXPEDITED);
  v1::SpecialRegimeClaim* claim = flow.add_special_regimes();
  claim->set_regime(v1::SPECIAL_REGIME_STATE_SECRET);
  claim->set_licence(v1::FACT_NO);
  EXPECT_EQ(lane(), v1::LANE_NORMAL);
}

TEST_F(VolumeTest, AGreenChannelIsForForeignInvestedEnterprises) {
  AddGreenChannel();
  tallies.persons.known = false;  // What is needed is not determinable.
  for (v1::Fact fact : {v1::FACT_YES, v1::FACT_UNKNOWN}) {
    exporter()->set_foreign_invested(fact);
    EXPECT_EQ(Decide().lane(), v1::LANE_EXPEDITED);
  }
  exporter()->set_foreign_invested(v1::FACT_NO);
  EXPECT_EQ(Decide().lane(), v1::LANE_NORMAL);
}

TEST_F(VolumeTest, TheSameInputsGiveTheSameBytes) {
  EXPECT_EQ(Decide().SerializeAsString(), Decide().SerializeAsString());
}

}  // namespace
}  // namespace tongguan::engine
