// What the counting of a row's people depends on.
#ifndef TONGGUAN_GATEWAY_INSPECT_PLAN_H_
#define TONGGUAN_GATEWAY_INSPECT_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/people/identifiers.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::inspect {

using Columns = std::vector<v1::InspectedColumn>;

// Made of what was seen of the columns, and sure only when that is the whole
// file.
struct Plan {
  // Ascending; of one category. Whoever stands in any of them is counted.
  std::vector<size_t> identifiers;
  std::string category;  // Theirs; may be empty.
  people::IdentifierKind kind = people::IdentifierKind::kOther;
  size_t most_letters = 0;  // Of one of them (identifying.h).
  // By column: has or may have ordinary, has sensitive personal information.
  std::vector<bool> ordinary;
  std::vector<bool> sensitive;
};

// A column that the plan does not know yet is not flagged.
bool Flagged(const std::vector<bool>& flags, size_t column);
bool SameFlags(const std::vector<bool>& a, const std::vector<bool>& b);

// Of the column that is asked for, as named in the file or as sent; "": of
// those found. Refuses a name that there is not.
absl::StatusOr<Plan> MakePlan(const Columns& columns,
                              absl::string_view identifier);

// Refuses a declaration of a column that is not there: a slip that would go
// unseen.
absl::Status CheckDeclared(const v1::Declarations& declarations,
                           const Columns& columns);

// Refuses what may be personal information where nothing identifies people.
absl::Status CheckIdentified(const Columns& columns, const Plan& plan);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_PLAN_H_
