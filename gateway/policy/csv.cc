#include "gateway/policy/csv.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace tongguan::policy {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(absl::string_view text)
    : rest_(absl::StripPrefix(text, kByteOrderMark)) {}

bool CsvReader::Fail(const char* what) {
  error_ = what;
  return false;
}

bool CsvReader::ReadQuoted(std::string* field) {
  rest_.remove_prefix(1);
  while (true) {
    const size_t quote = rest_.find('"');
    if (quote == absl::string_view::npos) {
      return Fail("the quotation does not end. Close it with '\"'.");
    }
    field->append(rest_.data(), quote);
    rest_.remove_prefix(quote + 1);
    if (!absl::ConsumePrefix(&rest_, "\"")) break;
    field->push_back('"');  // A doubled quote stands for one.
  }
  const bool ends = rest_.empty() || rest_[0] == ',' || rest_[0] == '\n' ||
                    absl::StartsWith(rest_, "\r\n");
  return ends || Fail(
                     "text after the closing quote. Quote the whole cell and "
                     "double the quotes in it.");
}

bool CsvReader::ReadPlain(std::string* field) {
  const size_t end = rest_.find_first_of(",\n");
  absl::string_view text = rest_.substr(0, end);
  if (end != absl::string_view::npos && rest_[end] == '\n') {
    absl::ConsumeSuffix(&text, "\r");
  }
  if (text.find('"') != absl::string_view::npos) {
    return Fail(
        "a quote inside an unquoted cell. Quote the whole cell and "
        "double the quotes in it.");
  }
  if (text.find('\r') != absl::string_view::npos) {
    return Fail("a carriage return inside a cell. End lines in LF or CRLF.");
  }
  field->append(text.data(), text.size());
  rest_.remove_prefix(text.size());
  return true;
}

bool CsvReader::Next(std::vector<std::string>* fields) {
  fields->clear();
  if (rest_.empty() || !error_.empty()) return false;
  while (true) {
    std::string field;
    const bool quoted = absl::StartsWith(rest_, "\"");
    if (!(quoted ? ReadQuoted(&field) : ReadPlain(&field))) return false;
    fields->push_back(std::move(field));
    if (absl::ConsumePrefix(&rest_, ",")) continue;
    absl::ConsumePrefix(&rest_, "\r");
    absl::ConsumePrefix(&rest_, "\n");
    return true;
  }
}

}  // namespace tongguan::policy
