// For the tests of this module: files in a folder that goes with the test, and
// whether errors are said in both languages.
#ifndef TONGGUAN_GATEWAY_INSPECT_TESTING_H_
#define TONGGUAN_GATEWAY_INSPECT_TESTING_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/policy/snapshot.h"
#include "gateway/text/refusal.h"
#include "gateway/text/text.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace tongguan::inspect {

class TestFolder {
 public:
  TestFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "inspect-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Writes a file and returns its path.
  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The taxonomy that is shipped; tests run in the source folder.
inline const policy::Taxonomy& ShippedTaxonomy() {
  static const auto* const taxonomy = [] {
    auto source = policy::ReadPolicyDir("policy");
    if (!source.ok()) std::abort();
    auto compiled = policy::Taxonomy::Compile(std::move(source->taxonomy));
    if (!compiled.ok()) std::abort();
    return compiled->release();
  }();
  return *taxonomy;
}

// What an error says in English. Fails the test unless it says so in Chinese
// too: no placeholder left open, the same places, no English sentence.
inline std::string SaidInBoth(const absl::Status& status) {
  const std::string english(status.message());
  const auto refusal = text::RefusalOf(status);
  EXPECT_TRUE(refusal.has_value()) << english;
  if (!refusal.has_value()) return english;
  std::string chinese;
  for (const v1::FieldViolation& one : refusal->violations()) {
    EXPECT_TRUE(text::HasText(one.code())) << one.code();
    chinese += text::Describe(text::Language::kChinese, one);
  }
  EXPECT_FALSE(absl::StrContains(english, "—")) << english;
  EXPECT_FALSE(absl::StrContains(chinese, "—")) << chinese;
  EXPECT_FALSE(RE2::PartialMatch(chinese, "[a-z]+ [a-z]+ [a-z]+")) << chinese;
  std::string place, number;
  if (RE2::FullMatch(english, "row (\\d+).*", &place)) {
    place = absl::StrCat("第 ", place, " 行");
    if (RE2::FullMatch(english, "row \\d+, column (\\d+).*", &number)) {
      absl::StrAppend(&place, "第 ", number, " 列");
    }
    EXPECT_EQ(chinese.compare(0, place.size(), place), 0) << chinese;
  }
  return english;
}

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_TESTING_H_
