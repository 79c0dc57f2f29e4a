// The public keys that a log is checked by.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_KEYS_H_
#define TONGGUAN_GATEWAY_CLI_LOG_KEYS_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/journal/key.h"

namespace tongguan::cli {

// The keys in these files, one a line. InvalidArgument for a file that holds
// none: whoever names one wants it asked for. So only no path gives no key.
absl::StatusOr<std::vector<journal::PublicKey>> ReadLogKeys(
    const std::vector<std::string>& paths, std::istream& in);

// For whoever runs the ledger: without a file that of LEDGER.key, if this user
// may read it; who holds the log's own key need not be told its public part.
// Never for what came from elsewhere, whose sender may send a key along. Empty:
// none is known.
absl::StatusOr<std::vector<journal::PublicKey>> ReadLedgerKeys(
    const std::vector<std::string>& paths, const std::string& ledger,
    std::istream& in);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_KEYS_H_
