// Decisions at the turn of the year by a clock that is not certain of it: the
// log stays sound, and they are taken again as they were taken.
#include "gateway/base/beijing.h"
#include "gateway/cli/log_records.h"
#include "gateway/cli/log_testing.h"
#include "gateway/text/explain.h"

namespace tongguan::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class LogTurnTest : public LogVerifyTest {
 protected:
  LogTurnTest() : turn_(StartOfBeijingDay(*ParseDay("2027-01-01"))) {}
  void SetUp() override {
    AddKeys();
    config_.set_clock_uncertainty_millis(10'000);
  }

  // Held by the law and counters of a year that is not the instant's.
  v1::Decision ExpectHeldBy(int32_t year, const v1::Flow& flow) {
    const v1::Decision decision = Decide(flow);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_ASSESS);
    EXPECT_EQ(decision.weighed_year(), year);
    EXPECT_EQ(decision.headroom().year(), year);
    EXPECT_EQ(decision.decided_at_micros(), absl::ToUnixMicros(clock_.Now()));
    EXPECT_THAT(decision.warnings(),
                Contains(v1::WARNING_WEIGHED_IN_OTHER_YEAR));
    EXPECT_THAT(decision.warnings(),
                Not(Contains(v1::WARNING_CHARGED_TO_BOTH_YEARS)));
    return decision;
  }
  void ExpectReplayed(const std::string& decisions) {
    StopAndCopy();
    const Outcome run = Verify({"--replay"});
    EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr(decisions + " taken again"));
  }

  const absl::Time turn_;
};

// Of the year that comes no opening can be declared yet.
TEST_F(LogTurnTest, WhatTheYearThatComesHoldsIsTakenAgain) {
  StartOpened();
  clock_.Set(turn_ - absl::Seconds(11));
  EXPECT_EQ(Decide(Flow("before")).weighed_year(), 0);
  clock_.Set(turn_ - absl::Seconds(5));
  ExpectHeldBy(2027, Flow("declared"));
  ExpectHeldBy(2027, Exact("exact", {0, 30}));
  ExpectReplayed("3 decisions");
}

TEST_F(LogTurnTest, WhatTheYearThatWentHoldsIsTakenAgain) {
  StartOpened();
  OpenYear(2026, 99'900);
  clock_.Set(turn_ - absl::Seconds(5));
  // Its own year holds it: the other is not asked.
  EXPECT_EQ(Decide(Flow("held", 500)).weighed_year(), 0);
  clock_.Set(turn_ + absl::Seconds(3));
  OpenYear(2027, 0);
  ExpectHeldBy(2026, Flow("declared", 500));
  ExpectHeldBy(2026, Exact("exact", {0, 200}));
  EXPECT_THAT(Decide(Flow("both", 20)).warnings(),
              Contains(v1::WARNING_CHARGED_TO_BOTH_YEARS));
  clock_.Set(turn_ + absl::Seconds(10) + absl::Milliseconds(1));
  EXPECT_EQ(Decide(Flow("after", 500)).verdict(), v1::VERDICT_ALLOW);
  ExpectReplayed("5 decisions");
}

// Each year has its own law: the lists of its day.
TEST_F(LogTurnTest, WhatAListOfTheYearThatComesHoldsIsTakenAgain) {
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  list.head.set_effective("2027-01-01");
  v1::ListRow* row = policy::AddRow(&list, "R-1", v1::ROW_MECHANISM_ASSESSMENT);
  row->set_sector("retail");
  row->add_names("name");
  source_.lists.push_back(list);
  StartOpened();
  clock_.Set(turn_ - absl::Seconds(5));
  v1::Flow flow = Flow("listed");
  flow.set_sector("retail");
  EXPECT_EQ(ExpectHeldBy(2027, flow).headline(), v1::RULE_FTZ_IN_SA);
  ExpectReplayed("1 decisions");
}

TEST_F(LogTurnTest, TheYearWhoseOpeningIsMissingIsNamed) {
  StartOpened();
  clock_.Set(turn_ - absl::Seconds(5));
  v1::Decision decision = Decide(Flow("declared"));
  for (const auto& [language, words] :
       {std::pair{text::Language::kEnglish, "From 1 January 2027 on"},
        {text::Language::kChinese, "自 2027 年 1 月 1 日起"}}) {
    EXPECT_THAT(
        text::Explain(Flow("declared"), decision, language, {.width = 0}),
        HasSubstr(words));
  }
}

// A record of its own, without a log around it.
class WeighedYearTest : public testing::Test {
 protected:
  WeighedYearTest() {
    Put(StartOfBeijingDay(*ParseDay("2027-01-01")) - absl::Seconds(60));
    decision().set_verdict(v1::VERDICT_ASSESS);
    decision().set_weighed_year(2027);
  }
  v1::Decision& decision() {
    return *record_.mutable_verdict()->mutable_decision();
  }
  void Put(absl::Time at) {
    row_.time_micros = absl::ToUnixMicros(at);
    row_.year = BeijingYear(at);
    record_.set_time_micros(row_.time_micros);
    decision().set_decided_at_micros(row_.time_micros);
    record_.set_year(row_.year);
  }
  // What is wrong with it; empty: nothing.
  std::string Wrong() {
    RecordAudit audit(source_, /*replay=*/false);
    const MaybeFinding wrong = audit.Take(0, row_, record_, nullptr);
    return wrong ? wrong->key : "";
  }

  const LogSource source_;
  ledger::RawRow row_;
  v1::DecisionRecord record_;
};

TEST_F(WeighedYearTest, ADecisionOfEitherYearIsSoundAMinuteFromTheTurn) {
  EXPECT_EQ(Wrong(), "");
  Put(StartOfBeijingDay(*ParseDay("2027-01-01")) + absl::Seconds(59));
  decision().set_weighed_year(2026);
  EXPECT_EQ(Wrong(), "");
}

TEST_F(WeighedYearTest, AYearThatIsFurtherThanAClockIsWrongIsFound) {
  Put(StartOfBeijingDay(*ParseDay("2027-01-01")) - absl::Seconds(61));
  EXPECT_EQ(Wrong(), "verify.other_weighed");
}

TEST_F(WeighedYearTest, AYearThatIsNotBesideItIsFound) {
  decision().set_weighed_year(2028);
  EXPECT_EQ(Wrong(), "verify.other_weighed");
  decision().set_weighed_year(2026);  // Its own.
  EXPECT_EQ(Wrong(), "verify.other_weighed");
}

TEST_F(WeighedYearTest, AnAllowByTheOtherYearAloneIsFound) {
  decision().set_verdict(v1::VERDICT_ALLOW);
  EXPECT_EQ(Wrong(), "verify.other_weighed");
}

}  // namespace
}  // namespace tongguan::cli
