// Locate: refusals of what files mean name their place in the files.
#include "gateway/policy/locate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/policy/snapshot.h"
#include "gateway/policy/testing.h"
#include "google/protobuf/text_format.h"

namespace tongguan::policy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kColumns[] =
    "id,sector,scenario,sector_zh,scenario_zh,data_class,data_subclass,"
    "categories,names,pattern,conditions,condition_text,counter,threshold_op,"
    "threshold_low,threshold_high,mechanism,gloss_en,source,confidence\n";

std::string Text(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

class LocateTest : public ::testing::Test {
 protected:
  LocateTest() {
    char name[] = "/tmp/tongguan-policy-XXXXXX";
    dir_ = mkdtemp(name);
    source_ = TestSource();
    source_.registry[0].mutable_filings()->Add(
        TestFiling("F-1", v1::FILING_KIND_STANDARD_CONTRACT));
    fs::create_directories(dir_ + "/lists");
    Save();
  }
  ~LocateTest() override { fs::remove_all(dir_); }

  void Write(const std::string& file, const std::string& text) {
    const fs::path path = dir_ + "/" + file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  void Save() {
    Write("regime/regime.textproto", Text(source_.regime));
    Write("calendar/calendar.textproto", Text(source_.calendar));
    Write("taxonomy/all.textproto", Text(source_.taxonomy));
    Write("registry/demo.textproto", Text(source_.registry[0]));
  }

  void SaveList(const List& list, absl::string_view rows) {
    Write("lists/test-negative/1/list.textproto", Text(list.head));
    Write("lists/test-negative/1/items.csv", absl::StrCat(kColumns, rows));
  }

  // The refusal, its paths relative to the folder.
  std::string Refusal() {
    return absl::StrReplaceAll(
        std::string(LoadPolicyDir(dir_).status().message()),
        {{dir_ + "/", ""}});
  }

  // "file:line:column" of the first `text` in the file.
  std::string PlaceOf(const std::string& file, const std::string& text) {
    std::ifstream in(dir_ + "/" + file);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      const size_t at = line.find(text);
      if (at == std::string::npos) continue;
      return absl::StrCat(file, ":", number, ":", at + 1);
    }
    return "no such text";
  }

  std::string dir_;
  Source source_;
};

TEST_F(LocateTest, TheTestPolicyIsSound) { EXPECT_EQ(Refusal(), ""); }

TEST_F(LocateTest, NamesTheFieldOfAFiling) {
  source_.registry[0].mutable_filings(0)->set_effective("2026-02-30");
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(absl::StrCat(
                  PlaceOf("registry/demo.textproto", "effective:"),
                  ": registry filing \"F-1\".effective: \"2026-02-30\"")));
}

TEST_F(LocateTest, NamesOneOfSeveralValues) {
  source_.registry[0].mutable_filings(0)->mutable_scope()->add_purposes("x");
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(absl::StrCat(
                  PlaceOf("registry/demo.textproto", "purposes: \"x\""),
                  ": registry filing \"F-1\".scope.purposes[1]: ")));
}

TEST_F(LocateTest, NamesAnUnknownCategoryOfAFiling) {
  source_.registry[0].mutable_filings(0)->mutable_scope()->add_categories("x");
  Save();
  EXPECT_THAT(Refusal(), StartsWith(PlaceOf("registry/demo.textproto",
                                            "categories: \"x\"") +
                                    ": registry filing"));
}

TEST_F(LocateTest, NamesTheEntryThatLacksAField) {
  source_.registry[0].mutable_filings(0)->clear_kind();
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(PlaceOf("registry/demo.textproto", "filings {") +
                         ": registry filing \"F-1\".kind: "));
}

TEST_F(LocateTest, NamesBothPlacesOfAnEntryThatStandsTwice) {
  v1::RegistryShard again;
  *again.add_filings() = source_.registry[0].filings(0);
  Write("registry/again.textproto", Text(again));
  EXPECT_THAT(Refusal(),
              StartsWith(absl::StrCat(
                  "registry/again.textproto:1:1 and ",
                  PlaceOf("registry/demo.textproto", "filings {"),
                  ": registry filing \"F-1\": the id stands twice")));
}

TEST_F(LocateTest, NamesTheFilingThatLastsTooLong) {
  v1::Filing* filing = source_.registry[0].add_filings();
  *filing = TestFiling("A-1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  filing->set_expires("2035-01-04");
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(PlaceOf("registry/demo.textproto", "expires:") +
                         ": registry filing \"A-1\".expires: later than"));
}

TEST_F(LocateTest, NamesTheBinaryShard) {
  source_.registry[0].mutable_filings(0)->set_effective("never");
  Save();
  Write("registry/demo.binpb", source_.registry[0].SerializeAsString());
  fs::remove(dir_ + "/registry/demo.textproto");
  EXPECT_THAT(Refusal(), StartsWith("registry/demo.binpb: registry filing"));
}

TEST_F(LocateTest, NamesTheEntryWhoseIdIsNoIdentifier) {
  source_.registry[0].mutable_filings(0)->set_id("a: \"b\"");
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(PlaceOf("registry/demo.textproto", "id: \"a: ") +
                         ": registry"));
}

TEST_F(LocateTest, NamesEveryKindOfRegistryEntry) {
  v1::RegistryShard& shard = source_.registry[0];
  const v1::RegistryShard sound = shard;
  const auto expect = [&](const char* text) {
    Save();
    EXPECT_THAT(Refusal(),
                StartsWith(PlaceOf("registry/demo.textproto", text) + ": "));
    shard = sound;
  };
  shard.mutable_enterprises(0)->set_region("HK");
  expect("region: \"HK\"");
  shard.add_groups()->add_members("unknown");
  shard.mutable_groups(0)->set_id("g");
  expect("members: \"unknown\"");
  v1::GreenChannelRegistration* green = shard.add_registrations();
  green->set_id("r");
  green->set_exporter(kShanghaiExporter);
  green->set_granted("no day");
  expect("granted:");
  v1::ListFiling* filing = shard.add_list_filings();
  filing->set_id("l");
  filing->set_exporter("none");
  expect("exporter: \"none\"");
  v1::RestrictedRecipient* restricted = shard.add_restricted();
  restricted->set_organization_id("R");
  restricted->set_since("yesterday");
  expect("since:");
}

TEST_F(LocateTest, NamesTheFieldOfATaxonomyEntry) {
  source_.taxonomy.mutable_categories(3)->set_patterns(0, "(");
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(PlaceOf("taxonomy/all.textproto", "patterns: \"(\"") +
                         ": taxonomy"));
  source_ = TestSource();
  source_.taxonomy.add_sensitive_kinds()->set_id("biometric");
  Save();
  EXPECT_THAT(Refusal(), HasSubstr("taxonomy sensitive kind \"biometric\""));
  EXPECT_THAT(Refusal(), StartsWith("taxonomy/all.textproto:"));
}

TEST_F(LocateTest, NamesTheFieldOfRegimeAndCalendar) {
  source_.regime.mutable_assessment_years()->set_value(0);
  Save();
  EXPECT_THAT(Refusal(), StartsWith(PlaceOf("regime/regime.textproto",
                                            "assessment_years") +
                                    ": regime"));
  source_ = TestSource();
  source_.regime.clear_assessment_years();
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith("regime/regime.textproto: regime.assessment_years"));
  source_ = TestSource();
  source_.calendar.set_loaded_to("soon");
  Save();
  EXPECT_THAT(Refusal(),
              StartsWith(PlaceOf("calendar/calendar.textproto", "loaded_to") +
                         ": calendar"));
}

TEST_F(LocateTest, NamesTheFieldOfAListsHead) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.set_effective("2026-13-01");
  SaveList(list, "");
  EXPECT_THAT(
      Refusal(),
      StartsWith(PlaceOf("lists/test-negative/1/list.textproto", "effective:") +
                 ": lists/test-negative/1.effective: "));
}

TEST_F(LocateTest, NamesRowAndColumnOfAListsRow) {
  SaveList(TestList(v1::LIST_KIND_NEGATIVE),
           "r1,,,,,,,name,,,,,,,,,contract,,,\n"
           "r2,,,,,,,no_such,,,,,,,,,contract,,,\n");
  EXPECT_THAT(Refusal(),
              StartsWith("lists/test-negative/1/items.csv:3:categories: "
                         "lists/test-negative/1 row \"r2\".categories: "));
}

TEST_F(LocateTest, NamesBothRowsOfAnIdThatStandsTwice) {
  SaveList(TestList(v1::LIST_KIND_NEGATIVE),
           "r1,,,,,,,name,,,,,,,,,contract,,,\n"
           "r1,,,,,,,name,,,,,,,,,contract,,,\n");
  EXPECT_THAT(Refusal(), StartsWith("lists/test-negative/1/items.csv:2 and "
                                    "lists/test-negative/1/items.csv:3: "));
}

TEST_F(LocateTest, LeavesWhatNamesNoEntry) {
  const absl::Status refusal = absl::InvalidArgumentError("words only");
  EXPECT_EQ(Locate(dir_, refusal), refusal);
}

}  // namespace
}  // namespace tongguan::policy
