// `standing` of an exporter with a GBA contract: every record behind a number
// is shown, also where people are new in one tally and known in the other.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/service/people_server_testing.h"
#include "gateway/text/width.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class StandingTest : public service::PeopleServerTest {
 protected:
  void SetUp() override {
    AddKeys();
    service::AddGbaContract(&source_);
    StartOpened();
  }

  // The first `persons` people, under the GBA contract or without one.
  std::string Go(const std::string& id, int64_t persons, bool gba) {
    return DecideExact(id, {0, persons}, gba);
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
  SettleExact("s", gba, {0, 20}, {0, 5});
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
