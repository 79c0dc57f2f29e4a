#include "gateway/inspect/declarations.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/identifier.h"
#include "gateway/inspect/records.h"
#include "gateway/policy/detectors.h"
#include "gateway/text/refusal.h"

namespace tongguan::inspect {
namespace {

absl::Status Refuse(absl::string_view place, absl::string_view key,
                    const std::vector<std::string>& operands = {}) {
  return text::Refuse(absl::StatusCode::kInvalidArgument, place, key, operands);
}

bool ReadFact(absl::string_view text, v1::Fact* fact) {
  if (text.empty()) return true;
  if (text == "yes") *fact = v1::FACT_YES;
  if (text == "no") *fact = v1::FACT_NO;
  if (text == "unknown") *fact = v1::FACT_UNKNOWN;
  return *fact != v1::FACT_UNSPECIFIED;
}

// Puts one cell into its field; false if there is no such field or value.
bool Put(absl::string_view field, absl::string_view cell,
         v1::Declaration* declaration) {
  v1::Fact fact = v1::FACT_UNSPECIFIED;
  if (field == "column") {
    declaration->set_column(std::string(cell));
  } else if (field == "category") {
    declaration->set_category(std::string(cell));
  } else if (field == "reason") {
    declaration->set_reason(std::string(cell));
  } else if (field == "personal" && ReadFact(cell, &fact)) {
    declaration->set_personal(fact);
  } else if (field == "sensitive" && ReadFact(cell, &fact)) {
    declaration->set_sensitive(fact);
  } else {
    return false;
  }
  return true;
}

std::vector<absl::string_view> Cells(absl::string_view line) {
  std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
  for (absl::string_view& cell : cells) cell = absl::StripAsciiWhitespace(cell);
  return cells;
}

// The key of what is wrong; null: nothing.
const char* WrongWith(const policy::Taxonomy& taxonomy,
                      const v1::Declaration& one) {
  std::string scratch;
  if (!IsIdentifier(one.reason())) return "wrong.declared_reason";
  // It is sent.
  if (taxonomy.detectors().For(nullptr).Find(one.reason(), &scratch).category !=
      nullptr) {
    return "wrong.declared_value";
  }
  if (!one.category().empty() &&
      taxonomy.FindCategory(one.category()) == nullptr) {
    return "wrong.declared_category";
  }
  if (one.category().empty() && one.personal() == v1::FACT_UNSPECIFIED &&
      one.sensitive() == v1::FACT_UNSPECIFIED) {
    return "wrong.declared_nothing";
  }
  if (one.personal() == v1::FACT_NO && one.sensitive() == v1::FACT_YES) {
    return "wrong.declared_contradiction";
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<v1::Declarations> ReadDeclarations(absl::string_view path,
                                                  absl::string_view text) {
  v1::Declarations declarations;
  std::vector<absl::string_view> header;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::string place = absl::StrCat(path, ":", ++number);
    const absl::string_view content = absl::StripAsciiWhitespace(line);
    if (content.empty() || content[0] == '#') continue;
    const std::vector<absl::string_view> cells = Cells(line);
    if (header.empty()) {
      header = cells;
      continue;
    }
    if (cells.size() > header.size()) {
      return Refuse(place, "wrong.declared_cells");
    }
    v1::Declaration* const one = declarations.add_declarations();
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!Put(header[i], cells[i], one)) {
        return Refuse(absl::StrCat(place, ":", i + 1), "wrong.declared_field");
      }
    }
  }
  return declarations;
}

absl::Status CheckDeclarations(absl::string_view path,
                               const policy::Taxonomy& taxonomy,
                               v1::Declarations* declarations) {
  absl::flat_hash_set<std::string> seen;
  int number = 0;
  for (v1::Declaration& one : *declarations->mutable_declarations()) {
    ++number;
    auto name = ColumnName(1, static_cast<size_t>(number), one.column());
    const char* wrong = "wrong.declared_name";
    if (name.ok()) {
      wrong = seen.insert(*name).second ? WrongWith(taxonomy, one)
                                        : "wrong.declared_twice";
    }
    if (wrong != nullptr) return Refuse(path, wrong, {absl::StrCat(number)});
    one.set_column(*std::move(name));
  }
  return absl::OkStatus();
}

}  // namespace tongguan::inspect
