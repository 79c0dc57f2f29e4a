#include "gateway/policy/regime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

using ::testing::StartsWith;

std::string Refusal(const v1::Regime& regime) {
  return std::string(CheckRegime(regime).message());
}

TEST(RegimeTest, TestRegimeIsSound) {
  EXPECT_EQ(Refusal(TestRegime()), "");
  const FilingPeriods periods = PeriodsOf(TestRegime());
  EXPECT_EQ(periods.contract_filing_working_days, 10);
  EXPECT_EQ(periods.assessment_years, 3);
  EXPECT_EQ(periods.certificate_years, 3);
  EXPECT_EQ(periods.extension_years, 3);
}

TEST(RegimeTest, RefusesMissingRule) {
  v1::Regime regime = TestRegime();
  regime.mutable_order()->RemoveLast();
  EXPECT_EQ(Refusal(regime), "regime.order: RULE_SCC_BAND is missing. Add it.");
}

TEST(RegimeTest, RefusesDoubledRule) {
  v1::Regime regime = TestRegime();
  regime.add_order()->CopyFrom(regime.order(0));
  EXPECT_EQ(Refusal(regime),
            "regime.order[22]: RULE_NOT_EXPORT stands twice. Remove one.");
}

TEST(RegimeTest, RefusesEveryNumberMissingOrWithoutArticle) {
  int numbers = 0;
  for (int i = 0; i < v1::Regime::descriptor()->field_count(); ++i) {
    const auto* field = v1::Regime::descriptor()->field(i);
    if (field->message_type() != v1::SourcedNumber::descriptor()) continue;
    ++numbers;
    v1::Regime regime = TestRegime();
    regime.GetReflection()->ClearField(&regime, field);
    EXPECT_THAT(Refusal(regime),
                StartsWith(absl::StrCat("regime.", field->name(), ": ")));
    regime = TestRegime();
    static_cast<v1::SourcedNumber*>(
        regime.GetReflection()->MutableMessage(&regime, field))
        ->clear_article();
    EXPECT_EQ(Refusal(regime),
              absl::StrCat("regime.", field->name(),
                           ": without article. Name its source."));
    regime = TestRegime();
    static_cast<v1::SourcedNumber*>(
        regime.GetReflection()->MutableMessage(&regime, field))
        ->set_value(-1);
    EXPECT_THAT(Refusal(regime),
                StartsWith(absl::StrCat("regime.", field->name(), ": ")));
  }
  EXPECT_EQ(numbers, 12);
}

TEST(RegimeTest, LegalDutyMayBeNotCounted) {
  v1::Regime regime = TestRegime();
  regime.mutable_legal_duty_counts()->set_value(0);
  EXPECT_EQ(Refusal(regime), "");
  regime.mutable_legal_duty_counts()->set_value(2);
  EXPECT_THAT(Refusal(regime),
              StartsWith("regime.legal_duty_counts: neither 0 nor 1."));
}

TEST(RegimeTest, RefusesSwitchWithoutArticle) {
  v1::Regime regime = TestRegime();
  regime.clear_hold_self_identified();
  EXPECT_THAT(Refusal(regime),
              StartsWith("regime.hold_self_identified: missing or without"));
}

TEST(RegimeTest, RefusesSmallVolumeNotBelowAssessment) {
  v1::Regime regime = TestRegime();
  regime.mutable_small_volume_persons()->set_value(1'000'000);
  EXPECT_THAT(Refusal(regime),
              StartsWith("regime.small_volume_persons: not below "));
}

TEST(RegimeTest, RefusesPeriodBeyondReason) {
  v1::Regime regime = TestRegime();
  regime.mutable_assessment_years()->set_value(3'000'000'000);
  EXPECT_THAT(Refusal(regime), StartsWith("regime: a period of 3000000000"));
}

TEST(RegimeTest, RefusesNoDaySinceWhenItIsTheLaw) {
  v1::Regime regime = TestRegime();
  EXPECT_EQ(FormatDay(SinceOf(regime)), "2026-01-01");
  for (const char* wrong : {"", "2026-02-29", "2026", "always"}) {
    regime.set_since(wrong);
    EXPECT_THAT(Refusal(regime), StartsWith("regime.since: ")) << wrong;
  }
}

TEST(RegimeTest, RefusesNoCityOrADoubledOne) {
  v1::Regime regime = TestRegime();
  regime.add_gba_cities("CN-GD-SZ");
  EXPECT_EQ(Refusal(regime),
            "regime.gba_cities: CN-GD-SZ stands twice. Remove one.");
  regime.clear_gba_cities();
  EXPECT_THAT(Refusal(regime), StartsWith("regime.gba_cities: empty."));
}

TEST(RegimeTest, RefusesDoubledActivityAndBody) {
  v1::Regime regime = TestRegime();
  regime.add_contract_activities()->CopyFrom(regime.contract_activities(7));
  EXPECT_EQ(Refusal(regime),
            "regime.contract_activities \"visa\": stands twice. Remove one.");
  regime = TestRegime();
  regime.add_certification_bodies()->CopyFrom(regime.certification_bodies(0));
  EXPECT_EQ(Refusal(regime),
            "regime.certification_bodies \"CCRC\": stands twice. Remove one.");
}

}  // namespace
}  // namespace tongguan::policy
