#include <vector>

#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

// Rules 10b, 11 and 12 over small lists.
class ListsTest : public EngineTest {
 protected:
  void SetUp() override {
    flow.mutable_people()->mutable_declared()->set_persons(400'000);
    flow.set_sector("retail");
  }
  v1::ListHead* AddList(v1::ListKind kind, v1::RowMechanism mechanism,
                        const std::string& category = "name") {
    policy::List list = policy::TestList(kind);
    v1::ListRow* row = policy::AddRow(&list, "R-1", mechanism);
    row->set_sector("retail");
    row->add_categories(category);
    source.lists.push_back(list);
    return &source.lists.back().head;
  }
  v1::Rule Headline() { return Decide().headline(); }
};

TEST_F(ListsTest, AGeneralListReleasesPersonalDataOnlyIfItSaysSo) {
  v1::ListHead* head = AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE);
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  head->set_releases_personal_data(true);
  head->set_releases_personal_data_source("test");
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_GENERAL_LIST);
  EXPECT_EQ(d.charging(), v1::CHARGING_LIST_EXEMPT);
}

TEST_F(ListsTest, AReleaseMayObligeToReport) {
  v1::ListHead* head = AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE);
  head->set_releases_personal_data(true);
  head->set_releases_personal_data_source("test");
  head->set_report_working_days(5);
  AddList(v1::LIST_KIND_IMPORTANT_DATA, v1::ROW_MECHANISM_IMPORTANT_DATA,
          "order_amount")
      ->set_report_working_days(7);  // Releases nothing.
  const v1::Decision d = Decide();
  ASSERT_EQ(d.headline(), v1::RULE_GENERAL_LIST);
  std::vector<int64_t> days;
  for (const v1::Obligation& duty : d.obligations()) {
    if (duty.kind() != v1::OBLIGATION_KIND_REPORT_TO_LIST_CENTRE) continue;
    days.push_back(duty.operand());
    EXPECT_EQ(duty.reference(), d.items(0).reference());
  }
  EXPECT_EQ(days, std::vector<int64_t>{5});
}

TEST_F(ListsTest, OfAnItemBothReleasedAndDemandedTheDemandIsTold) {
  v1::ListHead* head = AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE);
  head->set_releases_personal_data(true);
  head->set_releases_personal_data_source("test");
  EXPECT_EQ(Decide().items(0).reference(),
            StepOf(Decide(), v1::RULE_GENERAL_LIST).reference());
  v1::SpecialRegimeClaim* claim = flow.add_special_regimes();
  claim->set_regime(v1::SPECIAL_REGIME_STATE_SECRET);
  claim->set_licence(v1::FACT_NO);
  const v1::Decision d = Decide();
  EXPECT_EQ(StepOf(d, v1::RULE_GENERAL_LIST).effect(), v1::EFFECT_RELEASES);
  EXPECT_EQ(d.items(0).rule(), v1::RULE_SPECIAL_REGIME);
  EXPECT_EQ(d.items(0).reference(), "");
}

TEST_F(ListsTest, ImportantDataIsNotReleasedByAGeneralList) {
  v1::ListHead* head = AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE);
  head->set_releases_personal_data(true);
  head->set_releases_personal_data_source("test");
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_PUBLISHED);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(ListsTest, OutsideACompleteListIsFreeAndNotCounted) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "iban");
  source.lists[0].rows[0].clear_categories();
  source.lists[0].rows[0].add_names("iban");
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FTZ_OUTSIDE);
  EXPECT_EQ(d.charging(), v1::CHARGING_LIST_EXEMPT);
}

TEST_F(ListsTest, AnIncompleteCopyNeverConcludesOutside) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "bank_account")
      ->set_completeness(v1::COMPLETENESS_PARTIAL);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_SCC_BAND);
  EXPECT_EQ(StepOf(d, v1::RULE_FTZ_OUTSIDE).reason(),
            v1::REASON_LIST_NOT_COMPLETE);
}

TEST_F(ListsTest, AHeadingWithoutContentHoldsItsSector) {
  v1::ListHead* head =
      AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_UNSPECIFIED);
  head->set_completeness(v1::COMPLETENESS_HEADINGS_ONLY);
  source.lists[0].rows[0].clear_categories();
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  flow.set_sector("other");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, AnotherSectorIsNotOutside) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "bank_account");
  flow.set_sector("other");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, WithoutTheListFilingNationalRulesDecide) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "bank_account")
      ->set_filing_rule(v1::LIST_FILING_RULE_REQUIRED);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_SCC_BAND);
  EXPECT_TRUE(Misses(d, v1::MISSING_LIST_FILING));
  ASSERT_EQ(d.smallest_change_size(), 1);
  EXPECT_EQ(d.smallest_change(0).kind(), v1::CHANGE_KIND_MAKE_LIST_FILING);
  EXPECT_EQ(d.smallest_change(0).reference(), "test-negative@1");
  v1::ListFiling* filing = source.registry[0].add_list_filings();
  filing->set_id("L-1");
  filing->set_exporter(policy::kShanghaiExporter);
  filing->set_list("test-negative");
  filing->set_edition("1");
  filing->set_filed("2026-11-21");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE);
  filing->set_filed("2026-01-01");
  filing->set_valid_to("2026-11-20");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, TheAssessmentPartBindsAlsoUnfiled) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT)
      ->set_filing_rule(v1::LIST_FILING_RULE_REQUIRED);
  flow.mutable_people()->mutable_declared()->set_persons(1);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(ListsTest, TheContractPartStandsForTheVolumeRules) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT);
  v1::DataItem* item = flow.mutable_items(0);
  item->set_sensitive(v1::FACT_YES);
  auto* people = flow.mutable_people()->mutable_declared();
  people->set_persons(0);
  people->set_sensitive_persons(49'999);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FTZ_IN_SCC);
  EXPECT_EQ(d.required_mechanism(),
            v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION);
}

TEST_F(ListsTest, AnExemptionDoesNotLiftTheAssessmentPart) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT);
  auto* contract = flow.mutable_purpose()->mutable_contract_necessity();
  contract->set_activity("visa");
  contract->set_necessary(v1::FACT_YES);
  EXPECT_EQ(Headline(), v1::RULE_FTZ_IN_SA);
}

TEST_F(ListsTest, ThresholdOperatorsReadTheTotalWithThisRequest) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT);
  v1::ListRow& row = source.lists[0].rows[0];
  row.set_counter(v1::THRESHOLD_COUNTER_PERSONS);
  row.set_threshold_low(400'000);
  row.set_threshold_op(">=");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_IN_SA);
  row.set_threshold_op(">");  // PIQA2604-1: "exceeds" includes the number.
  EXPECT_EQ(Headline(), v1::RULE_FTZ_IN_SA);
  source.regime.mutable_exceeds_includes_number()->set_on(false);
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  row.set_threshold_op("<");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  row.set_threshold_op("in");
  row.set_threshold_low(100'000);
  row.set_threshold_high(400'001);
  EXPECT_EQ(Headline(), v1::RULE_FTZ_IN_SA);
  row.set_threshold_high(400'000);
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, AListOfAnotherAreaSupersededOrNotYetInForceIsNone) {
  v1::ListHead* head = AddList(v1::LIST_KIND_NEGATIVE,
                               v1::ROW_MECHANISM_ASSESSMENT, "bank_account");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE);
  head->set_areas(0, "CN-BJ");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  head->add_adopted_by("CN-SH-FTZ");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE);
  head->set_superseded_on("2026-11-21");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  head->clear_superseded_on();
  head->set_effective("2026-11-22");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, ActivityOutsideTheAreaIsNotServed) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "bank_account")
      ->set_needs_activity_in_area(true);
  EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE);
  for (const char* area : {"CN-BJ", "CN-SHX", ""}) {
    flow.set_activity_area(area);
    EXPECT_EQ(Headline(), v1::RULE_SCC_BAND) << area;
  }
}

TEST_F(ListsTest, AnActivityStatedElsewhereIsReleasedByNoList) {
  v1::ListHead* head = AddList(v1::LIST_KIND_NEGATIVE,
                               v1::ROW_MECHANISM_ASSESSMENT, "bank_account");
  for (const char* area : {"", "CN-SH", "CN-SH-FTZ"}) {
    flow.set_activity_area(area);
    EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE) << area;
  }
  flow.set_activity_area("CN-BJ");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  EXPECT_EQ(StepOf(Decide(), v1::RULE_FTZ_OUTSIDE).reason(),
            v1::REASON_LIST_OTHER_AREA);
  head->add_adopted_by("CN-BJ");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE);
  source.lists.clear();
  head = AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE);
  head->set_releases_personal_data(true);
  head->set_releases_personal_data_source("test");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  flow.set_activity_area("CN-SH");
  EXPECT_EQ(Headline(), v1::RULE_GENERAL_LIST);
}

TEST_F(ListsTest, AnActivityStatedElsewhereDoesNotAvoidTheContractPart) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT);
  flow.mutable_people()->mutable_declared()->set_persons(1);
  flow.set_activity_area("CN-BJ");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_IN_SCC);
}

TEST_F(ListsTest, LeavingTheActivityAreaOutDoesNotAvoidTheAssessmentPart) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT)
      ->set_needs_activity_in_area(true);
  flow.clear_activity_area();
  EXPECT_EQ(Headline(), v1::RULE_FTZ_IN_SA);
  flow.set_activity_area("CN-BJ");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, LeavingTheSectorOutDoesNotAvoidTheRowsThatNameAnItem) {
  flow.mutable_people()->mutable_declared()->set_persons(1);
  struct {
    v1::RowMechanism mechanism;
    v1::Mechanism demanded;
  } constexpr kParts[] = {
      {v1::ROW_MECHANISM_ASSESSMENT, v1::MECHANISM_SECURITY_ASSESSMENT},
      {v1::ROW_MECHANISM_IMPORTANT_DATA, v1::MECHANISM_SECURITY_ASSESSMENT},
      {v1::ROW_MECHANISM_UNSPECIFIED, v1::MECHANISM_NOT_DETERMINABLE},
      {v1::ROW_MECHANISM_CONTRACT,
       v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION},
      {v1::ROW_MECHANISM_GENETIC_RESOURCES,
       v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE}};
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT);
  // So that the list knows this sector, too.
  policy::AddRow(&source.lists[0], "R-2", v1::ROW_MECHANISM_ASSESSMENT)
      ->set_sector("other");
  source.lists[0].rows[1].add_names("another_item");
  for (const auto& part : kParts) {
    source.lists[0].rows[0].set_mechanism(part.mechanism);
    for (const char* sector : {"retail", "", "no_such_sector"}) {
      flow.set_sector(sector);
      EXPECT_EQ(Decide().required_mechanism(), part.demanded) << sector;
    }
    flow.set_sector("other");
    EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
    flow.set_sector("retail");
    source.lists[0].rows[0].set_scenario("membership");
    for (const char* scenario : {"membership", ""}) {
      flow.set_scenario(scenario);
      EXPECT_EQ(Decide().required_mechanism(), part.demanded) << scenario;
    }
    flow.set_scenario("trial");
    EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
    flow.clear_scenario();
    source.lists[0].rows[0].clear_scenario();
  }
}

TEST_F(ListsTest, AContractPartLeftUnsaidDoesNotStandForTheVolumeRules) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT);
  source.lists[0].rows[0].set_scenario("membership");
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT)
      ->mutable_scope()
      ->add_scenarios("membership");
  flow.mutable_people()->mutable_declared()->set_persons(1'000'000);
  flow.set_scenario("membership");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  flow.clear_scenario();
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  // Beside a row that speaks for sure it takes nothing away from that.
  policy::AddRow(&source.lists[0], "R-2", v1::ROW_MECHANISM_CONTRACT)
      ->add_categories("name");
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_IN_SCC);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(ListsTest, ARowLeftUnsaidDoesNotLiftAHeading) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT)
      ->set_completeness(v1::COMPLETENESS_PARTIAL);
  source.lists[0].rows[0].set_scenario("membership");
  policy::AddRow(&source.lists[0], "H-1", v1::ROW_MECHANISM_UNSPECIFIED)
      ->set_sector("retail");
  source.lists[0].rows[1].clear_data_class();
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
}

TEST_F(ListsTest, ACounterWithoutItsNumberHolds) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT);
  source.lists[0].rows[0].set_counter(v1::THRESHOLD_COUNTER_PERSONS);
  AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
}

TEST_F(ListsTest, AListThatNamesItsPartiesServesNobodyElse) {
  v1::ListHead* head = AddList(v1::LIST_KIND_NEGATIVE,
                               v1::ROW_MECHANISM_ASSESSMENT, "bank_account");
  head->add_recipients("OTHER-1");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  head->add_recipients("ACME-SG");
  EXPECT_EQ(Headline(), v1::RULE_FTZ_OUTSIDE);
  head->add_exporters(policy::kShenzhenExporter);
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
}

TEST_F(ListsTest, AListOfAnotherExporterDoesNotBindACiio) {
  v1::ListHead* head =
      AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_UNSPECIFIED);
  head->set_excludes_ciio(true);
  exporter()->set_ciio(v1::FACT_YES);
  EXPECT_EQ(Headline(), v1::RULE_FACT_UNKNOWN);
  head->add_exporters(policy::kShenzhenExporter);
  EXPECT_EQ(Headline(), v1::RULE_CIIO);
}

TEST_F(ListsTest, AConditionMustBeAnsweredYes) {
  v1::ListHead* head = AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE);
  head->set_releases_personal_data(true);
  head->set_releases_personal_data_source("test");
  source.lists[0].rows[0].add_conditions("no_face");
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  v1::ConditionAnswer* answer = flow.add_conditions();
  answer->set_condition("no_face");
  answer->set_holds(v1::FACT_UNKNOWN);
  EXPECT_EQ(Headline(), v1::RULE_SCC_BAND);
  answer->set_holds(v1::FACT_YES);
  EXPECT_EQ(Headline(), v1::RULE_GENERAL_LIST);
}

}  // namespace
}  // namespace tongguan::engine
