// The connection that appends. A commit is all of a batch or nothing; where it
// cannot be known which, the writer is done for good. Used by the committer
// only, but for what says otherwise.
#ifndef TONGGUAN_GATEWAY_LEDGER_WRITER_H_
#define TONGGUAN_GATEWAY_LEDGER_WRITER_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/ledger/batch.h"
#include "gateway/ledger/checkpointer.h"
#include "gateway/ledger/tree.h"

namespace tongguan::ledger {

// The year whose sets of people are the oldest that are kept at an instant.
int32_t SetsFrom(absl::Time at);

class Writer {
 public:
  static absl::StatusOr<std::unique_ptr<Writer>> Open(const Options& options);
  ~Writer();

  // Begins a transaction: a batch on top of the last commit, at `now` or, if
  // that is earlier, at the instant of the last record.
  Batch Begin(absl::Time now);

  // Ends it. Unavailable when nothing was committed, or (then health() is bad)
  // when that is not known. An empty batch after a failed one tries whether a
  // commit could be written.
  absl::Status Commit(const Batch& batch);

  // From any thread. Number of durable records; what can no longer be written.
  uint64_t size() const { return size_.load(std::memory_order_acquire); }
  absl::Status health() const;
  absl::Status writable() const;  // As Ledger::writable().
  const TallyCache& tallies() const { return cache_; }
  const Index& index() const { return *index_; }
  // Sets of people of earlier years are erased, or are being erased.
  int32_t sets_from() const { return sets_from_; }

 private:
  Writer() = default;
  void EndYear(Batch* batch);
  absl::Status EraseSlice();
  absl::Status Write(const Batch& batch);
  absl::Status Flush();
  absl::Status Try();
  // How the last attempt to write ended.
  void Note(const absl::Status& ended);
  absl::Status Undo();
  absl::Status Poison(const absl::Status& why);

  std::unique_ptr<Database> db_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<TallyTable> table_;
  std::unique_ptr<Index> index_;
  std::unique_ptr<Tree> tree_;
  std::unique_ptr<PeopleSets> sets_;
  TallyCache cache_;
  decltype(Options::year_end) year_end_;
  Statement begin_, commit_, rollback_;
  std::unique_ptr<Checkpointer> checkpointer_;
  absl::Status begun_;
  int log_pages_ = 0;  // Of the write-ahead log, after the last commit.
  int64_t last_micros_ = 0;
  bool cut_log_ = false;  // It may hold people that were erased.
  std::atomic<uint64_t> size_{0};
  std::atomic<int32_t> sets_from_{0};
  mutable Mutex mu_;
  absl::Status failing_ ABSL_GUARDED_BY(mu_);   // The last attempt to write.
  absl::Status poisoned_ ABSL_GUARDED_BY(mu_);  // Set once, never cleared.
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_WRITER_H_
