// ReadCsv: RFC 4180, with LF or CRLF and an optional byte order mark. It is not
// policy::CsvReader, which copies small tables of ours out of memory.
#include <simdjson.h>

#include <array>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/inspect/records.h"

namespace tongguan::inspect {
namespace {

// Bytes at which an unquoted field stops to be plain.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (const char c : {',', '\n', '\r', '"', '\0'}) {
    special[static_cast<uint8_t>(c)] = true;
  }
  return special;
}();

bool IsSpecial(char c) { return kSpecial[static_cast<uint8_t>(c)]; }

class Csv final : public Records {
 public:
  explicit Csv(Source* source) : source_(source) {}

  absl::Status ReadHeader();
  absl::StatusOr<bool> Next(Record* record) override;

 private:
  // A field in the window, without its quotes.
  struct Field {
    size_t begin;
    size_t end;
    bool doubled;  // Holds doubled quotes.
  };
  // What splitting the front of the window came to.
  enum class Split { kRecord, kMore, kBad };

  absl::StatusOr<bool> NextFields();
  Split SplitRecord();
  Split SplitQuoted(size_t* at);
  Split SplitPlain(size_t* at);
  Split Bad(size_t column, const char* key);
  absl::Status CheckText(size_t length) const;
  absl::string_view Text(const Field& field);

  Source* const source_;
  int64_t row_ = 0;
  std::vector<Field> fields_;
  size_t length_ = 0;   // Of the record in the window, with its line end.
  size_t consume_ = 0;  // Of the record before, still in the window.
  size_t bad_column_ = 0;
  const char* bad_ = "";  // Key of the catalogue.
};

Csv::Split Csv::Bad(size_t column, const char* key) {
  bad_column_ = column;
  bad_ = key;
  return Split::kBad;
}

// From the opening quote at `*at` to the byte behind the closing one.
Csv::Split Csv::SplitQuoted(size_t* at) {
  const char* const data = source_->data();
  const size_t size = source_->size();
  Field field{*at + 1, 0, false};
  size_t i = *at + 1;
  while (true) {
    const void* quote = std::memchr(data + i, '"', size - i);
    if (quote == nullptr) {
      return source_->at_end()
                 ? Bad(fields_.size() + 1, "wrong.file_quote_open")
                 : Split::kMore;
    }
    i = static_cast<size_t>(static_cast<const char*>(quote) - data);
    if (i + 1 == size && !source_->at_end()) return Split::kMore;
    if (i + 1 == size || data[i + 1] != '"') break;
    field.doubled = true;
    i += 2;
  }
  field.end = i;
  fields_.push_back(field);
  *at = i + 1;
  return Split::kRecord;
}

// From `*at` to the comma, line end or end of the file.
Csv::Split Csv::SplitPlain(size_t* at) {
  const char* const data = source_->data();
  const size_t size = source_->size();
  size_t i = *at;
  while (i < size && !IsSpecial(data[i])) ++i;
  if (i == size && !source_->at_end()) return Split::kMore;
  fields_.push_back({*at, i, false});
  *at = i;
  return Split::kRecord;
}

// Splits the record at the window's front.
Csv::Split Csv::SplitRecord() {
  const char* const data = source_->data();
  const size_t size = source_->size();
  fields_.clear();
  for (size_t i = 0;;) {
    const bool quoted = i < size && data[i] == '"';
    const Split field = quoted ? SplitQuoted(&i) : SplitPlain(&i);
    if (field != Split::kRecord) return field;
    if (i == size) {
      if (!source_->at_end()) return Split::kMore;
      length_ = i;
      return Split::kRecord;
    }
    if (data[i] == ',') {
      ++i;
      continue;
    }
    if (data[i] == '\r') {
      if (i + 1 == size && !source_->at_end()) return Split::kMore;
      if (i + 1 < size && data[i + 1] == '\n') ++i;
    }
    if (data[i] == '\n' || data[i] == '\r') {
      length_ = i + 1;
      return Split::kRecord;
    }
    if (data[i] == '\0') return Bad(fields_.size(), "wrong.file_nul");
    return Bad(fields_.size(),
               quoted ? "wrong.file_behind_quote" : "wrong.file_quote_inside");
  }
}

// Says where the first byte is that is not of the encoding.
absl::Status Csv::CheckText(size_t length) const {
  const char* const data = source_->data();
  if (simdjson::validate_utf8(data, length)) return absl::OkStatus();
  size_t column = 0;
  while (column < fields_.size() &&
         simdjson::validate_utf8(data + fields_[column].begin,
                                 fields_[column].end - fields_[column].begin)) {
    ++column;
  }
  return RefuseAt(row_, column + 1, "wrong.file_encoding",
                  {std::string(EncodingName(source_->encoding()))});
}

// Halves doubled quotes in place: the window is ours, and the record is whole.
absl::string_view Csv::Text(const Field& field) {
  char* const begin = source_->data() + field.begin;
  const size_t size = field.end - field.begin;
  if (!field.doubled) return absl::string_view(begin, size);
  size_t kept = 0;
  for (size_t i = 0; i < size; ++i) {
    begin[kept++] = begin[i];
    if (begin[i] == '"') ++i;
  }
  return absl::string_view(begin, kept);
}

// Reads the fields of the next record that is not a blank line.
absl::StatusOr<bool> Csv::NextFields() {
  while (true) {
    source_->Consume(std::exchange(consume_, 0));
    ++row_;
    Split split;
    while (true) {
      if (source_->size() == 0 && source_->at_end()) return false;
      split = SplitRecord();
      const size_t length = split == Split::kMore ? source_->size() : length_;
      if (split != Split::kBad && length > kMaxRecordBytes) {
        return RefuseAt(row_, fields_.size() + 1, "wrong.file_record");
      }
      if (split != Split::kMore) break;
      TG_RETURN_IF_ERROR(source_->Refill());
    }
    if (split == Split::kBad) return RefuseAt(row_, bad_column_, bad_);
    TG_RETURN_IF_ERROR(CheckText(length_));
    consume_ = length_;
    const bool blank =
        fields_.size() == 1 && fields_[0].begin == 0 && fields_[0].end == 0;
    if (!blank) return true;
  }
}

absl::Status Csv::ReadHeader() {
  TG_ASSIGN_OR_RETURN(const bool any, NextFields());
  if (!any) return RefuseAt(1, "wrong.file_empty");
  if (fields_.size() > kMaxColumns) {
    return RefuseAt(row_, kMaxColumns + 1, "wrong.file_columns");
  }
  absl::flat_hash_map<std::string, size_t> seen;
  for (size_t i = 0; i < fields_.size(); ++i) {
    TG_ASSIGN_OR_RETURN(std::string name,
                        ColumnName(row_, i + 1, Text(fields_[i])));
    const auto [there, fresh] = seen.emplace(name, i + 1);
    if (!fresh) {
      return RefuseAt(row_, i + 1, "wrong.file_name_twice",
                      {absl::StrCat(there->second)});
    }
    columns_.push_back(std::move(name));
  }
  const absl::string_view header(source_->data(), length_);
  if (columns_.size() == 1 &&
      header.find_first_of("\t;|") != absl::string_view::npos) {
    return RefuseAt(row_, 1, "wrong.file_separator");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Csv::Next(Record* record) {
  TG_ASSIGN_OR_RETURN(const bool any, NextFields());
  if (!any) return false;
  if (fields_.size() != columns_.size()) {
    return RefuseAt(
        row_, std::min(fields_.size(), columns_.size()) + 1,
        "wrong.file_ragged",
        {absl::StrCat(fields_.size()), absl::StrCat(columns_.size())});
  }
  record->row = row_;
  record->cells.clear();
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].begin == fields_[i].end) continue;
    record->cells.push_back({static_cast<uint32_t>(i), Text(fields_[i])});
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Records>> ReadCsv(Source* source) {
  auto csv = std::make_unique<Csv>(source);
  TG_RETURN_IF_ERROR(csv->ReadHeader());
  return csv;
}

}  // namespace tongguan::inspect
