// Ways to talk a flow past the rules, each of which must not help.
#include "absl/strings/str_cat.h"
#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

class EvasionTest : public EngineTest {
 protected:
  v1::ListRow* AddList(v1::ListKind kind, v1::RowMechanism mechanism,
                       const std::string& category,
                       const std::string& sector = "retail") {
    policy::List list = policy::TestList(kind);
    list.head.set_id(absl::StrCat("list-", source.lists.size()));
    list.head.set_releases_personal_data(kind == v1::LIST_KIND_GENERAL);
    list.head.set_releases_personal_data_source("test");
    v1::ListRow* row = policy::AddRow(&list, "R-1", mechanism);
    row->set_sector(sector);
    row->add_categories(category);
    source.lists.push_back(list);
    return &source.lists.back().rows.back();
  }
  v1::DataItem* OneItem(const std::string& name, const std::string& category) {
    flow.clear_items();
    v1::DataItem* item = AddItem(&flow, name, v1::FACT_YES);
    item->set_category(category);
    return item;
  }
  void SetPeople(int64_t persons) {
    flow.mutable_people()->mutable_declared()->set_persons(persons);
  }
};

TEST_F(EvasionTest, LeavingTheCategoryOutDoesNotTakeAnItemOffANegativeList) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "phone_number");
  flow.set_sector("retail");
  for (const char* category : {"phone_number", "", "name", "order_amount"}) {
    SCOPED_TRACE(category);
    OneItem("mobile", category);
    EXPECT_EQ(StepOf(Decide(), v1::RULE_FTZ_IN_SA).reference(), "list-0@1#R-1");
  }
}

TEST_F(EvasionTest, WhatNobodyCanClassifyIsNotOutsideANegativeList) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "phone_number");
  flow.set_sector("retail");
  SetPeople(400'000);
  OneItem("col7", "");
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(StepOf(d, v1::RULE_FTZ_OUTSIDE).reason(),
            v1::REASON_ITEM_NOT_CLASSIFIED);
  OneItem("col7", "name");
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_OUTSIDE);
}

TEST_F(EvasionTest, AFalseCategoryIsNotCoveredByTheContractForIt) {
  SetPeople(400'000);
  v1::FilingScope* scope =
      AddFiling("SC-1", v1::FILING_KIND_STANDARD_CONTRACT)->mutable_scope();
  scope->clear_categories();
  scope->clear_items();
  scope->add_categories("phone_number");
  OneItem("col7", "phone_number");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  OneItem("face", "phone_number")->set_sensitive(v1::FACT_YES);
  flow.mutable_people()->mutable_declared()->set_sensitive_persons(10);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(StepOf(d, v1::RULE_SCC_BAND).effect(), v1::EFFECT_DEMANDS);
}

TEST_F(EvasionTest, AGeneralListFreesOnlyWhatIsOnItByAllThatItIs) {
  AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE, "phone_number");
  flow.set_sector("retail");
  SetPeople(400'000);
  OneItem("mobile", "");
  EXPECT_EQ(Decide().headline(), v1::RULE_GENERAL_LIST);
  OneItem("full_name", "phone_number");
  EXPECT_EQ(Decide().headline(), v1::RULE_SCC_BAND);
}

TEST_F(EvasionTest, SensitiveDataUnderAnOrdinaryCategoryIsNotFreedByAList) {
  AddList(v1::LIST_KIND_GENERAL, v1::ROW_MECHANISM_FREE, "phone_number");
  flow.set_sector("retail");
  flow.mutable_people()->mutable_declared()->set_sensitive_persons(5);
  OneItem("col7", "phone_number")->set_sensitive(v1::FACT_YES);
  EXPECT_EQ(Decide().headline(), v1::RULE_SCC_BAND);
}

TEST_F(EvasionTest, NoNewPeopleOfMoreThanTheYearHasIsNotBelieved) {
  SetPeople(500'000);
  flow.mutable_people()->mutable_declared()->set_new_persons(0);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_SCC_BAND);
  EXPECT_EQ(d.headroom().persons().after(), 500'000);
  // Of 500,000 people 499,999 may have been counted before.
  tallies.persons.people = 499'999;
  EXPECT_EQ(Decide().headroom().persons().after(), 500'000);
}

TEST_F(EvasionTest, NoNewSensitivePeopleOfMoreThanTheYearHasIsNotBelieved) {
  OneItem("face", "face_image")->set_sensitive(v1::FACT_YES);
  auto* people = flow.mutable_people()->mutable_declared();
  people->set_sensitive_persons(20'000);
  people->set_new_sensitive_persons(0);
  EXPECT_EQ(Decide().headline(), v1::RULE_SA_VOLUME);
}

TEST_F(EvasionTest, ScaleIsWeighedWithEveryoneInTheRequest) {
  SetPeople(3'000'000);
  flow.mutable_people()->mutable_declared()->set_new_persons(0);
  v1::Filing* filing = AddFiling("SA-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  filing->mutable_scope()->add_categories("name");
  filing->set_approved_people(2'000'000);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
}

TEST_F(EvasionTest, ACatalogueBindsWhereTheSectorIsLeftOutOrNotKnown) {
  AddList(v1::LIST_KIND_IMPORTANT_DATA, v1::ROW_MECHANISM_IMPORTANT_DATA,
          "part_number", "automotive");
  flow.clear_people();
  OneItem("part", "part_number")->set_personal(v1::FACT_NO);
  for (const char* sector : {"automotive", "", "automobile"}) {
    SCOPED_TRACE(sector);
    flow.set_sector(sector);
    EXPECT_EQ(Decide().headline(), v1::RULE_FACT_UNKNOWN);
  }
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_ASSESSMENT, "name");
  flow.set_sector("retail");
  EXPECT_EQ(Decide().headline(), v1::RULE_NO_PI_NO_ID);
}

TEST_F(EvasionTest, AListWithoutFilingDoesNotHideOneThatServes) {
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT, "name");
  source.lists[0].head.set_filing_rule(v1::LIST_FILING_RULE_REQUIRED);
  flow.set_sector("retail");
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
  AddList(v1::LIST_KIND_NEGATIVE, v1::ROW_MECHANISM_CONTRACT, "name");
  EXPECT_EQ(Decide().headline(), v1::RULE_FTZ_IN_SCC);
}

TEST_F(EvasionTest, ADoubtedItemSaysWhatItLooksLike) {
  OneItem("face", "")->set_personal(v1::FACT_NO);
  SetPeople(0);
  EXPECT_EQ(StepOf(Decide(), v1::RULE_FACT_UNKNOWN).reference(), "face_image");
}

TEST_F(EvasionTest, EveryRuleThatWasTriedHasAStep) {
  const v1::Decision d = Decide();
  EXPECT_EQ(d.headline(), v1::RULE_SMALL_VOLUME);
  for (int rule = v1::Rule_MIN + 1; rule <= v1::Rule_MAX; ++rule) {
    EXPECT_TRUE(Tried(d, static_cast<v1::Rule>(rule))) << rule;
  }
}

TEST_F(EvasionTest, ExemptPeopleLeaveTheTotalsAsTheyAre) {
  auto* hr = flow.mutable_purpose()->mutable_human_resources();
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_YES);
  tallies.persons.people = 7;
  const v1::Decision d = Decide();
  EXPECT_EQ(d.charging(), v1::CHARGING_EXEMPT);
  EXPECT_EQ(d.headroom().persons().before(), 7);
  EXPECT_EQ(d.headroom().persons().after(), 7);
}

TEST_F(EvasionTest, ADutysPeopleAreExemptWhereTheRegimeSaysSo) {
  flow.mutable_purpose()->mutable_statutory_duty()->set_necessary(v1::FACT_YES);
  EXPECT_EQ(Decide().charging(), v1::CHARGING_COUNTED);
  source.regime.mutable_legal_duty_counts()->set_value(0);
  EXPECT_EQ(Decide().charging(), v1::CHARGING_EXEMPT);
}

}  // namespace
}  // namespace tongguan::engine
