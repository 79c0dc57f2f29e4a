#include "gateway/ledger/checkpointer.h"

#include "gateway/base/status_macros.h"
#include "gateway/ledger/file.h"

namespace tongguan::ledger {
namespace {

constexpr int kPagesOfMegabyte = (1 << 20) / kPageBytes;
constexpr int kStartCopying = 4 * kPagesOfMegabyte;
constexpr int kLittleLeft = 1 * kPagesOfMegabyte;
// The log may not outgrow this, even if the committer has to copy more.
constexpr int kLongest = 128 * kPagesOfMegabyte;

// SQLite brings a file to the disk only where a checkpoint reached the log's
// end: here where nobody waits, so that little is left to the committer. A
// failure loses nothing, SQLite syncs again before it gives up the log.
void Sync(Database& db) {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(db.handle(), "main",
                                        SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK || file->pMethods == nullptr) return;
  file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Checkpointer>> Checkpointer::Start(
    const std::string& path) {
  std::unique_ptr<Checkpointer> checkpointer(new Checkpointer);
  TG_ASSIGN_OR_RETURN(checkpointer->db_, OpenAnother(path));
  checkpointer->thread_ = std::thread(&Checkpointer::Run, checkpointer.get());
  return checkpointer;
}

Checkpointer::~Checkpointer() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  wanted_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

bool Checkpointer::Due(int log_pages) {
  MutexLock lock(&mu_);
  if (log_pages < kStartCopying || state_ == State::kCopying) return false;
  if (state_ == State::kCopied &&
      (log_pages - copied_ <= kLittleLeft || log_pages >= kLongest)) {
    state_ = State::kIdle;
    return true;
  }
  state_ = State::kCopying;
  wanted_.NotifyOne();
  return false;
}

void Checkpointer::Finish(Database& committer) {
  sqlite3_wal_checkpoint_v2(committer.handle(), nullptr,
                            SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

bool Checkpointer::Cut(Database& committer) {
  // Readers are not waited for.
  sqlite3_busy_timeout(committer.handle(), 0);
  const int code =
      sqlite3_wal_checkpoint_v2(committer.handle(), nullptr,
                                SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(committer.handle(), kBusyMillis);
  return code == SQLITE_OK;
}

void Checkpointer::Run() {
  for (;;) {
    {
      MutexLock lock(&mu_);
      while (!stop_ && state_ != State::kCopying) wanted_.Wait(&mu_);
      if (stop_) return;
    }
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        db_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, &copied);
    if (code == SQLITE_OK) Sync(*db_);
    MutexLock lock(&mu_);
    state_ = code == SQLITE_OK ? State::kCopied : State::kIdle;
    copied_ = copied;
  }
}

}  // namespace tongguan::ledger
