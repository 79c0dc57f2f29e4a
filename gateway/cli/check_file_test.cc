// `check FILE`: what crosses the wire, what is shown, what is refused.
#include <sys/stat.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/cli/wire_testing.h"
#include "gateway/people/pseudonyms.h"
#include "gateway/text/width.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/inspection.pb.h"
#include "re2/re2.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kFlow = R"(
request_id: "file-1"
exporter: "91350100M000100Y43"
system: "crm"
direction: DIRECTION_OUTBOUND
recipient { organization_id: "ACME-SG" region: "SG"
            relation: RELATION_THIRD_PARTY gba_registered: FACT_NO }
items { name: "*" important: IMPORTANT_DATA_NO transform: TRANSFORM_NONE }
purpose { general: GENERAL_PURPOSE_MARKETING }
duties { notice: NOTICE_GIVEN separate_consent: SEPARATE_CONSENT_OBTAINED
         legal_basis: LEGAL_BASIS_CONSENT pipia: FACT_YES under_14: FACT_NO }
origin: ORIGIN_DOMESTIC
)";

// Every value is of its own, so that it is found wherever it turns up.
constexpr const char* kPeople =
    "姓名,身份证号,手机号,unit_price,remark\n"
    "欧阳娜娜,11010519491231002X,13800138000,1234.56,alpha-note\n"
    "司马相如,440524188001010014,13911112222,7890.12,beta-note\n"
    "诸葛孔明,110101199001010250,13755556666,3456.78,家属13612345678\n";
const std::vector<std::string> kValues = {
    "欧阳娜娜",    "司马相如",   "诸葛孔明",           "11010519491231002",
    "13800138000", "1234.56",    "440524188001010014", "13911112222",
    "7890.12",     "beta-note",  "110101199001010250", "13755556666",
    "3456.78",     "alpha-note", "13612345678",        "家属"};

class CheckFileTest : public testing::Test {
 protected:
  CheckFileTest() : gateway_(pki_.files()) {
    const service::TestPair pair =
        pki_.Issue({.uris = {"tongguan:exporter/91350100M000100Y43/crm"}});
    Write("client.pem", pair.certificate);
    Write("client.key", pair.private_key);
    Write("flow.textproto", kFlow);
    Write("key", std::string(32, 'k'));
    chmod(Path("key").c_str(), 0600);
    environment_ = {
        {"TONGGUAN_SERVER", absl::StrCat("127.0.0.1:", gateway_.port())},
        {"TONGGUAN_CA", pki_.files().client_ca()},
        {"TONGGUAN_CERT", Path("client.pem")},
        {"TONGGUAN_KEY", Path("client.key")}};
  }

  std::string Path(const std::string& name) const {
    return pki_.folder() + "/" + name;
  }
  std::string Write(const std::string& name, const std::string& text) const {
    WriteFile(Path(name), text);
    return Path(name);
  }
  // Checks a file of this text, with flags more.
  Outcome Check(const std::string& text, std::vector<std::string> more = {},
                bool is_tty = false) {
    std::vector<std::string> args = {"check",        Write("data.csv", text),
                                     "-f",           Path("flow.textproto"),
                                     "--policy-dir", "policy"};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args, environment_, "", is_tty);
  }
  std::vector<std::string> WithKey() const {
    return {"--people-key", Path("key"), "--key-id", "k1"};
  }
  // The flow of the last message.
  v1::Flow SentFlow() {
    v1::EvaluateRequest request;
    EXPECT_FALSE(gateway_.sent().empty());
    if (!gateway_.sent().empty()) {
      EXPECT_TRUE(request.ParseFromString(gateway_.sent().back().bytes));
    }
    return request.flow();
  }

  service::TestPki pki_;
  RecordingGateway gateway_;
  Environment environment_;
};

TEST_F(CheckFileTest, OfTheFileOnlyNamesClassesAndPseudonymsCrossTheWire) {
  for (const bool with_key : {false, true}) {
    for (const char* output : {"table", "json"}) {
      std::vector<std::string> more = {"-o", output, "--full"};
      if (with_key) {
        for (const std::string& flag : WithKey()) more.push_back(flag);
      }
      const Outcome run = Check(kPeople, more);
      EXPECT_EQ(run.code, kSuccess) << run.err;
      for (const std::string& value : kValues) {
        EXPECT_THAT(run.out, Not(HasSubstr(value)));
        EXPECT_THAT(run.err, Not(HasSubstr(value)));
      }
    }
  }
  const std::string wire = gateway_.wire();
  for (const std::string& value : kValues) {
    EXPECT_THAT(wire, Not(HasSubstr(value)));
  }
  // What is looked for would be found: names and pseudonyms are there.
  auto key = people::PseudonymKey::Create(people::Algorithm::kHmacSha256,
                                          std::string(32, 'k'));
  people::Pseudonym pseudonym;
  ASSERT_TRUE(key.ok() && key->Make("11010519491231002X", &pseudonym));
  EXPECT_THAT(wire, HasSubstr("身份证号"));
  EXPECT_THAT(wire, HasSubstr("remark"));
  EXPECT_THAT(wire, HasSubstr(std::string(pseudonym.begin(),  //
                                          pseudonym.end())));
  EXPECT_THAT(wire, Not(HasSubstr(std::string(32, 'k'))));
}

TEST_F(CheckFileTest, FewPeopleGoInline) {
  const Outcome run = Check(kPeople, WithKey());
  ASSERT_EQ(run.code, kSuccess) << run.err;
  ASSERT_EQ(gateway_.sent().size(), 1u);
  const v1::Flow flow = SentFlow();
  EXPECT_EQ(flow.people().exact().key_id(), "k1");
  EXPECT_TRUE(people::CheckSet(flow.people().exact().persons()).ok());
  EXPECT_EQ(people::CountOf(flow.people().exact().persons()), 3);
  EXPECT_THAT(run.out, HasSubstr("3 distinct people"));
}

TEST_F(CheckFileTest, ManyPeopleAreStagedFirst) {
  std::string text = "employee_no,salary\n";
  std::set<std::string> ids;
  for (int i = 0; i < 70'000; ++i) {
    ids.insert(absl::StrCat("EMP-", 1'000'000 + i));
  }
  for (const std::string& id : ids) {
    absl::StrAppend(&text, id, id.back() == '7' ? ",1\n" : ",\n");
  }
  const Outcome run = Check(text, WithKey());
  ASSERT_EQ(run.code, kSuccess) << run.err;
  EXPECT_EQ(SentFlow().people().staged().digest(), std::string(32, 'd'));
  std::string persons, sensitive;
  v1::StagePeopleRequest part;
  const std::vector<Sent> sent = gateway_.sent();
  ASSERT_GE(sent.size(), 4u);
  ASSERT_TRUE(part.ParseFromString(sent[0].bytes));
  EXPECT_EQ(part.head().key_id(), "k1");
  EXPECT_EQ(part.head().exporter(), "91350100M000100Y43");
  for (size_t i = 1; i + 1 < sent.size(); ++i) {
    ASSERT_TRUE(part.ParseFromString(sent[i].bytes));
    persons += part.persons();
    sensitive += part.sensitive_persons();
  }
  EXPECT_TRUE(people::CheckSet(persons).ok());
  EXPECT_TRUE(people::CheckSet(sensitive).ok());
  EXPECT_EQ(people::CountOf(persons), 70'000);
  EXPECT_EQ(people::CountOf(sensitive), 7'000);
  EXPECT_THAT(gateway_.wire(), Not(HasSubstr("EMP-1")));
}

TEST_F(CheckFileTest, WithoutAKeyNumbersAreDeclared) {
  const Outcome run = Check(kPeople);
  ASSERT_EQ(run.code, kSuccess) << run.err;
  EXPECT_EQ(SentFlow().people().declared().persons(), 3);
  EXPECT_THAT(run.out, HasSubstr("sent as numbers only"));
}

TEST_F(CheckFileTest, TheSameFileAsksTheSame) {
  Check(kPeople, WithKey());
  Check(kPeople, WithKey());
  ASSERT_EQ(gateway_.sent().size(), 2u);
  EXPECT_EQ(gateway_.sent()[0].bytes, gateway_.sent()[1].bytes);
}

TEST_F(CheckFileTest, ADeclarationAndItsReasonAreSent) {
  std::vector<std::string> more = {
      "--declare",
      Write("d.tsv", "column\tpersonal\treason\nremark\tno\ttest-data\n")};
  const Outcome run = Check(kPeople, more);
  ASSERT_EQ(run.code, kSuccess) << run.err;
  const v1::Flow flow = SentFlow();
  ASSERT_EQ(flow.items_size(), 5);
  const v1::DataItem& remark = flow.items(4);
  EXPECT_EQ(remark.personal(), v1::FACT_NO);
  EXPECT_EQ(remark.override_reason(), "test-data");
  EXPECT_THAT(run.out, HasSubstr("reason test-data"));
  EXPECT_THAT(run.out, HasSubstr("first inside a text in row 4"));
}

TEST_F(CheckFileTest, JsonIsAnInspectionWithItsAnswer) {
  const Outcome run = Check(kPeople, {"-o", "json"});
  v1::Inspection inspection;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(run.out, &inspection).ok());
  EXPECT_EQ(inspection.rows(), 3);
  EXPECT_EQ(inspection.columns_size(), 5);
  EXPECT_EQ(inspection.columns(4).hits(0).first_row(), 4);
  EXPECT_EQ(inspection.response().decision().verdict(), v1::VERDICT_ALLOW);
}

// 80 cells, in both languages, with names as long as names may be.
TEST_F(CheckFileTest, TheTableFitsAnEightyColumnTerminal) {
  std::string text = "手机号,";
  for (int i = 0; i < 64; ++i) absl::StrAppend(&text, "长");
  absl::StrAppend(&text, ",bank_account\n13800138000,1,6222021234567890128\n");
  for (const char* language : {"zh", "en"}) {
    std::istringstream in;
    std::ostringstream out, err;
    Terminal terminal{in, out, err};
    terminal.width = 80;
    const int code = cli::Run(
        {"check", Write("data.csv", text), "-f", Path("flow.textproto"),
         "--policy-dir", "policy", "--local", "--persons-so-far", "0",
         "--sensitive-so-far", "0", "--lang", language},
        terminal);
    EXPECT_EQ(code, kAssess) << err.str();
    for (const auto line : absl::StrSplit(out.str(), '\n')) {
      if (line.empty()) break;  // The explanation follows.
      if (absl::StrContains(line, "data.csv")) continue;  // A path is whole.
      EXPECT_LE(text::DisplayWidth(line), 80) << line;
    }
    EXPECT_THAT(out.str(), HasSubstr("100"));
  }
}

TEST_F(CheckFileTest, PeopleFarFewerThanTheirValuesAreDoubtedAloud) {
  for (const int people : {4, 5}) {
    std::string text = "工号,unit_price\n";
    for (int i = 0; i < 10; ++i) {
      absl::StrAppend(&text, "E", i % people, ",1\n");
    }
    const Outcome run = Check(text);
    EXPECT_EQ(run.code, kSuccess) << run.err;
    EXPECT_EQ(absl::StrContains(run.out, "they are only 4 different people"),
              people == 4)
        << run.out;
  }
}

TEST_F(CheckFileTest, EveryColumnThatPeopleAreToldApartByIsNamed) {
  const Outcome run =
      Check("手机号,备用手机号\n13800138000,13900139000\n13911112222,\n");
  EXPECT_THAT(run.out, HasSubstr("3 distinct people"));
  EXPECT_THAT(run.out, HasSubstr("\"手机号, 备用手机号\""));
}

// The column's own category too: two people in a cell are not seen in a class.
TEST_F(CheckFileTest, TextsWithTheColumnsOwnCategoryInsideArePointedOut) {
  std::string text = "工号,手机号\n";
  for (int i = 0; i < 9; ++i) {
    absl::StrAppend(&text, i + 1, ",", 13'800'138'000 + i, "\n");
  }
  const Outcome run = Check(text + "10,13911112222或13911113333\n");
  EXPECT_EQ(run.code, kSuccess) << run.err;
  EXPECT_THAT(run.out, HasSubstr("90.0 % fit"));
  EXPECT_THAT(run.out, HasSubstr("\"手机号\" has 1 value(s) that look like"));
  EXPECT_THAT(run.out, HasSubstr("first inside a text in row 11"));
}

TEST_F(CheckFileTest, NothingIsSaidToBeSentOfWhatIsDecidedLocally) {
  for (const bool with_key : {false, true}) {
    std::vector<std::string> more = {"--local", "--persons-so-far", "0",
                                     "--sensitive-so-far", "0"};
    if (with_key) {
      for (const std::string& flag : WithKey()) more.push_back(flag);
    }
    const Outcome run = Check(kPeople, more);
    EXPECT_EQ(run.code, kAssess) << run.err;
    EXPECT_THAT(run.out, HasSubstr("nothing was sent"));
    EXPECT_THAT(run.out, Not(HasSubstr("sent as")));
  }
  EXPECT_THAT(gateway_.sent(), IsEmpty());
}

TEST_F(CheckFileTest, ProgressIsForTerminalsOnly) {
  std::string text = "手机号\n";
  for (int i = 0; i < 70'000; ++i) absl::StrAppend(&text, "13800138000\n");
  EXPECT_THAT(Check(text, {}, /*is_tty=*/true).err, HasSubstr("MB/s"));
  EXPECT_THAT(Check(text).err, IsEmpty());
}

// Whether every line has Chinese and none has three English words on end.
bool IsChinese(absl::string_view text) {
  if (text.empty()) return false;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::string said(line);
    if (!RE2::PartialMatch(said, "\\p{Han}") ||
        RE2::PartialMatch(said, "[A-Za-z]+ [a-z]+ [a-z]+")) {
      return false;
    }
  }
  return true;
}

// Whatever is wrong with the file, nothing is sent, and no value is shown.
TEST_F(CheckFileTest, NothingIsSentOfAFileThatIsRefused) {
  const std::string long_line =
      "手机号,x\n13800138000,\"" + std::string(2 << 20, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"手机号,x\n13800138000,1\n13911112222\n", "row 3, column 2"},
      {"手机号,x\n13800138000,\xFF\n", "row 2, column 2"},
      {long_line, "row 2, column 2"},
      {"年龄,x\n30,1\n", "no column identifies the people"},
      {"", "the file is empty"},
      {"手机号\n", "no rows"},
      {"张三,13800138000\n李四,13911112222\n", "row 1, column 2"},
      {"name,tel_13800138000\n李四,13911112222\n", "row 1, column 2"},
      {"手机号,姓名\n13800138000,a\n,13911112222\n", "row 3, column 1"},
      {"手机号\n\"13800138000,13911112222\"\n", "row 2, column 1"}};
  for (const auto& [text, place] : cases) {
    const Outcome run = Check(text, WithKey());
    EXPECT_EQ(run.code, kError) << place;
    EXPECT_THAT(run.err, HasSubstr(place));
    std::vector<std::string> chinese = WithKey();
    chinese.insert(chinese.end(), {"--lang", "zh"});
    EXPECT_TRUE(IsChinese(Check(text, chinese).err)) << place;
    EXPECT_THAT(run.err, Not(HasSubstr("13800138000")));
    EXPECT_THAT(run.err, Not(HasSubstr("13911112222")));
    EXPECT_THAT(run.out, IsEmpty());
  }
  EXPECT_THAT(gateway_.sent(), IsEmpty());
}

TEST_F(CheckFileTest, KeyThatOthersMayReadIsRefused) {
  chmod(Path("key").c_str(), 0640);
  const Outcome run = Check(kPeople, WithKey());
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("chmod 600"));
  std::vector<std::string> chinese = WithKey();
  chinese.insert(chinese.end(), {"--lang", "zh"});
  EXPECT_TRUE(IsChinese(Check(kPeople, chinese).err));
  EXPECT_THAT(gateway_.sent(), IsEmpty());
}

TEST_F(CheckFileTest, KeyOf31BytesIsRefused) {
  Write("key", std::string(31, 'k'));
  EXPECT_THAT(Check(kPeople, WithKey()).err, HasSubstr("not 32 bytes"));
}

TEST_F(CheckFileTest, HexKeyIsTheSameKey) {
  Check(kPeople, WithKey());
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "6b";
  Write("key", hex + "\n");
  Check(kPeople, WithKey());
  ASSERT_EQ(gateway_.sent().size(), 2u);
  EXPECT_EQ(gateway_.sent()[0].bytes, gateway_.sent()[1].bytes);
}

TEST_F(CheckFileTest, Sm3GivesOtherPseudonyms) {
  Check(kPeople, WithKey());
  std::vector<std::string> more = WithKey();
  more.insert(more.end(), {"--algorithm", "hmac-sm3"});
  Check(kPeople, more);
  ASSERT_EQ(gateway_.sent().size(), 2u);
  EXPECT_NE(gateway_.sent()[0].bytes, gateway_.sent()[1].bytes);
}

TEST_F(CheckFileTest, FlagsThatDoNotFitAreRefused) {
  EXPECT_EQ(Check(kPeople, {"--key-id", "k1"}).code, kUsage);
  EXPECT_EQ(Check(kPeople, {"--people-key", Path("key")}).code, kUsage);
  EXPECT_EQ(Check(kPeople, {"--algorithm", "md5"}).code, kUsage);
  EXPECT_EQ(Check(kPeople, {"--encoding", "big5"}).code, kUsage);
  const std::string flow = Path("flow.textproto");
  EXPECT_EQ(
      RunCli({"check", "-f", flow, "--id-column", "x"}, environment_).code,
      kUsage);
  EXPECT_EQ(RunCli({"check", Path("data.csv"), "-f", flow}, environment_).code,
            kUsage);
  EXPECT_EQ(
      RunCli({"check", "-f", flow, "--policy-dir", "policy"}, environment_)
          .code,
      kUsage);
  EXPECT_THAT(gateway_.sent(), IsEmpty());
}

TEST_F(CheckFileTest, DeclarationFileErrorsNameTheFile) {
  const Outcome run = Check(
      kPeople, {"--declare", Write("d.tsv", "column\tpersonal\nremark\tno\n")});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("d.tsv: declaration 1: no reason"));
  const Outcome proto = Check(
      kPeople, {"--declare", Write("d.textproto", "declarations { x: 1 }")});
  EXPECT_THAT(proto.err, HasSubstr("d.textproto:1:"));
}

}  // namespace
}  // namespace tongguan::cli
