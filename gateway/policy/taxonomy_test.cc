#include "gateway/policy/taxonomy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

using ::testing::StartsWith;

std::unique_ptr<const Taxonomy> Compile(const v1::Taxonomy& source) {
  auto taxonomy = Taxonomy::Compile(source);
  EXPECT_TRUE(taxonomy.ok()) << taxonomy.status();
  return taxonomy.ok() ? *std::move(taxonomy) : nullptr;
}

std::string Refusal(const v1::Taxonomy& source) {
  return std::string(Taxonomy::Compile(source).status().message());
}

v1::Category* Find(v1::Taxonomy& source, absl::string_view id) {
  for (v1::Category& category : *source.mutable_categories()) {
    if (id == category.id()) return &category;
  }
  return nullptr;
}

// The id of the category that a name looks like, or "".
std::string Looks(const Taxonomy& taxonomy, absl::string_view name) {
  const v1::Category* category = taxonomy.ClassifyName(name);
  return category == nullptr ? "" : category->id();
}

TEST(TaxonomyTest, FindsCategories) {
  const auto taxonomy = Compile(TestTaxonomy());
  ASSERT_NE(taxonomy->FindCategory("face_image"), nullptr);
  EXPECT_EQ(taxonomy->FindCategory("face_image")->id(), "face_image");
  EXPECT_EQ(taxonomy->FindCategory("Face_image"), nullptr);
  EXPECT_EQ(taxonomy->FindCategory(""), nullptr);
}

TEST(TaxonomyTest, ClassifiesByFoldedNameAndPattern) {
  const auto taxonomy = Compile(TestTaxonomy());
  EXPECT_EQ(Looks(*taxonomy, "Full-Name"), "name");
  EXPECT_EQ(Looks(*taxonomy, "身份证_号"), "resident_id_number");
  EXPECT_EQ(Looks(*taxonomy, "HOME_PHONE"), "phone_number");
  EXPECT_EQ(Looks(*taxonomy, "driver_Face_2"), "face_image");
  EXPECT_EQ(Looks(*taxonomy, "order_total"), "");
  EXPECT_EQ(Looks(*taxonomy, ""), "");
  // The second time from memory.
  EXPECT_EQ(Looks(*taxonomy, "HOME_PHONE"), "phone_number");
  EXPECT_EQ(Looks(*taxonomy, "order_total"), "");
}

TEST(TaxonomyTest, OfSeveralTheMostSensitiveThenTheFirst) {
  v1::Taxonomy source = TestTaxonomy();
  const auto taxonomy = Compile(source);
  EXPECT_EQ(Looks(*taxonomy, "phone_face"), "face_image");
  Find(source, "name")->add_patterns("phone");
  EXPECT_EQ(Looks(*Compile(source), "phone_x"), "name");
}

TEST(TaxonomyTest, ExactNamesComeBeforePatterns) {
  v1::Taxonomy source = TestTaxonomy();
  Find(source, "part_number")->add_names("face_plate");
  EXPECT_EQ(Looks(*Compile(source), "face-plate"), "part_number");
  Find(source, "bank_account")->add_names("faceplate");
  EXPECT_EQ(Looks(*Compile(source), "face-plate"), "bank_account");
}

TEST(TaxonomyTest, ClassifiesMoreNamesThanItRemembers) {
  const auto taxonomy = Compile(TestTaxonomy());
  for (int i = 0; i < 70'000; ++i) {
    ASSERT_EQ(Looks(*taxonomy, absl::StrCat("phone", i)), "phone_number");
  }
  EXPECT_EQ(Looks(*taxonomy, "phone69999"), "phone_number");
  EXPECT_EQ(Looks(*taxonomy, absl::StrCat(std::string(10'000, 'x'), "phone")),
            "phone_number");
}

TEST(TaxonomyTest, SensitiveByClassOrBySector) {
  const auto taxonomy = Compile(TestTaxonomy());
  const auto sensitive = [&](absl::string_view id, absl::string_view sector) {
    return IsSensitive(*taxonomy->FindCategory(id), sector);
  };
  EXPECT_TRUE(sensitive("face_image", ""));
  EXPECT_TRUE(sensitive("vehicle_track", "automotive"));
  EXPECT_FALSE(sensitive("vehicle_track", "retail"));
  EXPECT_FALSE(sensitive("vehicle_track", ""));
  EXPECT_FALSE(sensitive("order_amount", "automotive"));
}

TEST(TaxonomyTest, RefusesDoubledCategory) {
  v1::Taxonomy source = TestTaxonomy();
  source.add_categories()->CopyFrom(source.categories(0));
  EXPECT_EQ(Refusal(source),
            "taxonomy category \"order_amount\": stands twice. Rename or "
            "remove one.");
}

TEST(TaxonomyTest, RefusesDoubledKindAndDetector) {
  v1::Taxonomy source = TestTaxonomy();
  source.add_sensitive_kinds()->CopyFrom(source.sensitive_kinds(0));
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy sensitive kind \"biometric\": stands"));
  source = TestTaxonomy();
  for (int i = 0; i < 2; ++i) {
    v1::Detector* detector = source.add_detectors();
    detector->set_id("d");
    detector->set_category("name");
    detector->set_pattern("x+");
  }
  EXPECT_THAT(Refusal(source), StartsWith("taxonomy detector \"d\": stands"));
}

TEST(TaxonomyTest, RefusesUnknownSensitiveKind) {
  v1::Taxonomy source = TestTaxonomy();
  Find(source, "face_image")->set_sensitive_kind("bio");
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy category \"face_image\".sensitive_kind: "
                         "\"bio\" is not a sensitive kind."));
}

TEST(TaxonomyTest, RefusesSensitiveWithoutKind) {
  v1::Taxonomy source = TestTaxonomy();
  Find(source, "face_image")->clear_sensitive_kind();
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy category \"face_image\".sensitive_kind: "
                         "missing"));
}

TEST(TaxonomyTest, RefusesBadPattern) {
  v1::Taxonomy source = TestTaxonomy();
  Find(source, "name")->add_patterns("(");
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy category \"name\".patterns[0]: pattern "
                         "\"(\" is not RE2:"));
}

TEST(TaxonomyTest, RefusesPatternThatMatchesEveryName) {
  v1::Taxonomy source = TestTaxonomy();
  Find(source, "name")->add_patterns("x|");
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy category \"name\".patterns[0]: pattern "
                         "\"x|\" matches every name."));
}

TEST(TaxonomyTest, RefusesNameThatNoItemCanHave) {
  v1::Taxonomy source = TestTaxonomy();
  Find(source, "name")->add_names("full name");
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy category \"name\".names[1]: \"full name\" "
                         "is not an identifier."));
}

TEST(TaxonomyTest, RefusesDetectorOfUnknownCategory) {
  v1::Taxonomy source = TestTaxonomy();
  v1::Detector* detector = source.add_detectors();
  detector->set_id("d");
  detector->set_category("nothing");
  detector->set_pattern("x+");
  EXPECT_THAT(Refusal(source),
              StartsWith("taxonomy detector \"d\".category: \"nothing\""));
  detector->set_category("name");
  detector->set_pattern("x{");
  EXPECT_EQ(Refusal(source), "");  // RE2 reads a lone brace as itself.
  detector->set_pattern("[");
  EXPECT_THAT(Refusal(source), StartsWith("taxonomy detector \"d\".pattern:"));
}

}  // namespace
}  // namespace tongguan::policy
