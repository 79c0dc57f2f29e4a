// The records of a table, one after another: a CSV's rows or a line of JSON
// each. One thread at a time.
#ifndef TONGGUAN_GATEWAY_INSPECT_RECORDS_H_
#define TONGGUAN_GATEWAY_INSPECT_RECORDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/inspect/source.h"

namespace tongguan::inspect {

// As many as a flow may have items.
inline constexpr size_t kMaxColumns = 2000;

// A value that is not empty, and its column, from 0.
struct Cell {
  uint32_t column;
  absl::string_view value;  // UTF-8 without NUL.
};

struct Record {
  int64_t row = 0;  // A CSV's header is row 1; lines of JSON count from 1.
  std::vector<Cell> cells;  // Valid until the next record is read.
};

class Records {
 public:
  virtual ~Records() = default;

  // Reads the next record; false at the end. Errors are InvalidArgument and
  // name row and column, never a value.
  virtual absl::StatusOr<bool> Next(Record* record) = 0;

  // The columns' names as they are sent (ColumnName). Lines of JSON add new
  // ones as they come.
  const std::vector<std::string>& columns() const { return columns_; }

 protected:
  std::vector<std::string> columns_;
};

// Reads the header. `source` must outlive the records.
absl::StatusOr<std::unique_ptr<Records>> ReadCsv(Source* source);

// An object a line; objects inside it one level deep ("owner.name"), arrays of
// values (each counts). Blank lines are skipped.
std::unique_ptr<Records> ReadJsonLines(Source* source);

// The name of a column as an identifier: each run of other characters becomes
// one '_', none at the ends. Refuses, at `row` and `column`, one that has then
// no letter or more than 64 characters: it may be a value.
absl::StatusOr<std::string> ColumnName(int64_t row, size_t column,
                                       absl::string_view given);

// InvalidArgument in words of the catalogue, in which row and column (from 1)
// are {0} and {1}: "row 7, column 2: what". `operands` come behind them.
absl::Status RefuseAt(int64_t row, size_t column, absl::string_view key,
                      const std::vector<std::string>& operands = {});
// The same, in which the row is {0}: "row 7: what".
absl::Status RefuseAt(int64_t row, absl::string_view key,
                      const std::vector<std::string>& operands = {});

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_RECORDS_H_
