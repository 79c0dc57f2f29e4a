#include "gateway/policy/detectors.h"

#include <gtest/gtest.h>

#include "gateway/policy/snapshot.h"

namespace tongguan::policy {
namespace {

// The taxonomy that is shipped; tests run in the source folder.
const Taxonomy& ShippedTaxonomy() {
  static const auto* const taxonomy = [] {
    auto source = ReadPolicyDir("policy");
    if (!source.ok()) std::abort();
    auto compiled = Taxonomy::Compile(std::move(source->taxonomy));
    if (!compiled.ok()) std::abort();
    return compiled->release();
  }();
  return *taxonomy;
}

class DetectorsTest : public testing::Test {
 protected:
  // The category's id, with '*' if inside a text; "-" for nothing.
  std::string Find(const char* column_category, absl::string_view value) {
    const v1::Category* named = ShippedTaxonomy().FindCategory(column_category);
    const Hit hit = detectors_.For(named).Find(value, &scratch_);
    if (hit.category == nullptr) return "-";
    return hit.category->id() + (hit.inside_text ? "*" : "");
  }

  const Detectors& detectors_ = ShippedTaxonomy().detectors();
  std::string scratch_;
};

TEST_F(DetectorsTest, FindWhatNeedsNoContextInAnyColumn) {
  for (const char* column : {"", "name", "mobile", "bank_account"}) {
    EXPECT_EQ(Find(column, "11010519491231002X"), "resident_id_number");
    EXPECT_EQ(Find(column, "13800138000"), "mobile");
    EXPECT_EQ(Find(column, "+86 13800138000"), "mobile");
    EXPECT_EQ(Find(column, "91350100M000100Y43"), "organisation_code");
    EXPECT_EQ(Find(column, "沪A12345"), "plate_number");
    EXPECT_EQ(Find(column, "zhang.san@example.com.cn"), "email");
    EXPECT_EQ(Find(column, "1M8GDM9AXKP042788"),
              "vehicle_identification_number");
  }
}

TEST_F(DetectorsTest, CheckDigitThatIsWrongFindsNothing) {
  EXPECT_EQ(Find("", "110105194912310021"), "-");
  EXPECT_EQ(Find("", "91350100M000100Y44"), "-");
  EXPECT_EQ(Find("bank_account", "4111111111111112"), "-");
}

TEST_F(DetectorsTest, ContextIsTheColumnsCategory) {
  EXPECT_EQ(Find("bank_account", "4111111111111111"), "bank_account");
  EXPECT_EQ(Find("", "4111111111111111"), "-");
  EXPECT_EQ(Find("passport_number", "E12345678"), "passport_number");
  EXPECT_EQ(Find("name", "E12345678"), "-");
}

// An identity number that passes Luhn as well, and a card.
TEST_F(DetectorsTest, OwnCategoryComesFirst) {
  EXPECT_EQ(Find("", "110101199001010250"), "resident_id_number");
  EXPECT_EQ(Find("bank_account", "110101199001010250"), "bank_account");
  EXPECT_EQ(Find("", "6222021234567890128"), "bank_account");
}

TEST_F(DetectorsTest, GapsAndWideFormsDoNotHideANumber) {
  EXPECT_EQ(Find("", "138-0013-8000"), "mobile");
  EXPECT_EQ(Find("", " 138 0013 8000 "), "mobile");
  EXPECT_EQ(Find("", "１３８００１３８０００"), "mobile");
  EXPECT_EQ(Find("", "110105 19491231 002x"), "resident_id_number");
  EXPECT_EQ(Find("", "13800138000\t"), "mobile");
}

TEST_F(DetectorsTest, NumbersInsideATextAreFound) {
  EXPECT_EQ(Find("", "请联系13800138000，谢谢"), "mobile*");
  EXPECT_EQ(Find("", "a 13800138000"), "mobile*");
  EXPECT_EQ(Find("", "id=11010519491231002X;x"), "resident_id_number*");
  EXPECT_EQ(Find("", "x 12345678901 y 13800138000"), "mobile*");
  // Not a part of a longer number.
  EXPECT_EQ(Find("", "tel 138001380001"), "-");
}

TEST_F(DetectorsTest, HarmlessValuesAreNothing) {
  for (const char* value :
       {"", " ", "-", "上海", "2026-01-31", "1234.50", "Zhang San",
        "customer since 2019", "E00000001", "SKU-2026-000123", "@example.com",
        "a@b", "8d3f7f6e-1c1a-4f5b-9d5e-0a1b2c3d4e5f",
        "2026-01-31T10:00:00+08:00", "\xFF\xFE", "\xE3", "\xEF\xBC"}) {
    EXPECT_EQ(Find("", value), "-") << value;
  }
}

TEST_F(DetectorsTest, ATaxonomyWithoutDetectorsFindsNothing) {
  auto taxonomy = Taxonomy::Compile({});
  ASSERT_TRUE(taxonomy.ok());
  EXPECT_EQ((*taxonomy)
                ->detectors()
                .For(nullptr)
                .Find("13800138000", &scratch_)
                .category,
            nullptr);
}

}  // namespace
}  // namespace tongguan::policy
