#include "gateway/text/width.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tongguan::text {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// No cell of its own: combining marks, joiners, variation selectors.
constexpr Range kZero[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489},  {0x0591, 0x05bd}, {0x064b, 0x065f},
    {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},  {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
    {0x200b, 0x200f}, {0x202a, 0x202e},  {0x2060, 0x2064}, {0x20d0, 0x20ff},
    {0x302a, 0x302d}, {0x3099, 0x309a},  {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};

// Two cells: East Asian Wide and Fullwidth of Unicode annex 11. Ambiguous
// characters (→, …) are taken as one cell, as UTF-8 terminals do.
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},
    {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <size_t n>
bool In(const Range (&ranges)[n], uint32_t code) {
  return std::any_of(ranges, ranges + n, [code](const Range& range) {
    return range.first <= code && code <= range.last;
  });
}

struct Character {
  uint32_t code;
  size_t bytes;
};

// The character that `text`, not empty, begins with; a byte that begins no
// UTF-8 character stands for itself as U+FFFD.
Character First(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t bytes = lead < 0x80         ? 1
                       : lead >> 5 == 0x06 ? 2
                       : lead >> 4 == 0x0e ? 3
                       : lead >> 3 == 0x1e ? 4
                                           : 0;
  if (bytes == 1) return {lead, 1};
  if (bytes == 0 || bytes > text.size()) return {0xfffd, 1};
  uint32_t code = lead & (0xffu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if (next >> 6 != 0x02) return {0xfffd, 1};
    code = code << 6 | (next & 0x3fu);
  }
  return {code, bytes};
}

int Cells(uint32_t code) {
  if (code < 0x300) return 1;
  if (In(kZero, code)) return 0;
  return In(kWide, code) ? 2 : 1;
}

bool Contains(absl::string_view set, absl::string_view character) {
  return set.find(character) != absl::string_view::npos;
}

// Punctuation that may not begin, or end, a line.
bool IsClosing(absl::string_view character) {
  return Contains("，。、；：？！）》」』”’〕】…％,.;:?!)]%", character);
}
bool IsOpening(absl::string_view character) {
  return Contains("（《「『“‘〔【([", character);
}

struct Piece {
  absl::string_view text;  // A word, a CJK character, or spaces.
  int width;
  bool space;
};

// The first piece of `text` that no line break may divide.
Piece Take(absl::string_view text) {
  size_t end = 0;
  int width = 0;
  bool wide = false;     // The last character that has cells has two,
  bool opening = false;  // or opens a bracket.
  while (end < text.size()) {
    const Character next = First(text.substr(end));
    const absl::string_view bytes = text.substr(end, next.bytes);
    if (next.code == ' ' && end == 0) return {bytes, 1, true};
    const int cells = Cells(next.code);
    const bool stays = end == 0 || cells == 0 || IsClosing(bytes) || opening ||
                       (cells == 1 && !wide);
    if (!stays || next.code == ' ') break;
    end += next.bytes;
    width += cells;
    if (cells > 0) {
      wide = cells == 2;
      opening = IsOpening(bytes);
    }
  }
  return {text.substr(0, end), width, false};
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character next = First(text);
    width += Cells(next.code);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string PadRight(absl::string_view text, int width) {
  return absl::StrCat(
      text, std::string(std::max(0, width - DisplayWidth(text)), ' '));
}

std::string PadLeft(absl::string_view text, int width) {
  return absl::StrCat(std::string(std::max(0, width - DisplayWidth(text)), ' '),
                      text);
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  if (width <= 0) return {std::string(text)};
  width = std::max(width, 8);
  std::vector<std::string> lines(1);
  int used = 0;
  int spaces = 0;
  while (!text.empty()) {
    const Piece piece = Take(text);
    text.remove_prefix(piece.text.size());
    if (piece.space) {
      ++spaces;
      continue;
    }
    if (used > 0 && used + spaces + piece.width > width) {
      lines.emplace_back();
      used = spaces = 0;
    }
    if (used > 0) lines.back().append(spaces, ' ');
    absl::StrAppend(&lines.back(), piece.text);
    used += (used > 0 ? spaces : 0) + piece.width;
    spaces = 0;
  }
  return lines;
}

void Table::AddRow(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
}

void Table::AlignRight(size_t column) {
  if (right_.size() <= column) right_.resize(column + 1);
  right_[column] = true;
}

std::vector<int> Table::ColumnWidths() const {
  std::vector<int> widths;
  for (const auto& row : rows_) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  return widths;
}

std::string Table::Print(int indent) const {
  const std::vector<int> widths = ColumnWidths();
  const auto right = [this](size_t column) {
    return column < right_.size() && right_[column];
  };
  int start = indent;  // Where the last column begins.
  for (size_t i = 0; i + 1 < widths.size(); ++i) start += widths[i] + 2;
  std::string result;
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (size_t i = 0; i + 1 < widths.size(); ++i) {
      const std::string& cell = i < row.size() ? row[i] : "";
      absl::StrAppend(
          &line,
          right(i) ? PadLeft(cell, widths[i]) : PadRight(cell, widths[i]),
          "  ");
    }
    const bool full = row.size() == widths.size() && !row.empty();
    std::vector<std::string> last = Wrap(
        full ? row.back() : "", width_ == 0 ? 0 : std::max(16, width_ - start));
    if (full && right(row.size() - 1)) {
      last = {PadLeft(row.back(), widths.back())};  // A number: one line.
    }
    for (size_t i = 0; i < last.size(); ++i) {
      if (i > 0) line.append(start, ' ');
      absl::StrAppend(&line, last[i]);
      line.erase(line.find_last_not_of(' ') + 1);
      absl::StrAppend(&result, line, "\n");
      line.clear();
    }
  }
  return result;
}

}  // namespace tongguan::text
