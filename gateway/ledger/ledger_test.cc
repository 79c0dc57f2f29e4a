#include "gateway/ledger/ledger.h"

#include <set>

#include "gateway/ledger/id.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/sqlite.h"
#include "gmock/gmock.h"

namespace tongguan::ledger {
namespace {

using ::testing::HasSubstr;

// A submission that charges and, with `limit`, refuses beyond it.
Submission Charging(const std::string& request_id,
                    const std::vector<Change>& changes,
                    int64_t limit = INT64_MAX) {
  Submission submission = MakeSubmission(request_id, request_id);
  submission.make = [=](View& view) -> absl::StatusOr<Entry> {
    auto tally = view.tally(kExporter, 2026);
    if (!tally.ok()) return tally.status();
    if (tally->counted.persons >= limit) {
      return absl::OutOfRangeError("the limit");
    }
    Entry entry = MakeEntry(request_id);
    entry.changes = changes;
    return entry;
  };
  return submission;
}

Submission Settling(const std::string& request_id, uint64_t settles) {
  Submission submission = MakeSubmission(request_id, request_id);
  submission.make = [=](View&) -> absl::StatusOr<Entry> {
    Entry entry = MakeEntry(request_id);
    entry.settles = settles;
    return entry;
  };
  return submission;
}

int64_t Rows(const std::string& path, const std::string& table) {
  auto db = Database::Open(path);
  EXPECT_TRUE(db.ok()) << db.status();
  return (*db)->Number(absl::StrCat("SELECT count(*) FROM ", table)).value();
}

TEST_F(LedgerTest, RecordsGetIndexesFromZeroAndComeBack) {
  Open();
  EXPECT_EQ(ledger_->size(), 0u);
  for (uint64_t i = 0; i < 3; ++i) {
    const Stored stored = Put(absl::StrCat("r", i), absl::StrCat("record", i));
    EXPECT_EQ(stored.index, i);
    EXPECT_EQ(stored.id, FormatId({2026, i}));
    EXPECT_FALSE(stored.repeated);
    const auto read = ledger_->Read(i);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->record, absl::StrCat("record", i));
    EXPECT_EQ(read->id, stored.id);
    EXPECT_EQ(read->time, Noon());
  }
  EXPECT_EQ(ledger_->size(), 3u);
  EXPECT_TRUE(absl::IsNotFound(ledger_->Read(3).status()));
  EXPECT_TRUE(absl::IsNotFound(ledger_->Read(UINT64_MAX).status()));
}

TEST_F(LedgerTest, RecordsOfAnyBytesComeBack) {
  Open();
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  for (const std::string& record :
       {std::string(), bytes, std::string(300'000, '\xff')}) {
    EXPECT_EQ(ledger_->Read(Put("", record).index)->record, record);
  }
}

TEST_F(LedgerTest, WhatQueuesDuringACommitIsOneRow) {
  Open();
  Gate gate(*ledger_);
  Answers answers;
  for (int i = 0; i < 300; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  gate.Open();
  uint64_t index = 0;
  for (const auto& stored : answers.Wait()) {
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->index, index++);
  }
  ledger_ = nullptr;
  EXPECT_EQ(Rows(options_.path, "journal"), 1);
}

TEST_F(LedgerTest, ACommitHasAtMostMaxBatchRecords) {
  options_.max_batch = 10;
  Open();
  Gate gate(*ledger_);
  Answers answers;
  for (int i = 0; i < 35; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  gate.Open();
  answers.Wait();
  ledger_ = nullptr;
  EXPECT_EQ(Rows(options_.path, "journal"), 4);
}

TEST_F(LedgerTest, AFullQueueRefusesAtOnce) {
  options_.max_queue = 5;
  Open();
  Gate gate(*ledger_);
  Answers answers, refused;
  for (int i = 0; i < 5; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  refused.Submit(*ledger_, MakeSubmission("5", "x"));
  EXPECT_TRUE(absl::IsResourceExhausted(refused.Wait()[0].status()));
  gate.Open();
  for (const auto& stored : answers.Wait()) EXPECT_TRUE(stored.ok());
  EXPECT_EQ(ledger_->size(), 5u);
}

TEST_F(LedgerTest, ClosingFinishesWhatIsQueuedAndRefusesTheRest) {
  Open();
  auto gate = std::make_unique<Gate>(*ledger_);
  Answers answers;
  for (int i = 0; i < 50; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  gate->Open();
  ledger_->Close();
  for (const auto& stored : answers.Wait()) EXPECT_TRUE(stored.ok());
  EXPECT_TRUE(
      absl::IsUnavailable(Do(*ledger_, MakeSubmission("late", "x")).status()));
  EXPECT_TRUE(ledger_->Read(49).ok());
}

TEST_F(LedgerTest, ARepeatedRequestGetsTheEarlierRecord) {
  Open();
  const Stored first = Put("a", "record");
  clock_.Set(Noon() + absl::Hours(1));
  const Stored again = Put("a", "record");
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.time, first.time);
  EXPECT_EQ(again.record, "record");
  EXPECT_EQ(ledger_->size(), 1u);
}

TEST_F(LedgerTest, ARequestIdWithAnotherBodyIsRefused) {
  Open();
  const Stored first = Put("a", "record");
  const auto other = Do(*ledger_, MakeSubmission("a", "another"));
  EXPECT_TRUE(absl::IsAlreadyExists(other.status()));
  EXPECT_THAT(other.status().message(), HasSubstr(first.id));
  EXPECT_EQ(ledger_->size(), 1u);
}

TEST_F(LedgerTest, RequestIdsBelongToTheirOwner) {
  Open();
  Put("a", "record");
  Submission submission = MakeSubmission("a", "another");
  submission.owner = "another owner";
  EXPECT_EQ(Do(*ledger_, std::move(submission))->index, 1u);
}

TEST_F(LedgerTest, WithoutARequestIdEachIsRecorded) {
  Open();
  EXPECT_EQ(Put("", "record").index, 0u);
  EXPECT_EQ(Put("", "record").index, 1u);
}

TEST_F(LedgerTest, RepeatsWithinOneCommitAreSeen) {
  Open();
  Gate gate(*ledger_);
  Answers answers;
  answers.Submit(*ledger_, MakeSubmission("a", "record"));
  answers.Submit(*ledger_, MakeSubmission("a", "record"));
  answers.Submit(*ledger_, MakeSubmission("a", "another"));
  gate.Open();
  const auto stored = answers.Wait();
  EXPECT_FALSE(stored[0]->repeated);
  EXPECT_TRUE(stored[1]->repeated);
  EXPECT_EQ(stored[1]->record, "record");
  EXPECT_EQ(stored[1]->id, stored[0]->id);
  EXPECT_TRUE(absl::IsAlreadyExists(stored[2].status()));
  EXPECT_EQ(ledger_->size(), 1u);
}

TEST_F(LedgerTest, AFailedMakeLeavesItsRequestIdFree) {
  Open();
  Gate gate(*ledger_);
  Answers answers;
  answers.Submit(*ledger_, Charging("a", {Charge(1)}, 0));
  answers.Submit(*ledger_, MakeSubmission("b", "b"));
  answers.Submit(*ledger_, MakeSubmission("a", "a"));
  gate.Open();
  const auto stored = answers.Wait();
  EXPECT_TRUE(absl::IsOutOfRange(stored[0].status()));
  EXPECT_EQ(stored[1]->index, 0u);
  EXPECT_EQ(stored[2]->index, 1u);
  EXPECT_EQ(ledger_->ReadTally(kExporter, 2026)->counted.persons, 0);
}

TEST_F(LedgerTest, TimeStandsStillWhenTheClockRunsBackwards) {
  Open();
  Put("a", "a");
  clock_.Set(Noon() - absl::Hours(24 * 400));
  EXPECT_EQ(Put("b", "b").time, Noon());
  Reopen();
  const Stored stored = Put("c", "c");
  EXPECT_EQ(stored.time, Noon());
  EXPECT_EQ(stored.id, FormatId({2026, 2}));
}

TEST_F(LedgerTest, TheIdCarriesTheBeijingYear) {
  Open();
  // 2027 begins in Beijing at 2026-12-31T16:00:00Z.
  clock_.Set(absl::FromUnixSeconds(1798732800) - absl::Microseconds(1));
  EXPECT_EQ(Put("a", "a").id, FormatId({2026, 0}));
  clock_.Set(absl::FromUnixSeconds(1798732800));
  EXPECT_EQ(Put("b", "b").id, FormatId({2027, 1}));
}

TEST_F(LedgerTest, TheViewShowsWhatIsBeforeTheRecord) {
  Open();
  Put("", "first");
  Gate gate(*ledger_);
  Answers answers;
  answers.Submit(*ledger_, Charging("a", {Charge(7)}));
  Submission submission = MakeSubmission("b", "b");
  submission.make = [](View& view) -> absl::StatusOr<Entry> {
    EXPECT_EQ(view.now(), Noon());
    EXPECT_EQ(view.index(), 2u);
    EXPECT_EQ(view.id(), FormatId({2026, 2}));
    EXPECT_EQ(view.tally(kExporter, 2026)->counted.persons, 7);
    EXPECT_EQ(view.tally(kExporter, 2025)->counted.persons, 0);
    EXPECT_EQ(*view.record(0), "first");
    EXPECT_EQ(*view.record(1), "a");
    EXPECT_TRUE(absl::IsNotFound(view.record(2).status()));
    EXPECT_FALSE(view.settled_by(0)->has_value());
    return MakeEntry("b");
  };
  answers.Submit(*ledger_, std::move(submission));
  gate.Open();
  EXPECT_EQ(answers.Wait()[1]->index, 2u);
}

TEST_F(LedgerTest, ChangesFallOnTheirAccounts) {
  Open();
  std::vector<Change> changes(5, Charge(10));
  for (Change& change : changes) change.people.sensitive = 1;
  changes[1].account = Account::kExempt;
  changes[2].account = Account::kListExempt;
  changes[3].account = Account::kGba;
  changes[4].opening_persons = 500;
  ASSERT_TRUE(Do(*ledger_, Charging("a", changes)).ok());
  for (int round = 0; round < 2; ++round, Reopen()) {
    const Tally tally = *ledger_->ReadTally(kExporter, 2026);
    EXPECT_EQ(tally.counted.persons, 20);
    EXPECT_EQ(tally.counted.sensitive, 2);
    EXPECT_EQ(tally.exempt.persons, 10);
    EXPECT_EQ(tally.list_exempt.persons, 10);
    EXPECT_EQ(tally.gba.persons, 10);
    EXPECT_EQ(tally.gba.sensitive, 1);
    EXPECT_EQ(tally.opening_persons, 500);
    EXPECT_EQ(tally.opening_sensitive, std::nullopt);
    EXPECT_EQ(ledger_->ReadTally(kExporter, 2027)->counted.persons, 0);
  }
}

TEST_F(LedgerTest, AChangeThatBringsNobodyWritesNoTally) {
  Open();
  ASSERT_TRUE(Do(*ledger_, Charging("a", {Charge(0)})).ok());
  EXPECT_EQ(Rows(options_.path, "tally"), 0);
  ASSERT_TRUE(Do(*ledger_, Charging("b", {Charge(0), Charge(3)})).ok());
  EXPECT_EQ(Rows(options_.path, "tally"), 1);
}

TEST_F(LedgerTest, ATallyBelowZeroIsRefusedWhole) {
  Open();
  ASSERT_TRUE(Do(*ledger_, Charging("a", {Charge(10)})).ok());
  const auto below =
      Do(*ledger_, Charging("b", {Charge(5, "another"), Charge(-11)}));
  EXPECT_TRUE(absl::IsFailedPrecondition(below.status()));
  EXPECT_EQ(ledger_->ReadTally("another", 2026)->counted.persons, 0);
  EXPECT_EQ(ledger_->ReadTally(kExporter, 2026)->counted.persons, 10);
  EXPECT_EQ(ledger_->size(), 1u);
  EXPECT_TRUE(Do(*ledger_, Charging("b", {Charge(-10)})).ok());
}

TEST_F(LedgerTest, ATallyBeyond64BitsIsRefused) {
  Open();
  ASSERT_TRUE(Do(*ledger_, Charging("a", {Charge(INT64_MAX - 1)})).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Do(*ledger_, Charging("b", {Charge(2)})).status()));
}

TEST_F(LedgerTest, ARecordIsSettledOnce) {
  Open();
  Put("a", "a");
  Put("b", "b");
  ASSERT_TRUE(Do(*ledger_, Settling("s", 0)).ok());
  for (int round = 0; round < 2; ++round, Reopen()) {
    EXPECT_TRUE(
        absl::IsFailedPrecondition(Do(*ledger_, Settling("s2", 0)).status()));
  }
  Gate gate(*ledger_);
  Answers answers;
  answers.Submit(*ledger_, Settling("s3", 1));
  answers.Submit(*ledger_, Settling("s4", 1));
  gate.Open();
  EXPECT_TRUE(answers.Wait()[0].ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(answers.Wait()[1].status()));
}

TEST_F(LedgerTest, ARecordSettlesOnlyWhatIsBeforeIt) {
  Open();
  EXPECT_TRUE(absl::IsInvalidArgument(Do(*ledger_, Settling("s", 0)).status()));
  EXPECT_EQ(ledger_->size(), 0u);
}

TEST_F(LedgerTest, PartsAreKeptOnce) {
  Open();
  const std::string digest(32, '\0');
  ASSERT_TRUE(ledger_->KeepParts({{digest, "bytes"}, {digest, "no"}}).ok());
  ASSERT_TRUE(ledger_->KeepParts({{digest, "nor this"}}).ok());
  Reopen();
  EXPECT_EQ(*ledger_->ReadPart(digest), "bytes");
  EXPECT_TRUE(absl::IsNotFound(ledger_->ReadPart("another").status()));
}

// What was recorded before the index was written, while it was, and after.
class IndexRunTest : public LedgerTest,
                     public testing::WithParamInterface<int> {
 protected:
  static constexpr int kRecords = 100;
  std::vector<absl::StatusOr<Stored>> SubmitAll() {
    Answers answers;
    for (int i = 0; i < kRecords; ++i) {
      answers.Submit(*ledger_, MakeSubmission(absl::StrCat("r", i),
                                              absl::StrCat("record", i)));
    }
    return answers.Wait();
  }
  void Fill() {
    options_.index_run = GetParam();
    options_.max_batch = 10;
    Open();
    for (const auto& stored : SubmitAll()) ASSERT_TRUE(stored.ok());
    ASSERT_TRUE(Do(*ledger_, Settling("s", 3)).ok());
  }
  void ExpectAllKnown() {
    uint64_t index = 0;
    for (const auto& again : SubmitAll()) {
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(again->repeated);
      EXPECT_EQ(again->index, index);
      EXPECT_EQ(again->record, absl::StrCat("record", index));
      ++index;
    }
    EXPECT_TRUE(
        absl::IsFailedPrecondition(Do(*ledger_, Settling("s5", 3)).status()));
    Query query;
    query.exporter = kExporter;
    query.limit = 1000;
    EXPECT_EQ(ledger_->List(query)->size(), kRecords + 1u);
    EXPECT_EQ(ledger_->size(), kRecords + 1u);
  }
};

TEST_P(IndexRunTest, RepeatsAreKnown) {
  Fill();
  ExpectAllKnown();
}

TEST_P(IndexRunTest, RepeatsAreKnownAfterReopening) {
  Fill();
  Reopen();
  ExpectAllKnown();
}

TEST_P(IndexRunTest, RepeatsAreKnownWhenTheIndexWasLost) {
  Fill();
  ledger_ = nullptr;
  auto db = Database::Open(options_.path);
  ASSERT_TRUE((*db)
                  ->Exec("DELETE FROM indexed; DELETE FROM request;"
                         "DELETE FROM entry; DELETE FROM settled")
                  .ok());
  db->reset();
  Open();
  ExpectAllKnown();
}

TEST_P(IndexRunTest, RebuildingMendsAWrongIndex) {
  Fill();
  ledger_ = nullptr;
  auto db = Database::Open(options_.path);
  ASSERT_TRUE((*db)->Exec("DELETE FROM request; DELETE FROM entry").ok());
  db->reset();
  ASSERT_TRUE(RebuildIndex(options_.path).ok());
  Open();
  ExpectAllKnown();
}

INSTANTIATE_TEST_SUITE_P(Records, IndexRunTest,
                         testing::Values(1, 2, 7, 64, 101, 1000));

// A run of 300 records is 900 rows of index, of which a commit of one record
// writes 72: for some commits it is partly in the tables.
TEST_F(LedgerTest, RepeatsAreKnownWhileTheirIndexIsBeingWritten) {
  constexpr uint64_t kRun = 300;
  options_.index_run = kRun;
  Open();
  Answers answers;
  for (uint64_t i = 0; i < kRun; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  answers.Wait();
  Query query;
  query.exporter = kExporter;
  query.limit = 1000;
  for (uint64_t commit = 0; commit < 20; ++commit) {
    Put("", "another");
    EXPECT_EQ(ledger_->List(query)->size(), kRun + commit + 1);
    for (uint64_t i = commit; i < kRun; i += 30) {
      const Stored again = Put(absl::StrCat(i), "x");
      EXPECT_TRUE(again.repeated);
      EXPECT_EQ(again.index, i);
    }
  }
}

// The filter that knows which ids are new is still being filled then.
TEST_F(LedgerTest, RepeatsAreKnownAtOnceAfterALongLogWasOpened) {
  constexpr int kRequests = 120'000;
  options_.index_run = 1000;
  options_.max_queue = kRequests;
  Open();
  const auto ask = [this](int from) {
    Answers answers;
    for (int i = from; i < kRequests; ++i) {
      answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
    }
    return answers.Wait();
  };
  for (const auto& stored : ask(0)) ASSERT_TRUE(stored.ok());
  Reopen();
  uint64_t index = kRequests - 1000;
  for (const auto& again : ask(kRequests - 1000)) {
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_TRUE(again->repeated) << index;
    EXPECT_EQ(again->index, index++);
  }
}

TEST_F(LedgerTest, RebuildingIsRefusedWhileItIsOpen) {
  Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(RebuildIndex(options_.path)));
}

}  // namespace
}  // namespace tongguan::ledger
