// The ledger of one file: a queue, one committer thread, and readers.
#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/file.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/reader.h"
#include "gateway/ledger/writer.h"

namespace tongguan::ledger {
namespace {

// A commit is cut here, whatever Options::max_batch says, so that a row stays
// quick to read.
constexpr size_t kMaxRowBytes = 4 << 20;

// When a commit waits for more, and how long: see Gather.
constexpr size_t kManyWait = 16, kEnough = 40;
constexpr int kMostWaits = 4;
constexpr std::chrono::microseconds kWait{200};

class SqliteLedger final : public Ledger {
 public:
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(
      const Options& options, std::function<absl::Time()> now);
  ~SqliteLedger() override { Close(); }

  void Submit(Submission submission) override;
  absl::StatusOr<Tally> ReadTally(absl::string_view exporter,
                                  int32_t year) override;
  absl::StatusOr<Known> LookUp(const SetKey& set,
                               absl::string_view people) override {
    return reader_->LookUp(set, people);
  }
  absl::StatusOr<std::vector<DayCount>> ReadDays(absl::string_view exporter,
                                                 Day from) override {
    return reader_->ReadDays(exporter, from);
  }
  absl::StatusOr<Stored> Read(uint64_t index) override {
    return reader_->Read(index);
  }
  absl::StatusOr<std::vector<Stored>> List(const Query& query) override {
    return reader_->List(query);
  }
  absl::Status KeepParts(
      const std::vector<std::pair<std::string, std::string>>& parts) override;
  absl::StatusOr<std::string> ReadPart(absl::string_view digest) override {
    return reader_->ReadPart(digest);
  }
  uint64_t size() override { return writer_->size(); }
  absl::StatusOr<Head> ReadHead() override { return reader_->ReadHead(); }
  absl::StatusOr<journal::Hash> ReadHash(int level, uint64_t index) override {
    return reader_->ReadHash(level, index);
  }
  absl::Status health() override { return writer_->health(); }
  absl::Status writable() override { return writer_->writable(); }
  void Probe() override;
  void Close() override;

 private:
  SqliteLedger(const Options& options, std::function<absl::Time()> now)
      : options_(options), now_(std::move(now)) {}
  void RunCommitter();
  std::deque<Submission> Take();
  void Gather() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Refusal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  const std::function<absl::Time()> now_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
  Mutex mu_;
  std::deque<Submission> queue_ ABSL_GUARDED_BY(mu_);
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  size_t last_ ABSL_GUARDED_BY(mu_) = 0;  // Submissions taken the last time.
  CondVar wanted_;
  std::thread committer_;
};

absl::StatusOr<std::unique_ptr<Ledger>> SqliteLedger::Open(
    const Options& options, std::function<absl::Time()> now) {
  std::unique_ptr<SqliteLedger> ledger(
      new SqliteLedger(options, std::move(now)));
  TG_ASSIGN_OR_RETURN(ledger->lock_, FileLock::Take(options.path));
  TG_ASSIGN_OR_RETURN(ledger->writer_, Writer::Open(options));
  TG_ASSIGN_OR_RETURN(ledger->reader_,
                      Reader::Open(options.path, *ledger->writer_));
  ledger->committer_ = std::thread(&SqliteLedger::RunCommitter, ledger.get());
  return std::unique_ptr<Ledger>(std::move(ledger));
}

absl::Status SqliteLedger::Refusal() {
  if (closing_) {
    return absl::UnavailableError("the ledger is closing: ask again later");
  }
  if (queue_.size() >= options_.max_queue) {
    return absl::ResourceExhaustedError(absl::StrCat(
        options_.max_queue, " requests wait for the ledger: ask again later"));
  }
  return absl::OkStatus();
}

void SqliteLedger::Submit(Submission submission) {
  absl::Status refusal = writer_->health();
  if (refusal.ok()) {
    MutexLock lock(&mu_);
    refusal = Refusal();
    if (refusal.ok()) {
      queue_.push_back(std::move(submission));
      if (queue_.size() == 1) wanted_.NotifyOne();
      return;
    }
  }
  submission.done(std::move(refusal));
}

// A submission that adds nothing: alone in its batch, it has the writer try.
void SqliteLedger::Probe() {
  Submission probe;
  probe.make = [](View&) -> absl::StatusOr<Entry> {
    return absl::CancelledError("a probe");
  };
  probe.done = [](const absl::StatusOr<Stored>&) {};
  Submit(std::move(probe));
}

// Under load, lets more come as long as more do: they share what a commit costs
// beside its records, some 200 us. A caller alone is not kept waiting.
void SqliteLedger::Gather() {
  if (last_ < kManyWait) return;
  for (int i = 0; i < kMostWaits && !closing_; ++i) {
    const size_t before = queue_.size();
    if (before >= kEnough) return;
    wanted_.WaitFor(&mu_, kWait);
    if (queue_.size() == before) return;
  }
}

// Everything that waits, up to a batch; empty: the ledger closes.
std::deque<Submission> SqliteLedger::Take() {
  MutexLock lock(&mu_);
  while (!closing_ && queue_.empty()) wanted_.Wait(&mu_);
  Gather();
  std::deque<Submission> taken;
  last_ = std::min(queue_.size(), options_.max_batch);
  if (queue_.size() <= options_.max_batch) {
    taken.swap(queue_);
    return taken;
  }
  for (size_t i = 0; i < options_.max_batch; ++i) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void SqliteLedger::RunCommitter() {
  for (;;) {
    std::deque<Submission> taken = Take();
    if (taken.empty()) return;
    while (!taken.empty()) {
      Batch batch = writer_->Begin(now_());
      while (!taken.empty() && batch.row().records.size() < kMaxRowBytes) {
        batch.Run(std::move(taken.front()));
        taken.pop_front();
      }
      batch.Answer(writer_->Commit(batch));
    }
  }
}

absl::StatusOr<Tally> SqliteLedger::ReadTally(absl::string_view exporter,
                                              int32_t year) {
  return reader_->ReadTally(
      TallyKey(std::string(exporter.data(), exporter.size()), year));
}

absl::Status SqliteLedger::KeepParts(
    const std::vector<std::pair<std::string, std::string>>& parts) {
  TG_RETURN_IF_ERROR(health());
  // One transaction each: commits get in between.
  for (const auto& [digest, bytes] : parts) {
    TG_RETURN_IF_ERROR(reader_->KeepPart(digest, bytes));
  }
  return absl::OkStatus();
}

void SqliteLedger::Close() {
  {
    MutexLock lock(&mu_);
    closing_ = true;
  }
  wanted_.NotifyOne();
  if (committer_.joinable()) committer_.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> OpenSqliteLedger(
    const Options& options, std::function<absl::Time()> now) {
  return SqliteLedger::Open(options, std::move(now));
}

absl::Status RebuildIndex(const std::string& path) {
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                      FileLock::Take(path));
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<Database> db, OpenFile(path));
  TG_RETURN_IF_ERROR(db->Exec("BEGIN IMMEDIATE"));
  TG_RETURN_IF_ERROR(ClearIndex(*db));
  TG_RETURN_IF_ERROR(db->Exec("COMMIT"));
  return FillIndex(*db);
}

}  // namespace tongguan::ledger
