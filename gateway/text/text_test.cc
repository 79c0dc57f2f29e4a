#include "gateway/text/text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"
#include "proto/tongguan/v1/list.pb.h"
#include "proto/tongguan/v1/registry.pb.h"
#include "proto/tongguan/v1/taxonomy.pb.h"

namespace tongguan::text {
namespace {

using google::protobuf::EnumDescriptor;
using ::testing::IsEmpty;

// Every enum whose values people may read.
std::vector<const EnumDescriptor*> SpokenEnums() {
  std::vector<const EnumDescriptor*> enums;
  for (const auto* file :
       {v1::Flow::descriptor()->file(), v1::Decision::descriptor()->file(),
        v1::Filing::descriptor()->file(), v1::ListHead::descriptor()->file()}) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      enums.push_back(file->enum_type(i));
    }
  }
  enums.push_back(v1::DataClass_descriptor());
  return enums;
}

// Names of the values but 0, which stands for "not stated".
std::set<std::string> SpokenValues() {
  std::set<std::string> names;
  for (const EnumDescriptor* type : SpokenEnums()) {
    for (int i = 0; i < type->value_count(); ++i) {
      if (type->value(i)->number() != 0) names.insert(type->value(i)->name());
    }
  }
  return names;
}

std::set<std::string> Placeholders(const std::string& text) {
  std::set<std::string> found;
  for (size_t at = text.find('{'); at != std::string::npos;
       at = text.find('{', at + 1)) {
    found.insert(text.substr(at, text.find('}', at) - at + 1));
  }
  return found;
}

// What stands in quotes in the sources that speak.
std::string Sources() {
  std::string all;
  for (const char* folder :
       {"gateway/text", "gateway/cli", "gateway/service", "gateway/engine",
        "gateway/inspect", "gateway/web"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      const std::string path = file.path().string();
      if (!(absl::EndsWith(path, ".cc") || absl::EndsWith(path, ".h")) ||
          absl::EndsWith(path, "_test.cc")) {
        continue;
      }
      std::ifstream stream(path);
      all.append(std::istreambuf_iterator<char>(stream), {});
    }
  }
  return all;
}

// The line of gateway/text/catalogue.tsv is what the program has compiled in.
TEST(CatalogueTest, IsTheFileWithThreeColumnsEach) {
  std::ifstream stream("gateway/text/catalogue.tsv");
  ASSERT_TRUE(stream) << "run from the source folder";
  std::string line;
  std::getline(stream, line);
  EXPECT_EQ(line, "key\tzh\ten");
  const std::vector<Entry> entries = ReadCatalogue();
  size_t next = 0;
  while (std::getline(stream, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    ASSERT_EQ(cells.size(), 3u) << line;
    ASSERT_LT(next, entries.size());
    EXPECT_EQ(entries[next].key, cells[0]);
    EXPECT_EQ(entries[next].chinese, cells[1]);
    EXPECT_EQ(entries[next].english, cells[2]);
    ++next;
  }
  EXPECT_EQ(next, entries.size());
}

TEST(CatalogueTest, HasNoDoubledKey) {
  std::set<std::string> seen;
  for (const Entry& entry : ReadCatalogue()) {
    EXPECT_TRUE(seen.insert(entry.key).second) << entry.key;
  }
}

TEST(CatalogueTest, HasNoEmptyText) {
  for (const Entry& entry : ReadCatalogue()) {
    EXPECT_THAT(entry.chinese, testing::Not(IsEmpty())) << entry.key;
    EXPECT_THAT(entry.english, testing::Not(IsEmpty())) << entry.key;
  }
}

TEST(CatalogueTest, HasEqualPlaceholdersInBothLanguages) {
  for (const Entry& entry : ReadCatalogue()) {
    EXPECT_EQ(Placeholders(entry.chinese), Placeholders(entry.english))
        << entry.key;
  }
}

TEST(CatalogueTest, HasChineseInTheChineseColumnOnly) {
  const auto has_cjk = [](const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0xe3 &&
             static_cast<unsigned char>(c) <= 0xe9;
    });
  };
  for (const Entry& entry : ReadCatalogue()) {
    EXPECT_FALSE(has_cjk(entry.english)) << entry.key;
    if (!absl::StartsWith(entry.key, "ui.")) {
      EXPECT_TRUE(has_cjk(entry.chinese)) << entry.key;
    }
  }
}

TEST(CatalogueTest, HasEveryEnumValue) {
  for (const std::string& value : SpokenValues()) {
    EXPECT_TRUE(HasText(value)) << value;
  }
}

TEST(CatalogueTest, HasTheFurtherTextsOfRulesMissingsAndMechanisms) {
  for (int rule = v1::Rule_MIN + 1; rule <= v1::Rule_MAX; ++rule) {
    if (!v1::Rule_IsValid(rule)) continue;
    const std::string name = v1::Rule_Name(rule);
    EXPECT_TRUE(HasText(name + ".why")) << name;
    EXPECT_TRUE(HasText(name + ".article")) << name;
  }
  for (int what = v1::Missing_MIN + 1; what <= v1::Missing_MAX; ++what) {
    if (!v1::Missing_IsValid(what)) continue;
    EXPECT_TRUE(HasText(v1::Missing_Name(what) + ".mend")) << what;
  }
  for (int what = v1::Mechanism_MIN + 1; what <= v1::Mechanism_MAX; ++what) {
    if (!v1::Mechanism_IsValid(what)) continue;
    EXPECT_TRUE(HasText(v1::Mechanism_Name(what) + ".short")) << what;
  }
}

TEST(CatalogueTest, HasNoUnusedKey) {
  const std::set<std::string> values = SpokenValues();
  const std::string sources = Sources();
  for (const Entry& entry : ReadCatalogue()) {
    const std::string base = entry.key.substr(0, entry.key.find('.'));
    const bool of_enum = values.count(base) > 0;
    const bool region = base == "region" && entry.key.size() == 9;
    const bool quoted =
        absl::StrContains(sources, absl::StrCat("\"", entry.key, "\""));
    EXPECT_TRUE(of_enum || region || quoted) << entry.key;
  }
}

TEST(CatalogueTest, HasEveryError) {
  const std::string sources = Sources();
  const std::regex key("\"(wrong\\.[a-z_0-9]+)\"");
  int found = 0;
  for (std::sregex_iterator it(sources.begin(), sources.end(), key), end;
       it != end; ++it, ++found) {
    EXPECT_TRUE(HasText((*it)[1].str())) << (*it)[1].str();
  }
  EXPECT_GT(found, 60);
}

TEST(SayTest, FillsPlaceholdersByName) {
  EXPECT_EQ(Say(Language::kChinese, "REASON_BELOW_THRESHOLD",
                {{"0", "63,412"}, {"1", "100,000"}}),
            "今年累计 63,412 人，低于 100,000 人。");
  EXPECT_EQ(Say(Language::kEnglish, "REASON_BELOW_THRESHOLD",
                {{"1", "100,000"}, {"0", "63,412"}}),
            "63,412 people this year, below 100,000.");
}

TEST(SayTest, MarksAPlaceholderWithoutValue) {
  EXPECT_EQ(Say(Language::kEnglish, "REASON_FILING_COVERS"),
            "— covers this flow.");
}

TEST(SayTest, LeavesBracesOfValuesAlone) {
  EXPECT_EQ(
      Say(Language::kEnglish, "REASON_FILING_COVERS", {{"reference", "{0}{"}}),
      "{0}{ covers this flow.");
}

TEST(SayTest, ShowsAnUnknownKey) {
  EXPECT_EQ(Say(Language::kChinese, "no.such.key"), "no.such.key");
}

TEST(SayTest, TakesControlCharactersOutOfValues) {
  const std::string said = Say(Language::kEnglish, "REASON_FILING_COVERS",
                               {{"reference",
                                 "a\x1b[2J\nb\xc2\x9b"
                                 "c\u202e"}});
  EXPECT_EQ(said, "a [2J bc covers this flow.");
}

TEST(SayTest, ShowsTheCodeOfAValueItDoesNotKnow) {
  EXPECT_EQ(SayEnum(Language::kEnglish, static_cast<v1::Rule>(99)), "code 99");
  EXPECT_EQ(SayEnum(Language::kChinese, v1::RULE_UNSPECIFIED), "未说明");
}

TEST(RegionNameTest, NamesRegionsOfChinaAsSuch) {
  EXPECT_EQ(RegionName(Language::kChinese, "HK"), "中国香港");
  EXPECT_EQ(RegionName(Language::kChinese, "MO"), "中国澳门");
  EXPECT_EQ(RegionName(Language::kChinese, "TW"), "中国台湾");
  EXPECT_EQ(RegionName(Language::kEnglish, "TW"), "Taiwan, China");
  EXPECT_EQ(RegionName(Language::kEnglish, "ZZ"), "ZZ");
}

TEST(FormatTest, GroupsDigits) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(63412), "63,412");
  EXPECT_EQ(FormatCount(-123456), "-123,456");
  EXPECT_EQ(FormatCount(10'000'000'000), "10,000,000,000");
  EXPECT_EQ(FormatCount(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(FormatTest, ShowsDaysAndBeijingTime) {
  EXPECT_EQ(FormatDayNumber(20260101), "2026-01-01");
  // 2025-12-31T16:00:00Z is the first instant of 2026 in Beijing.
  EXPECT_EQ(FormatBeijingTime(1767196800'000000), "2026-01-01 00:00:00");
}

}  // namespace
}  // namespace tongguan::text
