// Volumes that look split: what is warned of, what is remembered for how long.
#include "gateway/service/splitting.h"

#include "gateway/service/exact_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

using ::testing::ElementsAre;

class SplittingTest : public ExactTest {
 protected:
  // Only the assessment's number, 1,000 people, stops a flow.
  void UnderAContract() {
    Open(0, 0);
    source_.regime.mutable_small_volume_persons()->set_value(10);
    source_.regime.mutable_assessment_persons()->set_value(1000);
    source_.registry[0].mutable_filings()->Add(
        policy::TestFiling("SC-1", v1::FILING_KIND_STANDARD_CONTRACT));
  }
  // Proposed by one person and confirmed by another: these left.
  void CorrectTo(const v1::Flow& flow, const v1::Decision& decision,
                 const std::string& left) {
    const auto proposed = Correct(flow, decision, left, "wang");
    ASSERT_TRUE(proposed.ok()) << proposed.status();
    const auto confirmed =
        Correct(flow, decision, left, "li", proposed->record_id());
    ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  }
};

TEST_F(SplittingTest,
       SplittingBelowTheAssessmentThresholdIsSeenUnderAContract) {
  UnderAContract();
  v1::Flow flow = Flow("a", SetOf(0, 600));
  const v1::Decision first = Decide(flow);
  ASSERT_EQ(first.verdict(), v1::VERDICT_ALLOW) << first.DebugString();
  ASSERT_THAT(first.relied_on(), ::testing::ElementsAre("SC-1"));
  EXPECT_FALSE(first.has_splitting());
  const v1::Decision second = Decide(Flow("b", SetOf(500, 1100)));
  ASSERT_TRUE(second.has_splitting()) << second.DebugString();
  EXPECT_EQ(second.splitting().threshold(), 1000);
  EXPECT_EQ(second.splitting().together(), 1100);
  EXPECT_EQ(second.splitting().common_people(), 100);
}

TEST_F(SplittingTest, SplittingIsWarnedOfWhereFlowsReachTogetherWhatNoneDoes) {
  Open(0, 0);
  source_.regime.mutable_small_volume_persons()->set_value(1000);
  source_.regime.mutable_assessment_persons()->set_value(1'000'000);
  const v1::Flow flow = Flow("a", SetOf(0, 600));
  const auto with = [&flow](const std::string& id, const std::string& people) {
    v1::Flow other = flow;
    other.set_request_id(id);
    other.mutable_people()->mutable_exact()->set_persons(people);
    return other;
  };
  const std::string first = Decide(flow).decision_id();
  // Nobody in common; another recipient; another scenario: not seen as one.
  const std::string others = Decide(with("b", SetOf(2000, 2100))).decision_id();
  EXPECT_EQ(record_.verdict().route(), policy::kShanghaiExporter);
  EXPECT_FALSE(record_.verdict().decision().has_splitting());
  v1::Flow elsewhere = with("c", SetOf(0, 600));
  elsewhere.mutable_recipient()->set_organization_id("OTHER");
  EXPECT_FALSE(Decide(elsewhere).has_splitting());
  elsewhere = with("d", SetOf(0, 600));
  elsewhere.set_scenario("other");
  EXPECT_FALSE(Decide(elsewhere).has_splitting());
  // 700 and 299 new ones: 999 together; then one more.
  const std::string second = Decide(with("e", SetOf(500, 899))).decision_id();
  EXPECT_FALSE(Decide(with("f", SetOf(500, 600))).has_splitting());
  // 1,000 in the year are not a small volume any more.
  const v1::Decision warned = Decide(with("g", SetOf(500, 900)));
  EXPECT_EQ(warned.verdict(), v1::VERDICT_ASSESS);
  EXPECT_TRUE(record_.verdict().route().empty());
  EXPECT_THAT(warned.warnings(), ::testing::Contains(v1::WARNING_SPLITTING));
  EXPECT_EQ(warned.splitting().common_people(), 399);
  EXPECT_EQ(warned.splitting().together(), 1000);
  EXPECT_EQ(warned.splitting().threshold(), 1000);
  EXPECT_EQ(warned.splitting().decisions_size(), 4);
  EXPECT_THAT(warned.splitting().decisions(), ::testing::Contains(first));
  EXPECT_THAT(warned.splitting().decisions(), ::testing::Contains(second));
  // It is of the route, though nobody in it comes again here.
  EXPECT_THAT(warned.splitting().decisions(), ::testing::Contains(others));
  // One that reaches the number alone splits nothing.
  EXPECT_FALSE(Decide(with("h", SetOf(0, 1000))).has_splitting());
}

TEST_F(SplittingTest, SplittingIsSeenAcrossAGroupUnderItsSharedKeyOnly) {
  MakeGroup();
  source_.regime.mutable_small_volume_persons()->set_value(1000);
  Open(0, 0);
  Open(0, 0, policy::kShenzhenExporter);
  const auto flow = [](const std::string& id, const char* exporter,
                       const char* key, const std::string& people) {
    v1::Flow made = Flow(id, people);
    made.set_exporter(exporter);
    made.mutable_people()->mutable_exact()->set_key_id(key);
    return made;
  };
  Decide(flow("a", policy::kShanghaiExporter, "shared", SetOf(0, 600)));
  EXPECT_FALSE(
      Decide(flow("b", policy::kShenzhenExporter, "k1", SetOf(500, 999)))
          .has_splitting());
  const v1::Decision warned =
      Decide(flow("c", policy::kShenzhenExporter, "shared", SetOf(599, 1000)));
  EXPECT_TRUE(warned.has_splitting());
  EXPECT_EQ(warned.splitting().common_people(), 1);
}

TEST_F(SplittingTest, ASettlementTakesWhoStayedOutOfWhatIsRemembered) {
  UnderAContract();
  const v1::Flow a = Flow("a", SetOf(0, 600));
  const v1::Decision first = Decide(a);
  ASSERT_TRUE(Settle(a, first, SetOf(500, 600)).ok());
  // All 600 and these would be 1,050; 100 and these are 550.
  const v1::Decision second = Decide(Flow("b", SetOf(550, 1050)));
  EXPECT_FALSE(second.has_splitting()) << second.DebugString();
  const v1::Decision warned = Decide(Flow("c", SetOf(1049, 1500)));
  ASSERT_TRUE(warned.has_splitting());
  EXPECT_EQ(warned.splitting().together(), 1000);
  EXPECT_EQ(warned.splitting().common_people(), 1);
  EXPECT_THAT(warned.splitting().decisions(),
              ElementsAre(second.decision_id(), first.decision_id()));
}

TEST_F(SplittingTest, ADecisionOfWhichNobodyLeftIsNotNamed) {
  UnderAContract();
  const v1::Flow a = Flow("a", SetOf(0, 600));
  const v1::Decision first = Decide(a);
  const v1::Decision second = Decide(Flow("b", SetOf(500, 900)));
  ASSERT_TRUE(Settle(a, first, "").ok());
  // Who went with `b` too is remembered all the same.
  EXPECT_FALSE(Decide(Flow("c", SetOf(0, 501))).splitting().decisions_size());
  const v1::Decision warned = Decide(Flow("d", SetOf(899, 1000)));
  ASSERT_TRUE(warned.has_splitting()) << warned.DebugString();
  EXPECT_EQ(warned.splitting().together(), 1000);
  EXPECT_EQ(warned.splitting().common_people(), 1);
  EXPECT_EQ(warned.splitting().decisions_size(), 2);
  EXPECT_THAT(warned.splitting().decisions(),
              ::testing::Not(::testing::Contains(first.decision_id())));
  EXPECT_THAT(warned.splitting().decisions(),
              ::testing::Contains(second.decision_id()));
}

// All of the decision's people were known: it charged none, and all 0 left.
TEST_F(SplittingTest, ADecisionSettledInNumbersIsNamed) {
  UnderAContract();
  const v1::Decision first = Decide(Flow("a", SetOf(0, 600)));
  const v1::Decision known = Decide(Flow("b", SetOf(0, 100)));
  ASSERT_EQ(known.charged_persons(), 0);
  v1::SettleRequest request;
  request.set_request_id("s");
  request.set_exporter(policy::kShanghaiExporter);
  request.set_decision_id(known.decision_id());
  LeftPeople left;
  const Identity caller{Role::kExporter, request.exporter(), "erp"};
  const auto settled = Do(request.exporter(), "s", "", [&](ledger::View& view) {
    return MakeSettlement(request, &left, caller, view);
  });
  ASSERT_TRUE(settled.ok()) << settled.status();
  const v1::Decision warned = Decide(Flow("c", SetOf(500, 1000)));
  EXPECT_EQ(warned.splitting().together(), 1000);
  EXPECT_THAT(warned.splitting().decisions(),
              ElementsAre(known.decision_id(), first.decision_id()));
}

TEST_F(SplittingTest, ACorrectionTakesThemOutAndPutsThemBack) {
  UnderAContract();
  const v1::Flow a = Flow("a", SetOf(0, 600));
  const v1::Decision first = Decide(a);
  CorrectTo(a, first, "");
  const v1::Decision second = Decide(Flow("b", SetOf(550, 1000)));
  EXPECT_FALSE(second.has_splitting()) << second.DebugString();
  CorrectTo(a, first, SetOf(0, 500));
  // 500 of the first, 450 of the second, 49 new ones; then one more.
  const v1::Decision third = Decide(Flow("c", SetOf(999, 1049)));
  EXPECT_FALSE(third.has_splitting());
  const v1::Decision warned = Decide(Flow("d", SetOf(1048, 1050)));
  ASSERT_TRUE(warned.has_splitting());
  EXPECT_EQ(warned.splitting().together(), 1000);
  EXPECT_EQ(warned.splitting().common_people(), 1);
  // Decisions, and no correction among them.
  EXPECT_THAT(warned.splitting().decisions(),
              ElementsAre(third.decision_id(), second.decision_id(),
                          first.decision_id()));
}

TEST_F(SplittingTest, SensitivePeopleComeOutToo) {
  UnderAContract();
  source_.regime.mutable_assessment_sensitive()->set_value(100);
  const auto flow = [](const std::string& id, const std::string& people) {
    v1::Flow made = Flow(id, "", people);
    made.mutable_items(0)->set_sensitive(v1::FACT_YES);
    return made;
  };
  const v1::Flow a = flow("a", SetOf(0, 60));
  const v1::Decision first = Decide(a);
  ASSERT_EQ(record_.verdict().sensitive_route(), policy::kShanghaiExporter);
  EXPECT_TRUE(record_.verdict().route().empty());
  ASSERT_TRUE(Settle(a, first, "", SetOf(50, 60)).ok());
  const v1::Decision second = Decide(flow("b", SetOf(59, 120)));
  EXPECT_FALSE(second.has_splitting()) << second.DebugString();
  const v1::Decision warned = Decide(flow("c", SetOf(119, 150)));
  ASSERT_TRUE(warned.has_splitting());
  EXPECT_EQ(warned.splitting().together(), 100);
  EXPECT_EQ(warned.splitting().threshold(), 100);
}

// The key is the exporter's own again when what left is settled.
TEST_F(SplittingTest, ASettlementFindsTheRouteOfItsDecision) {
  const policy::Source alone = source_;
  MakeGroup();
  const policy::Source grouped = source_;
  Open(0, 0);
  Open(0, 0, policy::kShenzhenExporter);
  source_.regime.mutable_small_volume_persons()->set_value(1000);
  const auto flow = [](const std::string& id, const char* exporter,
                       const std::string& people) {
    v1::Flow made = Flow(id, people);
    made.set_exporter(exporter);
    made.mutable_people()->mutable_exact()->set_key_id("shared");
    return made;
  };
  const v1::Flow a = flow("a", policy::kShanghaiExporter, SetOf(0, 600));
  const v1::Decision first = Decide(a);
  EXPECT_EQ(record_.verdict().route(), "group/ACME");
  source_ = alone;
  const auto settled = Settle(a, first, SetOf(599, 600));
  ASSERT_TRUE(settled.ok()) << settled.status();
  source_ = grouped;
  source_.regime.mutable_small_volume_persons()->set_value(1000);
  EXPECT_FALSE(Decide(flow("b", policy::kShenzhenExporter, SetOf(599, 1100)))
                   .has_splitting());
}

TEST_F(SplittingTest, WhatTheLawDoesNotCountNeitherWarnsNorIsRemembered) {
  UnderAContract();
  AddRetailList();
  const auto flow = [](const std::string& id, bool exempt,
                       const std::string& people) {
    v1::Flow made = Flow(id, people);
    exempt ? MakeExempt(&made) : made.set_sector("retail");
    return made;
  };
  for (const bool exempt : {true, false}) {
    const std::string id = exempt ? "exempt" : "list";
    const v1::Decision first = Decide(flow(id, exempt, SetOf(0, 600)));
    ASSERT_EQ(first.charging(),
              exempt ? v1::CHARGING_EXEMPT : v1::CHARGING_LIST_EXEMPT);
    EXPECT_TRUE(record_.verdict().route().empty());
    EXPECT_FALSE(
        Decide(flow(id + "2", exempt, SetOf(500, 1100))).has_splitting());
  }
  // Not even beside one that is counted, nor held for want of a notice.
  const v1::Decision counted = Decide(Flow("a", SetOf(0, 600)));
  EXPECT_FALSE(counted.has_splitting());
  for (const bool exempt : {true, false}) {
    v1::Flow held = flow(exempt ? "held" : "held2", exempt, SetOf(500, 1100));
    held.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
    const v1::Decision decision = Decide(held);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_ASSESS);
    EXPECT_FALSE(decision.has_splitting()) << decision.DebugString();
  }
  v1::Flow held = Flow("b", SetOf(500, 1100));
  held.mutable_duties()->set_notice(v1::NOTICE_NOT_GIVEN);
  const v1::Decision warned = Decide(held);
  EXPECT_EQ(warned.verdict(), v1::VERDICT_ASSESS);
  ASSERT_TRUE(warned.has_splitting());
  EXPECT_THAT(warned.splitting().decisions(),
              ElementsAre(counted.decision_id()));
}

}  // namespace
}  // namespace tongguan::service
