#include "tests/conformance/flow.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/parties.h"

namespace tongguan::conformance {
namespace {

using ::testing::IsEmpty;

v1::Flow Build(const std::string& facts) {
  std::vector<std::string> problems;
  const Facts read = Facts::Parse(
      absl::StrCat("eval_time=2026-11-21T10:00:00+08:00", facts), &problems);
  EXPECT_THAT(problems, IsEmpty());
  return BuildFlow(read, PartiesOf(2));
}

TEST(PartiesTest, EveryCaseHasItsOwnValidUsccs) {
  EXPECT_TRUE(CheckUscc(DelegateUscc()).ok());
  for (int line : {2, 3, 1000, 123456}) {
    EXPECT_TRUE(CheckUscc(PartiesOf(line).exporter).ok());
    EXPECT_TRUE(CheckUscc(PartiesOf(line).sibling).ok());
    EXPECT_NE(PartiesOf(line).exporter, PartiesOf(line).sibling);
    EXPECT_NE(PartiesOf(line).sibling, PartiesOf(line + 1).exporter);
  }
}

TEST(FlowTest, DefaultsAreThoseOfThePage) {
  const v1::Flow flow = Build("");
  EXPECT_EQ(flow.direction(), v1::DIRECTION_OUTBOUND);
  EXPECT_FALSE(flow.has_access());
  EXPECT_EQ(flow.origin(), v1::ORIGIN_DOMESTIC);
  EXPECT_EQ(flow.domestic_data_added(), v1::FACT_UNSPECIFIED);
  EXPECT_EQ(flow.purpose().general(), v1::GENERAL_PURPOSE_OTHER);
  ASSERT_EQ(flow.items_size(), 1);
  EXPECT_EQ(flow.items(0).personal(), v1::FACT_YES);
  EXPECT_EQ(flow.items(0).sensitive(), v1::FACT_NO);
  EXPECT_EQ(flow.items(0).important(), v1::IMPORTANT_DATA_NO);
  EXPECT_EQ(flow.items(0).transform(), v1::TRANSFORM_NONE);
  EXPECT_EQ(flow.items(0).category(), kDefaultCategory);
  EXPECT_EQ(flow.duties().notice(), v1::NOTICE_GIVEN);
  EXPECT_EQ(flow.duties().separate_consent(), v1::SEPARATE_CONSENT_OBTAINED);
  EXPECT_EQ(flow.duties().legal_basis(), v1::LEGAL_BASIS_CONSENT);
  EXPECT_EQ(flow.duties().pipia(), v1::FACT_YES);
  EXPECT_EQ(flow.duties().under_14(), v1::FACT_NO);
  EXPECT_EQ(flow.recipient().relation(), v1::RELATION_AFFILIATE);
  EXPECT_EQ(flow.recipient().onward_size(), 0);
}

TEST(FlowTest, SensitivePeopleMakeTheItemsSensitive) {
  const v1::Flow flow =
      Build(";data_categories=a|b;persons_in_request=5;sensitive_in_request=3");
  ASSERT_EQ(flow.items_size(), 2);
  EXPECT_EQ(flow.items(1).name(), "b");
  EXPECT_EQ(flow.items(1).category(), "b");
  EXPECT_EQ(flow.items(1).sensitive(), v1::FACT_YES);
  EXPECT_EQ(flow.people().declared().persons(), 5);
  EXPECT_EQ(flow.people().declared().sensitive_persons(), 3);
}

TEST(FlowTest, UnknownNewPeopleAreLeftOut) {
  const v1::Flow known = Build(";persons_in_request=5;persons_new=0");
  EXPECT_TRUE(known.people().declared().has_new_persons());
  EXPECT_EQ(known.people().declared().new_persons(), 0);
  const v1::Flow unknown = Build(";persons_in_request=5;persons_new=unknown");
  EXPECT_FALSE(unknown.people().declared().has_new_persons());
}

TEST(FlowTest, NoPersonalDataStatesNeitherPeopleNorDuties) {
  for (const char* people :
       {"persons_in_request=0", "persons_in_request=1",
        "persons_in_request=5;sensitive_in_request=2;persons_new=1"}) {
    const v1::Flow flow = Build(absl::StrCat(";contains_pi=n;", people));
    EXPECT_FALSE(flow.has_people()) << people;
    EXPECT_FALSE(flow.has_duties()) << people;
    EXPECT_EQ(flow.items(0).sensitive(), v1::FACT_NO) << people;
    EXPECT_TRUE(engine::ValidateFlow(flow).empty()) << people;
  }
}

TEST(FlowTest, UnknownPersonalDataStatesPeopleAndDuties) {
  const v1::Flow flow = Build(";contains_pi=unknown");
  EXPECT_EQ(flow.items(0).personal(), v1::FACT_UNKNOWN);
  EXPECT_TRUE(flow.has_people());
  EXPECT_TRUE(flow.has_duties());
}

TEST(FlowTest, SensitivePeopleDoNotMakeAnUnknownItemPersonal) {
  const v1::Flow flow = Build(";contains_pi=unknown;sensitive_in_request=3");
  EXPECT_EQ(flow.items(0).personal(), v1::FACT_UNKNOWN);
  EXPECT_EQ(flow.items(0).sensitive(), v1::FACT_UNKNOWN);
}

TEST(FlowTest, OnlyIrreversibleAnonymisationIsAnonymised) {
  EXPECT_EQ(Build(";processing=anonymised_irreversible").items(0).transform(),
            v1::TRANSFORM_ANONYMISED);
  for (const char* done :
       {"encrypted", "pseudonymised", "encrypted|pseudonymised"}) {
    EXPECT_EQ(Build(absl::StrCat(";processing=", done)).items(0).transform(),
              v1::TRANSFORM_DE_IDENTIFIED);
  }
}

TEST(FlowTest, MixingNotStatedIsUnknown) {
  EXPECT_EQ(Build(";data_origin=overseas").domestic_data_added(),
            v1::FACT_UNKNOWN);
  EXPECT_EQ(Build(";data_origin=overseas;domestic_data_added=n")
                .domestic_data_added(),
            v1::FACT_NO);
}

TEST(FlowTest, ContractNecessityIsTakenAsShownButHrNecessityIsNot) {
  EXPECT_EQ(Build(";purpose=contract_necessity:visa")
                .purpose()
                .contract_necessity()
                .necessary(),
            v1::FACT_YES);
  const v1::Flow hr = Build(";purpose=hr_management;labor_rules=y");
  EXPECT_EQ(hr.purpose().human_resources().necessary(), v1::FACT_NO);
  EXPECT_EQ(hr.purpose().human_resources().labour_rules(), v1::FACT_YES);
  EXPECT_EQ(hr.purpose().human_resources().collective_contract(), v1::FACT_NO);
}

TEST(FlowTest, DomesticHotelBookingIsAnActivityTheRegimeLacks) {
  EXPECT_EQ(Build(";purpose=domestic_hotel_booking_by_domestic_person")
                .purpose()
                .contract_necessity()
                .activity(),
            "domestic_hotel_booking_by_domestic_person");
}

TEST(FlowTest, EveryOtherPurposeHasItsKind) {
  EXPECT_TRUE(Build(";purpose=recruitment").purpose().has_recruitment());
  EXPECT_EQ(Build(";purpose=emergency_claimed_not_evidenced")
                .purpose()
                .emergency()
                .evidenced(),
            v1::FACT_NO);
  EXPECT_TRUE(
      Build(";purpose=statutory_duty_PRC_law").purpose().has_statutory_duty());
  EXPECT_EQ(Build(";purpose=foreign_court_or_enforcement_request")
                .purpose()
                .foreign_authority_request()
                .approved(),
            v1::FACT_NO);
  EXPECT_EQ(Build(";purpose=marketing_to_members").purpose().general(),
            v1::GENERAL_PURPOSE_MARKETING);
  EXPECT_EQ(Build(";purpose=other_internal_reporting").purpose().general(),
            v1::GENERAL_PURPOSE_INTERNAL_REPORTING);
}

TEST(FlowTest, GuardianConsentLeftOutIsNoWhereUnder14) {
  const v1::Flow flow = Build(";subject_under_14=y");
  EXPECT_EQ(flow.duties().under_14(), v1::FACT_YES);
  EXPECT_EQ(flow.duties().guardian_consent(), v1::FACT_NO);
  EXPECT_EQ(Build("").duties().guardian_consent(), v1::FACT_UNSPECIFIED);
}

TEST(FlowTest, OnwardRecipientStandsWhereStatedElseWithTheRecipient) {
  EXPECT_EQ(Build(";recipient_region=HK;onward_transfer=SG")
                .recipient()
                .onward(0)
                .region(),
            "SG");
  EXPECT_EQ(Build(";recipient_region=HK;onward_recipient=listed_in_appendix_1")
                .recipient()
                .onward(0)
                .region(),
            "HK");
}

TEST(FlowTest, ActivityIsInTheZoneElseInTheRegion) {
  EXPECT_EQ(Build(";exporter_region=CN-ZJ").activity_area(), "CN-ZJ");
  EXPECT_EQ(Build(";exporter_region=CN-ZJ;exporter_in_ftz=y").activity_area(),
            "CN-ZJ-FTZ");
  EXPECT_EQ(
      Build(";exporter_region=CN-GD-GZ;exporter_in_ftz=y").activity_area(),
      "CN-GD-FTZ");
  EXPECT_EQ(
      Build(";exporter_region=CN-GD-SZ;exporter_in_ftz=hetao").activity_area(),
      "CN-GD-SZ-HETAO");
}

TEST(FlowTest, SpecialRegimeWithoutLicenceSaysNo) {
  const v1::Flow flow = Build(";special_regime=credit_reporting");
  ASSERT_EQ(flow.special_regimes_size(), 1);
  EXPECT_EQ(flow.special_regimes(0).regime(),
            v1::SPECIAL_REGIME_CREDIT_REPORTING);
  EXPECT_EQ(flow.special_regimes(0).licence(), v1::FACT_NO);
}

TEST(FlowTest, OnshoreAccessStatesWhereItHappens) {
  const v1::Flow flow = Build(
      ";direction=onshore_access;accessor=overseas_staff_in_mainland;"
      "data_leaves_mainland=n");
  EXPECT_EQ(flow.access().accessor_place(), v1::PLACE_MAINLAND);
  EXPECT_EQ(flow.access().leaves_mainland(), v1::FACT_NO);
  const v1::Flow unsaid = Build(";direction=onshore_access");
  EXPECT_EQ(unsaid.access().accessor_place(), v1::PLACE_UNKNOWN);
  EXPECT_EQ(unsaid.access().leaves_mainland(), v1::FACT_YES);
}

}  // namespace
}  // namespace tongguan::conformance
