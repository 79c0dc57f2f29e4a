// Appending a record of the gateway's own, which no caller asked for.
#ifndef TONGGUAN_GATEWAY_SERVICE_APPEND_H_
#define TONGGUAN_GATEWAY_SERVICE_APPEND_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/ledger/ledger.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {

// Where records of the log itself are found: its keys; the ends of years; what
// was taken out; the policies that came into force.
inline constexpr char kKeyIndexKey[] = "log-key";
inline constexpr char kYearIndexKey[] = "log-year";
inline constexpr char kPruningIndexKey[] = "log-pruning";
inline constexpr char kPolicyIndexKey[] = "policy";

// Appends the record that `fill` completes, with time, year and the gateway as
// actor set, and waits until it is durable. It is found again, newest first,
// under `index_key`, which is no unified social credit code.
absl::StatusOr<ledger::Stored> AppendOwn(
    const std::string& index_key, std::function<void(v1::DecisionRecord*)> fill,
    ledger::Ledger& ledger);

// The record that closes a year: ledger::Options::year_end.
ledger::Entry MakeYearEnd(ledger::View& view, int32_t last_year,
                          const ledger::Head& closed);

// The last record under the key; one without a body when there is none.
absl::StatusOr<v1::DecisionRecord> LastOwn(const std::string& index_key,
                                           ledger::Ledger& ledger);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_APPEND_H_
