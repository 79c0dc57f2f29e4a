#include "gateway/ledger/checkpointer.h"

#include <thread>

#include "gateway/ledger/file.h"
#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

constexpr int kPagesOf16Megabytes = (16 << 20) / kPageBytes;

class CheckpointerTest : public LedgerTest {
 protected:
  void SetUp() override {
    db_ = OpenFile(options_.path).value();
    sqlite3_wal_hook(
        db_->handle(),
        [](void* pages, sqlite3*, const char*, int length) {
          *static_cast<int*>(pages) = length;
          return SQLITE_OK;
        },
        &pages_);
    checkpointer_ = Checkpointer::Start(options_.path).value();
  }
  // Commits 1 MiB; returns the length of the log in pages.
  int WriteMegabyte() {
    const absl::Status written = db_->Exec(
        "INSERT INTO part VALUES(randomblob(32), randomblob(1048576))");
    EXPECT_TRUE(written.ok()) << written;
    return pages_;
  }

  int pages_ = 0;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Checkpointer> checkpointer_;
};

TEST_F(CheckpointerTest, AShortLogIsLeftAlone) {
  while (WriteMegabyte() < kPagesOf16Megabytes) {
    EXPECT_FALSE(checkpointer_->Due(pages_));
  }
}

TEST_F(CheckpointerTest, ALongLogIsCopiedBesideAndThenStartedAnew) {
  while (WriteMegabyte() < kPagesOf16Megabytes) {
  }
  // Writing goes on while the thread copies; the end comes by itself.
  int rounds = 0;
  while (!checkpointer_->Due(pages_)) {
    if (++rounds % 1000 == 0 && rounds < 20'000) WriteMegabyte();
    std::this_thread::yield();
  }
  Checkpointer::Finish(*db_);
  EXPECT_LT(WriteMegabyte(), kPagesOf16Megabytes / 2);
  EXPECT_FALSE(checkpointer_->Due(pages_));
}

TEST_F(CheckpointerTest, AReaderOfAnOldStateOnlyPutsItOff) {
  auto reader = Database::Open(options_.path).value();
  ASSERT_TRUE(reader->Exec("BEGIN; SELECT * FROM part").ok());
  while (WriteMegabyte() < kPagesOf16Megabytes) {
  }
  // What the reader sees cannot be copied over: much is left, so it goes round.
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_FALSE(checkpointer_->Due(pages_));
    std::this_thread::yield();
  }
  ASSERT_TRUE(reader->Exec("COMMIT").ok());
  while (!checkpointer_->Due(pages_)) std::this_thread::yield();
  Checkpointer::Finish(*db_);
  EXPECT_LT(WriteMegabyte(), kPagesOf16Megabytes / 2);
}

}  // namespace
}  // namespace tongguan::ledger
