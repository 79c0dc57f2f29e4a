#include "gateway/inspect/records.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/text/refusal.h"

namespace tongguan::inspect {
namespace {

// The bytes of the UTF-8 character that `lead` begins.
size_t LengthOf(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  if (byte < 0xC0) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

bool HasLetter(absl::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalpha(c) || static_cast<uint8_t>(c) >= 0x80;
  });
}

}  // namespace

absl::Status RefuseAt(int64_t row, absl::string_view key,
                      const std::vector<std::string>& operands) {
  std::vector<std::string> all = {absl::StrCat(row)};
  all.insert(all.end(), operands.begin(), operands.end());
  return text::Refuse(absl::StatusCode::kInvalidArgument, "", key, all);
}

absl::Status RefuseAt(int64_t row, size_t column, absl::string_view key,
                      const std::vector<std::string>& operands) {
  std::vector<std::string> all = {absl::StrCat(column)};
  all.insert(all.end(), operands.begin(), operands.end());
  return RefuseAt(row, key, all);
}

absl::StatusOr<std::string> ColumnName(int64_t row, size_t column,
                                       absl::string_view given) {
  std::string name;
  bool gap = false;
  for (size_t i = 0; i < given.size();) {
    const absl::string_view character = given.substr(i, LengthOf(given[i]));
    i += character.size();
    if (!IsIdentifier(character)) {
      gap = !name.empty();
      continue;
    }
    if (gap) name.push_back('_');
    gap = false;
    name.append(character.data(), character.size());
  }
  if (IsIdentifier(name) && HasLetter(name)) return name;
  return RefuseAt(row, column, "wrong.file_no_name");
}

}  // namespace tongguan::inspect
