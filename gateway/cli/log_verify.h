// Checking a ledger or an archive and saying what came out, for `log verify`
// and for those who have written an archive, or take records out of a ledger.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_VERIFY_H_
#define TONGGUAN_GATEWAY_CLI_LOG_VERIFY_H_

#include <string>

#include "gateway/cli/context.h"
#include "gateway/cli/log_audit.h"

namespace tongguan::cli {

// kSuccess, kBroken or kIncomplete, said on `out`; kError: it cannot be opened.
// Without keys in `options` the ledger's is that of the file beside it.
int VerifyLedger(Context& context, const std::string& path,
                 AuditOptions options);
int VerifyArchive(Context& context, const std::string& path,
                  AuditOptions options);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_VERIFY_H_
