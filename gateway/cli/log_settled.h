// What really left under decisions: settlements, proposals of corrections and
// their confirmations, checked against the decision, what was settled before,
// and each other. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_SETTLED_H_
#define TONGGUAN_GATEWAY_CLI_LOG_SETTLED_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "gateway/cli/log_allowed.h"
#include "gateway/cli/log_source.h"
#include "gateway/ledger/ledger.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::cli {

// What a settlement or a correction adds to the tally of the decision's year;
// below 0: takes off.
ledger::People AddedBy(const v1::DecisionRecord& record);

// What a record adds to the GBA tally, and in the year charged as well.
ledger::People GbaOf(const v1::DecisionRecord& record);
ledger::People AlsoGbaOf(const v1::DecisionRecord& record);

class SettledAudit {
 public:
  // `source` must outlive it.
  explicit SettledAudit(const LogSource& source) : source_(source) {}

  // A record of the log: where it stands, its id, and the allowed decision of
  // the same exporter that it speaks of. Returns what is wrong with it.
  struct Step {
    uint64_t index = 0;
    const std::string& id;
    const v1::DecisionRecord& record;
    const Allowed& decided;
  };
  MaybeFinding TakeSettlement(const Step& step);
  MaybeFinding TakeCorrection(const Step& step);

 private:
  struct Settled {
    uint64_t by = 0;      // The last record that did.
    ledger::People left;  // What it says has left.
  };
  const Settled* Before(const Step& step) const;
  MaybeFinding CheckProposal(const Step& step) const;

  const LogSource& source_;
  absl::flat_hash_map<uint64_t, Settled> settled_;  // By the decision's index.
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_SETTLED_H_
