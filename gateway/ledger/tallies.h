// Tallies: how changes are added up, the table, and what is kept in memory of
// it.
#ifndef TONGGUAN_GATEWAY_LEDGER_TALLIES_H_
#define TONGGUAN_GATEWAY_LEDGER_TALLIES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

using TallyKey = std::pair<std::string, int32_t>;  // Exporter, Beijing year.
using TallyMap = absl::flat_hash_map<TallyKey, Tally>;

// Adds a change. FailedPrecondition, and nothing added, if a sum would fall
// below 0 or not fit 64 bits.
absl::Status Add(const Change& change, Tally* tally);

// Whether a change changes a tally at all.
bool Changes(const Change& change);

// What `Tally::counted` gains by a change.
People CountedBy(const Change& change);

// The tables of tallies and of days. Not thread-safe.
class TallyTable {
 public:
  // `db` must outlive it.
  static absl::StatusOr<std::unique_ptr<TallyTable>> On(Database& db);
  // Zero when there is none.
  absl::StatusOr<Tally> Read(const TallyKey& key);
  absl::Status Write(const TallyKey& key, const Tally& tally);

  absl::StatusOr<std::vector<DayCount>> ReadDays(absl::string_view exporter,
                                                 Day from);
  absl::Status AddToDay(absl::string_view exporter, const DayCount& count);

 private:
  Statement read_, write_, read_days_, add_to_day_;
};

// Tallies as of the last commit, as far as they were asked. Thread-safe.
class TallyCache {
 public:
  std::optional<Tally> Find(const TallyKey& key) const;
  void Put(const TallyKey& key, const Tally& tally);

 private:
  mutable Mutex mu_;
  TallyMap tallies_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_TALLIES_H_
