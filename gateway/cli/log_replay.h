// Decisions taken again: the same rules, policy, flow, instant and tallies give
// the same decision, byte for byte. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_REPLAY_H_
#define TONGGUAN_GATEWAY_CLI_LOG_REPLAY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/cli/log_source.h"
#include "gateway/cli/policy_parts.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/tallies.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::cli {

// What records add up to.
using Sums = std::map<ledger::TallyKey, ledger::Tally>;
// Zero where there is none.
ledger::Tally TallyAt(const Sums& sums, const ledger::TallyKey& key);

// On the other side of a turn of the year, so near that a clock may be wrong
// about it; the record's own instant where there is none.
absl::Time OtherInstant(const v1::DecisionRecord& record);

class ReplayAudit {
 public:
  // `source` must outlive it.
  explicit ReplayAudit(const LogSource& source) : policies_(source.part) {}

  // A verdict's record, its id, and the sums of the records before it; whether
  // all that adds up to those of its years is `known`.
  MaybeFinding Take(const std::string& id, const v1::DecisionRecord& record,
                    const Sums& sums, bool known);

  // Decisions that were taken again; and how many were not, and why.
  uint64_t replayed() const { return replayed_; }
  void SayWhatWasNot(std::vector<Finding>* lacking) const;

 private:
  PolicyParts policies_;
  // Not replayed: another version of the rules took them; their people are no
  // longer known; the sums before them are not.
  uint64_t other_rules_ = 0, other_people_ = 0, other_year_ = 0;
  uint64_t replayed_ = 0;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_REPLAY_H_
