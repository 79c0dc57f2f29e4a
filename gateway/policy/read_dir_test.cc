// ReadPolicyDir: where files may stand, and the places that errors name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/policy/snapshot.h"
#include "gateway/policy/testing.h"
#include "google/protobuf/text_format.h"

namespace tongguan::policy {
namespace {

namespace fs = std::filesystem;
using ::testing::StartsWith;

constexpr char kColumns[] =
    "id,sector,scenario,sector_zh,scenario_zh,data_class,data_subclass,"
    "categories,names,pattern,conditions,condition_text,counter,threshold_op,"
    "threshold_low,threshold_high,mechanism,gloss_en,source,confidence\n";

class ReadPolicyDirTest : public ::testing::Test {
 protected:
  ReadPolicyDirTest() {
    char name[] = "/tmp/tongguan-policy-XXXXXX";
    dir_ = mkdtemp(name);
    const Source source = TestSource();
    Write("regime/regime.textproto", Text(source.regime));
    Write("calendar/calendar.textproto", Text(source.calendar));
    Write("taxonomy/all.textproto", Text(source.taxonomy));
    Write("registry/demo.textproto", Text(source.registry[0]));
    Write("lists/test-negative/1/list.textproto",
          Text(TestList(v1::LIST_KIND_NEGATIVE).head));
    Write("lists/test-negative/1/items.csv",
          absl::StrCat(kColumns, "r1,,,,,,,name,,,,,,,,,contract,,,\n"));
  }
  ~ReadPolicyDirTest() override { fs::remove_all(dir_); }

  static std::string Text(const google::protobuf::Message& message) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(message, &text);
    return text;
  }

  void Write(const std::string& file, absl::string_view text) {
    const fs::path path = dir_ + "/" + file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  void Remove(const std::string& file) { fs::remove_all(dir_ + "/" + file); }

  // The refusal, its paths relative to the folder; empty if there is none.
  std::string Refusal() {
    const absl::Status status = LoadPolicyDir(dir_).status();
    absl::string_view message = status.message();
    absl::ConsumePrefix(&message, dir_ + "/");
    return std::string(message);
  }

  std::string dir_;
};

TEST_F(ReadPolicyDirTest, ReadsAFolder) {
  const auto policy = LoadPolicyDir(dir_ + "/");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->registry().enterprises(), 2u);
  ASSERT_EQ((*policy)->lists().all().size(), 1u);
  EXPECT_EQ((*policy)->lists().all()[0].rows.size(), 1u);
}

TEST_F(ReadPolicyDirTest, ReadsAShardInBinaryAsItsText) {
  const std::string digest = (*LoadPolicyDir(dir_))->digest();
  Remove("registry/demo.textproto");
  Write("registry/demo.binpb", TestSource().registry[0].SerializeAsString());
  const auto policy = LoadPolicyDir(dir_);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->digest(), digest);
}

// Files are read one after another into the same memory.
TEST_F(ReadPolicyDirTest, AFileLeavesNothingToTheNext) {
  Source source = TestSource();
  source.registry.resize(3);
  v1::RegistryShard& full = source.registry[1];
  *full.add_filings() = TestFiling("a", v1::FILING_KIND_STANDARD_CONTRACT);
  full.mutable_filings(0)->set_number("2026-0001");
  *full.add_filings() = TestFiling("b", v1::FILING_KIND_CERTIFICATE);
  v1::RegistryShard& less = source.registry[2];
  *less.add_filings() = TestFiling("c", v1::FILING_KIND_CERTIFICATE);
  less.mutable_filings(0)->clear_body();
  Write("registry/full.binpb", full.SerializeAsString());
  Write("registry/less.textproto", Text(less));
  source.lists = ReadPolicyDir(dir_)->lists;
  const auto policy = LoadPolicyDir(dir_);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->digest(), MustCompile(source)->digest());
}

TEST_F(ReadPolicyDirTest, RefusesAShardThatIsNotItsBinaryForm) {
  for (const char* bytes : {"\x0a\x7f", "\x98\x06\x01"}) {
    Write("registry/demo.binpb", bytes);
    EXPECT_THAT(Refusal(), StartsWith("registry/demo.binpb: not the binary"));
  }
}

TEST_F(ReadPolicyDirTest, RefusesABinaryFileOutsideTheRegistry) {
  Write("taxonomy/all.binpb", "");
  EXPECT_THAT(Refusal(), StartsWith("taxonomy/all.binpb: not a file"));
}

TEST_F(ReadPolicyDirTest, MergesFilesIntoTheSamePolicy) {
  const std::string digest = (*LoadPolicyDir(dir_))->digest();
  Source source = TestSource();
  v1::Taxonomy first = source.taxonomy, second;
  second.mutable_categories()->Swap(first.mutable_categories());
  Write("taxonomy/all.textproto", Text(second));
  Write("taxonomy/kinds.textproto", Text(first));
  v1::RegistryShard one, other;
  *one.add_enterprises() = source.registry[0].enterprises(1);
  *other.add_enterprises() = source.registry[0].enterprises(0);
  Write("registry/demo.textproto", Text(one));
  Write("registry/a.textproto", Text(other));
  EXPECT_EQ((*LoadPolicyDir(dir_))->digest(), digest);
}

TEST_F(ReadPolicyDirTest, IgnoresReadmes) {
  Write("README.md", "x");
  Write("lists/README.md", "x");
  Write("lists/test-negative/1/README.md", "x");
  EXPECT_EQ(Refusal(), "");
}

TEST_F(ReadPolicyDirTest, FollowsLinkedFolders) {
  fs::rename(dir_ + "/lists/test-negative/1", dir_ + "/registry/elsewhere");
  fs::create_directory_symlink(dir_ + "/registry/elsewhere",
                               dir_ + "/lists/test-negative/1");
  // Found through the link, and refused where it does not belong.
  EXPECT_THAT(Refusal(),
              StartsWith("registry/elsewhere/items.csv: not a file"));
}

TEST_F(ReadPolicyDirTest, RefusesEndlessLinks) {
  fs::create_directory_symlink(dir_ + "/lists", dir_ + "/lists/loop");
  EXPECT_NE(Refusal(), "");
}

TEST_F(ReadPolicyDirTest, RefusesMissingFolder) {
  EXPECT_THAT(std::string(LoadPolicyDir("/nonexistent").status().message()),
              StartsWith("/nonexistent: "));
}

TEST_F(ReadPolicyDirTest, RefusesAFileOutOfItsPlaceOrOfAMistypedKind) {
  for (const char* file :
       {"stray.textproto", "regime/old.textproto", "lists/items.csv",
        "lists/test-negative/items.csv", "registry/more/a.textproto",
        "lists/test-negative/1/old.csv", "calendar/days.csv",
        "calendar/2027.textproto", "lists/test-negative/1/more/list.textproto",
        "registry/restricted.txtproto", "registry/restricted.textproto.bak",
        "registry/restricted", "registry/readme.md", "taxonomy/all.TEXTPROTO",
        "lists/test-negative/1/cases.tsv", ".hidden"}) {
    Write(file, "");
    EXPECT_EQ(Refusal(),
              absl::StrCat(file,
                           ": not a file of a policy, or not in its place. "
                           "Correct its name, move it to where "
                           "policy/README.md says, or remove it."));
    Remove(file);
  }
}

TEST_F(ReadPolicyDirTest, RefusesMissingFolders) {
  for (const char* folder : {"lists", "registry", "taxonomy", "calendar"}) {
    fs::rename(dir_ + "/" + folder, dir_ + ".away");
    EXPECT_EQ(Refusal(),
              absl::StrCat(folder,
                           ": missing. Add the folder; policy/README.md says "
                           "what it holds."));
    fs::rename(dir_ + ".away", dir_ + "/" + folder);
  }
}

TEST_F(ReadPolicyDirTest, RefusesMissingParts) {
  Remove("regime/regime.textproto");
  EXPECT_EQ(Refusal(), "regime/regime.textproto: missing. Add the regime.");
}

TEST_F(ReadPolicyDirTest, RefusesNoCalendar) {
  Remove("calendar/calendar.textproto");
  EXPECT_EQ(Refusal(),
            "calendar/calendar.textproto: missing. Add the calendar.");
}

TEST_F(ReadPolicyDirTest, RefusesNoTaxonomy) {
  Remove("taxonomy/all.textproto");
  EXPECT_EQ(Refusal(), "taxonomy: empty. Add a taxonomy.");
}

TEST_F(ReadPolicyDirTest, RefusesHalfAList) {
  Remove("lists/test-negative/1/items.csv");
  EXPECT_THAT(Refusal(),
              StartsWith("lists/test-negative/1/items.csv: missing"));
  Write("lists/test-negative/1/items.csv", kColumns);
  Remove("lists/test-negative/1/list.textproto");
  EXPECT_THAT(Refusal(),
              StartsWith("lists/test-negative/1/list.textproto: missing"));
}

TEST_F(ReadPolicyDirTest, RefusesListInAnothersFolder) {
  fs::rename(dir_ + "/lists/test-negative/1", dir_ + "/lists/test-negative/2");
  EXPECT_EQ(Refusal(),
            "lists/test-negative/2/list.textproto: id and edition are "
            "\"test-negative/1\", the folder is \"test-negative/2\". Make "
            "them the same.");
}

TEST_F(ReadPolicyDirTest, NamesLineAndColumnOfUnknownField) {
  Write("calendar/calendar.textproto", "source: \"x\"\n  holidays: 3\n");
  EXPECT_EQ(Refusal(),
            "calendar/calendar.textproto:2:3: Message type "
            "\"tongguan.v1.Calendar\" has no field named \"holidays\". "
            "Correct it as the proto says.");
}

TEST_F(ReadPolicyDirTest, NamesLineAndColumnOfBadValue) {
  Write("registry/x.textproto", "filings {\n  kind: FILING_KIND_OTHER\n}\n");
  EXPECT_THAT(Refusal(), StartsWith("registry/x.textproto:2:9: Unknown enum"));
  Write("registry/x.textproto", "filings {\n  kind: \n");
  EXPECT_THAT(Refusal(), StartsWith("registry/x.textproto:3:1: "));
}

TEST_F(ReadPolicyDirTest, RefusesFieldGivenTwice) {
  Write("calendar/calendar.textproto", "source: \"x\"\nsource: \"y\"\n");
  EXPECT_THAT(Refusal(), StartsWith("calendar/calendar.textproto:2:1: "));
}

TEST_F(ReadPolicyDirTest, NamesLineOfBadText) {
  Write("calendar/calendar.textproto", "source: \"x\"\n# \xff\n");
  EXPECT_EQ(Refusal(),
            "calendar/calendar.textproto:2: not UTF-8 text. Save the file as "
            "UTF-8.");
}

TEST_F(ReadPolicyDirTest, NamesRowAndColumnOfBadCell) {
  Write("lists/test-negative/1/items.csv",
        absl::StrCat(kColumns, "r1,,,,,,,name,,,,,,,,,none,,,\n"));
  EXPECT_THAT(Refusal(),
              StartsWith("lists/test-negative/1/items.csv:2:mechanism: "));
}

TEST_F(ReadPolicyDirTest, RefusesHugeFile) {
  fs::resize_file(dir_ + "/registry/demo.textproto", (64u << 20) + 1);
  EXPECT_THAT(Refusal(),
              StartsWith("registry/demo.textproto: 67108865 bytes, more than"));
}

}  // namespace
}  // namespace tongguan::policy
