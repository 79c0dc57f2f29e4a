// Records that were taken out are out; the rest is as before; whenever it
// dies, the one or the other.
#include "gateway/ledger/prune.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gateway/journal/frontier.h"
#include "gateway/journal/proof.h"
#include "gateway/ledger/disk_testing.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/scan.h"
#include "gmock/gmock.h"

namespace tongguan::ledger {
namespace {

std::string RecordOf(int i) { return absl::StrCat("the record number ", i); }

class PruneTest : public LedgerTest {
 protected:
  // Records 0 to n-1, each in a commit of its own.
  void Fill(int n) {
    Open();
    for (int i = 0; i < n; ++i) Put(absl::StrCat("r", i), RecordOf(i));
    root_ = ledger_->ReadHead()->root;
    ledger_ = nullptr;
  }
  // Everything from `below` on is there, nothing before.
  void ExpectPruned(int below, int n) {
    Open();
    EXPECT_EQ(ledger_->size(), static_cast<uint64_t>(n));
    EXPECT_EQ(ledger_->ReadHead()->root, root_);
    const auto hashes = journal::FromStored([&](int level, uint64_t index) {
      return ledger_->ReadHash(level, index);
    });
    for (int i = 0; i < n; ++i) {
      const auto stored = ledger_->Read(i);
      if (i < below) {
        EXPECT_TRUE(absl::IsOutOfRange(stored.status())) << stored.status();
        continue;
      }
      ASSERT_TRUE(stored.ok()) << stored.status();
      EXPECT_EQ(stored->record, RecordOf(i));
      const auto proof = journal::ProveInclusion(i, n, hashes);
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_TRUE(journal::VerifyInclusion(journal::LeafHash(RecordOf(i)), i, n,
                                           *proof, root_)
                      .ok());
    }
    Query query;
    query.limit = n;
    EXPECT_EQ(ledger_->List(query)->size(), static_cast<size_t>(n - below));
    query.exporter = kExporter;
    EXPECT_EQ(ledger_->List(query)->size(), static_cast<size_t>(n - below));
    query.since = absl::InfinitePast() + absl::Seconds(1);
    EXPECT_EQ(ledger_->List(query)->size(), static_cast<size_t>(n - below));
    ledger_ = nullptr;
  }

  journal::Hash root_ = {};
};

TEST_F(PruneTest, WhatIsTakenOutIsOutAndTheTreeIsWhole) {
  Fill(600);
  int out = 0;
  for (const int below : {3, 200, 256, 257, 511, 590}) {
    SCOPED_TRACE(below);
    ASSERT_TRUE(Prune(options_.path, below).ok());
    ExpectPruned(out = below, 600);
  }
  Open();
  EXPECT_TRUE(ledger_->ReadHash(0, 520).ok());
  EXPECT_TRUE(absl::IsOutOfRange(ledger_->ReadHash(0, 300).status()));
  EXPECT_TRUE(ledger_->ReadHash(8, 1).ok());
  ledger_ = nullptr;
  ASSERT_TRUE(Prune(options_.path, 100).ok());  // Out already.
  ExpectPruned(out, 600);
}

TEST_F(PruneTest, TheLogGoesOnAndTheTallyStays) {
  Open();
  Submission charging = MakeSubmission("c", "c");
  charging.make = [](View&) -> absl::StatusOr<Entry> {
    Entry entry = MakeEntry("c");
    entry.changes = {Charge(5)};
    return entry;
  };
  ASSERT_TRUE(Do(*ledger_, charging).ok());
  for (int i = 1; i < 10; ++i) Put(absl::StrCat("r", i), RecordOf(i));
  ledger_ = nullptr;
  ASSERT_TRUE(Prune(options_.path, 8).ok());
  Open();
  EXPECT_EQ(ledger_->ReadTally(kExporter, 2026)->counted.persons, 5);
  // A request id whose record is out is free; one that is kept is not.
  EXPECT_EQ(Put("r2", RecordOf(2)).index, 10u);
  EXPECT_EQ(Put("r9", RecordOf(9)).index, 9u);
  Submission settling = MakeSubmission("s", "s");
  settling.make = [](View& view) -> absl::StatusOr<Entry> {
    return view.record(2).status();
  };
  EXPECT_TRUE(absl::IsOutOfRange(Do(*ledger_, settling).status()));
  journal::Frontier all;
  all.Append(journal::LeafHash("c"), nullptr);
  for (const int i : {1, 2, 3, 4, 5, 6, 7, 8, 9, 2}) {
    all.Append(journal::LeafHash(RecordOf(i)), nullptr);
  }
  EXPECT_EQ(ledger_->ReadHead()->root, all.Root());
}

TEST_F(PruneTest, TheIndexIsMadeAgainWithoutThem) {
  options_.index_run = 16;
  Fill(100);
  ASSERT_TRUE(Prune(options_.path, 70).ok());
  ASSERT_TRUE(RebuildIndex(options_.path).ok());
  ExpectPruned(70, 100);
}

TEST_F(PruneTest, TheirBytesAreNoLongerInTheFiles) {
  Fill(50);
  ASSERT_TRUE(Prune(options_.path, 40).ok());
  for (const char* end : {"", "-wal"}) {
    std::ifstream in(options_.path + end, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(bytes.find(RecordOf(17)), std::string::npos);
    if (*end != '\0') continue;
    EXPECT_NE(bytes.find(RecordOf(45)), std::string::npos);
  }
}

TEST_F(PruneTest, WhatCannotBeIsRefusedAndChangesNothing) {
  Fill(5);
  EXPECT_TRUE(absl::IsInvalidArgument(Prune(options_.path, 5)));
  EXPECT_TRUE(absl::IsInvalidArgument(Prune(options_.path, 99)));
  Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(Prune(options_.path, 3)));  // Open.
  ledger_ = nullptr;
  ExpectPruned(0, 5);
}

TEST_F(PruneTest, AScanSeesWhereItBegins) {
  Fill(30);
  ASSERT_TRUE(Prune(options_.path, 20).ok());
  const auto scan = *Scan::Open(options_.path);
  EXPECT_EQ(scan->first(), 20u);
  EXPECT_EQ(scan->size(), 30u);
  EXPECT_EQ(*scan->FirstSince(0), 20u);
  EXPECT_EQ(scan->Find(kExporter)->size(), 10u);
  EXPECT_EQ(*scan->CountTiles(), 0);
}

// Every file operation in turn is the last: all are there, or none that was to
// go, and it can be done again.
TEST_F(PruneTest, KilledAtAnyPointTheyAreThereOrOut) {
  Disk disk;
  int out = 0, there = 0;
  for (int after = 0;; ++after) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    disk.Heal();
    disk.ForgetFiles();
    Fill(20);
    disk.Fail({DiskFault::kDeath, after});
    const bool done = Prune(options_.path, 15).ok();
    const bool dead = disk.dead();
    const std::string left = folder_ + "-left";
    std::filesystem::remove_all(left);
    std::filesystem::create_directory(left);
    disk.KeepAfterDeath(left);
    disk.Heal();
    const std::string path = options_.path;
    options_.path = left + "/ledger.db";
    Open();
    const bool gone = !ledger_->Read(0).ok();
    ledger_ = nullptr;
    SCOPED_TRACE(after);
    ExpectPruned(gone ? 15 : 0, 20);
    EXPECT_TRUE(Prune(options_.path, 15).ok());
    ExpectPruned(15, 20);
    options_.path = path;
    std::filesystem::remove_all(left);
    ++(gone ? out : there);
    EXPECT_TRUE(gone || !done);
    if (!dead) break;  // It ended before it was killed.
  }
  EXPECT_GT(there, 10);
  EXPECT_GT(out, 3);
}

}  // namespace
}  // namespace tongguan::ledger
