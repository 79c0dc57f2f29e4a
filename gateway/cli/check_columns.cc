// ShowColumns: what was found in a file, as a table.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/check_file.h"
#include "gateway/text/text.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

// Cells of the columns that may be long, so that all fit on 80.
constexpr int kNameCells = 14;
constexpr int kCategoryCells = 17;

// Cut to so many cells, with "…" at the end.
std::string Cut(const std::string& text, int cells) {
  if (text::DisplayWidth(text) <= cells) return text;
  std::string cut;
  for (size_t i = 0; i < text.size();) {
    size_t next = i + 1;
    while (next < text.size() && (text[next] & 0xC0) == 0x80) ++next;
    const std::string longer = cut + text.substr(i, next - i);
    if (text::DisplayWidth(longer) > cells - 1) break;
    cut = longer;
    i = next;
  }
  return cut + "…";
}

std::string Wrapped(Context& context, const std::string& text) {
  return absl::StrCat(absl::StrJoin(text::Wrap(text, context.width()), "\n"),
                      "\n");
}

// The table of one inspection.
class ColumnTable {
 public:
  ColumnTable(Context& context, const v1::Inspection& inspection,
              const policy::Taxonomy& taxonomy)
      : context_(context), inspection_(inspection), taxonomy_(taxonomy) {}

  std::string Print();

 private:
  std::string CategoryName(const std::string& id) const;
  std::string Class(const v1::InspectedColumn& column) const;
  std::string Why(const v1::InspectedColumn& column) const;
  std::string Verdict(const v1::InspectedColumn& column);
  std::vector<std::string> Remarks() const;

  Context& context_;
  const v1::Inspection& inspection_;
  const policy::Taxonomy& taxonomy_;
  int item_ = 0;  // Of the flow, that the next column with values became.
};

std::string ColumnTable::CategoryName(const std::string& id) const {
  const v1::Category* category = taxonomy_.FindCategory(id);
  if (category == nullptr) return context_.T("check.not_recognised");
  return context_.language() == text::Language::kChinese ? category->name_zh()
                                                         : category->name_en();
}

std::string ColumnTable::Class(const v1::InspectedColumn& column) const {
  if (column.values() == 0) return "";
  if (column.sensitive() == v1::FACT_YES) {
    return context_.T("check.class_sensitive");
  }
  if (column.personal() == v1::FACT_UNKNOWN ||
      column.sensitive() == v1::FACT_UNKNOWN) {
    return context_.T("check.class_unknown");
  }
  return context_.T(column.personal() == v1::FACT_YES ? "check.class_personal"
                                                      : "check.class_general");
}

std::string ColumnTable::Why(const v1::InspectedColumn& column) const {
  switch (column.basis()) {
    case v1::COLUMN_BASIS_NAME:
      return context_.T("check.by_name");
    case v1::COLUMN_BASIS_DECLARED:
      return context_.T("check.by_declaration");
    case v1::COLUMN_BASIS_VALUES: {
      int64_t taken = 0;
      for (const v1::ValueHits& hits : column.hits()) {
        const bool whole = !hits.inside_text();
        if (whole && hits.category() == column.category()) {
          taken = hits.values();
        }
      }
      // Rounded down: 100 % is all of them.
      const int64_t tenths = 1000 * taken / column.values();
      return context_.T("check.by_values",
                        {{"0", tenths == 1000 ? "100"
                                              : absl::StrCat(tenths / 10, ".",
                                                             tenths % 10)}});
    }
    default:
      return "–";
  }
}

// Of the item that the column became.
std::string ColumnTable::Verdict(const v1::InspectedColumn& column) {
  if (column.values() == 0) return context_.T("check.empty");
  const int item = item_++;
  for (const v1::ItemVerdict& verdict :
       inspection_.response().decision().items()) {
    if (static_cast<int>(verdict.item()) != item) continue;
    const std::string needs = context_.T(
        absl::StrCat(v1::Mechanism_Name(verdict.mechanism()), ".short"));
    if (!verdict.satisfied()) return absl::StrCat("⚠ ", needs);
    return absl::StrCat("✔ ", verdict.mechanism() == v1::MECHANISM_NONE
                                  ? needs
                                  : context_.T("explain.item_covered"));
  }
  return "–";
}

// What needs a second look: values that do not fit, and declarations.
std::vector<std::string> ColumnTable::Remarks() const {
  std::vector<std::string> remarks;
  for (const v1::InspectedColumn& column : inspection_.columns()) {
    for (const v1::ValueHits& hits : column.hits()) {
      // Inside a text also the column's own category is one that nobody sees.
      if (hits.category() == column.category() && !hits.inside_text()) continue;
      remarks.push_back(
          context_.T(hits.inside_text() ? "check.hit_inside" : "check.hit",
                     {{"0", column.name()},
                      {"1", text::FormatCount(hits.values())},
                      {"2", CategoryName(hits.category())},
                      {"3", text::FormatCount(hits.first_row())}}));
    }
    if (!column.override_reason().empty()) {
      remarks.push_back(
          context_.T("check.declared",
                     {{"0", column.name()}, {"1", column.override_reason()}}));
    }
  }
  return remarks;
}

std::string ColumnTable::Print() {
  text::Table table(context_.width());
  table.AddRow({"", context_.T("check.column"), context_.T("check.taken_for"),
                context_.T("check.class"), context_.T("check.why"),
                context_.T("check.values"), context_.T("check.verdict")});
  table.AlignRight(0);
  table.AlignRight(5);
  for (const v1::InspectedColumn& column : inspection_.columns()) {
    table.AddRow({absl::StrCat(column.number()),
                  Cut(text::Printable(column.name()), kNameCells),
                  Cut(CategoryName(column.category()), kCategoryCells),
                  Class(column), Why(column),
                  text::FormatCount(column.values()), Verdict(column)});
  }
  std::string all = table.Print();
  for (const std::string& remark : Remarks()) {
    all += Wrapped(context_, absl::StrCat("⚠ ", remark));
  }
  return all;
}

}  // namespace

void ShowColumns(Context& context, const FileFlags& flags,
                 const v1::Inspection& inspection,
                 const policy::Taxonomy& taxonomy, bool local) {
  std::vector<std::string> identifiers;
  int64_t values = 0;
  for (const v1::InspectedColumn& column : inspection.columns()) {
    if (!column.identifier()) continue;
    identifiers.push_back(column.name());
    values += column.values();
  }
  std::string said =
      context.T("check.file", {{"0", flags.path},
                               {"1", inspection.encoding()},
                               {"2", text::FormatCount(inspection.bytes())},
                               {"3", text::FormatCount(inspection.rows())}});
  absl::StrAppend(&said, "\n",
                  ColumnTable(context, inspection, taxonomy).Print());
  const char* const sent =
      flags.key.empty() ? "check.people_declared" : "check.people_exact";
  const std::string people = context.T(
      local ? "check.people_local" : sent,
      {{"0", text::FormatCount(inspection.persons())},
       {"1", text::FormatCount(inspection.sensitive_persons())},
       {"2", identifiers.empty() ? "–" : absl::StrJoin(identifiers, ", ")},
       {"3", flags.key_id}});
  absl::StrAppend(&said, Wrapped(context, people));
  // One person in many rows may well be; many people with one number as well.
  const int64_t distinct =
      std::max(inspection.persons(), inspection.sensitive_persons());
  if (2 * distinct < values) {
    absl::StrAppend(
        &said,
        Wrapped(context, context.T("check.few_people",
                                   {{"0", absl::StrJoin(identifiers, ", ")},
                                    {"1", text::FormatCount(values)},
                                    {"2", text::FormatCount(distinct)}})));
  }
  said += "\n";
  context.out() << said;
}

}  // namespace tongguan::cli
