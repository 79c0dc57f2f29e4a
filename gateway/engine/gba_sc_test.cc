#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class GbaScTest : public EngineTest {
 protected:
  void SetUp() override {
    flow.set_exporter(policy::kShenzhenExporter);
    flow.mutable_recipient()->set_organization_id("ACME-HK");
    flow.mutable_recipient()->set_region("HK");
    flow.mutable_recipient()->set_gba_registered(v1::FACT_YES);
    flow.mutable_people()->mutable_declared()->set_persons(1'500'000);
    contract = AddFiling("GBA-1", v1::FILING_KIND_GBA_CONTRACT_HONG_KONG);
    contract->set_exporter(policy::kShenzhenExporter);
    contract->mutable_scope()->set_recipients(0, "ACME-HK");
    for (auto& enterprise : *source.registry[0].mutable_enterprises()) {
      if (enterprise.uscc() == policy::kShenzhenExporter)
        shenzhen = &enterprise;
    }
  }
  bool Allows() { return Decide().verdict() == v1::VERDICT_ALLOW; }
  v1::Filing* contract;
  v1::Enterprise* shenzhen = nullptr;
};

TEST_F(GbaScTest, ServesAtAnyVolumeAndIsCountedInItsOwnTallyToo) {
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.headline(), v1::RULE_GBA_SC);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_GBA_STANDARD_CONTRACT);
  EXPECT_EQ(d.charging(), v1::CHARGING_GBA);
}

TEST_F(GbaScTest, TheHongKongFormDoesNotServeMacao) {
  flow.mutable_recipient()->set_region("MO");
  EXPECT_FALSE(Allows());
  contract->set_kind(v1::FILING_KIND_GBA_CONTRACT_MACAO);
  EXPECT_TRUE(Allows());
}

TEST_F(GbaScTest, BothPartiesMustBeRegistered) {
  for (v1::Fact fact : {v1::FACT_NO, v1::FACT_UNKNOWN}) {
    flow.mutable_recipient()->set_gba_registered(fact);
    EXPECT_FALSE(Allows());
  }
  flow.mutable_recipient()->set_gba_registered(v1::FACT_YES);
  shenzhen->set_gba_registered(v1::FACT_UNKNOWN);
  EXPECT_FALSE(Allows());
}

TEST_F(GbaScTest, RegistrationNotStatedIsNotToldAsNo) {
  const auto told = [this] {
    return StepOf(Decide(), v1::RULE_GBA_SC).reason();
  };
  flow.mutable_recipient()->set_gba_registered(v1::FACT_UNKNOWN);
  EXPECT_EQ(told(), v1::REASON_GBA_REGISTRATION_UNKNOWN);
  // What is known to fail is told before what is not known.
  shenzhen->set_gba_registered(v1::FACT_NO);
  EXPECT_EQ(told(), v1::REASON_NOT_GBA_EXPORTER);
  shenzhen->set_gba_registered(v1::FACT_UNKNOWN);
  EXPECT_EQ(told(), v1::REASON_GBA_REGISTRATION_UNKNOWN);
  flow.mutable_recipient()->set_gba_registered(v1::FACT_YES);
  EXPECT_EQ(told(), v1::REASON_GBA_REGISTRATION_UNKNOWN);
  flow.mutable_recipient()->set_gba_registered(v1::FACT_NO);
  EXPECT_EQ(told(), v1::REASON_NOT_GBA_RECIPIENT);
  flow.mutable_recipient()->set_gba_registered(v1::FACT_YES);
  flow.mutable_recipient()->set_region("MO");
  EXPECT_EQ(told(), v1::REASON_NOT_GBA_RECIPIENT);
}

TEST_F(GbaScTest, ShantouIsNotOneOfTheNineCities) {
  shenzhen->set_region("CN-GD-ST");
  EXPECT_FALSE(Allows());
}

TEST_F(GbaScTest, OnwardSupplyOutsideTheAreaVoidsIt) {
  v1::OnwardRecipient* onward = flow.mutable_recipient()->add_onward();
  onward->set_organization_id("ACME-MO");
  onward->set_region("MO");
  contract->mutable_scope()->add_onward("ACME-MO");
  EXPECT_TRUE(Allows());
  onward->set_region("SG");
  EXPECT_FALSE(Allows());
}

TEST_F(GbaScTest, ACiioStaysUnderAssessment) {
  shenzhen->set_ciio(v1::FACT_YES);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(GbaScTest, TheSwitchEndsItAtTheAssessmentVolumes) {
  source.regime.mutable_gba_at_any_volume()->set_on(false);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  flow.mutable_people()->mutable_declared()->set_persons(999'999);
  EXPECT_TRUE(Allows());
}

TEST_F(GbaScTest, AtSmallVolumeItIsReliedOnAndNotRequired) {
  flow.mutable_people()->mutable_declared()->set_persons(10);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_GBA_SC);
  EXPECT_EQ(d.requirement(), v1::MECHANISM_NONE);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_GBA_STANDARD_CONTRACT);
}

TEST_F(GbaScTest, TwoContractsTogetherCoverTheItems) {
  AddItem(&flow, "phone_number", v1::FACT_YES)->set_category("phone_number");
  v1::Filing other = *contract;
  contract->mutable_scope()->clear_categories();
  contract->mutable_scope()->add_categories("name");
  EXPECT_FALSE(Allows());
  other.set_id("GBA-2");
  other.mutable_scope()->clear_categories();
  other.mutable_scope()->add_categories("phone_number");
  *source.registry[0].add_filings() = other;
  EXPECT_TRUE(Allows());
}

TEST_F(GbaScTest, DoesNotReadTheCounters) {
  tallies.persons.known = tallies.sensitive.known = false;
  EXPECT_TRUE(Allows());
}

}  // namespace
}  // namespace tongguan::engine
