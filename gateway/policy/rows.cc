#include "gateway/policy/rows.h"

#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/csv.h"
#include "gateway/policy/form.h"
#include "gateway/policy/patterns.h"

namespace tongguan::policy {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::RepeatedPtrField;

bool NamesNoItem(const v1::ListRow& row) {
  return row.categories().empty() && row.names().empty() &&
         row.pattern().empty();
}

// ---- The form of a row.

// The message of a bad status without its place.
std::string Without(absl::string_view place, const absl::Status& status) {
  absl::string_view message = status.message();
  message.remove_prefix(place.size() + 2);  // "place: ".
  return std::string(message);
}

std::optional<RowFault> FindIdFault(const char* column, absl::string_view id,
                                    bool empty_too) {
  const absl::Status status = CheckIdentifier(column, id, empty_too);
  if (status.ok()) return std::nullopt;
  return RowFault{column, Without(column, status)};
}

std::optional<RowFault> FindIdsFault(const char* column,
                                     const RepeatedPtrField<std::string>& ids) {
  for (const std::string& id : ids) {
    if (auto fault = FindIdFault(column, id, false)) return fault;
  }
  return std::nullopt;
}

std::optional<RowFault> FindThresholdFault(const v1::ListRow& row) {
  const std::string& op = row.threshold_op();
  const int64_t low = row.threshold_low(), high = row.threshold_high();
  if (low < 0) return RowFault{"threshold_low", "negative. Write a count."};
  if (high < 0) return RowFault{"threshold_high", "negative. Write a count."};
  if (op.empty()) {
    if (low == 0 && high == 0) return std::nullopt;
    return RowFault{"threshold_op", "missing beside a number. Write it."};
  }
  if (op != ">=" && op != ">" && op != "<" && op != "in") {
    return RowFault{"threshold_op",
                    absl::StrCat("\"", op,
                                 "\" is not known. Write >=, >, < "
                                 "or in.")};
  }
  if (row.counter() == v1::THRESHOLD_COUNTER_UNSPECIFIED) {
    return RowFault{"counter", "missing beside a threshold. Name it."};
  }
  if (op == "in") {
    if (low < high) return std::nullopt;
    return RowFault{"threshold_high",
                    "not above threshold_low. Write the bound that is no "
                    "longer inside."};
  }
  if (low == 0) {
    return RowFault{"threshold_low",
                    "missing beside threshold_op. Write the number."};
  }
  if (high == 0) return std::nullopt;
  return RowFault{"threshold_high", "only for threshold_op in. Remove it."};
}

std::optional<RowFault> FindPatternFault(const v1::ListRow& row) {
  if (row.pattern().empty()) return std::nullopt;
  const absl::Status status = CheckPattern("pattern", row.pattern());
  if (status.ok()) return std::nullopt;
  return RowFault{"pattern", Without("pattern", status)};
}

std::optional<RowFault> FindNameFault(const v1::ListRow& row) {
  if (auto fault = FindIdsFault("names", row.names())) return fault;
  for (const std::string& name : row.names()) {
    if (FoldName(name).empty()) {
      return RowFault{"names", "only joiners. Name an item."};
    }
  }
  return std::nullopt;
}

// A size rule speaks of every such item, so it names none.
std::optional<RowFault> FindEveryFault(const v1::ListRow& row) {
  if (row.every() == v1::ROW_ITEMS_UNSPECIFIED) return std::nullopt;
  // A contract part stands in place of the volume rules: for named items only.
  if (row.mechanism() == v1::ROW_MECHANISM_CONTRACT) {
    return RowFault{"every",
                    "on a row of the contract part, which lifts the national "
                    "numbers. Name the items."};
  }
  if (NamesNoItem(row)) return std::nullopt;
  return RowFault{"every",
                  "beside items that the row names. Leave one of them out."};
}

std::optional<RowFault> FindConfidenceFault(const v1::ListRow& row) {
  const std::string& word = row.confidence();
  if (word.empty() || word == "S" || word == "s" || word == "partial" ||
      word == "demo") {
    return std::nullopt;
  }
  return RowFault{"confidence", absl::StrCat("\"", word,
                                             "\" is not known. Write S, s, "
                                             "partial or demo.")};
}

// ---- The words of items.csv.

struct Word {
  absl::string_view text;
  int value;
};

constexpr std::array<Word, 5> kCounters = {
    {{"", v1::THRESHOLD_COUNTER_UNSPECIFIED},
     {"persons", v1::THRESHOLD_COUNTER_PERSONS},
     {"sensitive_persons", v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS},
     {"people", v1::THRESHOLD_COUNTER_PEOPLE},
     {"records", v1::THRESHOLD_COUNTER_RECORDS}}};

constexpr std::array<Word, 6> kMechanisms = {
    {{"", v1::ROW_MECHANISM_UNSPECIFIED},
     {"free", v1::ROW_MECHANISM_FREE},
     {"contract", v1::ROW_MECHANISM_CONTRACT},
     {"assessment", v1::ROW_MECHANISM_ASSESSMENT},
     {"important_data", v1::ROW_MECHANISM_IMPORTANT_DATA},
     {"genetic_resources", v1::ROW_MECHANISM_GENETIC_RESOURCES}}};

constexpr std::array<Word, 3> kItems = {
    {{"", v1::ROW_ITEMS_UNSPECIFIED},
     {"personal", v1::ROW_ITEMS_PERSONAL},
     {"sensitive", v1::ROW_ITEMS_SENSITIVE}}};

constexpr std::array<Word, 2> kYes = {{{"", false}, {"yes", true}}};

template <size_t n>
absl::StatusOr<int> Find(const std::array<Word, n>& words,
                         absl::string_view text) {
  std::string known;
  for (const Word& word : words) {
    if (word.text == text) return word.value;
    absl::StrAppend(&known, known.empty() ? "" : ", ", word.text);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text, "\" is not known. Write nothing or one of: ", known, "."));
}

// The columns are the fields of ListRow.
const google::protobuf::Descriptor* Columns() {
  return v1::ListRow::descriptor();
}

// Columns that say something of size rules only: a file may leave them out.
bool MayBeLeftOut(const FieldDescriptor* column) {
  return column->number() == v1::ListRow::kEveryFieldNumber ||
         column->number() == v1::ListRow::kCiioOnlyFieldNumber;
}

absl::StatusOr<int> ReadWord(const FieldDescriptor* column,
                             absl::string_view cell) {
  if (column->enum_type() == v1::RowMechanism_descriptor()) {
    return Find(kMechanisms, cell);
  }
  return column->enum_type() == v1::RowItems_descriptor()
             ? Find(kItems, cell)
             : Find(kCounters, cell);
}

// Puts a cell into its field.
absl::Status SetCell(const FieldDescriptor* column, std::string cell,
                     v1::ListRow* row) {
  const google::protobuf::Reflection* reflection = row->GetReflection();
  if (column->is_repeated()) {
    for (absl::string_view part :
         absl::StrSplit(cell, ';', absl::SkipEmpty())) {
      part = absl::StripAsciiWhitespace(part);
      reflection->AddString(row, column, std::string(part));
    }
  } else if (column->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    TG_ASSIGN_OR_RETURN(const int value, ReadWord(column, cell));
    reflection->SetEnumValue(row, column, value);
  } else if (column->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    TG_ASSIGN_OR_RETURN(const int value, Find(kYes, cell));
    reflection->SetBool(row, column, value != 0);
  } else if (column->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    int64_t number = 0;
    if (!cell.empty() && !absl::SimpleAtoi(cell, &number)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", cell, "\" is not a number. Write digits only."));
    }
    reflection->SetInt64(row, column, number);
  } else {
    reflection->SetString(row, column, std::move(cell));
  }
  return absl::OkStatus();
}

class RowReader {
 public:
  RowReader(absl::string_view path, absl::string_view text)
      : path_(path), csv_(text) {}

  absl::StatusOr<std::vector<v1::ListRow>> Read() {
    TG_RETURN_IF_ERROR(ReadHeader());
    std::vector<v1::ListRow> rows;
    while (NextRecord()) {
      TG_ASSIGN_OR_RETURN(v1::ListRow row, ReadRow());
      rows.push_back(std::move(row));
    }
    TG_RETURN_IF_ERROR(CsvError());
    return rows;
  }

 private:
  absl::Status Fail(absl::string_view column, absl::string_view message) {
    return Refuse(absl::StrCat(path_, ":", row_, ":", column), message);
  }

  // The name of a column by its number; the number itself beyond the last.
  std::string ColumnName(size_t i) const {
    return i < columns_.size() ? columns_[i]->name() : absl::StrCat(i + 1);
  }

  bool NextRecord() {
    ++row_;
    return csv_.Next(&cells_);
  }

  absl::Status CsvError() {
    if (csv_.error().empty()) return absl::OkStatus();
    return Fail(ColumnName(cells_.size()), csv_.error());
  }

  absl::Status ReadHeader() {
    if (!NextRecord()) {
      TG_RETURN_IF_ERROR(CsvError());
      return Fail("1", "the header row is missing. Write the column names.");
    }
    std::vector<const FieldDescriptor*> columns;
    for (const std::string& name : cells_) {
      const std::string number = absl::StrCat(columns.size() + 1);
      if (!IsText(name)) {
        return Fail(number, "not UTF-8 text. Save the file as UTF-8.");
      }
      const FieldDescriptor* column = Columns()->FindFieldByName(name);
      if (column == nullptr) {
        return Fail(number, absl::StrCat("\"", name,
                                         "\" is not a column. Remove or "
                                         "correct it."));
      }
      for (const FieldDescriptor* other : columns) {
        if (other == column) {
          return Fail(name, "the column stands twice. Remove one.");
        }
      }
      columns.push_back(column);
    }
    columns_ = std::move(columns);
    return CheckAllColumns();
  }

  absl::Status CheckAllColumns() {
    for (int i = 0; i < Columns()->field_count(); ++i) {
      const FieldDescriptor* wanted = Columns()->field(i);
      bool found = MayBeLeftOut(wanted);
      for (const FieldDescriptor* column : columns_) found |= column == wanted;
      if (!found) {
        return Fail(wanted->name(), "the column is missing. Add it.");
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<v1::ListRow> ReadRow() {
    if (cells_.size() != columns_.size()) {
      return Fail(ColumnName(cells_.size()),
                  absl::StrCat(cells_.size(), " cells, but the header has ",
                               columns_.size(),
                               ". Fill the row up, or quote cells that hold "
                               "commas."));
    }
    v1::ListRow row;
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (!IsText(cells_[i])) {
        return Fail(ColumnName(i), "not UTF-8 text. Save the file as UTF-8.");
      }
      const absl::Status set = SetCell(columns_[i], std::move(cells_[i]), &row);
      if (!set.ok()) return Fail(ColumnName(i), set.message());
    }
    if (auto fault = FindRowFault(row)) {
      return Fail(fault->column, fault->message);
    }
    return row;
  }

  const std::string path_;
  CsvReader csv_;
  int row_ = 0;  // The header is row 1.
  std::vector<std::string> cells_;
  std::vector<const FieldDescriptor*> columns_;
};

}  // namespace

std::optional<RowFault> FindRowFault(const v1::ListRow& row) {
  if (auto fault = FindIdFault("id", row.id(), false)) return fault;
  if (auto fault = FindIdFault("sector", row.sector(), true)) return fault;
  if (auto fault = FindIdFault("scenario", row.scenario(), true)) return fault;
  if (auto fault = FindIdsFault("categories", row.categories())) return fault;
  if (auto fault = FindNameFault(row)) return fault;
  if (auto fault = FindPatternFault(row)) return fault;
  if (auto fault = FindIdsFault("conditions", row.conditions())) return fault;
  if (auto fault = FindThresholdFault(row)) return fault;
  if (auto fault = FindEveryFault(row)) return fault;
  return FindConfidenceFault(row);
}

bool IsHeading(const v1::ListRow& row) {
  return row.data_class().empty() && row.data_subclass().empty() &&
         NamesNoItem(row) && row.every() == v1::ROW_ITEMS_UNSPECIFIED;
}

absl::StatusOr<std::vector<v1::ListRow>> ReadRows(absl::string_view path,
                                                  absl::string_view text) {
  return RowReader(path, text).Read();
}

}  // namespace tongguan::policy
