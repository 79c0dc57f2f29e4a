// Taking the oldest records out of a ledger that is not open. Their leaves stay
// in the tree: the hashes of full tiles are kept anyway, those of the records
// in the tile that the cut goes through are put beside them.
#ifndef TONGGUAN_GATEWAY_LEDGER_PRUNE_H_
#define TONGGUAN_GATEWAY_LEDGER_PRUNE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace tongguan::ledger {

// Takes out every record below `below`, the first of a commit, in one
// transaction, and makes the index again without them: their request ids are
// free from then on. OK when they are out already. Tallies, days, sets and
// parts of policies stay.
absl::Status Prune(const std::string& path, uint64_t below);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_PRUNE_H_
