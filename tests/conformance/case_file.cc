#include "tests/conformance/case_file.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/conformance/vocabulary.h"

namespace tongguan::conformance {
namespace {

constexpr char kHeading[] =
    "id\tfacts\texpected_outcome\trequired_mechanism\tgoverning_article\t"
    "source\tconfidence\tnote";
constexpr size_t kColumns = 8;

void Expect(absl::string_view column, const std::string& value, Case* row) {
  const absl::Status status = CheckExpectation(column, value);
  if (!status.ok()) row->problems.push_back(std::string(status.message()));
}

Case ParseCase(int line, absl::string_view text) {
  const std::vector<std::string> cells = absl::StrSplit(text, '\t');
  Case row;
  row.line = line;
  row.id = cells[0];
  if (row.id.empty()) row.problems.push_back("no id");
  if (cells.size() != kColumns) {
    row.problems.push_back(
        absl::StrCat(cells.size(), " columns where ", kColumns, " belong"));
    return row;
  }
  row.text = cells[1];
  row.facts = Facts::Parse(row.text, &row.problems);
  row.outcome = cells[2];
  row.mechanism = cells[3];
  row.article = cells[4];
  row.note = cells[7];
  Expect("expected_outcome", row.outcome, &row);
  Expect("required_mechanism", row.mechanism, &row);
  return row;
}

}  // namespace

absl::StatusOr<std::vector<Case>> ParseCases(absl::string_view text) {
  std::vector<Case> cases;
  int line = 0;
  for (absl::string_view row : absl::StrSplit(text, '\n')) {
    row = absl::StripSuffix(row, "\r");
    if (++line == 1) {
      if (row == kHeading) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("line 1 is not the heading '", kHeading, "'"));
    }
    if (!row.empty()) cases.push_back(ParseCase(line, row));
  }
  return cases;
}

}  // namespace tongguan::conformance
