// Text in terminal cells: a CJK character takes two, a combining mark none.
// Thread-safe.
#ifndef TONGGUAN_GATEWAY_TEXT_WIDTH_H_
#define TONGGUAN_GATEWAY_TEXT_WIDTH_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tongguan::text {

// The cells that UTF-8 text takes. A byte that is not UTF-8 takes one.
int DisplayWidth(absl::string_view text);

// `text` with spaces to `width` cells; longer text stays as it is.
std::string PadRight(absl::string_view text, int width);
std::string PadLeft(absl::string_view text, int width);

// `text` in lines of at most `width` cells (0: one line; at least 8). Breaks at
// spaces and between CJK characters; no line begins with closing or ends with
// opening punctuation.
std::vector<std::string> Wrap(absl::string_view text, int width);

// A table: columns aligned by cells, two spaces between them. The last column
// is wrapped at `width` cells in all; 0 wraps nothing.
class Table {
 public:
  explicit Table(int width) : width_(width) {}

  // Rows may have different numbers of cells.
  void AddRow(std::vector<std::string> cells);
  // Aligns this column (from 0) to the right.
  void AlignRight(size_t column);

  // The lines, each after `indent` spaces and without trailing spaces.
  std::string Print(int indent = 0) const;

 private:
  std::vector<int> ColumnWidths() const;

  const int width_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> right_;
};

}  // namespace tongguan::text

#endif  // TONGGUAN_GATEWAY_TEXT_WIDTH_H_
