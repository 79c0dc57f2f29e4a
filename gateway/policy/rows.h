// Rows of lists, as items.csv gives them.
#ifndef TONGGUAN_GATEWAY_POLICY_ROWS_H_
#define TONGGUAN_GATEWAY_POLICY_ROWS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/tongguan/v1/list.pb.h"

namespace tongguan::policy {

// What is wrong with a row: the column, and the message with its mend.
struct RowFault {
  std::string column;
  std::string message;
};

// The row's first fault: malformed ids and names, a bad pattern, a threshold
// that does not hold together. Nothing when it is sound.
std::optional<RowFault> FindRowFault(const v1::ListRow& row);

// Whether the row is a heading: it names no class, category, item or pattern,
// nor is it a size rule.
bool IsHeading(const v1::ListRow& row);

// Reads items.csv: UTF-8, RFC 4180, a header row with exactly the columns of
// ListRow in any order, of which `every` and `ciio_only` may be left out;
// categories, names and conditions are split at ';'.
// Errors are "path:row:column: message. mend."; the header is row 1.
absl::StatusOr<std::vector<v1::ListRow>> ReadRows(absl::string_view path,
                                                  absl::string_view text);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_ROWS_H_
