// Taking closed years out of the ledger: the records that say so, and doing it.
#ifndef TONGGUAN_GATEWAY_SERVICE_PRUNING_H_
#define TONGGUAN_GATEWAY_SERVICE_PRUNING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/log_key.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {

// From when on the records of a year may be taken out: three years after the
// last of them (PIPL art. 56, Network Data Security Regulations art. 12).
absl::Time MayGoFrom(int32_t year);

// Appends the record of the pruning, and then takes out what it names; `size`
// is the index of the record that closes `year`. The key and the policy in
// force are recorded again before it, where their records go: the log that is
// left begins with them. Killed at any point, the records are there or are out
// by a record that says so; doing it again finishes it. The ledger must not be
// open.
//
// FailedPrecondition before MayGoFrom, by the clock or by the last record: a
// clock that is ahead takes nothing out while the log has not come as far.
absl::Status PruneLog(const std::string& ledger_path, const LogKey& key,
                      const v1::PruningRecord& pruning, const Clock& clock);

// The pruning that took this record out. NotFound when it is not out.
absl::StatusOr<v1::PruningRecord> PruningOf(uint64_t index,
                                            ledger::Ledger& ledger);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PRUNING_H_
