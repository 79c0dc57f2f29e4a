#include "gateway/text/refusal.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tongguan::text {
namespace {

constexpr char kPayload[] = "tongguan.v1.FlowError";

}  // namespace

std::string Describe(Language language, const v1::FieldViolation& violation) {
  if (!HasText(violation.code())) return Printable(violation.description());
  std::vector<std::string> names;
  for (int i = 0; i < violation.operands_size(); ++i) {
    names.push_back(absl::StrCat(i));
  }
  Args args;
  for (int i = 0; i < violation.operands_size(); ++i) {
    args.push_back({names[i], violation.operands(i)});
  }
  return Say(language, violation.code(), args);
}

absl::Status Refuse(absl::StatusCode code, absl::string_view field,
                    absl::string_view key,
                    const std::vector<std::string>& operands) {
  v1::FlowError error;
  error.set_code(static_cast<int>(code));
  v1::FieldViolation& violation = *error.add_violations();
  violation.set_field(field.data(), field.size());
  violation.set_code(key.data(), key.size());
  violation.mutable_operands()->Assign(operands.begin(), operands.end());
  return ToStatus(std::move(error));
}

absl::Status ToStatus(v1::FlowError error, const std::string& message) {
  for (v1::FieldViolation& violation : *error.mutable_violations()) {
    violation.set_description(Describe(Language::kEnglish, violation));
  }
  error.set_message(message);
  if (message.empty()) {
    error.set_message(absl::StrJoin(
        error.violations(), "; ",
        [](std::string* out, const v1::FieldViolation& violation) {
          absl::StrAppend(out, violation.field(),
                          violation.field().empty() ? "" : ": ",
                          violation.description());
        }));
  }
  absl::Status status(static_cast<absl::StatusCode>(error.code()),
                      error.message());
  status.SetPayload(kPayload, absl::Cord(error.SerializeAsString()));
  return status;
}

std::optional<v1::FlowError> RefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> bytes = status.GetPayload(kPayload);
  v1::FlowError error;
  if (!bytes || !error.ParseFromString(std::string(*bytes))) {
    return std::nullopt;
  }
  return error;
}

}  // namespace tongguan::text
