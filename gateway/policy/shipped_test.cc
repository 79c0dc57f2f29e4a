// The policy files that this repository ships.
#include <gtest/gtest.h>

#include "gateway/policy/parts.h"
#include "gateway/policy/snapshot.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

// Tests run in the source folder.
constexpr char kShipped[] = "policy";

TEST(ShippedPolicyTest, Loads) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->regime().small_volume_persons().value(), 100'000);
  EXPECT_GT((*policy)->lists().all().size(), 10u);
  EXPECT_NE((*policy)->taxonomy().ClassifyName("身份证号"), nullptr);
}

// Rule 2 goes by the kind.
TEST(ShippedPolicyTest, KnowsDataOfPeopleUnder14) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  const Taxonomy& taxonomy = (*policy)->taxonomy();
  EXPECT_TRUE(IsUnder14(*taxonomy.FindCategory("minor_information")));
  EXPECT_TRUE(IsUnder14(*taxonomy.ClassifyName("child_name")));
  EXPECT_FALSE(IsUnder14(*taxonomy.ClassifyName("身份证号")));
}

// Names as they stand in real tables: traditional characters, abbreviations.
TEST(ShippedPolicyTest, KnowsTraditionalCharactersAndAbbreviations) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  const std::pair<const char*, const char*> names[] = {
      {"身份證號碼", "resident_id_number"},
      {"客戶身份證號", "resident_id_number"},
      {"sfz_no", "resident_id_number"},
      {"cert_no", "identity_document_number"},
      {"人臉", "facial_feature"},
      {"臉部照片", "facial_feature"},
      {"faceimg", "facial_feature"},
      {"user_face_img", "facial_feature"},
      {"病歷", "medical_record"},
      {"電子病歷", "medical_record"},
      {"diag_code", "diagnosis"},
      {"HIV_status", "disease"},
      {"gene_seq", "gene_sequence_data"},
      {"dna_sample", "gene_sequence_data"},
      {"yhkh", "bank_account"},
      {"銀行卡號", "bank_account"},
      {"lat", "precise_location"},
      {"lng", "precise_location"},
  };
  for (const auto& [name, id] : names) {
    const v1::Category* category = (*policy)->taxonomy().ClassifyName(name);
    ASSERT_NE(category, nullptr) << name;
    EXPECT_EQ(category->id(), id) << name;
  }
  for (const char* name : {"template", "platform", "general_seq", "archive",
                           "interface_img", "hive_table", "latency"}) {
    EXPECT_EQ((*policy)->taxonomy().ClassifyName(name), nullptr) << name;
  }
}

// A copy that is not complete must not release anything (design §5.2).
TEST(ShippedPolicyTest, OnlyDemonstrationListsAreComplete) {
  const auto policy = LoadPolicyDir(kShipped);
  ASSERT_TRUE(policy.ok()) << policy.status();
  for (const List& list : (*policy)->lists().all()) {
    if (list.head.kind() == v1::LIST_KIND_IMPORTANT_DATA) continue;
    EXPECT_EQ(list.head.completeness() == v1::COMPLETENESS_COMPLETE,
              list.head.demonstration())
        << list.name;
  }
}

TEST(ShippedPolicyTest, RebuiltFromItsPartsIsTheSame) {
  Parts parts;
  const auto policy = LoadPolicyDir(kShipped, &parts);
  ASSERT_TRUE(policy.ok()) << policy.status();
  const auto source = SourceFromParts(PutTogether(parts));
  ASSERT_TRUE(source.ok()) << source.status();
  const auto again = Snapshot::Compile(*source);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->digest(), (*policy)->digest());
}

}  // namespace
}  // namespace tongguan::policy
