// Writing an archive from a ledger as it lies on the disk.
#ifndef TONGGUAN_GATEWAY_CLI_ARCHIVE_EXPORT_H_
#define TONGGUAN_GATEWAY_CLI_ARCHIVE_EXPORT_H_

#include <string>

#include "absl/status/status.h"
#include "gateway/archive/manifest.h"
#include "gateway/cli/archive_rules.h"
#include "gateway/ledger/scan.h"

namespace tongguan::cli {

// FailedPrecondition where records from `first` on, which are those of the
// span, are not all that were asked for: years were taken out of the ledger.
absl::Status CheckThere(ledger::Scan& scan, uint64_t first, const Span& span);

// Writes the records of the selection, what proves them, and the page.
// FailedPrecondition where the ledger cannot give them: it is not signed, or
// records that were asked for are no longer in it. Nothing is verified: that is
// done with what was written.
absl::Status WriteArchive(ledger::Scan& scan,
                          const archive::Selection& selection,
                          const std::string& path);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_ARCHIVE_EXPORT_H_
