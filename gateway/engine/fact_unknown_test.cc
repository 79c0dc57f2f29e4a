#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using FactUnknownTest = EngineTest;

void ExpectUndetermined(const v1::Decision& d) {
  EXPECT_EQ(d.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(d.required_mechanism(), v1::MECHANISM_NOT_DETERMINABLE);
  EXPECT_EQ(d.headline(), v1::RULE_FACT_UNKNOWN);
}

TEST_F(FactUnknownTest, AnExporterNotInTheRegistryIsNeverAllowed) {
  flow.set_exporter("91110000600037341L");
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_TRUE(Misses(d, v1::MISSING_EXPORTER_REGISTRATION));
}

TEST_F(FactUnknownTest, CiioUnknownHoldsAlsoDataThatIsNotPersonal) {
  exporter()->set_ciio(v1::FACT_UNKNOWN);
  ExpectUndetermined(Decide());
  flow.mutable_items(0)->set_name("part_number");
  flow.mutable_items(0)->set_category("part_number");
  flow.mutable_items(0)->set_personal(v1::FACT_NO);
  flow.clear_people();
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, PersonalUnknown) {
  flow.mutable_items(0)->set_personal(v1::FACT_UNKNOWN);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, SensitiveUnknown) {
  flow.mutable_items(0)->set_sensitive(v1::FACT_UNKNOWN);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, ImportantUnknown) {
  flow.mutable_items(0)->set_important(v1::IMPORTANT_DATA_UNKNOWN);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, OverseasOriginWithMixingUnknown) {
  flow.set_origin(v1::ORIGIN_OVERSEAS);
  flow.set_domestic_data_added(v1::FACT_UNKNOWN);
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_TRUE(Misses(d, v1::MISSING_MIXING_FACT));
}

TEST_F(FactUnknownTest, UnderFourteenUnknown) {
  flow.mutable_duties()->set_under_14(v1::FACT_UNKNOWN);
  flow.mutable_duties()->set_guardian_consent(v1::FACT_YES);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, DataOfPeopleUnderFourteenOfWhomThereAreSaidToBeNone) {
  AddFiling("SC-1", v1::FILING_KIND_STANDARD_CONTRACT);
  flow.mutable_people()->mutable_declared()->set_sensitive_persons(5);
  v1::DataItem* item = AddItem(&flow, "col7", v1::FACT_YES, v1::FACT_YES);
  item->set_category("minor_information");
  v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_TRUE(Misses(d, v1::MISSING_AGE_FACT));
  EXPECT_TRUE(d.items(0).satisfied());
  EXPECT_EQ(d.items(1).reason(), v1::REASON_AGE_UNKNOWN);
  // By its name alone.
  item->set_name("Pupil");
  item->set_category("bank_account");
  ExpectUndetermined(Decide());
  // Leaving it out will do, and so will saying so.
  ASSERT_EQ(d.smallest_change_size(), 1);
  EXPECT_EQ(d.smallest_change(0).kind(), v1::CHANGE_KIND_DROP_ITEMS);
  flow.mutable_duties()->set_under_14(v1::FACT_YES);
  flow.mutable_duties()->set_guardian_consent(v1::FACT_YES);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(FactUnknownTest, AnonymisedDataOfPeopleUnderFourteenIsNobodys) {
  v1::DataItem* item = AddItem(&flow, "pupil", v1::FACT_YES, v1::FACT_YES);
  item->set_transform(v1::TRANSFORM_ANONYMISED);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(FactUnknownTest, DeIdentifiedAndSaidNotToBePersonal) {
  v1::DataItem* item = AddItem(&flow, "widget", v1::FACT_NO);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  item->set_transform(v1::TRANSFORM_DE_IDENTIFIED);
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_EQ(d.items(1).reason(), v1::REASON_DECLARATION_DOUBTED);
  EXPECT_EQ(d.items(1).reference(), "");
  item->set_personal(v1::FACT_YES);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(FactUnknownTest, AnUnknownCategoryIsNeverAllowed) {
  AddItem(&flow, "colour", v1::FACT_NO)->set_category("no_such_category");
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_TRUE(d.items(0).satisfied());
  EXPECT_EQ(d.items(1).reason(), v1::REASON_CATEGORY_UNKNOWN);
  // Leaving the item out is the smallest change.
  ASSERT_EQ(d.smallest_change_size(), 1);
  EXPECT_EQ(d.smallest_change(0).kind(), v1::CHANGE_KIND_DROP_ITEMS);
  ASSERT_EQ(d.smallest_change(0).items_size(), 1);
  EXPECT_EQ(d.smallest_change(0).items(0), 1u);
}

TEST_F(FactUnknownTest, ASensitiveNameDeclaredAsNeitherIsDoubted) {
  AddItem(&flow, "iban", v1::FACT_NO);
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_EQ(d.items(1).reason(), v1::REASON_DECLARATION_DOUBTED);
}

TEST_F(FactUnknownTest, ASensitiveNameDeclaredAsOrdinaryIsDoubted) {
  AddItem(&flow, "face_photo", v1::FACT_YES);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, APersonalNameDeclaredAsNeitherIsDoubted) {
  AddItem(&flow, "mobile", v1::FACT_NO);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, APersonalCategoryIsSensitiveWhereTheSectorSaysSo) {
  flow.mutable_items(0)->set_name("trk");
  flow.mutable_items(0)->set_category("vehicle_track");
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  v1::ListRow* row = policy::AddRow(&list, "R-1", v1::ROW_MECHANISM_CONTRACT);
  row->set_sector("retail");
  row->add_names("another_item");
  source.lists.push_back(list);
  flow.set_sector("retail");
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  for (const char* sector : {"automotive", "", "no_such_sector"}) {
    flow.set_sector(sector);
    ExpectUndetermined(Decide());
  }
}

TEST_F(FactUnknownTest, AnAnonymisedItemIsNotDoubted) {
  v1::DataItem* item = AddItem(&flow, "iban", v1::FACT_NO);
  item->set_transform(v1::TRANSFORM_ANONYMISED);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
  item->set_transform(v1::TRANSFORM_DE_IDENTIFIED);
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, ACatalogueOfImportantDataMakesANoDoubtful) {
  policy::List list = policy::TestList(v1::LIST_KIND_IMPORTANT_DATA);
  policy::AddRow(&list, "I-1", v1::ROW_MECHANISM_IMPORTANT_DATA)
      ->add_categories("part_number");
  source.lists.push_back(list);
  AddItem(&flow, "p", v1::FACT_NO)->set_category("part_number");
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_EQ(d.items(1).reference(), "test-important@1#I-1");
  flow.mutable_items(1)->set_important(v1::IMPORTANT_DATA_PUBLISHED);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

TEST_F(FactUnknownTest, ACounterUnknownHoldsOnlyWhereARuleReadsIt) {
  tallies.persons.known = false;
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_TRUE(Misses(d, v1::MISSING_OPENING_BALANCE));
  EXPECT_EQ(StepOf(d, v1::RULE_FACT_UNKNOWN).reason(),
            v1::REASON_COUNTER_UNKNOWN);
  // An exemption does not read it.
  auto* contract = flow.mutable_purpose()->mutable_contract_necessity();
  contract->set_activity("visa");
  contract->set_necessary(v1::FACT_YES);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ALLOW);
}

TEST_F(FactUnknownTest, AnUnknownGroupTotalIsAnUnknownCounter) {
  tallies.group_persons.known = false;
  ExpectUndetermined(Decide());
}

TEST_F(FactUnknownTest, SmallVolumeDoesNotReadTheSensitiveCounter) {
  tallies.sensitive.known = false;
  EXPECT_EQ(Decide().headline(), v1::RULE_SMALL_VOLUME);
}

TEST_F(FactUnknownTest, ARowWithoutMechanismHoldsTheItem) {
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  policy::AddRow(&list, "X-1")->add_categories("name");
  source.lists.push_back(list);
  const v1::Decision d = Decide();
  ExpectUndetermined(d);
  EXPECT_EQ(d.items(0).reason(), v1::REASON_LIST_ROW_INCOMPLETE);
}

}  // namespace
}  // namespace tongguan::engine
