// Rows of lists that count people: size rules, which speak of every item of a
// kind, and rows that name items. The first half is asked of the shipped lists.
#include <gmock/gmock.h>

#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using ::testing::StartsWith;

class SizeRulesTest : public EngineTest {
 protected:
  void Ship() {
    policy::Parts parts;
    const auto loaded = policy::LoadPolicyDir("policy", &parts);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const auto shipped = policy::SourceFromParts(policy::PutTogether(parts));
    ASSERT_TRUE(shipped.ok()) << shipped.status();
    source.lists = shipped->lists;
    source.taxonomy = shipped->taxonomy;
  }
  void MoveToBeijing() {
    exporter()->set_region("CN-BJ");
    exporter()->clear_zones();
    exporter()->add_zones("CN-BJ-FTZ");
    flow.set_activity_area("CN-BJ-FTZ");
  }
  void Book() {
    auto* contract = flow.mutable_purpose()->mutable_contract_necessity();
    contract->set_activity("flight_booking");
    contract->set_necessary(v1::FACT_YES);
  }
  void SetPeople(int64_t persons, int64_t sensitive) {
    auto* people = flow.mutable_people()->mutable_declared();
    people->set_persons(persons);
    people->set_sensitive_persons(sensitive);
  }
  // An item of sensitive information in place of the name.
  void SetSensitive(const std::string& category) {
    flow.mutable_items(0)->set_name("x");
    flow.mutable_items(0)->set_category(category);
    flow.mutable_items(0)->set_sensitive(v1::FACT_YES);
  }
  v1::ListRow* AddRule(v1::ListKind kind, v1::RowMechanism mechanism,
                       v1::RowItems every) {
    source.lists.push_back(policy::TestList(kind));
    v1::ListRow* row = policy::AddRow(&source.lists.back(), "size", mechanism);
    row->set_data_class("Class");
    row->set_every(every);
    row->set_counter(v1::THRESHOLD_COUNTER_PERSONS);
    row->set_threshold_op(">=");
    row->set_threshold_low(1'000);
    return row;
  }
};

TEST_F(SizeRulesTest, ABookingOfTenMillionPeopleIsImportantDataInShanghai) {
  Ship();
  Book();
  SetPeople(9'999'999, 0);
  EXPECT_EQ(Decide().headline(), v1::RULE_CONTRACT);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  SetPeople(10'000'000, 0);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FTZ_IN_SA);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
  EXPECT_EQ(d.items(0).reference(), "shanghai-negative@2025#D-05-001");
}

TEST_F(SizeRulesTest, AMillionSensitivePeopleAreImportantDataInShanghai) {
  Ship();
  Book();
  SetSensitive("religious_belief");
  SetPeople(0, 999'999);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  SetPeople(0, 1'000'000);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FTZ_IN_SA);
  EXPECT_EQ(d.items(0).reference(), "shanghai-negative@2025#D-05-002");
}

TEST_F(SizeRulesTest, DiagnosesOf100000PeopleAreImportantDataInShanghai) {
  Ship();
  Book();
  SetSensitive("prescription");
  SetPeople(0, 99'999);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  SetPeople(0, 100'000);
  EXPECT_EQ(Decide().items(0).reference(), "shanghai-negative@2025#D-05-003");
}

TEST_F(SizeRulesTest, WhatACiioHoldsOf100000PeopleIsDoubtedInBeijing) {
  Ship();
  MoveToBeijing();
  Book();
  SetPeople(150'000, 0);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  exporter()->set_ciio(v1::FACT_YES);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  EXPECT_EQ(d.items(0).reason(), v1::REASON_DECLARATION_DOUBTED);
  EXPECT_EQ(d.items(0).reference(),
            "beijing-important-data-reference@2024#D-01-004");
  SetPeople(99'999, 0);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  AddItem(&flow, "face", v1::FACT_YES, v1::FACT_YES);
  SetPeople(99'999, 1);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
}

TEST_F(SizeRulesTest, AGroupOf100000PatientsIsImportantDataInBeijing) {
  Ship();
  MoveToBeijing();
  exporter()->clear_zones();  // Where the reference does not reach.
  flow.set_sector("pharma");
  flow.set_scenario("pharmacovigilance");
  flow.mutable_purpose()->mutable_statutory_duty()->set_necessary(v1::FACT_YES);
  SetSensitive("medical_record");
  SetPeople(0, 99'999);
  EXPECT_EQ(Decide().headline(), v1::RULE_LEGAL_DUTY);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  SetPeople(0, 150'000);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FTZ_IN_SA);
  EXPECT_EQ(d.items(0).reference(), "beijing-negative@2025#D-24-003");
}

TEST_F(SizeRulesTest, OfHowManyPeopleDataOfGroupsIsDrawnIsNotKnown) {
  Ship();
  MoveToBeijing();
  flow.set_sector("pharma");
  flow.set_scenario("pharmacovigilance");
  flow.clear_items();
  flow.clear_people();
  flow.clear_duties();
  AddItem(&flow, "g", v1::FACT_NO)
      ->set_category("group_diagnosis_treatment_data");
  const v1::Decision d = Decide();
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  EXPECT_EQ(d.items(0).reason(), v1::REASON_LIST_ROW_INCOMPLETE);
  EXPECT_FALSE(Misses(d, v1::MISSING_OPENING_BALANCE));
}

// The copy of the list has no more than the heading: below its number the rule
// says nothing of what else the list asks.
TEST_F(SizeRulesTest, ANumberNotReachedDoesNotSetAHeadingAside) {
  Ship();
  flow.set_sector("reinsurance");
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  SetSensitive("bank_account");
  SetPeople(0, 5'000);
  v1::FilingScope* scope =
      AddFiling("C-1", v1::FILING_KIND_STANDARD_CONTRACT)->mutable_scope();
  scope->clear_categories();
  scope->add_categories("bank_account");
  const v1::Decision d = Decide();
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  EXPECT_THAT(d.items(0).reference(), StartsWith("shanghai-negative@2025"));
}

TEST_F(SizeRulesTest, AnItemIsOutsideACompleteListBelowTheNumberOnly) {
  AddRule(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT,
          v1::ROW_ITEMS_PERSONAL);
  SetPeople(999, 0);
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_OUTSIDE);
  SetPeople(1'000, 0);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_FTZ_IN_SA);
  EXPECT_EQ(StepOf(d, v1::RULE_FTZ_OUTSIDE).reason(),
            v1::REASON_LISTED_RESTRICTED);
  tallies.persons.known = false;
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
}

TEST_F(SizeRulesTest, ASizeRuleLeavesAloneWhatItDoesNotSpeakOf) {
  v1::ListRow* row =
      AddRule(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT,
              v1::ROW_ITEMS_SENSITIVE);
  source.lists[0].head.set_completeness(v1::COMPLETENESS_PARTIAL);
  SetPeople(5'000, 0);
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
  row->set_every(v1::ROW_ITEMS_PERSONAL);
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_IN_SA);
  AddItem(&flow, "p", v1::FACT_NO)->set_category("part_number");
  EXPECT_TRUE(Decide().items(1).satisfied());
  row->set_ciio_only(true);
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
  row->set_ciio_only(false);
  row->set_sector("retail");
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_IN_SA);  // None is stated.
  flow.set_sector("pharma");
  v1::ListRow* known = policy::AddRow(&source.lists[0], "R-2");
  known->set_sector("pharma");
  known->add_names("another_item");
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
}

// Everything of children is sensitive (PIPL art 28).
TEST_F(SizeRulesTest, ASensitiveSizeRuleSpeaksOfEverythingOfChildren) {
  AddRule(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT,
          v1::ROW_ITEMS_SENSITIVE)
      ->set_counter(v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS);
  source.lists[0].head.set_completeness(v1::COMPLETENESS_PARTIAL);
  SetPeople(5'000, 0);
  flow.mutable_duties()->set_under_14(v1::FACT_YES);
  flow.mutable_duties()->set_guardian_consent(v1::FACT_YES);
  EXPECT_EQ(Decide().items(0).rule(), v1::RULE_FTZ_IN_SA);
}

TEST_F(SizeRulesTest, ASensitiveSizeRuleIsNotEvadedByShowingNoSensitiveItem) {
  AddRule(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT,
          v1::ROW_ITEMS_SENSITIVE)
      ->set_counter(v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS);
  source.lists[0].head.set_completeness(v1::COMPLETENESS_PARTIAL);
  SetPeople(10, 5'000);
  EXPECT_EQ(Decide().items(0).rule(), v1::RULE_FTZ_IN_SA);
  AddItem(&flow, "face", v1::FACT_YES, v1::FACT_YES);
  const v1::Decision d = Decide();
  EXPECT_NE(d.items(0).rule(), v1::RULE_FTZ_IN_SA);
  EXPECT_EQ(d.items(1).rule(), v1::RULE_FTZ_IN_SA);
}

}  // namespace
}  // namespace tongguan::engine
