#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

// Contracts and certificates as coverage (O13 art 6, 7; O20 art 5, 8, 10, 12).
class FilingTest : public EngineTest {
 protected:
  void SetUp() override {
    flow.mutable_people()->mutable_declared()->set_persons(150'000);
  }
  bool Allows() { return Decide().verdict() == v1::VERDICT_ALLOW; }
};

TEST_F(FilingTest, AContractNotYetInEffectDoesNotCover) {
  v1::Filing* contract = AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  contract->set_effective("2026-11-21");
  EXPECT_TRUE(Allows());
  contract->set_effective("2026-11-22");
  contract->clear_filed();
  contract->set_status(v1::FILING_STATUS_NOT_FILED);
  EXPECT_FALSE(Allows());
}

TEST_F(FilingTest, TheFilingWindowIsTenWorkingDaysAfterTheFirst) {
  v1::Filing* contract = AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  contract->clear_filed();
  contract->set_status(v1::FILING_STATUS_NOT_FILED);
  contract->set_effective("2026-11-06");   // Friday: day 10 is 20 November.
  at = absl::FromUnixSeconds(1795190399);  // 2026-11-20 23:59:59 in Beijing.
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  bool told = false;
  for (const v1::Obligation& duty : d.obligations()) {
    told |= duty.kind() == v1::OBLIGATION_KIND_FILE_CONTRACT_BY &&
            duty.operand() == 20261120;
  }
  EXPECT_TRUE(told);
  at = absl::FromUnixSeconds(1795190400);
  const v1::Decision late = Decide();
  EXPECT_EQ(late.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(late.missing(0).reason(), v1::REASON_FILING_WINDOW_PASSED);
  contract->set_filed("2026-11-21");  // A late filing cures.
  contract->set_status(v1::FILING_STATUS_UNDER_REVIEW);
  EXPECT_TRUE(Allows());
}

TEST_F(FilingTest, SupplementRequiredOrNotPassedDoesNotCover) {
  v1::Filing* contract = AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  for (v1::FilingStatus status :
       {v1::FILING_STATUS_SUPPLEMENT_REQUIRED, v1::FILING_STATUS_NOT_PASSED}) {
    contract->set_status(status);
    EXPECT_FALSE(Allows());
  }
}

TEST_F(FilingTest, ACertificateServesItsGroupOnly) {
  AddFiling("Z-1", v1::FILING_KIND_CERTIFICATE);
  EXPECT_FALSE(Allows());
  v1::Group* group = source.registry[0].add_groups();
  group->set_id("G");
  group->set_name("G");
  group->add_members(policy::kShanghaiExporter);
  group->add_overseas("ACME-SG");
  EXPECT_TRUE(Allows());
  flow.mutable_recipient()->set_relation(v1::RELATION_UNKNOWN);
  EXPECT_FALSE(Allows());
}

TEST_F(FilingTest, ACertificateOfAnUnlistedBodyOrSuspendedDoesNotCover) {
  v1::Filing* certificate = AddFiling("Z-1", v1::FILING_KIND_CERTIFICATE);
  certificate->mutable_scope()->add_recipients("ACME-SG");
  EXPECT_TRUE(Allows());
  certificate->set_body("NOBODY");
  EXPECT_FALSE(Allows());
  certificate->set_body("CCRC");
  certificate->set_status(v1::FILING_STATUS_SUSPENDED);
  EXPECT_FALSE(Allows());
}

TEST_F(FilingTest, AnExpiredFilingBesideAValidOneDoesNotHarm) {
  AddFiling("C-0", v1::FILING_KIND_STANDARD_CONTRACT)
      ->set_expires("2026-10-01");
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  ASSERT_EQ(d.relied_on_size(), 1);
  EXPECT_EQ(d.relied_on(0), "C-1");
}

}  // namespace
}  // namespace tongguan::engine
