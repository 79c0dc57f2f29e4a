// What is told of every rule, and in which order.
#include <vector>

#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using Indexes = std::vector<uint32_t>;

class TraceTest : public EngineTest {
 protected:
  static Indexes ItemsOf(const v1::TraceStep& step) {
    return {step.items().begin(), step.items().end()};
  }
  // Of each step that says that a counter is not known, its items.
  static std::vector<Indexes> UnknownCounters(const v1::Decision& decision) {
    std::vector<Indexes> items;
    for (const v1::TraceStep& step : decision.trace()) {
      if (step.reason() == v1::REASON_COUNTER_UNKNOWN &&
          step.effect() == v1::EFFECT_DEMANDS) {
        items.push_back(ItemsOf(step));
      }
    }
    return items;
  }
};

void ExpectEveryRuleInOrder(const v1::Decision& decision) {
  int last = v1::RULE_UNSPECIFIED;
  for (const v1::TraceStep& step : decision.trace()) {
    EXPECT_TRUE(step.rule() == last || step.rule() == last + 1)
        << decision.DebugString();
    last = step.rule();
  }
  EXPECT_EQ(last, v1::Rule_MAX);
}

TEST_F(TraceTest, EveryRuleIsToldInTheOrderOfTheRegime) {
  ExpectEveryRuleInOrder(Decide());
  flow.mutable_items(0)->set_personal(v1::FACT_NO);
  flow.mutable_items(0)->set_category("order_amount");
  flow.mutable_items(0)->set_name("amount");
  flow.clear_people();
  ExpectEveryRuleInOrder(Decide());
}

TEST_F(TraceTest, ACounterReadByALaterRuleIsToldWithRule2) {
  tallies.persons.known = false;
  const v1::Decision d = Decide();
  ExpectEveryRuleInOrder(d);
  EXPECT_EQ(StepOf(d, v1::RULE_FACT_UNKNOWN).reason(),
            v1::REASON_COUNTER_UNKNOWN);
}

TEST_F(TraceTest, AStepNamesItsItemsUnlessItIsOfAll) {
  tallies.persons.people = 300'000;
  EXPECT_EQ(ItemsOf(StepOf(Decide(), v1::RULE_SCC_BAND)), Indexes());
  AddItem(&flow, "amount", v1::FACT_NO);
  AddItem(&flow, "mobile", v1::FACT_YES);
  EXPECT_EQ(ItemsOf(StepOf(Decide(), v1::RULE_SCC_BAND)), (Indexes{0, 2}));
}

TEST_F(TraceTest, AnUnknownCounterIsToldOnceOfTheSameItems) {
  tallies.persons.known = false;
  flow.set_sector("automotive");  // Rule 3 reads it, and so does rule 15.
  AddItem(&flow, "amount", v1::FACT_NO);
  AddItem(&flow, "mobile", v1::FACT_YES);
  EXPECT_EQ(UnknownCounters(Decide()), (std::vector<Indexes>{{0, 2}}));
  // A list releases one of them from rule 15.
  policy::List list = policy::TestList(v1::LIST_KIND_GENERAL);
  v1::ListRow* row = policy::AddRow(&list, "R-1", v1::ROW_MECHANISM_FREE);
  row->set_sector("automotive");
  row->add_names("mobile");
  list.head.set_releases_personal_data(true);
  list.head.set_releases_personal_data_source("test");
  source.lists.push_back(list);
  EXPECT_EQ(UnknownCounters(Decide()), (std::vector<Indexes>{{0, 2}, {0}}));
}

}  // namespace
}  // namespace tongguan::engine
