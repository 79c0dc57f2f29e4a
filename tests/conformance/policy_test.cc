#include "tests/conformance/policy.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/policy/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/filing.h"
#include "tests/conformance/flow.h"

namespace tongguan::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const int kLine = 2;

Case MakeCase(const std::string& facts, int line = kLine) {
  Case row;
  row.line = line;
  row.facts =
      Facts::Parse(absl::StrCat("eval_time=2026-11-21T10:00:00+08:00", facts),
                   &row.problems);
  EXPECT_THAT(row.problems, IsEmpty());
  return row;
}

v1::Filing FilingOf(const std::string& filing, const std::string& facts = "") {
  const Case row = MakeCase(absl::StrCat(";mechanism_on_file=", filing, facts));
  const Parties parties = PartiesOf(kLine);
  return BuildFiling(row.facts, parties, BuildFlow(row.facts, parties))
      .value_or(v1::Filing());
}

policy::List ListOf(const std::string& facts) {
  const Case row = MakeCase(facts);
  const Parties parties = PartiesOf(kLine);
  return BuildList(row.facts, parties, BuildFlow(row.facts, parties))
      .value_or(policy::List());
}

TEST(FilingTest, NoneIsNoFiling) {
  const Case row = MakeCase(";mechanism_on_file=none");
  EXPECT_FALSE(BuildFiling(row.facts, PartiesOf(kLine), v1::Flow()));
}

TEST(FilingTest, ContractStatusFollowsItsWords) {
  EXPECT_EQ(FilingOf("standard_contract:effective=2026-03-02:filed=2026-03-10:"
                     "status=passed")
                .status(),
            v1::FILING_STATUS_VALID);
  EXPECT_EQ(FilingOf("standard_contract:effective=2026-03-02:filed=2026-03-10")
                .status(),
            v1::FILING_STATUS_UNDER_REVIEW);
  EXPECT_EQ(FilingOf("standard_contract:effective=2026-03-02").status(),
            v1::FILING_STATUS_NOT_FILED);
  EXPECT_EQ(
      FilingOf("standard_contract:effective=2026-03-02:filed=none").status(),
      v1::FILING_STATUS_NOT_FILED);
  EXPECT_EQ(FilingOf("standard_contract:effective=2026-03-02:filed=none:"
                     "status=passed")
                .status(),
            v1::FILING_STATUS_NOT_FILED);
  EXPECT_EQ(FilingOf("gba_standard_contract_mo:effective=2026-03-02:"
                     "filed=2026-03-10:status=failed")
                .status(),
            v1::FILING_STATUS_NOT_PASSED);
}

TEST(FilingTest, PassedContractWithoutDayOfFilingWasFiledOnItsFirstDay) {
  EXPECT_EQ(
      FilingOf("standard_contract:effective=2026-03-02:status=passed").filed(),
      "2026-03-02");
}

TEST(FilingTest, IssuedIsValidAndAppliedForIsUnderReview) {
  EXPECT_EQ(FilingOf("security_assessment:issued=2026-01-10").status(),
            v1::FILING_STATUS_VALID);
  EXPECT_EQ(FilingOf("security_assessment:applied=2026-01-10").status(),
            v1::FILING_STATUS_UNDER_REVIEW);
  EXPECT_EQ(
      FilingOf("certification:issued=2026-01-10:status=suspended").status(),
      v1::FILING_STATUS_SUSPENDED);
}

TEST(FilingTest, ExpiredAndExpiresAreBothTheLastValidDay) {
  EXPECT_EQ(FilingOf("standard_contract:expired=2026-11-21").expires(),
            "2026-11-21");
  EXPECT_EQ(FilingOf("certification:expires=2026-11-21").expires(),
            "2026-11-21");
}

TEST(FilingTest, CoveringNamesExactlyTheFlow) {
  const v1::FilingScope scope =
      FilingOf("standard_contract:effective=2026-03-02:covers=y",
               ";data_categories=a|b;scenario=s;onward_transfer=SG;"
               "purpose=contract_necessity:visa")
          .scope();
  EXPECT_THAT(scope.recipients(), ElementsAre("recipient-2"));
  EXPECT_THAT(scope.items(), ElementsAre("a", "b"));
  EXPECT_THAT(scope.scenarios(), ElementsAre("s"));
  EXPECT_THAT(scope.purposes(), ElementsAre("contract_necessity:visa"));
  EXPECT_THAT(scope.onward(), ElementsAre("onward-2"));
}

TEST(FilingTest, NotCoveringNamesAnotherRecipientAndItem) {
  for (const char* covers : {"", ":covers=n"}) {
    const v1::FilingScope scope =
        FilingOf(absl::StrCat("standard_contract:effective=2026-03-02", covers))
            .scope();
    EXPECT_THAT(scope.recipients(), ElementsAre("another-recipient-2"));
    EXPECT_THAT(scope.items(), ElementsAre("another_item"));
  }
}

TEST(FilingTest, OnlyContractsLeaveOutAnUnlistedOnwardRecipient) {
  const std::string facts = ";onward_recipient=not_listed";
  EXPECT_THAT(FilingOf("standard_contract:effective=2026-03-02:covers=y", facts)
                  .scope()
                  .onward(),
              IsEmpty());
  EXPECT_THAT(FilingOf("security_assessment:issued=2026-03-02:covers=y", facts)
                  .scope()
                  .onward(),
              ElementsAre("onward-2"));
}

TEST(FilingTest, AssessmentWithoutApprovedPeopleStatesNoNumber) {
  EXPECT_TRUE(
      FilingOf("security_assessment:issued=2026-01-10").states_no_number());
  const v1::Filing stated =
      FilingOf("security_assessment:issued=2026-01-10:approved_persons=7",
               ";extension=granted");
  EXPECT_FALSE(stated.states_no_number());
  EXPECT_EQ(stated.approved_people(), 7);
  EXPECT_EQ(stated.extension(), v1::EXTENSION_GRANTED);
}

TEST(FilingTest, CertificateNamesBodyAndHolder) {
  const v1::Filing own = FilingOf("certification:issued=2026-02-01");
  EXPECT_EQ(own.body(), "CCRC");
  EXPECT_EQ(own.holder(), PartiesOf(kLine).exporter);
  const v1::Filing other = FilingOf(
      "certification:issued=2026-02-01:body=unlisted:"
      "holder=overseas_recipient");
  EXPECT_EQ(other.body(), "UNLISTED-BODY");
  EXPECT_EQ(other.holder(), "recipient-2");
}

TEST(RegistryTest, RecipientOutsideTheGroupIsNoMemberOfIt) {
  const Parties parties = PartiesOf(kLine);
  const Case inside = MakeCase("");
  EXPECT_THAT(
      BuildRegistry(inside.facts, parties, v1::Flow()).groups(0).overseas(),
      ElementsAre("recipient-2"));
  const Case outside = MakeCase(";recipient=outside_group");
  EXPECT_THAT(
      BuildRegistry(outside.facts, parties, v1::Flow()).groups(0).overseas(),
      IsEmpty());
}

TEST(ListTest, NoListIdIsNoList) {
  EXPECT_EQ(ListOf("").name + ListOf(";list_id=none").head.id(), "");
}

TEST(ListTest, ServesThatExporterAloneInItsHomeArea) {
  const v1::ListHead head = ListOf(";list_id=GD-2025").head;
  EXPECT_THAT(head.exporters(), ElementsAre(PartiesOf(kLine).exporter));
  EXPECT_THAT(head.areas(), ElementsAre("CN-GD-FTZ", "CN-GD-SZ-HETAO"));
  EXPECT_EQ(head.completeness(), v1::COMPLETENESS_COMPLETE);
}

TEST(ListTest, AdoptedListServesTheZoneUnlessTheCityIsWhole) {
  EXPECT_THAT(ListOf(";list_id=TJ-2024;list_adopted_locally=y;"
                     "exporter_region=CN-ZJ")
                  .head.adopted_by(),
              ElementsAre("CN-ZJ-FTZ"));
  EXPECT_THAT(ListOf(";list_id=TJ-2024;list_adopted_locally=y;"
                     "exporter_region=CN-BJ")
                  .head.adopted_by(),
              ElementsAre("CN-BJ"));
}

TEST(ListTest, SupersededBeforeTheMoment) {
  EXPECT_EQ(ListOf(";list_id=SH-2024;list_superseded=y").head.superseded_on(),
            "2026-11-20");
}

TEST(ListTest, RowsStandWhereTheCaseSays) {
  const std::string list = ";list_id=BJ-2025;industry=pharma;scenario=s";
  const v1::ListRow outside = ListOf(list + ";list_position=outside").rows[0];
  EXPECT_EQ(outside.sector(), "pharma");
  EXPECT_EQ(outside.scenario(), "s");
  EXPECT_THAT(outside.names(), ElementsAre("another_item"));
  const v1::ListRow scc = ListOf(list + ";list_position=in_scc_part").rows[0];
  EXPECT_THAT(scc.names(), ElementsAre("record"));
  EXPECT_EQ(scc.mechanism(), v1::ROW_MECHANISM_CONTRACT);
  EXPECT_EQ(ListOf(list + ";list_position=in_sa_part").rows[0].mechanism(),
            v1::ROW_MECHANISM_ASSESSMENT);
  EXPECT_EQ(
      ListOf(list + ";list_position=excluded_genetic").rows[0].mechanism(),
      v1::ROW_MECHANISM_GENETIC_RESOURCES);
  EXPECT_EQ(ListOf(list).rows[0].sector(), "another_sector");
}

TEST(SourceTest, CasesCompileTogether) {
  const std::vector<Case> cases = {
      MakeCase(";data_categories=a|b;list_id=GEN-DEMO;"
               "list_position=general_list;list_releases_personal_data=y;"
               "list_filing=y;exporter_region=CN-SH;exporter_in_ftz=y",
               2),
      MakeCase(";green_channel=y;mechanism_on_file=standard_contract:"
               "effective=2026-03-02:filed=2026-03-10:covers=y:"
               "filer=group_parent",
               3),
      MakeCase(";data_categories=b|c;group_sibling_ytd=5;"
               "recipient_status=on_cac_restricted_list",
               4)};
  const auto compiled = policy::Snapshot::Compile(
      BuildSource(policy::TestRegime(), {&cases[0], &cases[1], &cases[2]}));
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  // Three exporters, two siblings, the one that asks.
  EXPECT_EQ((*compiled)->registry().enterprises(), 6u);
  EXPECT_EQ((*compiled)->taxonomy().source().categories_size(), 4);
  for (int line : {2, 3, 4}) {
    EXPECT_TRUE((*compiled)->registry().MayAsk(
        DelegateUscc(), PartiesOf(line).exporter, /*day=*/20000));
  }
}

}  // namespace
}  // namespace tongguan::conformance
