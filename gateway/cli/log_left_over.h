// What lies in a published folder beside the tiles of its head. Part of
// `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_LEFT_OVER_H_
#define TONGGUAN_GATEWAY_CLI_LOG_LEFT_OVER_H_

#include <cstdint>
#include <set>
#include <string>

#include "gateway/cli/log_dir.h"
#include "gateway/cli/log_source.h"

namespace tongguan::cli {

// Every file under tile/ and part/ of a folder whose tiles, those of `size`
// records, and whose `parts` (digests) hold. A partial tile of an earlier head
// must be the beginning of the one that took its place; what has no place in
// such a folder is wrong. `beyond` counts what a run of publishing that was
// interrupted, or is going on, may have put there: no head speaks of it yet.
MaybeFinding CheckLeftOver(const LogDir& dir, uint64_t size,
                           const std::set<std::string>& parts,
                           uint64_t* beyond);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_LEFT_OVER_H_
