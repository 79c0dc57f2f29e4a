#include "gateway/cli/log_allowed.h"

#include "gateway/cli/log_records.h"
#include "gateway/ledger/id.h"
#include "gateway/policy/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

// A log of 20 decisions and then settlements of them in another order: how many
// are read back from it.
class AllowedDecisionsTest : public testing::Test {
 protected:
  AllowedDecisionsTest() {
    for (int i = 0; i < 20; ++i) {
      v1::DecisionRecord record;
      record.set_year(2026);
      v1::VerdictRecord* verdict = record.mutable_verdict();
      verdict->mutable_flow()->set_exporter(policy::kShanghaiExporter);
      verdict->mutable_decision()->set_verdict(i % 2 == 0 ? v1::VERDICT_ALLOW
                                                          : v1::VERDICT_ASSESS);
      if (i % 2 == 0) {
        verdict->mutable_decision()->set_charging(v1::CHARGING_COUNTED);
        verdict->mutable_decision()->set_charged_persons(100 + i);
      }
      log_.push_back(record.SerializeAsString());
    }
  }
  // What is wrong with a settlement of each decision in turn: all that were
  // charged less 1.
  std::vector<std::string> Audit(size_t most, const std::vector<int>& order,
                                 int64_t wrong_by = 0) {
    RecordAudit audit(source_, false, most);
    std::vector<std::string> log = log_;
    for (const int of : order) {
      v1::DecisionRecord record;
      record.set_year(2026);
      v1::SettlementRecord* settlement = record.mutable_settlement();
      settlement->set_exporter(policy::kShanghaiExporter);
      settlement->set_decision_id(
          ledger::FormatId({2026, static_cast<uint64_t>(of)}));
      settlement->set_persons_left(99 + of);
      settlement->set_persons_returned(1 + wrong_by);
      log.push_back(record.SerializeAsString());
    }
    std::vector<std::string> wrong;
    for (size_t i = 0; i < log.size(); ++i) {
      v1::DecisionRecord record;
      EXPECT_TRUE(record.ParseFromString(log[i]));
      ledger::RawRow row;
      row.year = 2026;
      const auto found = audit.Take(i, row, record, nullptr);
      if (found) wrong.push_back(found->key);
    }
    return wrong;
  }

  int reads_ = 0;
  std::vector<std::string> log_;
  const LogSource source_{
      [this](uint64_t index) -> absl::StatusOr<std::string> {
        ++reads_;
        return log_[index];
      },
      nullptr, nullptr};
};

TEST_F(AllowedDecisionsTest, NoneIsReadBackHoweverFarSettlementsRefer) {
  EXPECT_THAT(Audit(10, {18, 0, 6, 2, 16, 4, 14, 8, 12, 10}),
              testing::IsEmpty());
  EXPECT_EQ(reads_, 0);
}

TEST_F(AllowedDecisionsTest, BeyondThoseThatAreKeptTheLogIsRead) {
  EXPECT_THAT(Audit(3, {18, 0, 6, 2, 16, 4, 14, 8, 12, 10}),
              testing::IsEmpty());
  EXPECT_EQ(reads_, 7);
}

TEST_F(AllowedDecisionsTest, WhatIsWrongIsFoundWhetherKeptOrRead) {
  for (const size_t most : {1, 3, 10}) {
    EXPECT_THAT(Audit(most, {4}, 1), testing::ElementsAre("verify.sum"));
    EXPECT_THAT(Audit(most, {18}, 1), testing::ElementsAre("verify.sum"));
    EXPECT_THAT(Audit(most, {3, 17, 19, 20}),
                testing::ElementsAre("verify.settles", "verify.settles",
                                     "verify.settles", "verify.settles"));
    EXPECT_THAT(
        Audit(most, {4, 4, 18, 18}),
        testing::ElementsAre("verify.settled_twice", "verify.settled_twice"));
  }
}

}  // namespace
}  // namespace tongguan::cli
