// Comma-separated values as of RFC 4180, read a record at a time.
#ifndef TONGGUAN_GATEWAY_POLICY_CSV_H_
#define TONGGUAN_GATEWAY_POLICY_CSV_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tongguan::policy {

class CsvReader {
 public:
  // `text` must outlive the reader. A byte order mark is skipped.
  explicit CsvReader(absl::string_view text);

  // Reads the next record; false at the end of the text or on an error. Lines
  // end in LF or CRLF; the last one's end may be missing.
  bool Next(std::vector<std::string>* fields);

  // What is wrong, with its mend, in field number fields->size() of the record
  // (from 0); empty when nothing is.
  const std::string& error() const { return error_; }

 private:
  // Each reads one field up to the comma, line end or end of the text.
  bool ReadQuoted(std::string* field);
  bool ReadPlain(std::string* field);
  bool Fail(const char* what);

  absl::string_view rest_;
  std::string error_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_CSV_H_
