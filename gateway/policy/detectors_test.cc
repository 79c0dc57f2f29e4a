#include "gateway/policy/detectors.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

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

// Each was passed over while only whole runs of 11 letters and digits counted.
TEST_F(DetectorsTest, ValuesDressedInATextAreFound) {
  const std::pair<const char*, const char*> kDressed[] = {
      {"上海 联系 zhang.san@corp.cn", "email*"},
      {"邮箱zhang.san@corp.cn。谢谢", "email*"},
      {"mail: zhang@corp.cn-x", "email*"},
      {"张三 138-1234-5678", "mobile*"},
      {"138 1234 5678 张三", "mobile*"},
      {"张三 (138) 1234-5678", "mobile*"},
      {"张三 138\xE2\x80\x93"
       "1234\xE2\x80\x93"
       "5678",
       "mobile*"},
      {"电话：１３８１２３４５６７８", "mobile*"},
      {"张三 １３８－１２３４－５６７８", "mobile*"},
      {"tel13812345678", "mobile*"},
      {"ord13812345678x", "mobile*"},
      {"138_1234_5678", "mobile*"},
      {"138.1234.5678", "mobile*"},
      {"008613812345678", "mobile*"},
      {"tel +86 138 1234 5678 home", "mobile*"},
      {"13812345678.0", "mobile*"},
      {"id11010519491231002X", "resident_id_number*"},
      {"身份证 110105 19491231 002x 张三", "resident_id_number*"},
      {"证110105-194912310-02-X", "resident_id_number*"},
      {"card6222021234567890128", "bank_account*"},
      {"6222_0212_3456_7890_128", "bank_account*"},
      {"沪A12345 李四", "plate_number*"},
      {"x-沪A12345", "plate_number*"},
      {"车牌沪a-12345", "plate_number*"},
      {"李四 沪A·D12345 新能源", "plate_number*"},
      {"教练车沪A1234学", "plate_number*"},
      {"WJ京12345", "plate_number"},
      {"消防车 wj京1234x 一辆", "plate_number*"},
      {"WJ京A12345", "plate_number*"},
      {"使123456", "plate_number"},
      {"车 使123456", "plate_number*"},
      {"天使123456", "-"},
      {"使12345678", "-"},
  };
  for (const auto& [value, category] : kDressed) {
    EXPECT_EQ(Find("", value), category) << value;
    EXPECT_EQ(Find("location_site", value), category) << value;
  }
}

TEST_F(DetectorsTest, ACompanysCodeDoesNotHideThePersonBesideIt) {
  EXPECT_EQ(Find("", "91350100M000100Y43 联系人 13800138000"), "mobile*");
  EXPECT_EQ(Find("", "13800138000 卡 6222021234567890128"), "bank_account*");
}

TEST_F(DetectorsTest, AResidentNumberOf15DigitsIsOne) {
  EXPECT_EQ(Find("", "110105491231002"), "resident_id_number");
  EXPECT_EQ(Find("", "旧证 110105491231002"), "resident_id_number*");
  EXPECT_EQ(Find("", "110105491331002"), "-");  // No 13th month.
  EXPECT_EQ(Find("", "990105491231002"), "-");  // No such province.
}

// What programs write: hashes, UUIDs, counters, times, decimals, addresses.
TEST_F(DetectorsTest, NumbersThatAreNobodysAreNothing) {
  for (const char* value :
       {"a1b2c315-8123-4567-8abc-d13812345678",
        "5f13912345678abcdef0123456789abc", "batch-1763724846-7",
        "13.812345678", "139.69171234", "139.168.10.123",
        "x 2026-11-21 15-30-00", "15 22 17 31 9 12 3", "tel 138123456789",
        "云SERVER最新", "1763724846123 x", "单号20261121183000", "@corp.cn x",
        "a @ b.cn", "沪A1234", "第A12345678号 沪"}) {
    EXPECT_EQ(Find("", value), "-") << value;
  }
}

// Request ids are often such: one in a thousand refused would be too many.
TEST_F(DetectorsTest, RandomUuidsAndHashesAreNothing) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 50'000; ++i) {
    std::string uuid;
    std::string hash;
    for (int digit = 0; digit < 32; ++digit) {
      const char c = "0123456789abcdef"[random() % 16];
      if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
        uuid.push_back('-');
      }
      uuid.push_back(c);
      hash.push_back(c);
    }
    ASSERT_EQ(Find("", uuid), "-") << uuid;
    ASSERT_EQ(Find("", "req_" + uuid), "-") << uuid;
    ASSERT_EQ(Find("", hash), "-") << hash;
  }
}

TEST_F(DetectorsTest, AnyBytesEndInAnAnswer) {
  std::mt19937_64 random(7);
  constexpr absl::string_view kBytes("1390Xa@.-_ \xE6\xB2\xAA\xE2\x80\xEF\xC2");
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (uint64_t size = random() % 60; size > 0; --size) {
      text.push_back(kBytes[random() % kBytes.size()]);
    }
    Find("", text);
  }
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
