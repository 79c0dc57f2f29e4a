// What the service's threads read, over a connection of its own, and the parts
// of policies, which are content-addressed and need no order. Thread-safe.
#ifndef TONGGUAN_GATEWAY_LEDGER_READER_H_
#define TONGGUAN_GATEWAY_LEDGER_READER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/mutex.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/tallies.h"
#include "gateway/ledger/tree.h"
#include "gateway/ledger/writer.h"

namespace tongguan::ledger {

class Reader {
 public:
  // Reads what `writer`, which must outlive it, has committed.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(const std::string& path,
                                                      const Writer& writer);

  absl::StatusOr<Tally> ReadTally(const TallyKey& key);
  absl::StatusOr<Known> LookUp(const SetKey& set, absl::string_view people);
  absl::StatusOr<std::vector<DayCount>> ReadDays(absl::string_view exporter,
                                                 Day from);
  absl::StatusOr<Stored> Read(uint64_t index);
  absl::StatusOr<std::vector<Stored>> List(const Query& query);
  absl::StatusOr<Head> ReadHead();
  absl::StatusOr<journal::Hash> ReadHash(int level, uint64_t index);
  absl::Status KeepPart(absl::string_view digest, absl::string_view bytes);
  absl::StatusOr<std::string> ReadPart(absl::string_view digest);

 private:
  explicit Reader(const Writer& writer) : writer_(writer) {}
  absl::StatusOr<std::vector<uint64_t>> Find(const Query& query)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Writer& writer_;
  Mutex mu_;
  std::unique_ptr<Database> db_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Journal> journal_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<TallyTable> tallies_ ABSL_GUARDED_BY(mu_);
  TileHashes tiles_ ABSL_GUARDED_BY(mu_);
  Statement begin_ ABSL_GUARDED_BY(mu_);
  Statement commit_ ABSL_GUARDED_BY(mu_);
  Statement find_ ABSL_GUARDED_BY(mu_);
  Statement put_part_ ABSL_GUARDED_BY(mu_);
  Statement get_part_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_READER_H_
