// Which request ids are surely new: a Bloom filter over the keys of those in
// the log. Nearly every request is new, and to look it up among millions cost
// more than to decide it. The filter says "may be there" too often at times,
// "is not there" never wrongly.
//
// A long table is taken in beside the committer, over a connection of its own,
// a slice at a time; until all of it is, every id may be there.
#ifndef TONGGUAN_GATEWAY_LEDGER_REQUEST_FILTER_H_
#define TONGGUAN_GATEWAY_LEDGER_REQUEST_FILTER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

class RequestFilter {
 public:
  // Takes in the table of requests of `db`, a log of so many records: at once
  // where it is short. Whatever is written to the table from now on must be
  // Added, too.
  static absl::StatusOr<std::unique_ptr<RequestFilter>> Over(Database& db,
                                                             uint64_t records);
  ~RequestFilter();

  // By one thread.
  void Add(uint64_t key);
  bool MayHold(uint64_t key) const;
  // Whether the whole table is in.
  bool complete() const { return complete_.load(std::memory_order_acquire); }

 private:
  explicit RequestFilter(uint64_t records);
  absl::StatusOr<bool> TakeSlice(Statement* rows);
  void TakeRest();

  // Two bytes a key, of which four bits in one word are set: of 200 new keys
  // one may seem to be there, of 20 one where there are twice as many as it was
  // made for: 4 million, or twice those at opening, at most 16 million.
  std::vector<std::atomic<uint64_t>> words_;
  int64_t next_;  // Key of the table.
  std::atomic<bool> complete_ = false, stop_ = false;
  std::unique_ptr<Database> db_;  // The thread's own.
  std::thread thread_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_REQUEST_FILTER_H_
