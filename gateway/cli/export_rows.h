// Records as lines for other programs: a table for spreadsheets, JSON.
#ifndef TONGGUAN_GATEWAY_CLI_EXPORT_ROWS_H_
#define TONGGUAN_GATEWAY_CLI_EXPORT_ROWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/cli/policy_parts.h"
#include "gateway/text/text.h"
#include "proto/tongguan/v1/decision_log_service.pb.h"

namespace tongguan::cli {

// A text as a cell of CSV (RFC 4180). What a spreadsheet would take for a
// formula, a number or a date gets an apostrophe in front: Excel and WPS keep
// the text as it is then, all digits of a code, and run nothing.
std::string CsvText(absl::string_view text);

// "企业 91… / erp": who acted.
std::string ActorText(text::Language language, const v1::Actor& actor);

// The head of the table, with the byte order mark that tells Excel and WPS that
// it is UTF-8; a record's row. Lines end in CR LF.
std::string CsvHead(text::Language language);
absl::StatusOr<std::string> CsvRow(const v1::LogEntry& entry,
                                   text::Language language,
                                   PolicyParts* policies);

// ProtoJSON of the entry on one line.
absl::StatusOr<std::string> JsonLine(const v1::LogEntry& entry);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_EXPORT_ROWS_H_
