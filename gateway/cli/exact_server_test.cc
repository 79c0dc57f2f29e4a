// Files of people against a gateway in this process, with the shipped policy:
// checked, settled and corrected by the people in them.
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRetailer = "91999999TGDE00049D";

constexpr const char* kFlow = R"(
exporter: "91999999TGDE00049D"
system: "crm"
direction: DIRECTION_OUTBOUND
recipient { organization_id: "DEMO-MAILING-SG" region: "SG"
            relation: RELATION_THIRD_PARTY gba_registered: FACT_NO }
items { name: "*" important: IMPORTANT_DATA_NO transform: TRANSFORM_NONE }
purpose { general: GENERAL_PURPOSE_MARKETING }
duties { notice: NOTICE_GIVEN separate_consent: SEPARATE_CONSENT_OBTAINED
         legal_basis: LEGAL_BASIS_CONSENT pipia: FACT_YES under_14: FACT_NO }
origin: ORIGIN_DOMESTIC
)";

class ExactServerTest : public service::ServerTest {
 protected:
  void SetUp() override {
    config_.set_policy_dir("policy");
    config_.mutable_limits()->set_staged_people(30'000);  // Half of it for one.
    auto started = service::Server::Start({config_, &clock_, nullptr});
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    Use("crm");
    Write("flow.textproto", kFlow);
    Write("key", std::string(32, 'k'));
    chmod(Path("key").c_str(), 0600);
    const Outcome opened =
        Do({"open", "--year", "2026", "--persons", "0", "--sensitive", "0"});
    ASSERT_EQ(opened.code, kSuccess) << opened.err;
  }

  void Use(const std::string& system) {
    const service::TestPair pair = pki_.Issue(
        {.uris = {absl::StrCat("tongguan:exporter/", kRetailer, "/", system)}});
    Write("client.pem", pair.certificate);
    Write("client.key", pair.private_key);
    environment_ = {
        {"TONGGUAN_SERVER", absl::StrCat("127.0.0.1:", server_->port())},
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
  // A file of people `from` to `to` - 1.
  std::string Members(const std::string& name, int from, int to) const {
    std::string text = "手机号,unit_price\n";
    for (int i = from; i < to; ++i) {
      absl::StrAppend(&text, "138", absl::Dec(i, absl::kZeroPad8), ",1.50\n");
    }
    return Write(name, text);
  }
  Outcome Do(const std::vector<std::string>& args) {
    return RunCli(args, environment_);
  }
  std::vector<std::string> WithFile(std::vector<std::string> args) {
    for (const std::string& more :
         {std::string("--people-key"), Path("key"), std::string("--key-id"),
          std::string("k1"), std::string("--id-column"), std::string("手机号"),
          std::string("--policy-dir"), std::string("policy")}) {
      args.push_back(more);
    }
    return args;
  }
  // Checks a file; the decision.
  v1::Decision Check(const std::string& file) {
    const Outcome run = Do(
        WithFile({"check", file, "-f", Path("flow.textproto"), "-o", "json"}));
    v1::Inspection inspection;
    EXPECT_TRUE(
        google::protobuf::util::JsonStringToMessage(run.out, &inspection).ok())
        << run.out << run.err;
    return inspection.response().decision();
  }
  int64_t Counted() { return Standing(kRetailer).counted_exact().persons(); }

  Environment environment_;
};

TEST_F(ExactServerTest, AFileIsCountedByItsPeopleHoweverOftenTheyCome) {
  const v1::Decision first = Check(Members("a.csv", 0, 3'000));
  EXPECT_EQ(first.verdict(), v1::VERDICT_ALLOW) << first.DebugString();
  EXPECT_EQ(first.charged_persons(), 3'000);
  EXPECT_EQ(Check(Members("b.csv", 2'000, 4'000)).charged_persons(), 1'000);
  // More than a request takes: staged.
  EXPECT_EQ(Check(Members("c.csv", 0, 12'000)).charged_persons(), 8'000);
  EXPECT_EQ(Counted(), 12'000);
}

// "Try again within the hour" was for ever.
TEST_F(ExactServerTest, AFileOfMorePeopleThanMayBeStagedIsToldToSplit) {
  const Outcome run = Do(WithFile(
      {"check", Members("a.csv", 0, 15'001), "-f", Path("flow.textproto")}));
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("15,001 pseudonyms"));
  EXPECT_THAT(run.err, HasSubstr("holds 15,000 at most"));
  EXPECT_THAT(run.err, HasSubstr("Split the data"));
  EXPECT_THAT(run.err, Not(HasSubstr("try again")));
  const Outcome chinese = Do(WithFile(
      {"check", Path("a.csv"), "-f", Path("flow.textproto"), "--lang", "zh"}));
  EXPECT_THAT(chinese.err, HasSubstr("15,001 个假名"));
  EXPECT_EQ(Check(Members("b.csv", 0, 15'000)).charged_persons(), 15'000);
  EXPECT_EQ(Check(Members("c.csv", 1, 15'001)).charged_persons(), 1);
}

// Both files of a settlement are staged at the same time.
TEST_F(ExactServerTest, ASettlementOfMorePeopleThanMayBeStagedIsToldSo) {
  const std::string data = Members("data.csv", 0, 12'000);
  const std::string id = Check(data).decision_id();
  const Outcome run =
      Do(WithFile({"settle", id, data, "--left", Members("l.csv", 0, 11'000)}));
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("23,000 pseudonyms"));
}

TEST_F(ExactServerTest, AFileIsSettledByWhatLeftOfIt) {
  const std::string data = Members("data.csv", 0, 500);
  const std::string id = Check(data).decision_id();
  const Outcome settled =
      Do(WithFile({"settle", id, data, "--left", Members("left.csv", 0, 120)}));
  EXPECT_EQ(settled.code, kSuccess) << settled.err;
  EXPECT_THAT(settled.out, HasSubstr("380 ordinary"));
  EXPECT_EQ(Counted(), 120);
}

TEST_F(ExactServerTest, NobodyLeft) {
  const std::string data = Members("data.csv", 0, 500);
  const std::string id = Check(data).decision_id();
  const Outcome settled = Do(WithFile({"settle", id, data, "--none"}));
  EXPECT_EQ(settled.code, kSuccess) << settled.err;
  EXPECT_EQ(Counted(), 0);
}

TEST_F(ExactServerTest, PeopleOfAnotherFileCannotHaveLeft) {
  const std::string data = Members("data.csv", 0, 500);
  const std::string id = Check(data).decision_id();
  const Outcome other = Do(
      WithFile({"settle", id, data, "--left", Members("left.csv", 400, 501)}));
  EXPECT_EQ(other.code, kError);
  const Outcome wrong = Do(WithFile({"settle", id, Members("x.csv", 0, 499),
                                     "--left", Members("left.csv", 0, 10)}));
  EXPECT_EQ(wrong.code, kError);
  EXPECT_EQ(Counted(), 500);
}

TEST_F(ExactServerTest, ACorrectionTakesTwoPeople) {
  const std::string data = Members("data.csv", 0, 500);
  const std::string id = Check(data).decision_id();
  Do(WithFile({"settle", id, data, "--none"}));
  const std::string left = Members("left.csv", 100, 300);
  const std::vector<std::string> propose =
      WithFile({"correct", id, data, "--left", left, "-o", "json"});
  const Outcome by_system = Do(propose);
  EXPECT_EQ(by_system.code, kDenied);
  EXPECT_THAT(by_system.err, HasSubstr("<USCC>/person/<name>"));
  Use("person/wang");
  const Outcome proposed = Do(propose);
  ASSERT_EQ(proposed.code, kSuccess) << proposed.err;
  v1::CorrectSettlementResponse proposal;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(proposed.out, &proposal)
          .ok());
  EXPECT_FALSE(proposal.effective());
  EXPECT_EQ(Counted(), 0);
  const std::vector<std::string> confirm = WithFile(
      {"correct", id, data, "--left", left, "--confirm", proposal.record_id()});
  EXPECT_EQ(Do(confirm).code, kDenied);  // By whom it was proposed.
  Use("erp");
  EXPECT_EQ(Do(confirm).code, kDenied);  // No person.
  Use("person/li");
  const Outcome confirmed = Do(confirm);
  EXPECT_EQ(confirmed.code, kSuccess) << confirmed.err;
  EXPECT_THAT(confirmed.out, HasSubstr("changed by 200 ordinary"));
  EXPECT_EQ(Do(confirm).out, confirmed.out);  // Once.
  EXPECT_EQ(Counted(), 200);
}

}  // namespace
}  // namespace tongguan::cli
