// Decisions that allowed a flow, as far as settlements of them need: kept while
// the log is read, so that it is not read back. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_ALLOWED_H_
#define TONGGUAN_GATEWAY_CLI_LOG_ALLOWED_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/container/node_hash_set.h"
#include "absl/strings/string_view.h"
#include "gateway/cli/log_source.h"
#include "gateway/ledger/ledger.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::cli {

// What is needed of one; texts belong to the record, or to AllowedDecisions.
struct Allowed {
  uint64_t index = 0;
  int32_t year = 0;
  int32_t also_year = 0;
  absl::string_view exporter;
  absl::string_view key_id;    // Of the people's pseudonyms.
  ledger::People charged;      // In `year`,
  ledger::People also;         // and in `also_year`.
  ledger::People there;        // Where people were counted: how many.
  v1::Charging charging = {};  // On some tally.
  bool counted = false;
  bool all_sensitive = false;  // Are or may be under 14.
};
// Of a verdict's record.
Allowed AllowedOf(uint64_t index, const v1::DecisionRecord& record);

// About 110 bytes a decision that is kept: 110 MB. Besides, each exporter and
// each key of pseudonyms once, of all decisions that ever were: few, but of a
// forged log as long as it is.
inline constexpr size_t kMostAllowed = size_t{1} << 20;

class AllowedDecisions {
 public:
  // `source` must outlive it. The last `most`, at least 1, are kept; of those
  // before, each that is asked for is read from `source`.
  explicit AllowedDecisions(const LogSource& source, size_t most = kMostAllowed)
      : source_(source), most_(most) {}

  // The next one, in the order of the log.
  void Keep(const Allowed& allowed);
  // Lives until the next call; null for what is no decision that allowed a flow
  // and charged it to some tally.
  const Allowed* Find(uint64_t index);

 private:
  absl::string_view Own(absl::string_view text);

  const LogSource& source_;
  const size_t most_;
  std::deque<Allowed> kept_;  // Ascending.
  bool dropped_ = false;      // There were others before.
  absl::node_hash_set<std::string> texts_;
  v1::DecisionRecord read_;
  Allowed of_read_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_ALLOWED_H_
