// Finding records: by request id, by exporter, headline and verdict, and what
// was settled. The journal is the truth; this is written behind it: a run of
// records is indexed in memory, in the order of the tables, then written a
// slice at a time inside later commits, so that a B-tree page takes many rows
// at once and no disk write is added.
#ifndef TONGGUAN_GATEWAY_LEDGER_INDEX_H_
#define TONGGUAN_GATEWAY_LEDGER_INDEX_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/mutex.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/request_filter.h"
#include "gateway/ledger/rows.h"
#include "gateway/ledger/run.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

// The committer calls all; other threads only FindUnwritten.
class Index {
 public:
  // Takes up what the tables lack from a journal of `size` records; writes all
  // full runs of `run_records`. `db` and `journal` must outlive it.
  static absl::StatusOr<std::unique_ptr<Index>> On(Database& db,
                                                   Journal& journal,
                                                   uint64_t size,
                                                   size_t run_records);

  // The committed record of a request id; the last that settled an index.
  absl::StatusOr<std::optional<uint64_t>> FindRequest(const Fact& request);
  absl::StatusOr<std::optional<uint64_t>> SettledBy(uint64_t index);

  // Takes up the next record, once it is committed.
  void Add(const Fact& fact);

  // Writes the share of the waiting rows that a commit of so many records
  // carries, inside the caller's transaction, which then must be reported:
  // Committed or RolledBack. A run is written while half of the next fills.
  absl::Status Write(size_t records);
  void Committed();
  void RolledBack();

  // Appends what is not yet in the tables; returns where that begins: below,
  // the tables have everything.
  uint64_t FindUnwritten(const Filter& filter,
                         std::vector<uint64_t>* found) const;

 private:
  Index(Database& db, Journal& journal, size_t run_records)
      : db_(db), journal_(journal), run_records_(run_records) {}
  absl::Status Prepare();
  absl::Status CatchUp(uint64_t size);
  absl::Status FilterRequests(uint64_t size);
  absl::Status ForgetBegun();
  absl::Status InTransaction(const std::function<absl::Status()>& write);
  absl::Status WriteRunNow();
  absl::StatusOr<std::optional<uint64_t>> FindIn(const Run* run,
                                                 const Fact& request);
  absl::StatusOr<std::optional<uint64_t>> AtKey(const Run* run, uint64_t key);
  void Seal();
  absl::Status WriteNext();
  absl::Status WriteRequest(uint64_t key, uint64_t index);

  Database& db_;
  Journal& journal_;
  const size_t run_records_;
  Statement put_request_, get_request_, put_entry_, put_settled_, get_settled_,
      put_indexed_;
  std::unique_ptr<RequestFilter> requests_;
  // Changed by the committer only, which reads them without the lock.
  mutable Mutex mu_;
  std::unique_ptr<Run> open_;    // Takes records.
  std::unique_ptr<Run> sealed_;  // Being written; null: none.
  // The row of sealed_ that is next.
  struct Place {
    size_t rows = 0;  // Before it.
    Run::Requests::const_iterator request;
    Run::Terms::const_iterator term;
    Run::Settled::const_iterator settled;
  };
  Place done_;     // After what is committed,
  Place written_;  // and after what is written.
};

// Statement and search of the entry table, for any connection.
absl::StatusOr<Statement> PrepareFind(Database& db);
absl::Status FindWritten(Filter filter, Statement* statement,
                         std::vector<uint64_t>* found);

// Empties the index tables, inside the caller's transaction, so that opening
// fills them again.
absl::Status ClearIndex(Database& db);
// Does that now.
absl::Status FillIndex(Database& db);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_INDEX_H_
