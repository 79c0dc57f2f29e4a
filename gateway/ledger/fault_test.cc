// Disks that fail: a VFS of the test fails a chosen write or sync.
#include <sqlite3.h>

#include <atomic>
#include <cstring>

#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {
namespace {

// The fault: the call counted down to 0 on the write-ahead log fails, and so do
// `more` after it.
struct Fault {
  std::atomic<int> writes_left{-1}, syncs_left{-1};
  std::atomic<int> more{0};
  std::atomic<int> code{SQLITE_OK};
  std::atomic<int> writes{0}, syncs{0};  // Calls seen.
} fault;

bool Fails(std::atomic<int>& left) {
  const int before = left.load();
  if (before < 0) return false;
  if (before > 0) {
    --left;
    return false;
  }
  if (fault.more.fetch_sub(1) <= 0) left = -1;
  return true;
}

// A file of the default VFS, with its methods but for two.
struct File {
  sqlite3_file base;
  sqlite3_io_methods methods;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  ++fault.writes;
  if (Fails(fault.writes_left)) return fault.code;
  return Of(file)->real()->pMethods->xWrite(Of(file)->real(), bytes, size, at);
}

int Sync(sqlite3_file* file, int flags) {
  ++fault.syncs;
  if (Fails(fault.syncs_left)) return fault.code;
  return Of(file)->real()->pMethods->xSync(Of(file)->real(), flags);
}

int Close(sqlite3_file* file) {
  return Of(file)->real()->pMethods->xClose(Of(file)->real());
}
int Read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  return Of(file)->real()->pMethods->xRead(Of(file)->real(), bytes, size, at);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Of(file)->real()->pMethods->xTruncate(Of(file)->real(), size);
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Of(file)->real()->pMethods->xFileSize(Of(file)->real(), size);
}
int Lock(sqlite3_file* file, int level) {
  return Of(file)->real()->pMethods->xLock(Of(file)->real(), level);
}
int Unlock(sqlite3_file* file, int level) {
  return Of(file)->real()->pMethods->xUnlock(Of(file)->real(), level);
}
int CheckReserved(sqlite3_file* file, int* out) {
  return Of(file)->real()->pMethods->xCheckReservedLock(Of(file)->real(), out);
}
int Control(sqlite3_file* file, int op, void* arg) {
  return Of(file)->real()->pMethods->xFileControl(Of(file)->real(), op, arg);
}
int SectorSize(sqlite3_file* file) {
  return Of(file)->real()->pMethods->xSectorSize(Of(file)->real());
}
int Characteristics(sqlite3_file* file) {
  return Of(file)->real()->pMethods->xDeviceCharacteristics(Of(file)->real());
}

sqlite3_vfs* Default() {
  static sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
  return vfs;
}

// Only the write-ahead log is wrapped; the others are opened as they are.
int OpenFaulty(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags,
               int* out_flags) {
  if (!(flags & SQLITE_OPEN_WAL)) {
    return Default()->xOpen(Default(), name, file, flags, out_flags);
  }
  File* wrapped = Of(file);
  const int code =
      Default()->xOpen(Default(), name, wrapped->real(), flags, out_flags);
  wrapped->base.pMethods = nullptr;
  if (code != SQLITE_OK) return code;
  wrapped->methods = {};
  wrapped->methods.iVersion = 1;
  wrapped->methods.xClose = Close;
  wrapped->methods.xRead = Read;
  wrapped->methods.xWrite = Write;
  wrapped->methods.xTruncate = Truncate;
  wrapped->methods.xSync = Sync;
  wrapped->methods.xFileSize = FileSize;
  wrapped->methods.xLock = Lock;
  wrapped->methods.xUnlock = Unlock;
  wrapped->methods.xCheckReservedLock = CheckReserved;
  wrapped->methods.xFileControl = Control;
  wrapped->methods.xSectorSize = SectorSize;
  wrapped->methods.xDeviceCharacteristics = Characteristics;
  wrapped->base.pMethods = &wrapped->methods;
  return SQLITE_OK;
}

class FaultTest : public LedgerTest {
 protected:
  FaultTest() {
    vfs_ = *Default();
    vfs_.zName = "faulty";
    vfs_.szOsFile += sizeof(File);
    vfs_.xOpen = OpenFaulty;
    sqlite3_vfs_register(&vfs_, /*makeDflt=*/1);
    Clear();
  }
  ~FaultTest() override {
    Clear();
    ledger_ = nullptr;
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(Default(), 1);
  }
  static void Clear() {
    fault.writes_left = fault.syncs_left = -1;
    fault.more = 0;
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

  sqlite3_vfs vfs_;
};

// How many writes one commit makes; all but the last two (the head and the page
// of the frame that commits) come before COMMIT.
TEST_F(FaultTest, AWriteThatFailsBeforeCommitIsUndoneAtEveryPlace) {
  Open();
  ExpectRecorded("a");
  fault.writes = 0;
  ExpectRecorded("b");
  const int writes = fault.writes;
  ASSERT_GE(writes, 6);
  uint64_t pairs = 2;
  for (int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    for (int at = 0; at + 2 < writes; ++at) {
      SCOPED_TRACE(testing::Message() << code << " at write " << at);
      fault.code = code;
      fault.writes_left = at;
      ExpectUnavailable("c");
      Clear();
      EXPECT_TRUE(ledger_->health().ok()) << ledger_->health();
      ExpectPairs(pairs);
      ExpectRecorded(absl::StrCat("d", code, "-", at));
      ExpectPairs(++pairs);
    }
  }
  Reopen();
  ExpectPairs(pairs);
}

TEST_F(FaultTest, AFullDiskRefusesUntilItHasRoomAndStillReads) {
  Open();
  ExpectRecorded("a");
  fault.code = SQLITE_FULL;
  fault.more = 1 << 30;
  fault.writes_left = 0;
  for (int i = 0; i < 20; ++i) ExpectUnavailable("b");
  ExpectPairs(1);
  Clear();
  ExpectRecorded("b");
  ExpectPairs(2);
}

TEST_F(FaultTest, WhatTheIndexLostToAFailedCommitIsWrittenAgain) {
  constexpr int kRun = 60;
  options_.index_run = kRun;
  Open();
  fault.code = SQLITE_IOERR_WRITE;
  for (int i = 0; i < 2 * kRun; ++i) {
    fault.writes_left = i % 4;  // All before COMMIT.
    ExpectUnavailable("r");
    Clear();
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
  fault.code = SQLITE_IOERR_FSYNC;
  fault.syncs_left = 0;
  ExpectUnavailable("b");
  Clear();
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
  fault.writes = 0;
  ExpectRecorded("b");
  const int writes = fault.writes;
  fault.code = SQLITE_IOERR_WRITE;
  fault.writes_left = writes - 1;
  ExpectUnavailable("c");
  Clear();
  ExpectPoisoned(*ledger_);
  ExpectPairs(2);
  Reopen();
  ExpectPairs(2);
}

TEST_F(FaultTest, WhatWaitsBehindAFailedCommitIsRefusedToo) {
  options_.max_batch = 2;
  Open();
  fault.code = SQLITE_IOERR_FSYNC;
  Gate gate(*ledger_);
  Answers answers;
  for (int i = 0; i < 9; ++i) {
    answers.Submit(*ledger_, MakeSubmission(absl::StrCat(i), "x"));
  }
  fault.syncs_left = 0;
  gate.Open();
  for (const auto& stored : answers.Wait()) {
    EXPECT_TRUE(absl::IsUnavailable(stored.status())) << stored.status();
  }
  EXPECT_EQ(ledger_->size(), 0u);
}

TEST_F(FaultTest, EveryCommitIsSynced) {
  Open();
  fault.syncs = 0;
  for (int i = 0; i < 10; ++i) Put("", "x");
  EXPECT_GE(fault.syncs, 10);
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
