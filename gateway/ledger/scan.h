// Reading a ledger as it lies on the disk, whoever writes it meanwhile: for
// verifying and publishing. Nothing is changed and no lock is taken. Not
// thread-safe.
#ifndef TONGGUAN_GATEWAY_LEDGER_SCAN_H_
#define TONGGUAN_GATEWAY_LEDGER_SCAN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/sqlite.h"
#include "gateway/ledger/tallies.h"
#include "gateway/ledger/tree.h"

namespace tongguan::ledger {

// A journal row as it is stored, unpacked: nothing is checked. Bytes live until
// the next row is read.
struct RawRow {
  uint64_t first_index = 0;
  uint64_t count = 0;
  int64_t time_micros = 0;
  int32_t year = 0;
  absl::string_view root, signature;  // Empty: NULL.
  absl::string_view facts, records;   // Frames; see rows.h.
};

using DayKey = std::pair<std::string, Day>;  // Exporter, day.

class Scan {
 public:
  // NotFound for no file; FailedPrecondition for what is no ledger of this
  // format; DataLoss for a damaged one. Sees what is committed now.
  static absl::StatusOr<std::unique_ptr<Scan>> Open(const std::string& path);

  // Records, and the tallies at that size.
  uint64_t size() const { return size_; }
  // The first that is there; those below were taken out (prune.h).
  uint64_t first() const { return journal_->first(); }
  const std::vector<std::pair<TallyKey, Tally>>& tallies() const {
    return tallies_;
  }

  // People counted on each Beijing day.
  const std::map<DayKey, People>& days() const { return days_; }
  // How many people are in each set of the year sets_from() or later; those
  // before are being erased.
  const std::map<SetKey, int64_t>& sets() const { return sets_; }
  int32_t sets_from() const { return sets_from_; }

  // The rows up to size() in order, from the one that holds `from` on, until
  // `visit` is not OK.
  absl::Status EachRow(uint64_t from,
                       const std::function<absl::Status(const RawRow&)>& visit);

  // The first record of this instant or later, or size().
  absl::StatusOr<uint64_t> FirstSince(int64_t time_micros) {
    return journal_->FirstSince(time_micros, size_);
  }
  // The records whose facts name this exporter, in order.
  absl::StatusOr<std::vector<uint64_t>> Find(absl::string_view exporter);

  absl::StatusOr<std::string> ReadRecord(uint64_t index);
  absl::StatusOr<std::string> ReadPart(absl::string_view digest);
  absl::StatusOr<journal::Hash> ReadHash(int level, uint64_t index) {
    return tiles_.Read(*journal_, level, index);
  }
  // DataLoss where the journal has rows but those `rows` that EachRow(0) gave,
  // or the file tables but the ledger's.
  absl::Status CheckTables(uint64_t rows);
  // DataLoss where SQLite finds the file's pages damaged, the index is not that
  // of a journal of `size` records, or the sets from a year on do not hold whom
  // they say. Has a connection of its own, so that a thread of its own may do
  // it meanwhile.
  static absl::Status CheckBeside(const std::string& path, uint64_t size,
                                  int32_t sets_from);
  // Number of hashes of tiles that are kept of size() records, and of such as
  // are of no records.
  absl::StatusOr<int64_t> CountTiles();

 private:
  absl::Status Prepare();
  absl::Status ReadSnapshot();
  absl::Status ReadTallies();
  absl::Status ReadDays();
  absl::Status ReadSets();

  uint64_t size_ = 0;
  std::vector<std::pair<TallyKey, Tally>> tallies_;
  std::map<DayKey, People> days_;
  std::map<SetKey, int64_t> sets_;
  int32_t sets_from_ = 0;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Journal> journal_;
  TileHashes tiles_;
  Statement rows_, part_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_SCAN_H_
