#include "gateway/policy/purpose.h"

#include <gtest/gtest.h>

namespace tongguan::policy {
namespace {

TEST(PurposeTest, EveryKindHasAnIdThatFilingsMayName) {
  v1::Purpose purpose;
  EXPECT_EQ(PurposeId(purpose), "");
  purpose.mutable_contract_necessity()->set_activity("visa");
  EXPECT_EQ(PurposeId(purpose), "contract_necessity:visa");
  EXPECT_TRUE(IsPurposeId(PurposeId(purpose)));
  // By reflection, so that a kind added later is not forgotten.
  const auto* oneof = v1::Purpose::descriptor()->oneof_decl(0);
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto* field = oneof->field(i);
    if (field->message_type() == nullptr) continue;
    purpose.GetReflection()->MutableMessage(&purpose, field);
    if (field->name() == "contract_necessity") continue;
    EXPECT_EQ(PurposeId(purpose), field->name());
    EXPECT_TRUE(IsPurposeId(field->name())) << field->name();
  }
}

TEST(PurposeTest, EveryGeneralPurposeHasAnId) {
  v1::Purpose purpose;
  purpose.set_general(v1::GENERAL_PURPOSE_UNSPECIFIED);
  EXPECT_EQ(PurposeId(purpose), "");
  for (int i = 1; i < v1::GeneralPurpose_ARRAYSIZE; ++i) {
    purpose.set_general(static_cast<v1::GeneralPurpose>(i));
    EXPECT_TRUE(IsPurposeId(PurposeId(purpose))) << i;
  }
  EXPECT_EQ(PurposeId(purpose), "other");
  purpose.set_general(static_cast<v1::GeneralPurpose>(99));
  EXPECT_EQ(PurposeId(purpose), "");
}

TEST(PurposeTest, ContractNecessityAloneCoversEveryActivity) {
  EXPECT_TRUE(IsPurposeId("contract_necessity"));
}

TEST(PurposeTest, FiledPurposeCoversItselfAndContractEveryActivity) {
  v1::Purpose visa, general, none;
  visa.mutable_contract_necessity()->set_activity("visa");
  general.set_general(v1::GENERAL_PURPOSE_MARKETING);
  EXPECT_TRUE(CoversPurpose("contract_necessity:visa", visa));
  EXPECT_TRUE(CoversPurpose("contract_necessity", visa));
  EXPECT_TRUE(CoversPurpose("marketing", general));
  for (absl::string_view filed :
       {"", "contract_necessity:", "contract_necessity:vis",
        "contract_necessity:visas", "contract_necessityvisa", "marketing",
        "visa"}) {
    EXPECT_FALSE(CoversPurpose(filed, visa)) << filed;
    EXPECT_FALSE(CoversPurpose(filed, none)) << filed;
  }
  for (absl::string_view filed : {"", "marketing:", "marketin", "marketings"}) {
    EXPECT_FALSE(CoversPurpose(filed, general)) << filed;
  }
}

TEST(PurposeTest, RefusesWhatIsNoPurpose) {
  for (absl::string_view id :
       {"", "Marketing", "contract_necessity:", "contract_necessity:a b",
        "contract_necessityvisa", "marketing:x", "*", "general"}) {
    EXPECT_FALSE(IsPurposeId(id)) << id;
  }
}

}  // namespace
}  // namespace tongguan::policy
