// A declaration file: what the owner of a file says of its columns against what
// they were taken for.
#ifndef TONGGUAN_GATEWAY_INSPECT_DECLARATIONS_H_
#define TONGGUAN_GATEWAY_INSPECT_DECLARATIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/taxonomy.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::inspect {

// Reads tab-separated text: a header naming the fields of Declaration (`column`
// and `reason`, and of `category`, `personal`, `sensitive` what is used), then
// a row a column; facts are yes, no or unknown, or empty. Blank lines and lines
// that begin with '#' are skipped. Errors name `path` and line.
absl::StatusOr<v1::Declarations> ReadDeclarations(absl::string_view path,
                                                  absl::string_view text);

// Brings the columns' names into the form in which they are sent. Refuses
// doubled columns, missing or ill-formed reasons and such as look like a value,
// categories that the taxonomy lacks, facts that contradict, and declarations
// that say nothing. Errors name `path` and which declaration, from 1.
absl::Status CheckDeclarations(absl::string_view path,
                               const policy::Taxonomy& taxonomy,
                               v1::Declarations* declarations);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_DECLARATIONS_H_
