// The command line without a gateway: flags, languages, files, --local.
#include "gateway/cli/cli.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/cli_testing.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kId[] = "2026-000000000002-E";

// A demonstration retailer of policy/registry, not a CIIO, nothing on file.
constexpr char kMembers[] = R"json({
  "exporter": "91999999TGDE00049D",
  "system": "crm",
  "direction": "DIRECTION_OUTBOUND",
  "recipient": {
    "organizationId": "DEMO-MAILING-SG",
    "region": "SG",
    "relation": "RELATION_THIRD_PARTY",
    "gbaRegistered": "FACT_NO"
  },
  "items": [{
    "name": "member_number",
    "personal": "FACT_YES",
    "sensitive": "FACT_NO",
    "important": "IMPORTANT_DATA_NO",
    "transform": "TRANSFORM_NONE"
  }],
  "people": {"declared": {"persons": "900"}},
  "purpose": {"general": "GENERAL_PURPOSE_MARKETING"},
  "duties": {
    "notice": "NOTICE_GIVEN",
    "separateConsent": "SEPARATE_CONSENT_OBTAINED",
    "legalBasis": "LEGAL_BASIS_CONSENT",
    "pipia": "FACT_YES",
    "under14": "FACT_NO"
  },
  "origin": "ORIGIN_DOMESTIC"
})json";

std::vector<std::string> Local(const std::vector<std::string>& more) {
  std::vector<std::string> args = {"check",   "-f",           "-",
                                   "--local", "--policy-dir", "policy",
                                   "--as-of", "2026-11-21"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

// A wrong command line: exit code 2, the flag is named, nothing on `out`.
void ExpectUsage(const std::vector<std::string>& args,
                 const std::string& english, const std::string& chinese) {
  for (const auto& [tongue, part] :
       {std::pair("en", english), std::pair("zh", chinese)}) {
    std::vector<std::string> all = {"--lang", tongue};
    all.insert(all.end(), args.begin(), args.end());
    const Outcome run = RunCli(all, {{"TONGGUAN_SERVER", "localhost:1"}});
    EXPECT_EQ(run.code, kUsage) << run.err;
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_THAT(run.err, HasSubstr(part));
  }
}

TEST(UsageTest, NoVerb) { ExpectUsage({}, "--help", "请指明要做什么"); }

TEST(UsageTest, UnknownVerb) {
  ExpectUsage({"chek"}, "unknown argument chek", "不认识的参数 chek");
}

TEST(UsageTest, UnknownFlag) {
  ExpectUsage({"check", "--fil", "x"}, "--fil", "不认识的参数 --fil");
}

TEST(UsageTest, FlagWithoutValue) {
  ExpectUsage({"check", "--as-of"}, "--as-of needs a value",
              "参数 --as-of 后面需要一个值");
}

TEST(UsageTest, UnknownOutput) {
  ExpectUsage({"version", "-o", "xml"}, "--output xml", "--output 不支持 xml");
}

TEST(UsageTest, UnknownLanguage) {
  const Outcome run = RunCli({"version", "--lang", "fr"});
  EXPECT_EQ(run.code, kUsage);
  EXPECT_THAT(run.err, HasSubstr("--lang fr"));
}

TEST(UsageTest, DeadlineThatIsNoTime) {
  for (const char* bad : {"soon", "-1s", "0s", "2h"}) {
    ExpectUsage({"version", absl::StrCat("--deadline=", bad)},
                absl::StrCat("--deadline ", bad), "--deadline 的值");
  }
}

TEST(UsageTest, CheckWithoutFile) { ExpectUsage({"check"}, "-f", "-f"); }

TEST(UsageTest, AsOfThatIsNoDate) {
  ExpectUsage({"check", "-f", "-", "--dry-run", "--as-of", "2026-02-30"},
              "--as-of \"2026-02-30\"", "--as-of 的值“2026-02-30”");
}

TEST(UsageTest, LocalFlagsWithoutLocal) {
  ExpectUsage({"check", "-f", "-", "--persons-so-far", "1"}, "--local",
              "--local");
}

TEST(UsageTest, LocalWithoutPolicyDir) {
  ExpectUsage({"check", "-f", "/dev/null", "--local"}, "--policy-dir",
              "--policy-dir");
}

TEST(UsageTest, SettleWithoutNumbers) {
  ExpectUsage({"settle", kId}, "--none", "--none");
}

TEST(UsageTest, SettleWithTwoChoices) {
  ExpectUsage({"settle", kId, "--none", "--all"}, "give one of", "选一种");
}

TEST(UsageTest, SettleWithOrdinaryPeopleOnly) {
  ExpectUsage({"settle", kId, "--persons", "3"}, "--sensitive \"\"",
              "--sensitive 的值“”");
}

TEST(UsageTest, NegativePeople) {
  ExpectUsage({"settle", kId, "--persons=-3", "--sensitive=0"},
              "--persons \"-3\"", "--persons 的值“-3”");
}

TEST(UsageTest, MorePeopleThanTenToTheTenth) {
  ExpectUsage({"open", "--persons", "10000000001"}, "\"10000000001\"",
              "--persons 的值“10000000001”");
}

TEST(UsageTest, OpenWithoutNumbers) {
  ExpectUsage({"open"}, "--persons or --sensitive", "--persons 或 --sensitive");
}

TEST(UsageTest, ExporterWithWrongCheckCharacter) {
  ExpectUsage({"standing", "--exporter", "91350100M000100Y44"},
              "91350100M000100Y44", "91350100M000100Y44");
}

TEST(UsageTest, IdWithWrongCheckCharacter) {
  for (const char* verb : {"explain", "settle"}) {
    ExpectUsage({verb, "2026-000000000002-F"}, "2026-000000000002-F",
                "编号“2026-000000000002-F”不正确");
  }
}

TEST(UsageTest, LogVerdictThatIsNone) {
  ExpectUsage({"log", "list", "--verdict", "deny"}, "ALLOW ASSESS",
              "ALLOW ASSESS");
}

TEST(UsageTest, LogRuleThatIsNone) {
  ExpectUsage({"log", "list", "--rule", "XX"}, "SMALL_VOLUME", "SMALL_VOLUME");
}

TEST(UsageTest, LogInstantThatIsNone) {
  ExpectUsage({"log", "list", "--since", "yesterday"}, "--since", "--since");
  ExpectUsage({"log", "list", "--until", "2026-13-01"}, "--until", "--until");
}

TEST(UsageTest, LogPageSizeOutOfRange) {
  ExpectUsage({"log", "list", "--page-size", "501"}, "1 to 500", "1 到 500");
}

TEST(UsageTest, NoServer) {
  const Outcome run = RunCli({"explain", kId});
  EXPECT_EQ(run.code, kUsage);
  EXPECT_THAT(run.err, HasSubstr("TONGGUAN_SERVER"));
}

TEST(UsageTest, NoCertificates) {
  ExpectUsage({"explain", kId}, "--ca or TONGGUAN_CA", "TONGGUAN_CA");
}

TEST(LanguageTest, ComesFromTheFirstVariableSet) {
  const auto says = [](const Environment& environment) {
    return RunCli({"check"}, environment).err.find("用法有误") == 0 ? "zh"
                                                                    : "en";
  };
  EXPECT_STREQ(says({}), "en");
  EXPECT_STREQ(says({{"LANG", "zh_CN.UTF-8"}}), "zh");
  EXPECT_STREQ(says({{"LANG", "zh_CN.UTF-8"}, {"LC_ALL", "C.UTF-8"}}), "en");
  EXPECT_STREQ(says({{"LANG", "C"}, {"LC_MESSAGES", "zh_CN"}}), "zh");
}

TEST(HelpTest, SpeaksBothLanguagesAndListsEveryVerb) {
  const Outcome english = RunCli({"--help", "--lang", "en"});
  const Outcome chinese = RunCli({"--help", "--lang=zh"});
  EXPECT_EQ(english.code, kSuccess);
  EXPECT_EQ(chinese.code, kSuccess);
  for (const char* verb : {"serve", "check", "explain", "settle", "open",
                           "standing", "log", "version"}) {
    EXPECT_THAT(english.out, HasSubstr(verb));
    EXPECT_THAT(chinese.out, HasSubstr(verb));
  }
  EXPECT_THAT(english.out, HasSubstr("TONGGUAN_SERVER"));
  EXPECT_THAT(chinese.out, HasSubstr("判断一次数据流"));
  EXPECT_THAT(RunCli({"check", "--help", "--lang", "zh"}).out,
              HasSubstr("--persons-so-far"));
}

TEST(HelpTest, ChineseHelpHasNoEnglishTitles) {
  for (const std::vector<std::string>& verb :
       {std::vector<std::string>{}, {"check"}, {"log"}, {"log", "list"}}) {
    std::vector<std::string> args = verb;
    args.insert(args.end(), {"--help", "--lang", "zh"});
    const Outcome run = RunCli(args);
    EXPECT_THAT(run.out, HasSubstr("选项:"));
    for (const char* english :
         {"Options", "OPTIONS", "Subcommand", "TEXT", "Usage", "Print this"}) {
      EXPECT_THAT(run.out, Not(HasSubstr(english))) << english;
    }
  }
}

TEST(VersionTest, NamesTheRuleSet) {
  const Outcome run = RunCli({"version"});
  EXPECT_EQ(run.code, kSuccess);
  EXPECT_THAT(run.out, StartsWith("tongguan "));
  EXPECT_THAT(run.out, HasSubstr("rule set"));
}

TEST(FlowFileTest, FileThatIsNotThere) {
  const Outcome run = RunCli({"check", "-f", "/no/such.json", "--dry-run"});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("/no/such.json: No such file"));
}

TEST(FlowFileTest, AByteOrderMarkIsSkipped) {
  const std::string mark = "\xEF\xBB\xBF";
  for (const char* text : {"{\"exporter\": \"1\"}", "exporter: \"1\""}) {
    const Outcome run = RunCli(Local({}), {}, mark + text);
    EXPECT_EQ(run.code, kError);
    EXPECT_THAT(run.err, HasSubstr("flow.exporter: not a unified"));
  }
}

TEST(FlowFileTest, FolderInsteadOfAFile) {
  const Outcome run = RunCli({"check", "-f", testing::TempDir(), "--dry-run"});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr(testing::TempDir()));
}

TEST(FlowFileTest, JsonWithAFieldThatDoesNotExist) {
  const Outcome run =
      RunCli(Local({}), {}, R"({"items": [{"name": "a", "sensitve": true}]})");
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("<stdin>"));
  EXPECT_THAT(run.err, HasSubstr("sensitve"));
  EXPECT_THAT(run.err, HasSubstr("items[0]"));
}

TEST(FlowFileTest, JsonWithAnEnumValueThatDoesNotExist) {
  const Outcome run =
      RunCli(Local({}), {}, R"({"direction": "DIRECTION_OUT"})");
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("DIRECTION_OUT"));
}

TEST(FlowFileTest, JsonThatIsCutOff) {
  const Outcome run = RunCli(Local({}), {}, R"({"exporter": "9)");
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("<stdin>"));
}

TEST(FlowFileTest, TextProtoNamesLineAndColumn) {
  const std::string path = testing::TempDir() + "/flow.textproto";
  WriteFile(path, "exporter: \"x\"\nbogus: 1\n");
  const Outcome run = RunCli({"check", "-f", path, "--dry-run"});
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr(path + ":2:"));
  EXPECT_THAT(run.err, HasSubstr("bogus"));
}

TEST(FlowFileTest, BytesThatAreNoTextDoNotSteerTheTerminal) {
  const Outcome run = RunCli(Local({}), {}, "\x1b[2J\x9b\xff\x01{{{");
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, Not(HasSubstr("\x1b")));
}

TEST(LocalTest, FlowThatIsNotWellFormedNamesItsFields) {
  const Outcome run = RunCli(Local({}), {}, R"({"exporter": "x"})");
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("flow.exporter"));
  EXPECT_THAT(run.err, HasSubstr("flow.items"));
}

TEST(LocalTest, PolicyFolderThatIsNotThere) {
  const Outcome run =
      RunCli({"check", "-f", "-", "--local", "--policy-dir", "/no/policy"}, {},
             kMembers);
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("/no/policy"));
}

// 99,099 before and 900 now stay below 100,000; one more reaches it.
TEST(LocalTest, AllowsBelowTheThresholdAndAssessesOnIt) {
  const Outcome below =
      RunCli(Local({"--persons-so-far", "99099", "--sensitive-so-far", "0"}),
             {}, kMembers);
  EXPECT_EQ(below.code, kSuccess) << below.err;
  EXPECT_THAT(below.out, StartsWith("✔ ALLOW   Dry run"));
  const Outcome on = RunCli(Local({"--persons-so-far", "99100",
                                   "--sensitive-so-far", "0", "--lang", "zh"}),
                            {}, kMembers);
  EXPECT_EQ(on.code, kAssess) << on.err;
  EXPECT_THAT(on.out, StartsWith("⚠ 需评估 ASSESS   试算"));
  EXPECT_THAT(on.out, HasSubstr("不超过 899 人"));
}

TEST(LocalTest, CountersThatAreNotGivenAreUnknown) {
  const Outcome run = RunCli(Local({"--full"}), {}, kMembers);
  EXPECT_EQ(run.code, kAssess);
  EXPECT_THAT(run.out, HasSubstr("No opening balance is declared"));
}

// A member of the demonstration group, and an exporter of none.
TEST(LocalTest, PeopleOfAGroupThatTheExporterIsNotIn) {
  const std::vector<std::string> counters = {"--persons-so-far",   "0",
                                             "--sensitive-so-far", "0",
                                             "--group-persons",    "99100"};
  const Outcome alone = RunCli(Local(counters), {}, kMembers);
  EXPECT_EQ(alone.code, kUsage) << alone.out;
  EXPECT_THAT(alone.err, HasSubstr("--group-persons"));
  EXPECT_THAT(alone.err, HasSubstr("91999999TGDE00049D"));
  const std::string grouped = absl::StrReplaceAll(
      kMembers, {{"91999999TGDE00049D", "91999999TGDE003566"}});
  const Outcome member = RunCli(Local(counters), {}, grouped);
  EXPECT_EQ(member.code, kAssess) << member.err;
  EXPECT_THAT(member.out, HasSubstr("100,000"));
}

TEST(LocalTest, CounterThatIsNoNumber) {
  const Outcome run = RunCli(Local({"--persons-so-far", "many"}), {}, kMembers);
  EXPECT_EQ(run.code, kUsage);
  EXPECT_THAT(run.err, HasSubstr("--persons-so-far \"many\""));
}

TEST(LocalTest, JsonIsTheApisMessageAndKeepsTheExitCode) {
  const Outcome run = RunCli(Local({"-o", "json"}), {}, kMembers);
  EXPECT_EQ(run.code, kAssess);
  v1::EvaluateResponse response;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(run.out, &response).ok());
  EXPECT_EQ(response.decision().verdict(), v1::VERDICT_ASSESS);
  EXPECT_TRUE(response.decision().dry_run());
  EXPECT_TRUE(response.decision().policy().unsigned_policy());
  EXPECT_THAT(response.decision().warnings(),
              testing::Contains(v1::WARNING_UNSIGNED_POLICY));
  EXPECT_THAT(run.err, IsEmpty());
}

TEST(ColourTest, OnlyOnATerminalAndNotUnderNoColor) {
  const auto coloured = [](const Environment& environment, bool is_tty) {
    const Outcome run = RunCli(Local({}), environment, kMembers, is_tty);
    return run.out.find("\x1b[") != std::string::npos;
  };
  EXPECT_TRUE(coloured({}, true));
  EXPECT_FALSE(coloured({}, false));
  EXPECT_FALSE(coloured({{"NO_COLOR", "1"}}, true));
  EXPECT_FALSE(coloured({{"TERM", "dumb"}}, true));
}

TEST(OutputTest, SaysThatTheOutputIsLost) {
  std::istringstream in(kMembers);
  std::ostringstream err;
  std::ostream out(nullptr);  // Every write fails.
  Terminal terminal{in, out, err};
  EXPECT_EQ(
      cli::Run(Local({"--persons-so-far", "0", "--sensitive-so-far", "0"}),
               terminal),
      kError);
  EXPECT_THAT(err.str(), HasSubstr("could not be written"));
}

}  // namespace
}  // namespace tongguan::cli
