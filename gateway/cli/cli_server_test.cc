// The verbs against a gateway in this process, over mTLS.
#include <fstream>
#include <iterator>
#include <random>
#include <regex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/cli/client.h"
#include "gateway/journal/key.h"
#include "gateway/ledger/id.h"
#include "gateway/service/server_testing.h"
#include "gateway/text/width.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status =
      google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << json;
  return message;
}

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

class CliServerTest : public service::ServerTest {
 protected:
  void SetUp() override {
    Start();
    Use(service::ExporterUri(service::kShanghai));
  }

  // From now on the certificate of this URI.
  void Use(const std::string& uri) {
    const service::TestPair pair = pki_.Issue({.uris = {uri}});
    WriteFile(pki_.folder() + "/client.pem", pair.certificate);
    WriteFile(pki_.folder() + "/client.key", pair.private_key);
    environment_ = {
        {"TONGGUAN_SERVER", absl::StrCat("127.0.0.1:", server_->port())},
        {"TONGGUAN_CA", pki_.files().client_ca()},
        {"TONGGUAN_CERT", pki_.folder() + "/client.pem"},
        {"TONGGUAN_KEY", pki_.folder() + "/client.key"}};
  }

  Outcome Do(const std::vector<std::string>& args,
             const std::string& input = "") {
    return RunCli(args, environment_, input);
  }
  void OpenAt(int64_t persons) {
    const Outcome run = Do({"open", "--year", "2026", "--persons",
                            absl::StrCat(persons), "--sensitive", "0"});
    ASSERT_EQ(run.code, kSuccess) << run.err;
  }
  // A check of 500 people; the decision's id.
  std::string CheckedId(const std::string& request_id) {
    const Outcome run =
        Do({"check", "-f", "-", "-o", "json"}, ToJson(Flow(request_id)));
    return FromJson<v1::EvaluateResponse>(run.out).decision().decision_id();
  }

  Environment environment_;
};

TEST_F(CliServerTest, CheckAllowsWithZeroAndAssessesWithTen) {
  OpenAt(99000);
  const Outcome allowed = Do({"check", "-f", "-"}, ToJson(Flow("a")));
  EXPECT_EQ(allowed.code, kSuccess) << allowed.err;
  EXPECT_THAT(allowed.out, StartsWith("✔ ALLOW   Decision 2026-"));
  const Outcome held =
      Do({"check", "-f", "-", "--lang", "zh"}, ToJson(Flow("b")));
  EXPECT_EQ(held.code, kAssess) << held.err;
  EXPECT_THAT(held.out, StartsWith("⚠ 需评估 ASSESS   决定编号 2026-"));
  EXPECT_THAT(held.err, HasSubstr("tongguan explain 2026-"));
}

TEST_F(CliServerTest, CheckMakesARequestIdAndPrintsIt) {
  OpenAt(0);
  v1::Flow flow = Flow("");
  const Outcome first = Do({"check", "-f", "-", "-o", "json"}, ToJson(flow));
  ASSERT_EQ(first.code, kSuccess) << first.err;
  std::smatch id;
  ASSERT_TRUE(std::regex_search(first.err, id, std::regex("check-[0-9a-f]+")));
  const Outcome again = Do(
      {"check", "-f", "-", "-o", "json", "--request-id", id[0]}, ToJson(flow));
  EXPECT_EQ(again.out, first.out);
  EXPECT_THAT(again.err, IsEmpty());
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(CliServerTest, AReceiptIsWrittenAndCheckedWithoutTheLog) {
  OpenAt(0);
  const std::string file = pki_.folder() + "/a.receipt";
  const Outcome run = Do({"check", "-f", "-", "-o", "json", "--receipt", file},
                         ToJson(Flow("a")));
  ASSERT_EQ(run.code, kSuccess) << run.err;
  const std::string id =
      FromJson<v1::EvaluateResponse>(run.out).decision().decision_id();
  const auto read = [](const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string key = pki_.folder() + "/log.pub";
  WriteFile(key, journal::SigningKey::Read(config_.ledger() + ".key")
                     ->public_key()
                     .ToString());
  const auto verify = [&key](const std::string& receipt,
                             const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"log", "receipt", receipt, "--public-key",
                                     key,   "--lang",  "en"};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args);
  };
  EXPECT_EQ(verify(file).code, kSuccess) << verify(file).out;
  EXPECT_THAT(verify(file).out, HasSubstr("holds: record " + id));
  EXPECT_THAT(verify(file, {"-o", "json"}).out, HasSubstr(id));
  // Of an earlier decision, later.
  const std::string later = pki_.folder() + "/b.receipt";
  CheckedId("b");
  ASSERT_EQ(Do({"explain", id, "--receipt", later}).code, kSuccess);
  EXPECT_NE(read(later), read(file));
  EXPECT_EQ(verify(later).code, kSuccess);
  EXPECT_EQ(verify(file, {"--record", later + ".record"}).code, kSuccess);
  // Nothing is replaced, before anything is asked.
  EXPECT_EQ(Do({"explain", id, "--receipt", later}).code, kError);
  EXPECT_EQ(Do({"check", "-f", "-", "--receipt", file}, ToJson(Flow("c"))).code,
            kError);
  EXPECT_EQ(Standing().counted().persons(), 1000);
  EXPECT_EQ(Do({"check", "-f", "-", "--dry-run", "--receipt", file + "2"},
               ToJson(Flow("c")))
                .code,
            kUsage);
  // Bytes all over either file, others each time.
  const unsigned seed = std::random_device()();
  for (const std::string& path : {file, file + ".record"}) {
    const std::string good = read(path);
    const size_t step = 1 + good.size() / 60;
    for (size_t at = seed % step; at < good.size(); at += step) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      WriteFile(path, bad);
      EXPECT_EQ(verify(file).code, kBroken)
          << path << " at " << at << ", seed " << seed;
    }
    WriteFile(path, good);
  }
  // Another's key; none.
  ASSERT_EQ(
      RunCli({"log", "keygen", file + ".key", "--origin", "example.cn/x"}).code,
      kSuccess);
  WriteFile(key,
            journal::SigningKey::Read(file + ".key")->public_key().ToString());
  EXPECT_EQ(verify(file).code, kBroken);
  EXPECT_EQ(RunCli({"log", "receipt", file}).code, kUsage);
  WriteFile(key, "\n");
  EXPECT_EQ(verify(file).code, kError);
  EXPECT_EQ(verify(file).out, "");
}

TEST_F(CliServerTest, DryRunRecordsNothingAndNeedsNoRequestId) {
  OpenAt(0);
  const Outcome run =
      Do({"check", "-f", "-", "--dry-run", "--as-of", "2026-12-01"},
         ToJson(Flow("")));
  EXPECT_EQ(run.code, kSuccess) << run.err;
  EXPECT_THAT(run.out, HasSubstr("Dry run"));
  const Outcome implied =
      Do({"check", "-f", "-", "--as-of", "2026-12-01"}, ToJson(Flow("a")));
  EXPECT_EQ(implied.code, kSuccess) << implied.err;
  EXPECT_THAT(implied.out, HasSubstr("Dry run"));
  EXPECT_EQ(Standing().counted().persons(), 0);
}

TEST_F(CliServerTest, MalformedFlowNamesEveryField) {
  v1::Flow flow = Flow("a");
  flow.set_exporter("123");
  flow.mutable_items(0)->set_name("two words");
  Use(service::ExporterUri(service::kShanghai));
  const Outcome run =
      Do({"check", "-f", "-", "--dry-run", "--lang", "zh"}, ToJson(flow));
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("\n  flow.exporter: 不是统一社会信用代码"));
  EXPECT_THAT(run.err, HasSubstr("\n  flow.items[0].name: 缺少，或不是标识"));
  EXPECT_THAT(run.err, HasSubstr("请按下面的位置修改"));
}

TEST_F(CliServerTest, AnotherExportersFlowIsNotPermitted) {
  Use(service::ExporterUri(service::kShenzhen));
  const Outcome run = Do({"check", "-f", "-"}, ToJson(Flow("a")));
  EXPECT_EQ(run.code, kDenied);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("  the certificate is another enterprise's"));
  EXPECT_THAT(Do({"check", "-f", "-", "--lang", "zh"}, ToJson(Flow("a"))).err,
              HasSubstr("\n  证书属于另一家企业"));
}

TEST_F(CliServerTest, SameRequestIdWithAnotherBodyIsAnError) {
  OpenAt(0);
  EXPECT_EQ(Do({"check", "-f", "-"}, ToJson(Flow("a", 1))).code, kSuccess);
  const Outcome run = Do({"check", "-f", "-"}, ToJson(Flow("a", 2)));
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("used for something else"));
}

TEST_F(CliServerTest, NoGatewayIsUnavailable) {
  server_->Drain();
  const Outcome run = Do({"standing", "--deadline", "3s", "--lang", "zh"});
  EXPECT_EQ(run.code, kUnavailable);
  EXPECT_THAT(run.err, HasSubstr("连不上网关 127.0.0.1:"));
}

TEST_F(CliServerTest, CertificateOfAnotherAuthorityIsUnavailable) {
  const service::TestPki other;
  environment_["TONGGUAN_CA"] = other.files().client_ca();
  EXPECT_EQ(Do({"standing", "--deadline", "3s"}).code, kUnavailable);
}

TEST_F(CliServerTest, CertificateFileThatIsNotThereIsNamed) {
  environment_["TONGGUAN_KEY"] = "/no/such.key";
  const Outcome run = Do({"standing"});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("/no/such.key"));
}

TEST_F(CliServerTest, AKeyOfAnotherCertificateIsNamed) {
  const service::TestPair other = pki_.Issue({.uris = {"tongguan:auditor/a"}});
  WriteFile(pki_.folder() + "/other.key", other.private_key);
  environment_["TONGGUAN_KEY"] = pki_.folder() + "/other.key";
  const Outcome run = Do({"standing", "--lang", "zh"});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("/other.key 与证书 "));
  environment_["TONGGUAN_CA"] = "/dev/null";
  EXPECT_THAT(Do({"standing"}).err,
              HasSubstr("--ca: /dev/null holds no readable PEM certificate"));
}

TEST_F(CliServerTest, AnOpeningThatIsLowerIsRefusedInBothLanguages) {
  OpenAt(99000);
  const std::vector<std::string> lower = {"open", "--year", "2026", "--persons",
                                          "98000"};
  EXPECT_THAT(Do(lower).err,
              HasSubstr("persons: 98000 is below the 99000 on file"));
  std::vector<std::string> chinese = lower;
  chinese.insert(chinese.end(), {"--lang", "zh"});
  EXPECT_THAT(Do(chinese).err, HasSubstr("persons: 98000 低于已申报的 99000"));
}

TEST_F(CliServerTest, ExplainTellsTheWholeDecision) {
  OpenAt(0);
  const std::string id = CheckedId("a");
  const Outcome run = Do({"explain", id, "--lang", "zh"});
  EXPECT_EQ(run.code, kSuccess) << run.err;
  EXPECT_THAT(run.out, StartsWith("✔ 准予 ALLOW   决定编号 " + id));
  for (const char* part : {"判断经过", "数据项（", "第五条第一款第（四）项",
                           "距下一门槛 100,000 人还有 99,500 人"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
}

TEST_F(CliServerTest, ExplainOfAnIdThatDoesNotExist) {
  const std::string id = ledger::FormatId({2026, 77});
  const Outcome run = Do({"explain", id});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("not found"));
}

TEST_F(CliServerTest, SettleReturnsWhatDidNotLeaveOnce) {
  OpenAt(0);
  const std::string id = CheckedId("a");
  const std::vector<std::string> settle = {
      "settle", id, "--persons", "100", "--sensitive", "0", "-o", "json"};
  const Outcome first = Do(settle);
  ASSERT_EQ(first.code, kSuccess) << first.err;
  EXPECT_EQ(FromJson<v1::SettleResponse>(first.out).persons_returned(), 400);
  EXPECT_EQ(Do(settle).out, first.out);
  const Outcome again = Do({"settle", id, "--none"});
  EXPECT_EQ(again.code, kError);
  EXPECT_THAT(again.err, HasSubstr(id + " was settled before"));
  EXPECT_EQ(Standing().counted().persons(), 100);
}

TEST_F(CliServerTest, SettleNoneAndAll) {
  OpenAt(0);
  const Outcome none = Do({"settle", CheckedId("a"), "--none"});
  EXPECT_EQ(none.code, kSuccess) << none.err;
  EXPECT_THAT(none.out, HasSubstr("500 ordinary"));
  const Outcome all = Do({"settle", CheckedId("b"), "--all", "--lang", "zh"});
  EXPECT_EQ(all.code, kSuccess) << all.err;
  EXPECT_THAT(all.out, HasSubstr("退回普通 0 人"));
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(CliServerTest, SettlingARecordThatIsNoDecision) {
  const Outcome opened =
      Do({"open", "--year", "2026", "--persons", "0", "-o", "json"});
  const std::string id =
      FromJson<v1::DeclareOpeningResponse>(opened.out).record_id();
  const Outcome run = Do({"settle", id, "--all"});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("is not a decision"));
}

TEST_F(CliServerTest, StandingShowsGaugesThatAddUp) {
  OpenAt(62912);
  CheckedId("a");
  const Outcome run = Do({"standing", "--lang", "zh"});
  EXPECT_EQ(run.code, kSuccess) << run.err;
  for (const char* part : {"63,412 / 100,000", "63%", "还有 36,588 人",
                           "[ooooooooooooooo---------]", "没有登记的备案"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
  const Outcome json = Do({"standing", "-o", "json"});
  EXPECT_EQ(FromJson<v1::GetStandingResponse>(json.out).counted().persons(),
            500);
}

TEST_F(CliServerTest, StandingShowsTheRecordsBehindItsNumbers) {
  OpenAt(62912);
  const std::string first = CheckedId("a");
  const std::string second = CheckedId("b");
  Do({"settle", first, "--persons", "120", "--sensitive", "0"});
  const Outcome run = Do({"standing"});
  EXPECT_EQ(run.code, kSuccess) << run.err;
  const auto at = [&run](const std::string& part) {
    return run.out.find(part);
  };
  // Newest first.
  EXPECT_LT(at("-380 "), at("+500 "));
  EXPECT_THAT(run.out, ContainsRegex("-380 +0  settlement +" + first + "\n"));
  EXPECT_LT(at(second + "      +500 "), at(first + "      +500 "));
  EXPECT_LT(at(first + "      +500 "), at("= 62,912"));
  EXPECT_NE(at("= 62,912"), std::string::npos);
  EXPECT_THAT(run.err, IsEmpty());
  const Outcome two = Do({"standing", "--decisions", "2"});
  EXPECT_THAT(two.out, HasSubstr("+500"));
  EXPECT_THAT(two.out, Not(HasSubstr("= 62,912")));
  EXPECT_THAT(two.err, HasSubstr("--decisions 0"));
  EXPECT_EQ(Do({"standing", "--decisions", "-1"}).code, kUsage);
}

TEST_F(CliServerTest, StandingDrawsDeclaredPeopleAndTheOpeningApart) {
  OpenAt(50'000);
  v1::Flow flow = Flow("a");
  flow.mutable_people()->mutable_declared()->set_persons(30'000);
  const Outcome allowed = Do({"check", "-f", "-"}, ToJson(flow));
  ASSERT_EQ(allowed.code, kSuccess) << allowed.err << allowed.out;
  const Outcome run = Do({"standing"});
  EXPECT_THAT(run.out,
              HasSubstr("[oooooooooooo=======-----]    80,000 / 100,000"));
  EXPECT_THAT(run.out, HasSubstr("= declared   o Opening balance\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("# ")));
}

TEST_F(CliServerTest, StandingSaysThatTheOpeningIsNotDeclared) {
  const Outcome run = Do({"standing"});
  EXPECT_EQ(run.code, kSuccess);
  EXPECT_THAT(run.out, HasSubstr("? / 100,000"));
  EXPECT_THAT(run.out, HasSubstr("tongguan open"));
}

TEST_F(CliServerTest, StandingOfACertificateWithoutExporter) {
  Use("tongguan:auditor/audit");
  const Outcome run = Do({"standing"});
  EXPECT_EQ(run.code, kUsage);
  EXPECT_THAT(run.err, HasSubstr("--exporter"));
  EXPECT_EQ(Do({"standing", "--exporter", service::kShanghai}).code, kSuccess);
}

TEST_F(CliServerTest, LogListAlignsColumnsInBothLanguages) {
  OpenAt(99000);
  CheckedId("a");
  CheckedId("b");
  Use("tongguan:auditor/audit");
  for (const char* tongue : {"zh", "en"}) {
    const Outcome run = Do({"log", "list", "--lang", tongue});
    ASSERT_EQ(run.code, kSuccess) << run.err;
    const std::vector<std::string> lines = absl::StrSplit(run.out, '\n');
    // Heading, two decisions, the opening, the policy, the log's key, the last
    // line's end.
    ASSERT_EQ(lines.size(), 7u) << run.out;
    const auto cell = [&lines](size_t line, const char* part) {
      const size_t at = lines[line].find(part);
      EXPECT_NE(at, std::string::npos) << part;
      return text::DisplayWidth(lines[line].substr(0, at));
    };
    const bool chinese = std::string(tongue) == "zh";
    EXPECT_EQ(cell(1, "⚠"), cell(0, chinese ? "类别" : "Kind"));
    EXPECT_EQ(cell(2, "✔"), cell(1, "⚠"));
    EXPECT_EQ(cell(1, service::kShanghai), cell(3, service::kShanghai));
  }
}

TEST_F(CliServerTest, LogListSelectsAndPages) {
  OpenAt(99000);
  CheckedId("a");
  CheckedId("b");
  const auto entries = [this](std::vector<std::string> more) {
    std::vector<std::string> args = {"log", "list", "-o", "json"};
    args.insert(args.end(), more.begin(), more.end());
    const Outcome run = Do(args);
    EXPECT_EQ(run.code, kSuccess) << run.err;
    return FromJson<v1::ListDecisionsResponse>(run.out).entries_size();
  };
  EXPECT_EQ(entries({"--verdict", "assess"}), 1);
  EXPECT_EQ(entries({"--rule", "RULE_SMALL_VOLUME"}), 1);
  EXPECT_EQ(entries({"--since", "2026-11-21", "--until", "2026-11-21"}), 3);
  EXPECT_EQ(entries({"--until", "2026-11-20"}), 0);
  EXPECT_EQ(entries({"--since", "2026-11-21T12:00:01+08:00"}), 0);
  const Outcome page = Do({"log", "list", "--page-size", "1"});
  EXPECT_THAT(page.err, HasSubstr("--all"));
  const Outcome all = Do({"log", "list", "--page-size", "1", "--all"});
  EXPECT_THAT(all.err, IsEmpty());
  EXPECT_THAT(all.out, HasSubstr("⚠ ASSESS"));
  EXPECT_THAT(all.out, HasSubstr("opening balance"));
}

TEST_F(CliServerTest, LogGetShowsEveryKindOfRecord) {
  OpenAt(7);
  const std::string decision = CheckedId("a");
  const Outcome settled = Do({"settle", decision, "--none", "-o", "json"});
  const std::string settlement =
      FromJson<v1::SettleResponse>(settled.out).record_id();
  EXPECT_THAT(Do({"log", "get", decision}).out, HasSubstr("How it was"));
  const Outcome record = Do({"log", "get", settlement, "--lang", "zh"});
  EXPECT_EQ(record.code, kSuccess) << record.err;
  EXPECT_THAT(record.out, HasSubstr("核销"));
  EXPECT_THAT(record.out, HasSubstr(decision));
  EXPECT_THAT(record.out, HasSubstr(absl::StrCat("企业 ", service::kShanghai)));
  const Outcome opening = Do({"log", "get", ledger::FormatId({2026, 2})});
  EXPECT_THAT(opening.out, HasSubstr("opening balance"));
  Use("tongguan:auditor/audit");
  EXPECT_THAT(Do({"log", "get", ledger::FormatId({2026, 0})}).out,
              HasSubstr("key of the log"));
  EXPECT_THAT(Do({"log", "get", ledger::FormatId({2026, 1})}).out,
              HasSubstr("policy activation"));
}

TEST_F(CliServerTest, FlagsGoBeforeTheEnvironmentAndTheVerb) {
  const std::string server = environment_["TONGGUAN_SERVER"];
  environment_["TONGGUAN_SERVER"] = "127.0.0.1:1";
  EXPECT_EQ(Do({"--server", server, "standing"}).code, kSuccess);
  EXPECT_EQ(Do({"standing", "--server", server}).code, kSuccess);
}

TEST(ExporterOfCertificateTest, IsEmptyWhereThereIsNone) {
  const service::TestPki pki;
  const auto exporter = [&pki](const std::string& uri) {
    return ExporterOfCertificate(pki.Issue({.uris = {uri}}).certificate);
  };
  EXPECT_EQ(exporter("tongguan:exporter/91350100M000100Y43/erp"),
            "91350100M000100Y43");
  EXPECT_EQ(exporter("tongguan:auditor/audit"), "");
  EXPECT_EQ(ExporterOfCertificate("no certificate"), "");
  EXPECT_EQ(ExporterOfCertificate(""), "");
}

}  // namespace
}  // namespace tongguan::cli
