#include "gateway/inspect/plan.h"

#include <algorithm>

#include "gateway/base/status_macros.h"
#include "gateway/inspect/identifying.h"
#include "gateway/inspect/records.h"
#include "gateway/text/refusal.h"

namespace tongguan::inspect {
namespace {

absl::StatusOr<std::vector<size_t>> ChooseIdentifiers(
    const Columns& columns, absl::string_view identifier) {
  if (identifier.empty()) return FindIdentifiers(columns);
  const auto name = ColumnName(1, 1, identifier);
  for (size_t i = 0; name.ok() && i < columns.size(); ++i) {
    if (columns[i].name() == *name) return std::vector<size_t>{i};
  }
  return text::Refuse(absl::StatusCode::kInvalidArgument, "",
                      "wrong.file_no_column", {std::string(identifier)});
}

}  // namespace

bool Flagged(const std::vector<bool>& flags, size_t column) {
  return column < flags.size() && flags[column];
}

bool SameFlags(const std::vector<bool>& a, const std::vector<bool>& b) {
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (Flagged(a, i) != Flagged(b, i)) return false;
  }
  return true;
}

absl::StatusOr<Plan> MakePlan(const Columns& columns,
                              absl::string_view identifier) {
  Plan plan;
  TG_ASSIGN_OR_RETURN(plan.identifiers, ChooseIdentifiers(columns, identifier));
  if (!plan.identifiers.empty()) {
    plan.category = columns[plan.identifiers.front()].category();
    plan.kind = KindOf(plan.category);
    plan.most_letters = MostLettersOf(plan.category);
  }
  for (const v1::InspectedColumn& column : columns) {
    const bool sensitive = column.sensitive() == v1::FACT_YES;
    plan.sensitive.push_back(sensitive);
    plan.ordinary.push_back(!sensitive && column.personal() != v1::FACT_NO);
  }
  return plan;
}

absl::Status CheckDeclared(const v1::Declarations& declarations,
                           const Columns& columns) {
  for (const v1::Declaration& one : declarations.declarations()) {
    const auto named = [&one](const v1::InspectedColumn& column) {
      return column.name() == one.column();
    };
    if (std::none_of(columns.begin(), columns.end(), named)) {
      return text::Refuse(absl::StatusCode::kInvalidArgument, "",
                          "wrong.file_not_declared", {one.column()});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckIdentified(const Columns& columns, const Plan& plan) {
  if (!plan.identifiers.empty()) return absl::OkStatus();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].values() == 0 || (!plan.ordinary[i] && !plan.sensitive[i])) {
      continue;
    }
    return RefuseAt(1, i + 1, "wrong.file_unidentified", {columns[i].name()});
  }
  return absl::OkStatus();
}

}  // namespace tongguan::inspect
