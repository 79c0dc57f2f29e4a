// Settlements and corrections by a forger who holds the log's key and keeps
// tree, heads, index and tallies right, but breaks the rules of the records.
#include "gateway/cli/log_settled.h"

#include <functional>
#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/id.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/append.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

// Changes what the forger appends.
using Change = std::function<void(v1::DecisionRecord*)>;

class LogSettledTest : public LogVerifyTest {
 protected:
  void SetUp() override {
    LogVerifyTest::SetUp();
    Begin();
    const auto bytes = ledger_->Read(5);  // a2: charged 102, not settled.
    decision_ = bytes->id;
    ASSERT_TRUE(decided_.ParseFromString(bytes->record));
    ASSERT_EQ(decided_.verdict().decision().charged_persons(), 102);
  }

  // Opens the sound log again, with its key.
  void Begin() {
    ledger_ = nullptr;
    Restore();
    ledger::Options options;
    options.path = copy_;
    options.year_end = service::MakeYearEnd;
    options.key = std::make_shared<const journal::SigningKey>(
        *journal::SigningKey::Read(log_ + ".key"));
    auto opened =
        ledger::OpenSqliteLedger(options, [this] { return clock_.Now(); });
    ASSERT_TRUE(opened.ok()) << opened.status();
    ledger_ = *std::move(opened);
  }

  // Whose decision; what really left; what is taken off.
  v1::DecisionRecord Settlement(int64_t left, int64_t returned) {
    v1::DecisionRecord record;
    record.mutable_actor()->set_organization(service::kShanghai);
    record.mutable_actor()->set_name("erp");
    v1::SettlementRecord* settlement = record.mutable_settlement();
    settlement->set_request_id(absl::StrCat("forged-", ledger_->size()));
    settlement->set_decision_id(decision_);
    settlement->set_exporter(service::kShanghai);
    settlement->set_persons_left(left);
    settlement->set_persons_returned(returned);
    return record;
  }
  v1::DecisionRecord Correction(int64_t left, int64_t change,
                                const std::string& name,
                                const std::string& proposal = "") {
    v1::DecisionRecord record;
    record.mutable_actor()->set_organization(service::kShanghai);
    record.mutable_actor()->set_name(absl::StrCat("person/", name));
    v1::CorrectionRecord* correction = record.mutable_correction();
    correction->set_request_id(absl::StrCat("forged-", ledger_->size()));
    correction->set_decision_id(decision_);
    correction->set_exporter(service::kShanghai);
    correction->set_proposal_id(proposal);
    correction->set_persons_left(left);
    correction->set_persons_change(change);
    return record;
  }

  // Appends it as the ledger would, with tallies and index as the record says;
  // returns its id.
  std::string Append(v1::DecisionRecord record) {
    std::promise<absl::StatusOr<ledger::Stored>> done;
    const bool settles =
        record.has_settlement() || !record.correction().proposal_id().empty();
    const std::string& request = record.has_settlement()
                                     ? record.settlement().request_id()
                                     : record.correction().request_id();
    const std::string& exporter = record.has_settlement()
                                      ? record.settlement().exporter()
                                      : record.correction().exporter();
    const std::string& of = record.has_settlement()
                                ? record.settlement().decision_id()
                                : record.correction().decision_id();
    record.set_request_digest(std::string(32, 'd'));
    ledger_->Submit({exporter, request, std::string(32, 'd'),
                     [&](ledger::View& view) -> absl::StatusOr<ledger::Entry> {
                       record.set_time_micros(absl::ToUnixMicros(view.now()));
                       record.set_year(BeijingYear(view.now()));
                       ledger::Entry entry;
                       entry.record = record.SerializeAsString();
                       entry.index.exporter = exporter;
                       ledger::Change change;
                       change.exporter = exporter;
                       change.year = decided_.year();
                       change.people = AddedBy(record);
                       entry.changes.push_back(change);
                       if (record.also_year() != 0) {
                         change.year = record.also_year();
                         change.people = {record.also_persons(),
                                          record.also_sensitive_persons()};
                         entry.changes.push_back(change);
                       }
                       if (settles) entry.settles = ledger::ParseId(of)->index;
                       entry.again = true;
                       return entry;
                     },
                     [&](absl::StatusOr<ledger::Stored> stored) {
                       done.set_value(std::move(stored));
                     }});
    const auto stored = done.get_future().get();
    EXPECT_TRUE(stored.ok()) << stored.status();
    return stored.ok() ? stored->id : "";
  }
  std::string Propose(int64_t left) {
    return Append(Correction(left, 0, "li"));
  }

  Outcome End() {
    ledger_ = nullptr;
    return Verify();
  }
  void ExpectSound() {
    const Outcome run = End();
    EXPECT_EQ(run.code, kSuccess) << run.out;
    Begin();
  }
  void ExpectWrong(const std::string& words) {
    const Outcome run = End();
    EXPECT_EQ(run.code, kBroken) << run.out;
    EXPECT_THAT(run.out, HasSubstr(words));
    EXPECT_THAT(run.out, HasSubstr("2027-"));  // The forged record.
    Begin();
  }
  // One that is wrong, among such as are right but for that.
  void ExpectWrong(v1::DecisionRecord record, const Change& change,
                   const std::string& words) {
    change(&record);
    Append(record);
    ExpectWrong(words);
  }

  std::unique_ptr<ledger::Ledger> ledger_;
  std::string decision_;
  v1::DecisionRecord decided_;
};

TEST_F(LogSettledTest, WhatTheGatewayWouldWriteIsSound) {
  Append(Settlement(100, 2));
  const std::string first = Propose(50);
  Append(Correction(50, -50, "wang", first));
  const std::string second = Propose(102);
  Append(Correction(102, 52, "wang", second));
  ExpectSound();
  Append(Correction(90, -12, "wang", Propose(90)));  // Without a settlement.
  ExpectSound();
}

TEST_F(LogSettledTest, ASettlementThatRaisesTheTallyIsFound) {
  Append(Settlement(110, -8));  // Left and returned make up the charge.
  ExpectWrong("do not add up");
}

TEST_F(LogSettledTest, ASettlementOfMoreThanWasChargedIsFound) {
  Append(Settlement(-8, 110));
  ExpectWrong("do not add up");
  Append(Settlement(50, 51));
  ExpectWrong("do not add up");
}

TEST_F(LogSettledTest, ASettlementOfPeopleWhoWereOnlyDeclaredIsFound) {
  ExpectWrong(
      Settlement(2, 0),
      [](v1::DecisionRecord* record) {
        v1::CountedPeople* left = record->mutable_settlement()->mutable_left();
        left->set_persons(2);
        left->set_digest(std::string(32, 'x'));
      },
      "do not add up");
}

TEST_F(LogSettledTest, ASettlementByAnotherExporterIsFound) {
  ExpectWrong(
      Settlement(100, 0),
      [](v1::DecisionRecord* record) {
        record->mutable_settlement()->set_exporter(service::kShenzhen);
      },
      "cannot be settled");
}

TEST_F(LogSettledTest, ASettlementThatChargesAnotherYearIsFound) {
  ExpectWrong(
      Settlement(100, 2),
      [](v1::DecisionRecord* record) {
        record->set_also_year(2027);
        record->set_also_persons(3);
      },
      "do not add up");
}

TEST_F(LogSettledTest, ASecondSettlementIsFound) {
  Append(Settlement(100, 2));
  Append(Settlement(100, 2));
  ExpectWrong("settles a second time");
  Append(Correction(90, -12, "wang", Propose(90)));
  Append(Settlement(100, 2));
  ExpectWrong("settles a second time");
}

TEST_F(LogSettledTest, ACorrectionWhoseChangeIsNotTheDifferenceIsFound) {
  for (const int64_t change : {-11, -13, 0, 12}) {
    Append(Correction(90, change, "wang", Propose(90)));
    ExpectWrong("do not add up");
  }
  // After a settlement the difference is to that.
  Append(Settlement(100, 2));
  Append(Correction(90, -12, "wang", Propose(90)));
  ExpectWrong("do not add up");
  Append(Correction(103, 1, "wang", Propose(103)));
  ExpectWrong("do not add up");
}

TEST_F(LogSettledTest, AProposalThatChangesSomethingIsFound) {
  Append(Correction(90, -12, "li"));
  ExpectWrong("do not add up");
}

TEST_F(LogSettledTest, ACorrectionByThePersonWhoProposedItIsFound) {
  Append(Correction(90, -12, "li", Propose(90)));
  ExpectWrong("another person");
}

TEST_F(LogSettledTest, ACorrectionByAnotherOrganizationIsFound) {
  ExpectWrong(
      Correction(90, -12, "wang", Propose(90)),
      [](v1::DecisionRecord* record) {
        record->mutable_actor()->set_organization("operator");
      },
      "not made by a person of the exporter");
}

TEST_F(LogSettledTest, ACorrectionThatASystemConfirmsIsFound) {
  ExpectWrong(
      Correction(90, -12, "wang", Propose(90)),
      [](v1::DecisionRecord* record) {
        record->mutable_actor()->set_name("erp");
      },
      "not made by a person of the exporter");
}

TEST_F(LogSettledTest, ACorrectionThatASystemProposesIsFound) {
  ExpectWrong(
      Correction(90, 0, "li"),
      [](v1::DecisionRecord* record) {
        record->mutable_actor()->set_name("erp");
      },
      "not made by a person of the exporter");
}

TEST_F(LogSettledTest, ACorrectionThatNobodyProposedIsFound) {
  const std::string here =
      ledger::FormatId({2027, ledger_->size() + 1});  // Itself.
  Propose(90);
  Append(Correction(90, -12, "wang", here));
  ExpectWrong("another person");
  Append(Correction(90, -12, "wang", decision_));
  ExpectWrong("another person");
  Append(Correction(90, -12, "wang", Append(Settlement(90, 12))));
  ExpectWrong("another person");
}

TEST_F(LogSettledTest, ACorrectionOfAnotherDecisionThanProposedIsFound) {
  const std::string proposal = Propose(90);
  const std::string mine = decision_;
  decision_ = ledger_->Read(4)->id;  // a1: charged 101.
  Append(Correction(90, -11, "wang", proposal));
  decision_ = mine;
  ExpectWrong("another person");
}

TEST_F(LogSettledTest, ACorrectionOfOtherNumbersThanProposedIsFound) {
  Append(Correction(91, -11, "wang", Propose(90)));
  ExpectWrong("another person");
}

TEST_F(LogSettledTest, AConfirmationThatIsConfirmedIsFound) {
  const std::string first = Append(Correction(90, -12, "wang", Propose(90)));
  Append(Correction(90, 0, "li", first));
  ExpectWrong("another person");
}

TEST_F(LogSettledTest, AProposalThatIsConfirmedTwiceIsFound) {
  const std::string proposal = Propose(90);
  Append(Correction(90, -12, "wang", proposal));
  Append(Correction(90, 0, "wang", proposal));
  ExpectWrong("nothing settled since");
}

TEST_F(LogSettledTest, AProposalOlderThanTheSettlementIsFound) {
  const std::string proposal = Propose(90);
  Append(Settlement(100, 2));
  Append(Correction(90, -10, "wang", proposal));
  ExpectWrong("nothing settled since");
}

}  // namespace
}  // namespace tongguan::cli
