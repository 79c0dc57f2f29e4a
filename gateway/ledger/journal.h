// The journal table: one row a commit, never changed. Not thread-safe.
#ifndef TONGGUAN_GATEWAY_LEDGER_JOURNAL_H_
#define TONGGUAN_GATEWAY_LEDGER_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/packed.h"
#include "gateway/ledger/rows.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

// One commit.
struct Row {
  uint64_t first_index = 0;
  uint64_t count = 0;
  int64_t time_micros = 0;
  int32_t year = 0;     // Beijing year of time_micros.
  std::string facts;    // Frames; see rows.h.
  std::string records;  // Frames; in the file packed, see packed.h.
};

class Journal {
 public:
  // `db` must outlive it.
  static absl::StatusOr<std::unique_ptr<Journal>> On(Database& db);

  // Inside the caller's transaction.
  absl::Status Append(const Row& row, const Head& head);

  // Where the journal ends. DataLoss unless its last rows follow each other
  // without a gap and hold as many records as they say.
  struct End {
    uint64_t size = 0;        // Number of records.
    int64_t time_micros = 0;  // Instant of the last commit.
  };
  absl::StatusOr<End> CheckEnd();

  // The head that the last row holds; of an empty journal, that of no record.
  absl::StatusOr<Head> LastHead();

  // The first record that is here: those below were taken out (prune.h).
  uint64_t first() const { return first_; }

  // NotFound when no row holds the index; OutOfRange below first().
  absl::StatusOr<Stored> Read(uint64_t index);
  absl::StatusOr<Fact> ReadFact(uint64_t index);

  // The first index below `size` committed at this instant or later, or `size`.
  // Not below first().
  // Instants never fall, so this is a binary search.
  absl::StatusOr<uint64_t> FirstSince(int64_t time_micros, uint64_t size);

  // The facts from index `from` on and below `to`, in order. DataLoss where one
  // is missing.
  absl::Status EachFact(uint64_t from, uint64_t to,
                        const std::function<void(const Fact&)>& visit);

 private:
  absl::Status Load(uint64_t index);

  uint64_t first_ = 0;
  Statement append_, row_, head_, rows_, tail_, last_;
  Packer packer_;
  Row loaded_;  // The row read last: neighbours are often asked together.
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_JOURNAL_H_
