// Disks that fail a chosen write or sync.
#include <string>
#include <utility>
#include <vector>

#include "gateway/ledger/disk_testing.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/sqlite.h"
#include "gmock/gmock.h"

namespace tongguan::ledger {
namespace {

bool LogWrites(DiskOp op, bool log) { return log && op == DiskOp::kWrite; }
bool LogSyncs(DiskOp op, bool log) { return log && op == DiskOp::kSync; }

DiskFault WriteFault(DiskFault::What what, int after, int times = 1) {
  return {what, after, times, LogWrites};
}
DiskFault SyncFault() { return {DiskFault::kError, 0, 1, LogSyncs}; }

class FaultTest : public LedgerTest {
 protected:
  ~FaultTest() override {
    disk_.Heal();
    ledger_ = nullptr;
  }
  // Two records, one of which charges.
  std::vector<absl::StatusOr<Stored>> Two(const std::string& request_id) {
    Gate gate(*ledger_);
    Answers answers;
    Submission charging = MakeSubmission(request_id, request_id);
    charging.make = [request_id](View&) -> absl::StatusOr<Entry> {
      Entry entry = MakeEntry(request_id);
      entry.changes = {Charge(5)};
      return entry;
    };
    answers.Submit(*ledger_, std::move(charging));
    answers.Submit(*ledger_, MakeSubmission(request_id + "'", "x"));
    gate.Open();
    return answers.Wait();
  }
  void ExpectUnavailable(const std::string& request_id) {
    for (const auto& stored : Two(request_id)) {
      EXPECT_TRUE(absl::IsUnavailable(stored.status())) << stored.status();
    }
  }
  void ExpectRecorded(const std::string& request_id) {
    for (const auto& stored : Two(request_id)) {
      EXPECT_TRUE(stored.ok()) << stored.status();
    }
  }
  // Records and people are `pairs` successful Two()s, whatever was in between.
  void ExpectPairs(uint64_t pairs) {
    EXPECT_EQ(ledger_->size(), 2 * pairs);
    EXPECT_EQ(ledger_->ReadTally(kExporter, 2026)->counted.persons,
              static_cast<int64_t>(5 * pairs));
    Query query;
    query.exporter = kExporter;
    EXPECT_EQ(ledger_->List(query)->size(), 2 * pairs);
    EXPECT_TRUE(absl::IsNotFound(ledger_->Read(2 * pairs).status()));
  }

  Disk disk_;
};

// How many writes one commit makes; all but the last two (the head and the page
// of the frame that commits) come before COMMIT.
TEST_F(FaultTest, AWriteThatFailsBeforeCommitIsUndoneAtEveryPlace) {
  Open();
  ExpectRecorded("a");
  disk_.Count(LogWrites);
  ExpectRecorded("b");
  const int writes = disk_.Count(LogWrites);
  ASSERT_GE(writes, 6);
  uint64_t pairs = 2;
  for (const auto what :
       {DiskFault::kFull, DiskFault::kError, DiskFault::kShort}) {
    for (int at = 0; at + 2 < writes; ++at) {
      SCOPED_TRACE(testing::Message() << what << " at write " << at);
      disk_.Fail(WriteFault(what, at));
      ExpectUnavailable("c");
      disk_.Heal();
      EXPECT_TRUE(ledger_->health().ok()) << ledger_->health();
      ExpectPairs(pairs);
      ExpectRecorded(absl::StrCat("d", static_cast<int>(what), "-", at));
      ExpectPairs(++pairs);
    }
  }
  Reopen();
  ExpectPairs(pairs);
}

TEST_F(FaultTest, AFullDiskRefusesUntilItHasRoomAndStillReads) {
  Open();
  ExpectRecorded("a");
  disk_.Fail(WriteFault(DiskFault::kFull, 0, 1 << 30));
  for (int i = 0; i < 20; ++i) ExpectUnavailable("b");
  ExpectPairs(1);
  disk_.Heal();
  ExpectRecorded("b");
  ExpectPairs(2);
}

TEST_F(FaultTest, AFullDiskIsNotWritableUntilACommitSucceeds) {
  Open();
  EXPECT_TRUE(ledger_->writable().ok());
  disk_.Fail(WriteFault(DiskFault::kFull, 0, 1 << 30));
  ExpectUnavailable("b");
  EXPECT_TRUE(ledger_->health().ok());
  EXPECT_THAT(std::string(ledger_->writable().message()),
              testing::HasSubstr("full (SQLite code 13): free space on its"));
  disk_.Heal();
  EXPECT_FALSE(ledger_->writable().ok());
  ExpectRecorded("b");
  EXPECT_TRUE(ledger_->writable().ok());
}

TEST_F(FaultTest, AProbeFindsOutThatTheDiskHasRoomAgain) {
  Open();
  disk_.Fail(WriteFault(DiskFault::kFull, 0, 1 << 30));
  ExpectUnavailable("b");
  const auto probe = [this] {
    ledger_->Probe();
    // Runs behind the probe, and adds nothing.
    Submission nothing = MakeSubmission("", "x");
    nothing.make = [](View&) -> absl::StatusOr<Entry> {
      return absl::NotFoundError("nothing");
    };
    EXPECT_TRUE(absl::IsNotFound(Do(*ledger_, std::move(nothing)).status()));
  };
  probe();
  EXPECT_FALSE(ledger_->writable().ok());
  disk_.Heal();
  probe();
  EXPECT_TRUE(ledger_->writable().ok()) << ledger_->writable();
  ExpectPairs(0);
  ExpectRecorded("b");
  ExpectPairs(1);
}

TEST_F(FaultTest, WhatTheIndexLostToAFailedCommitIsWrittenAgain) {
  constexpr int kRun = 60;
  options_.index_run = kRun;
  Open();
  for (int i = 0; i < 2 * kRun; ++i) {
    disk_.Fail(WriteFault(DiskFault::kError, i % 4));  // Before COMMIT.
    ExpectUnavailable("r");
    disk_.Heal();
    Put(absl::StrCat("r", i), "x");
  }
  Reopen();
  for (int i = 0; i < 2 * kRun; ++i) {
    EXPECT_TRUE(Put(absl::StrCat("r", i), "x").repeated);
  }
  Query query;
  query.exporter = kExporter;
  query.limit = 1000;
  EXPECT_EQ(ledger_->List(query)->size(), 2u * kRun);
}

void ExpectPoisoned(Ledger& ledger) {
  EXPECT_TRUE(absl::IsUnavailable(ledger.health()));
  EXPECT_TRUE(
      absl::IsUnavailable(Do(ledger, MakeSubmission("later", "x")).status()));
  EXPECT_TRUE(absl::IsUnavailable(ledger.KeepParts({{"digest", "bytes"}})));
}

TEST_F(FaultTest, AFailedSyncAtCommitEndsTheLedgerForGood) {
  Open();
  ExpectRecorded("a");
  disk_.Fail(SyncFault());
  ExpectUnavailable("b");
  disk_.Heal();
  ExpectPoisoned(*ledger_);
  ExpectPairs(1);
  // What had been reported is there; what was not is there whole or not at all.
  Reopen();
  EXPECT_TRUE(ledger_->health().ok());
  ASSERT_GE(ledger_->size(), 2u);
  ExpectPairs(ledger_->size() / 2);
  ExpectRecorded("b");
  ExpectPairs(2);
}

TEST_F(FaultTest, AFailedWriteAtCommitEndsTheLedgerForGood) {
  Open();
  ExpectRecorded("a");
  disk_.Count(LogWrites);
  ExpectRecorded("b");
  const int writes = disk_.Count(LogWrites);
  disk_.Fail(WriteFault(DiskFault::kError, writes - 1));
  ExpectUnavailable("c");
  disk_.Heal();
  ExpectPoisoned(*ledger_);
  ExpectPairs(2);
  Reopen();
  ExpectPairs(2);
}

TEST_F(FaultTest, WhatWaitsBehindAFailedCommitIsRefusedToo) {
  options_.max_batch = 2;
  Open();
  Put("", "first");  // Begins the log, whose head is synced by itself.
  Gate gate(*ledger_);
  Answers answers;
  for (int i = 0; i < 9; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  disk_.Fail(SyncFault());
  gate.Open();
  for (const auto& stored : answers.Wait()) {
    EXPECT_TRUE(absl::IsUnavailable(stored.status())) << stored.status();
  }
  EXPECT_EQ(ledger_->size(), 1u);
}

TEST_F(FaultTest, EveryCommitIsSynced) {
  Open();
  disk_.Count(LogSyncs);
  for (int i = 0; i < 10; ++i) Put("", "x");
  EXPECT_GE(disk_.Count(LogSyncs), 10);
}

// Another program that holds the write lock: an error, not a wait for ever.
TEST_F(FaultTest, ALockedFileRefusesAndRecovers) {
  Open();
  auto other = Database::Open(options_.path);
  ASSERT_TRUE((*other)->Exec("BEGIN IMMEDIATE").ok());
  ExpectUnavailable("a");
  ASSERT_TRUE((*other)->Exec("ROLLBACK").ok());
  EXPECT_TRUE(ledger_->health().ok());
  ExpectRecorded("a");
  ExpectPairs(1);
}

}  // namespace
}  // namespace tongguan::ledger
