// What really left under decisions on exact people, and corrections.
#include "gateway/service/left_people.h"

#include "gateway/service/exact_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;

class LeftPeopleTest : public ExactTest {
 protected:
  LeftPeopleTest() { Open(0, 0); }
};

TEST_F(LeftPeopleTest, WhoDidNotLeaveComesOffUnlessAnotherFlowCarriedHim) {
  const v1::Flow a = Flow("a", SetOf(0, 100));
  const v1::Decision decision = Decide(a);
  Decide(Flow("b", SetOf(90, 110)));
  const auto settled = Settle(a, decision, SetOf(0, 20));
  ASSERT_TRUE(settled.ok()) << settled.status();
  // 80 stayed; 10 of them went with the other flow.
  EXPECT_EQ(settled->persons_returned(), 70);
  EXPECT_EQ(record_.settlement().left().persons(), 20);
  EXPECT_EQ(Tally().counted_exact.persons, 40);
  // Who came off is new again.
  EXPECT_EQ(Decide(Flow("c", SetOf(0, 100))).charged_persons(), 70);
}

TEST_F(LeftPeopleTest, NobodyOrAllMayHaveLeft) {
  const v1::Flow a = Flow("a", SetOf(0, 10));
  EXPECT_EQ(Settle(a, Decide(a), SetOf(0, 10))->persons_returned(), 0);
  const v1::Flow b = Flow("b", SetOf(10, 30));
  EXPECT_EQ(Settle(b, Decide(b), "")->persons_returned(), 20);
  EXPECT_EQ(Tally().counted.persons, 10);
}

TEST_F(LeftPeopleTest, ADecisionIsSettledOnce) {
  const v1::Flow a = Flow("a", SetOf(0, 10));
  const v1::Decision decision = Decide(a);
  ASSERT_TRUE(Settle(a, decision, "").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Settle(a, decision, "").status()));
  EXPECT_EQ(Tally().counted.persons, 0);
}

TEST_F(LeftPeopleTest, OtherPeopleThanTheDecisionsAreRefused) {
  const v1::Flow a = Flow("a", SetOf(0, 10));
  const v1::Decision decision = Decide(a);
  const auto others = Settle(Flow("a", SetOf(0, 9)), decision, "");
  EXPECT_THAT(others.status().message(), HasSubstr("people: not those"));
  const auto more = Settle(a, decision, SetOf(5, 11));
  EXPECT_THAT(more.status().message(), HasSubstr("left: somebody"));
  EXPECT_EQ(Tally().counted.persons, 10);
}

TEST_F(LeftPeopleTest, SetsOutOfOrderAreRefused) {
  v1::Flow a = Flow("a", SetOf(0, 2));
  const v1::Decision decision = Decide(a);
  const std::string two = SetOf(0, 2);
  const auto wrong = Settle(a, decision, two.substr(16) + two.substr(0, 16));
  EXPECT_THAT(wrong.status().message(), HasSubstr("left.exact.persons"));
}

TEST_F(LeftPeopleTest, AnUnsettledChargeStandsAndAClosedYearCanBeSettled) {
  clock_.Set(StartOfBeijingDay(*ParseDay("2026-12-31")));
  const v1::Flow a = Flow("a", SetOf(0, 10));
  const v1::Flow b = Flow("b", SetOf(10, 20));
  const v1::Decision first = Decide(a);
  const v1::Decision second = Decide(b);
  clock_.Set(StartOfBeijingDay(*ParseDay("2027-01-15")));
  ASSERT_TRUE(Settle(a, first, SetOf(0, 5)).ok());
  EXPECT_EQ(Tally(2026).counted.persons, 15);
  // After 31 March the people are gone, and the charge stands.
  clock_.Set(StartOfBeijingDay(*ParseDay("2027-04-01")));
  EXPECT_TRUE(absl::IsFailedPrecondition(Settle(b, second, "").status()));
  EXPECT_EQ(Tally(2026).counted.persons, 15);
}

TEST_F(LeftPeopleTest, ACorrectionTakesTwoPeopleAndLeavesTheSettlement) {
  const v1::Flow a = Flow("a", SetOf(0, 100));
  const v1::Decision decision = Decide(a);
  ASSERT_TRUE(Settle(a, decision, SetOf(0, 20)).ok());
  const std::string settlement = ledger_->Read(ledger_->size() - 1)->record;
  const auto proposed = Correct(a, decision, SetOf(10, 40), "wang");
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_FALSE(proposed->effective());
  EXPECT_EQ(Tally().counted.persons, 20);
  EXPECT_TRUE(absl::IsPermissionDenied(
      Correct(a, decision, SetOf(10, 40), "wang", proposed->record_id())
          .status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Correct(a, decision, SetOf(10, 41), "li", proposed->record_id())
          .status()));
  const auto confirmed =
      Correct(a, decision, SetOf(10, 40), "li", proposed->record_id());
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_TRUE(confirmed->effective());
  EXPECT_EQ(confirmed->persons_change(), 10);
  EXPECT_EQ(Tally().counted_exact.persons, 30);
  // Once; and the settlement stays as it is.
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Correct(a, decision, SetOf(10, 40), "li", proposed->record_id())
          .status()));
  EXPECT_EQ(ledger_->Read(ledger_->size() - 3)->record, settlement);
  EXPECT_EQ(Decide(Flow("b", SetOf(0, 100))).charged_persons(), 70);
}

TEST_F(LeftPeopleTest, DeclaredNumbersAreCorrectedToo) {
  v1::Flow flow = engine::TestFlow();  // 500 people.
  const v1::Decision decision = Decide(flow);
  const auto proposed = Correct(flow, decision, "200", "wang");
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const auto confirmed =
      Correct(flow, decision, "200", "li", proposed->record_id());
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->persons_change(), -300);
  const auto again = Correct(flow, decision, "450", "wang");
  ASSERT_TRUE(Correct(flow, decision, "450", "li", again->record_id()).ok());
  EXPECT_EQ(Tally().counted.persons, 450);
  EXPECT_THAT(Correct(flow, decision, "501", "wang").status().message(),
              HasSubstr("above the 500 charged"));
}

}  // namespace
}  // namespace tongguan::service
