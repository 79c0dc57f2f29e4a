// The tables of sets of people. A set's counts are the sum of its parts, each a
// range of pseudonyms, and of the changes with numbers above what the part of
// their range has merged. Each row keeps a check of what it says: the records
// do not say who is in a set. Not thread-safe; no cache.
#ifndef TONGGUAN_GATEWAY_LEDGER_SET_TABLE_H_
#define TONGGUAN_GATEWAY_LEDGER_SET_TABLE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

struct SetRow {
  int64_t id = 0;
  SetState state;
};

struct PartRow {
  uint32_t number = 0;  // Of the part in its set.
  std::string start;    // Pseudonyms from here, up to the next part's.
  uint32_t merged = 0;  // Changes up to this number are in it.
  size_t bytes = 0;     // Of its counts.
};

class SetTable {
 public:
  // `db` must outlive it.
  static absl::StatusOr<std::unique_ptr<SetTable>> On(Database& db);

  absl::StatusOr<std::optional<SetRow>> Find(const SetKey& key);
  // In the order of `start`.
  absl::StatusOr<std::vector<PartRow>> Parts(int64_t set);
  // DataLoss when they are damaged, here and below.
  absl::StatusOr<std::string> PartCounts(int64_t set, uint32_t number);
  using Visit = std::function<void(uint32_t number, absl::string_view counts)>;
  absl::Status EachChange(int64_t set, const Visit& visit);

  // Inside the caller's transaction.
  absl::StatusOr<int64_t> Create(const SetKey& key);
  absl::Status PutState(const SetRow& row);
  absl::Status PutPart(int64_t set, const PartRow& part,
                       absl::string_view counts);
  absl::Status PutChange(int64_t set, uint32_t number,
                         absl::string_view counts);
  // Delete until `budget` bytes are gone; lower it by what was. True: no more
  // is there.
  absl::StatusOr<bool> DeleteChanges(int64_t set, uint32_t up_to,
                                     int64_t* budget);
  absl::StatusOr<bool> EraseBefore(int32_t year, int64_t* budget);

 private:
  absl::StatusOr<bool> DeleteRows(Statement& first, Statement& remove,
                                  int64_t low, int64_t high, int64_t* budget);

  Statement find_, create_, name_, put_state_, parts_, part_, put_part_,
      first_part_, delete_part_, changes_, put_change_, first_change_,
      delete_change_, oldest_, delete_set_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_SET_TABLE_H_
