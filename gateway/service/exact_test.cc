// Flows whose people are counted exactly: who is charged, where, and what the
// record keeps.
#include "gateway/service/charging.h"
#include "gateway/service/exact_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ExactTest, APersonIsChargedOnceHoweverManyFlowsCarryIt) {
  Open(0, 0);
  v1::Decision decision = Decide(Flow("a", SetOf(0, 500)));
  EXPECT_EQ(decision.charged_persons(), 500);
  decision = Decide(Flow("b", SetOf(400, 600)));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(decision.charged_persons(), 100);
  EXPECT_EQ(decision.headroom().persons().before(), 500);
  EXPECT_EQ(decision.headroom().persons().after(), 600);
  EXPECT_EQ(Tally().counted.persons, 600);
  EXPECT_EQ(Tally().counted_exact.persons, 600);
}

TEST_F(ExactTest, ARepeatedRequestIsChargedOnce) {
  Open(0, 0);
  const v1::Flow flow = Flow("a", SetOf(0, 500));
  const std::string first = Decide(flow).SerializeAsString();
  Reopen();
  EXPECT_EQ(Decide(flow).SerializeAsString(), first);
  EXPECT_EQ(Tally().counted.persons, 500);
}

TEST_F(ExactTest, DeclaredAndExactAreAddedUpAndToldApart) {
  Open(0, 0);
  Decide(Flow("a", SetOf(0, 500)));
  v1::Flow declared = engine::TestFlow();
  declared.set_request_id("b");
  Decide(declared);
  EXPECT_EQ(Tally().counted.persons, 1000);
  EXPECT_EQ(Tally().counted_exact.persons, 500);
}

TEST_F(ExactTest, OrdinaryAndSensitiveAreCountedApart) {
  Open(0, 0);
  v1::Flow flow = Flow("a", SetOf(0, 10), SetOf(5, 8));
  engine::AddItem(&flow, "phone", v1::FACT_YES);
  flow.mutable_items(0)->set_sensitive(v1::FACT_YES);
  *source_.registry[0].add_filings() =
      policy::TestFiling("SC", v1::FILING_KIND_STANDARD_CONTRACT);
  source_.registry[0].mutable_filings(0)->mutable_scope()->add_items("phone");
  const v1::Decision decision = Decide(flow);
  ASSERT_EQ(decision.verdict(), v1::VERDICT_ALLOW) << decision.DebugString();
  EXPECT_EQ(Tally().counted.persons, 10);
  EXPECT_EQ(Tally().counted.sensitive, 3);
}

TEST_F(ExactTest, PeopleUnder14AreAllSensitiveOnes) {
  Open(0, 0);
  v1::Flow flow = Flow("a", SetOf(0, 10), SetOf(5, 15));
  flow.mutable_duties()->set_under_14(v1::FACT_YES);
  flow.mutable_duties()->set_guardian_consent(v1::FACT_YES);
  *source_.registry[0].add_filings() =
      policy::TestFiling("SC", v1::FILING_KIND_STANDARD_CONTRACT);
  const v1::Decision decision = Decide(flow);
  ASSERT_EQ(decision.verdict(), v1::VERDICT_ALLOW) << decision.DebugString();
  EXPECT_EQ(decision.charged_sensitive_persons(), 15);
  EXPECT_EQ(Tally().counted.persons, 0);
  EXPECT_EQ(Tally().counted.sensitive, 15);
}

TEST_F(ExactTest, TheFlowThatCrossesIsHeldAndChargesNobody) {
  Open(99'000, 0);
  EXPECT_EQ(Decide(Flow("a", SetOf(0, 999))).verdict(), v1::VERDICT_ALLOW);
  // Known people are free; one who is new is one too many.
  EXPECT_EQ(Decide(Flow("b", SetOf(0, 999))).verdict(), v1::VERDICT_ALLOW);
  const v1::Decision held = Decide(Flow("c", SetOf(0, 1000)));
  EXPECT_EQ(held.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(held.headroom().persons().after(), 100'000);
  EXPECT_EQ(Tally().counted.persons, 999);
}

TEST_F(ExactTest, AnExemptFlowChargesWhoIsNewInTheExemptTally) {
  Open(0, 0);
  Decide(Flow("a", SetOf(0, 100)));
  v1::Flow flow = Flow("b", SetOf(50, 200));
  MakeExempt(&flow);
  v1::Decision decision = Decide(flow);
  EXPECT_EQ(decision.charging(), v1::CHARGING_EXEMPT);
  EXPECT_EQ(decision.charged_persons(), 150);
  EXPECT_EQ(record_.verdict().flow().people().counted().new_persons(), 100);
  flow.set_request_id("c");
  EXPECT_EQ(Decide(flow).charged_persons(), 0);
  EXPECT_EQ(Tally().exempt_exact.persons, 150);
  EXPECT_EQ(Tally().counted.persons, 100);
}

TEST_F(ExactTest, RecordsHaveNumbersAndASaltedDigestAndNoPseudonym) {
  Open(0, 0);
  const std::string people = SetOf(0, 50);
  Decide(Flow("a", people));
  const v1::CountedPeople first = record_.verdict().flow().people().counted();
  EXPECT_EQ(first.key_id(), "k1");
  EXPECT_EQ(first.persons(), 50);
  EXPECT_EQ(first.new_persons(), 50);
  EXPECT_EQ(first.digest().size(), 32u);
  for (size_t at = 0; at < people.size(); at += 16) {
    EXPECT_THAT(stored_.record, Not(HasSubstr(people.substr(at, 16))));
  }
  Decide(Flow("b", people));
  const v1::CountedPeople second = record_.verdict().flow().people().counted();
  EXPECT_EQ(second.new_persons(), 0);
  EXPECT_NE(second.digest(), first.digest());
}

TEST_F(ExactTest, ReplayFromTheRecordAnswersTheSame) {
  Open(0, 0);
  Decide(Flow("a", SetOf(0, 500)));
  v1::Decision decided = Decide(Flow("b", SetOf(400, 600)));
  Reckoning before;
  before.tallies.persons = {true, 500};
  before.tallies.sensitive = {true, 0};
  v1::Decision replayed;
  service::Decide(
      engine::Question(record_.verdict().flow(), *policy::MustCompile(source_),
                       absl::FromUnixMicros(record_.time_micros())),
      before, &replayed);
  decided.clear_decision_id();
  EXPECT_EQ(replayed.SerializeAsString(), decided.SerializeAsString());
}

TEST_F(ExactTest, WrongSetsAreRefusedWithTheirField) {
  Open(0, 0);
  const std::string two = SetOf(0, 2);
  const std::pair<v1::Flow, const char*> wrong[] = {
      {Flow("a", two.substr(0, 31)), "flow.people.exact.persons"},
      {Flow("a", two.substr(0, 16) + two.substr(0, 16)), "stands twice"},
      {Flow("a", two.substr(16) + two.substr(0, 16)), "out of order"},
      {Flow("a", "", two.substr(1)), "flow.people.exact.sensitive_persons"},
      {Flow("a", SetOf(0, 10'001)), "10001 pseudonyms"},
  };
  for (const auto& [flow, message] : wrong) {
    const auto decision = TryDecide(flow);
    EXPECT_THAT(decision.status().message(), HasSubstr(message));
  }
  EXPECT_EQ(ledger_->size(), 1u);
}

TEST_F(ExactTest, KeysThatAreNotRegisteredOrNotValidAreRefused) {
  Open(0, 0);
  v1::Flow flow = Flow("a", SetOf(0, 2));
  flow.mutable_people()->mutable_exact()->set_key_id("k2");
  EXPECT_THAT(TryDecide(flow).status().message(),
              HasSubstr("flow.people.exact.key_id"));
  source_.registry[0]
      .mutable_enterprises(0)
      ->mutable_pseudonym_keys(0)
      ->set_valid_to("2026-11-20");
  EXPECT_THAT(TryDecide(Flow("a", SetOf(0, 2))).status().message(),
              HasSubstr("no key \"k1\" valid today"));
}

// Keys end at midnight, or are taken out of the registry: who was answered is
// answered the same, and nobody else is.
TEST_F(ExactTest, ARecordedFlowIsAnsweredAgainWhenItsKeyIsNotValidAnyMore) {
  Open(0, 0);
  auto* keys =
      source_.registry[0].mutable_enterprises(0)->mutable_pseudonym_keys();
  keys->Mutable(0)->set_valid_to("2026-11-21");
  const v1::Flow flow = Flow("a", SetOf(0, 500));
  const std::string first = Decide(flow).SerializeAsString();
  const auto expect_repeated = [&] {
    EXPECT_EQ(Decide(flow).SerializeAsString(), first);
    EXPECT_EQ(TryDecide(Flow("b", SetOf(0, 500))).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Tally().counted.persons, 500);
  };
  clock_.Set(StartOfBeijingDay(*ParseDay("2026-11-22")));
  expect_repeated();
  keys->Clear();
  expect_repeated();
}

TEST_F(ExactTest, CountedPeopleAreRefusedInRequests) {
  v1::Flow flow = Flow("a", "");
  flow.mutable_people()->mutable_counted()->set_persons(1);
  EXPECT_THAT(TryDecide(flow).status().message(),
              HasSubstr("flow.people.counted"));
}

TEST_F(ExactTest, ADryRunSaysTheSameAndCountsNobody) {
  Open(0, 0);
  Decide(Flow("a", SetOf(0, 500)));
  const v1::Flow flow = Flow("b", SetOf(400, 600));
  Asking asking = MakeAsking(flow.exporter());
  asking.dry_run = true;
  FlowQuestion question;
  ASSERT_FALSE(Pose(flow, asking, "flow", &question).has_value());
  v1::Decision dry;
  ASSERT_TRUE(DecideDry(question, *ledger_, &dry).ok());
  EXPECT_EQ(dry.charged_persons(), 100);
  EXPECT_EQ(Tally().counted.persons, 500);
}

// ---- The turn of the year.

TEST_F(ExactTest, AnUncertainClockChargesBothYearsAtTheTurn) {
  const absl::Time turn = StartOfBeijingDay(*ParseDay("2027-01-01"));
  clock_.Set(turn - absl::Hours(1));
  Open(0, 0);
  uncertainty_ = absl::Milliseconds(50);
  clock_.Set(turn - absl::Milliseconds(50));
  // The new year's opening is not declared: it cannot be allowed in both.
  const v1::Decision held = Decide(Flow("a", SetOf(0, 10)));
  EXPECT_EQ(held.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(held.weighed_year(), 2027);
  clock_.Set(turn);
  Open(0, 0);
  const v1::Decision decision = Decide(Flow("b", SetOf(0, 10)));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_ALLOW);
  EXPECT_THAT(decision.warnings(),
              ::testing::Contains(v1::WARNING_CHARGED_TO_BOTH_YEARS));
  EXPECT_EQ(record_.year(), 2027);
  EXPECT_EQ(record_.also_year(), 2026);
  EXPECT_EQ(record_.also_persons(), 10);
  EXPECT_EQ(Tally(2026).counted.persons, 10);
  EXPECT_EQ(Tally(2027).counted.persons, 10);
  clock_.Set(turn + absl::Milliseconds(51));
  Decide(Flow("c", SetOf(10, 20)));
  EXPECT_EQ(record_.also_year(), 0);
  EXPECT_EQ(Tally(2026).counted.persons, 10);
  EXPECT_EQ(Tally(2027).counted.persons, 20);
}

// New in the new year, known in the old one: what stays behind is taken off the
// year in which it was charged, and the other keeps what it has.
TEST_F(ExactTest, ASettlementTakesNobodyOffAYearThatWasChargedOtherwise) {
  const absl::Time turn = StartOfBeijingDay(*ParseDay("2027-01-01"));
  clock_.Set(turn - absl::Hours(1));
  Open(500, 0);
  uncertainty_ = absl::Milliseconds(50);
  clock_.Set(turn);
  Open(0, 0);
  v1::Flow flow = Flow("a", "");
  v1::DeclaredPeople* people = flow.mutable_people()->mutable_declared();
  people->set_persons(100);
  people->set_new_persons(0);
  const v1::Decision decision = Decide(flow);
  ASSERT_EQ(decision.charged_persons(), 100);
  ASSERT_EQ(record_.also_year(), 2026);
  ASSERT_EQ(record_.also_persons(), 0);
  v1::SettleRequest request;
  request.set_request_id("settle");
  request.set_exporter(flow.exporter());
  request.set_decision_id(decision.decision_id());
  request.set_persons_left(40);
  LeftPeople left;
  left.persons = 40;
  const Identity caller{Role::kExporter, flow.exporter(), "erp"};
  const auto stored =
      Do(flow.exporter(), "settle", "", [&](ledger::View& view) {
        return MakeSettlement(request, &left, caller, view);
      });
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(Tally(2026).counted.persons, 0);
  EXPECT_EQ(Tally(2027).counted.persons, 40);
}

// A list of the new year takes these people off the count: which tally of which
// year a settlement would lower is not one question any more.
TEST_F(ExactTest, AFlowThatTheTwoYearsCountOtherwiseWaitsForTheTurnToPass) {
  AddRetailList();
  source_.lists.back().head.set_effective("2027-01-01");
  const absl::Time turn = StartOfBeijingDay(*ParseDay("2027-01-01"));
  clock_.Set(turn - absl::Hours(1));
  Open(0, 0);
  uncertainty_ = absl::Milliseconds(50);
  clock_.Set(turn);
  Open(0, 0);
  v1::Flow flow = Flow("a", SetOf(0, 10));
  flow.set_sector("retail");
  EXPECT_TRUE(absl::IsUnavailable(TryDecide(flow).status()));
  clock_.Set(turn + absl::Milliseconds(51));
  EXPECT_EQ(Decide(flow).charging(), v1::CHARGING_LIST_EXEMPT);
  EXPECT_EQ(Tally(2026).counted.persons, 0);
}

// Of the year before only the numbers are left; the live year is lowered.
TEST_F(ExactTest, ADecisionOfBothYearsIsSettledWhenTheFirstIsErased) {
  const absl::Time turn = StartOfBeijingDay(*ParseDay("2027-01-01"));
  clock_.Set(turn - absl::Hours(1));
  Open(0, 0);
  uncertainty_ = absl::Milliseconds(50);
  clock_.Set(turn);
  Open(0, 0);
  const v1::Flow flow = Flow("a", SetOf(0, 10));
  const v1::Decision decision = Decide(flow);
  ASSERT_EQ(Tally(2026).counted.persons, 10);
  clock_.Set(StartOfBeijingDay(*ParseDay("2027-04-01")));
  const auto settled = Settle(flow, decision, SetOf(0, 4));
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_EQ(Tally(2026).counted.persons, 10);
  EXPECT_EQ(Tally(2027).counted.persons, 4);
}

}  // namespace
}  // namespace tongguan::service
