// Whether the index tables say what the journal does: what readers are shown is
// found by them. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_LEDGER_INDEX_CHECK_H_
#define TONGGUAN_GATEWAY_LEDGER_INDEX_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

// Of a journal of `size` records or more, which may grow meanwhile. DataLoss
// for what is missing, added or changed in `request`, `entry`, `settled` or
// `indexed`; records that are not yet in the tables are found in the journal.
absl::Status CheckIndex(Database& db, Journal& journal, uint64_t size);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_INDEX_CHECK_H_
