// Whether the sets of people say of themselves what their parts and changes
// hold. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_LEDGER_SET_CHECK_H_
#define TONGGUAN_GATEWAY_LEDGER_SET_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

// Every set of the year `from` or later, each as of one commit; those before
// are being erased. DataLoss where somebody was taken out of a set who was not
// in, where parts lack or have people of another range, where another number of
// people is in than the set says, or where parts and changes are of no set.
// Holds one part of one set in memory, and its changes.
absl::Status CheckSets(Database& db, int32_t from);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_SET_CHECK_H_
