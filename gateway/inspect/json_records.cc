// ReadJsonLines, over simdjson.
#include <simdjson.h>

#include <cmath>
#include <cstring>
#include <deque>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/inspect/records.h"

namespace tongguan::inspect {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

// From 2^53 on not every integer is a double.
constexpr double kExactDoubles = 9007199254740992.0;

class JsonLines final : public Records {
 public:
  explicit JsonLines(Source* source) : source_(source) {}

  absl::StatusOr<bool> Next(Record* record) override;

 private:
  absl::StatusOr<size_t> NextLine();
  absl::Status Read(absl::string_view line, Record* record);
  absl::Status ReadObject(const std::string& prefix, object fields,
                          Record* record);
  absl::Status ReadValue(const std::string& key, element value, Record* record);
  absl::Status AddScalar(uint32_t column, element value, Record* record);
  absl::StatusOr<uint32_t> ColumnOf(const std::string& key);

  Source* const source_;
  int64_t row_ = 0;
  size_t consume_ = 0;  // The line before, still in the window.
  simdjson::dom::parser parser_{kMaxRecordBytes};
  absl::flat_hash_map<std::string, uint32_t> keys_;  // As in the file.
  absl::flat_hash_set<std::string> names_;           // As sent.
  std::vector<int64_t> seen_in_;     // By column: the last row that had it.
  std::deque<std::string> numbers_;  // Texts of a record's numbers.
  size_t used_ = 0;                  // Of them.
};

// The length of the next line without its end; npos at the end of the file.
absl::StatusOr<size_t> JsonLines::NextLine() {
  source_->Consume(std::exchange(consume_, 0));
  ++row_;
  while (true) {
    const void* end = std::memchr(source_->data(), '\n', source_->size());
    const size_t length =
        end == nullptr ? source_->size()
                       : static_cast<size_t>(static_cast<const char*>(end) -
                                             source_->data());
    if (length > kMaxRecordBytes) {
      return RefuseAt(row_, "wrong.file_line");
    }
    if (end == nullptr && !source_->at_end()) {
      TG_RETURN_IF_ERROR(source_->Refill());
      continue;
    }
    consume_ = end == nullptr ? length : length + 1;
    return consume_ == 0 ? absl::string_view::npos : length;
  }
}

absl::StatusOr<bool> JsonLines::Next(Record* record) {
  while (true) {
    TG_ASSIGN_OR_RETURN(const size_t length, NextLine());
    if (length == absl::string_view::npos) return false;
    const absl::string_view line(source_->data(), length);
    if (line.find_first_not_of(" \t\r") == absl::string_view::npos) continue;
    record->row = row_;
    record->cells.clear();
    TG_RETURN_IF_ERROR(Read(line, record));
    return true;
  }
}

absl::Status JsonLines::Read(absl::string_view line, Record* record) {
  element root;
  object fields;
  used_ = 0;
  // The window has the padding that simdjson reads behind the line.
  const auto error =
      parser_.parse(line.data(), line.size(), /*realloc_if_needed=*/false)
          .get(root);
  if (error == simdjson::UTF8_ERROR) {
    return RefuseAt(row_, "wrong.file_line_encoding",
                    {std::string(EncodingName(source_->encoding()))});
  }
  if (error != simdjson::SUCCESS || root.get(fields) != simdjson::SUCCESS) {
    return RefuseAt(row_, "wrong.file_not_object");
  }
  return ReadObject("", fields, record);
}

absl::StatusOr<uint32_t> JsonLines::ColumnOf(const std::string& key) {
  const auto known = keys_.find(key);
  if (known != keys_.end()) return known->second;
  const size_t number = columns_.size() + 1;
  if (number > kMaxColumns) {
    return RefuseAt(row_, "wrong.file_keys");
  }
  TG_ASSIGN_OR_RETURN(std::string name, ColumnName(row_, number, key));
  if (!names_.insert(name).second) {
    return RefuseAt(row_, number, "wrong.file_key_like");
  }
  columns_.push_back(std::move(name));
  seen_in_.push_back(0);
  const auto column = static_cast<uint32_t>(number - 1);
  keys_.emplace(key, column);
  return column;
}

absl::Status JsonLines::ReadObject(const std::string& prefix, object fields,
                                   Record* record) {
  for (const auto field : fields) {
    const std::string key = absl::StrCat(
        prefix, absl::string_view(field.key.data(), field.key.size()));
    object inner;
    if (field.value.get(inner) != simdjson::SUCCESS) {
      TG_RETURN_IF_ERROR(ReadValue(key, field.value, record));
    } else if (prefix.empty()) {
      TG_RETURN_IF_ERROR(ReadObject(absl::StrCat(key, "."), inner, record));
    } else {
      return RefuseAt(row_, "wrong.file_nested");
    }
  }
  return absl::OkStatus();
}

absl::Status JsonLines::ReadValue(const std::string& key, element value,
                                  Record* record) {
  TG_ASSIGN_OR_RETURN(const uint32_t column, ColumnOf(key));
  if (std::exchange(seen_in_[column], row_) == row_) {
    return RefuseAt(row_, column + 1, "wrong.file_key_twice");
  }
  simdjson::dom::array values;
  if (value.get(values) != simdjson::SUCCESS) {
    return AddScalar(column, value, record);
  }
  for (const element each : values) {
    TG_RETURN_IF_ERROR(AddScalar(column, each, record));
  }
  return absl::OkStatus();
}

absl::Status JsonLines::AddScalar(uint32_t column, element value,
                                  Record* record) {
  switch (value.type()) {
    case element_type::NULL_VALUE:
      return absl::OkStatus();
    case element_type::STRING: {
      const std::string_view text = value.get_string().value_unsafe();
      if (text.find('\0') != std::string_view::npos) {
        return RefuseAt(row_, column + 1, "wrong.file_nul");
      }
      if (!text.empty()) {
        record->cells.push_back(
            {column, absl::string_view(text.data(), text.size())});
      }
      return absl::OkStatus();
    }
    case element_type::OBJECT:
    case element_type::ARRAY:
      return RefuseAt(row_, column + 1, "wrong.file_nested_array");
    default:
      break;
  }
  // A telephone or card number may well be written as a number.
  double number = 0;
  const bool is_double = value.type() == element_type::DOUBLE &&
                         value.get(number) == simdjson::SUCCESS;
  if (is_double && std::abs(number) >= kExactDoubles) {
    return RefuseAt(row_, column + 1, "wrong.file_number");
  }
  if (used_ == numbers_.size()) numbers_.emplace_back();
  std::string& text = numbers_[used_++];
  if (is_double && std::trunc(number) == number) {
    text = absl::StrCat(static_cast<int64_t>(number));  // 13800138000.0
  } else {
    text = simdjson::minify(value);
  }
  record->cells.push_back({column, text});
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<Records> ReadJsonLines(Source* source) {
  return std::make_unique<JsonLines>(source);
}

}  // namespace tongguan::inspect
