// From the entry that a refusal names to its place in the files.
#ifndef TONGGUAN_GATEWAY_POLICY_LOCATE_H_
#define TONGGUAN_GATEWAY_POLICY_LOCATE_H_

#include <string>

#include "absl/status/status.h"

namespace tongguan::policy {

// The refusal of Snapshot::Compile with the place in the folder's files before
// it: "path:line:column: entry: what is wrong. mend.", "path:row:column-name"
// in items.csv; both places of an entry that stands twice. The files are read
// again, so that a policy that is sound keeps no places. Unchanged where
// nothing is found.
absl::Status Locate(const std::string& dir, const absl::Status& refusal);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_LOCATE_H_
