#include <functional>

#include "gateway/cli/log_settled.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

// Changes what is audited.
using Change = std::function<void(v1::DecisionRecord*)>;

// People who were counted: who they are the record does not say, but how many
// at most go out and come back. 30 and 5 were there, 8 of them new.
class CountedSettledTest : public testing::Test {
 protected:
  CountedSettledTest() {
    v1::VerdictRecord* verdict = decided_.mutable_verdict();
    v1::CountedPeople* all =
        verdict->mutable_flow()->mutable_people()->mutable_counted();
    all->set_key_id("k1");
    all->set_persons(30);
    all->set_sensitive_persons(5);
    verdict->mutable_decision()->set_charged_persons(8);
    record_.mutable_actor()->set_organization("X");
    v1::SettlementRecord* settlement = record_.mutable_settlement();
    Left(10, 5, settlement->mutable_left());
    settlement->set_persons_left(10);
    settlement->set_sensitive_persons_left(5);
    settlement->set_persons_returned(20);
  }
  static void Left(int64_t persons, int64_t sensitive,
                   v1::CountedPeople* left) {
    left->set_key_id("k1");
    left->set_persons(persons);
    left->set_sensitive_persons(sensitive);
    left->set_digest(std::string(32, 'd'));
  }
  bool Sound(const Change& change = [](v1::DecisionRecord*) {}) {
    v1::DecisionRecord record = record_;
    change(&record);
    SettledAudit audit(source_);
    const std::string id = "id";
    return !audit.TakeSettlement({9, id, record, AllowedOf(3, decided_)});
  }
  bool SoundWith(const std::function<void(v1::SettlementRecord*)>& change) {
    return Sound([&](v1::DecisionRecord* record) {
      change(record->mutable_settlement());
    });
  }

  const LogSource source_;
  v1::DecisionRecord decided_, record_;
};

TEST_F(CountedSettledTest, AtMostThoseWhoStayedGoOut) {
  EXPECT_TRUE(Sound());
  EXPECT_TRUE(SoundWith([](auto* s) { s->set_persons_returned(0); }));
  EXPECT_FALSE(SoundWith([](auto* s) { s->set_persons_returned(21); }));
  EXPECT_FALSE(SoundWith([](auto* s) { s->set_persons_returned(-1); }));
  EXPECT_FALSE(
      SoundWith([](auto* s) { s->set_sensitive_persons_returned(1); }));
  EXPECT_FALSE(SoundWith([](auto* s) { s->set_persons_returned(INT64_MIN); }));
}

TEST_F(CountedSettledTest, NoMoreLeftThanWereThere) {
  EXPECT_FALSE(SoundWith([](auto* s) {
    s->set_persons_left(31);
    s->mutable_left()->set_persons(31);
    s->set_persons_returned(0);
  }));
  EXPECT_FALSE(SoundWith([](auto* s) { s->set_persons_left(11); }));
  EXPECT_FALSE(SoundWith([](auto* s) { s->mutable_left()->set_key_id("k2"); }));
  EXPECT_FALSE(SoundWith([](auto* s) { s->mutable_left()->clear_digest(); }));
}

TEST_F(CountedSettledTest, WithoutSayingWhoOnlyAllCanHaveLeft) {
  const auto all = [](v1::SettlementRecord* s) {
    s->clear_left();
    s->set_persons_left(8);
    s->set_sensitive_persons_left(0);
    s->set_persons_returned(0);
  };
  EXPECT_TRUE(SoundWith(all));
  EXPECT_FALSE(SoundWith([&](auto* s) {
    all(s);
    s->set_persons_left(7);
  }));
}

TEST_F(CountedSettledTest, OfThoseUnder14AllAreSensitive) {
  decided_.mutable_verdict()->mutable_flow()->mutable_duties()->set_under_14(
      v1::FACT_YES);
  EXPECT_FALSE(Sound());
  EXPECT_TRUE(SoundWith([](auto* s) {
    s->set_persons_returned(0);
    s->set_sensitive_persons_returned(20);
  }));
}

TEST_F(CountedSettledTest, TheOtherYearIsTheDecisions) {
  const auto also = [](int32_t year, int64_t persons) {
    return [=](v1::DecisionRecord* record) {
      record->set_also_year(year);
      record->set_also_persons(persons);
    };
  };
  EXPECT_FALSE(Sound(also(2027, -20)));
  decided_.set_also_year(2027);
  EXPECT_TRUE(Sound(also(2027, -20)));
  EXPECT_TRUE(Sound());  // Its people were erased with their year.
  EXPECT_FALSE(Sound(also(2027, -21)));
  EXPECT_FALSE(Sound(also(2027, 1)));
  EXPECT_FALSE(Sound(also(2028, -20)));
}

}  // namespace
}  // namespace tongguan::cli
