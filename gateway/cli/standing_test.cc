// `standing` of an exporter with a GBA contract: every record behind a number
// is shown, also where people are new in one tally and known in the other.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/service/exact_testing.h"
#include "gateway/service/server_testing.h"
#include "gateway/text/width.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class StandingTest : public service::ServerTest {
 protected:
  void SetUp() override {
    v1::Enterprise* exporter = source_.registry[0].mutable_enterprises(0);
    exporter->set_region("CN-GD-SZ");
    exporter->set_gba_registered(v1::FACT_YES);
    v1::PseudonymKey* key = exporter->add_pseudonym_keys();
    key->set_id("k1");
    key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SHA256);
    key->set_valid_from("2026-01-01");
    v1::Filing* filing = source_.registry[0].add_filings();
    *filing =
        policy::TestFiling("GBA-1", v1::FILING_KIND_GBA_CONTRACT_HONG_KONG);
    filing->mutable_scope()->set_recipients(0, "ACME-HK");
    StartOpened();
  }

  // The first `persons` people, under the GBA contract or without one.
  std::string Go(const std::string& id, int64_t persons, bool gba) {
    v1::Flow flow = Flow(id);
    Fill(persons, flow.mutable_people());
    if (gba) {
      flow.mutable_recipient()->set_organization_id("ACME-HK");
      flow.mutable_recipient()->set_region("HK");
      flow.mutable_recipient()->set_gba_registered(v1::FACT_YES);
    }
    const v1::Decision decision = Decide(flow);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_ALLOW);
    return decision.decision_id();
  }
  static void Fill(int64_t persons, v1::People* people) {
    people->mutable_exact()->set_key_id("k1");
    people->mutable_exact()->set_persons(service::SetOf(0, persons));
  }
  void Settle(const std::string& decision, int64_t all, int64_t left) {
    v1::SettleRequest request;
    request.set_request_id(absl::StrCat("settle-", decision));
    request.set_decision_id(decision);
    request.set_exporter(service::kShanghai);
    Fill(all, request.mutable_people());
    Fill(left, request.mutable_left());
    v1::SettleResponse response;
    const grpc::Status status = service::Ask(
        *AsExporter().gateway, &Gateway::Settle, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  std::string Page(const std::string& language) {
    const service::TestPair pair =
        pki_.Issue({.uris = {service::ExporterUri(service::kShanghai)}});
    const std::string folder = pki_.folder();
    WriteFile(folder + "/client.pem", pair.certificate);
    WriteFile(folder + "/client.key", pair.private_key);
    const Outcome run = RunCli(
        {"standing", "--lang", language},
        {{"TONGGUAN_SERVER", absl::StrCat("127.0.0.1:", server_->port())},
         {"TONGGUAN_CA", pki_.files().client_ca()},
         {"TONGGUAN_CERT", folder + "/client.pem"},
         {"TONGGUAN_KEY", folder + "/client.key"}});
    EXPECT_EQ(run.code, kSuccess) << run.err;
    return run.out;
  }
  // The one line that has the words; empty if there is not one.
  static std::string LineWith(const std::string& page,
                              const std::string& words) {
    std::string found;
    for (const absl::string_view line : absl::StrSplit(page, '\n')) {
      if (line.find(words) == absl::string_view::npos) continue;
      EXPECT_EQ(found, "");
      found = std::string(line);
    }
    return found;
  }
};

TEST_F(StandingTest, PeopleWhoAreNewInTheGbaTallyAloneAreShown) {
  Go("plain", 20, false);
  const std::string gba = Go("gba", 20, true);
  EXPECT_EQ(Standing().gba().persons(), 20);
  EXPECT_THAT(Standing().charging_decisions(), Contains(gba));
  EXPECT_THAT(LineWith(Page("en"), gba),
              HasSubstr("(GBA tally: +20 ordinary, 0 sensitive)"));
  EXPECT_THAT(LineWith(Page("zh"), gba),
              HasSubstr("（大湾区台账：普通 +20，敏感 0）"));
}

TEST_F(StandingTest, ASettlementThatLowersTheGbaTallyAloneIsShown) {
  Go("plain", 20, false);
  const std::string gba = Go("gba", 20, true);
  Settle(gba, 20, 5);
  EXPECT_EQ(Standing().counted().persons(), 20);
  EXPECT_EQ(Standing().gba().persons(), 5);
  EXPECT_THAT(Page("en"), HasSubstr("(GBA tally: -15 ordinary, 0 sensitive)"));
}

// A moment before the year, and charged to it as well.
TEST_F(StandingTest, WhatWasChargedToTheGbaTallyOfBothYearsIsShownInEither) {
  config_.set_clock_uncertainty_millis(10'000);
  Restart();
  const absl::Time turn = StartOfBeijingDay(*ParseDay("2027-01-01"));
  // What a GBA contract covers reads no counter: both years allow it.
  clock_.Set(turn - absl::Seconds(20));
  Go("plain", 20, false);
  clock_.Set(turn - absl::Seconds(5));
  const std::string gba = Go("gba", 20, true);
  EXPECT_THAT(LineWith(Page("en"), gba),
              HasSubstr("(GBA tally: +20 ordinary, 0 sensitive)"));
  clock_.Set(turn + absl::Hours(1));
  EXPECT_EQ(Standing().gba().persons(), 20);
  EXPECT_THAT(Standing().charging_decisions(), Contains(gba));
  EXPECT_THAT(LineWith(Page("en"), gba),
              HasSubstr("(GBA tally: +20 ordinary, 0 sensitive)"));
}

// Headings and numbers end below each other, in the last column too.
TEST_F(StandingTest, TheLastColumnOfTheTalliesIsAlignedRight) {
  Go("plain", 20, false);
  for (const auto& [language, head] :
       {std::pair<std::string, std::string>("en", "Tally "), {"zh", "台账 "}}) {
    const std::string page = Page(language);
    const std::string rest =
        page.substr(std::min(page.size(), page.find(head)));
    const std::vector<std::string> lines = absl::StrSplit(rest, '\n');
    ASSERT_GT(lines.size(), 6u) << page;
    for (size_t row = 1; row <= 5; ++row) {
      EXPECT_EQ(text::DisplayWidth(lines[row]),
                text::DisplayWidth("  " + lines[0]))
          << page;
    }
  }
}

}  // namespace
}  // namespace tongguan::cli
