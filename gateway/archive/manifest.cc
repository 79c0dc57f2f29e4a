#include "gateway/archive/manifest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"

namespace tongguan::archive {
namespace {

constexpr char kTitle[] = "tongguan archive v1";
constexpr char kNone[] = "-";

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("not an archive's manifest: ", why));
}

std::string OrNone(const std::string& value) {
  return value.empty() ? kNone : value;
}

// The lines one after another.
class Lines {
 public:
  explicit Lines(absl::string_view text) : text_(text) {}

  bool empty() const { return text_.empty(); }
  absl::StatusOr<std::string> Take() {
    const size_t end = text_.find('\n');
    if (end == absl::string_view::npos) return Bad("a line has no end");
    std::string line(text_.data(), end);
    text_.remove_prefix(end + 1);
    return line;
  }
  // The words after `name` in the next line.
  absl::StatusOr<std::vector<std::string>> Take(const std::string& name,
                                                size_t words) {
    TG_ASSIGN_OR_RETURN(const std::string line, Take());
    std::vector<std::string> found = absl::StrSplit(line, ' ');
    if (found.size() != words + 1 || found[0] != name) {
      return Bad(absl::StrCat("a line ", name, " is missing"));
    }
    found.erase(found.begin());
    return found;
  }
  absl::StatusOr<std::string> TakeOrNone(const std::string& name) {
    TG_ASSIGN_OR_RETURN(const std::vector<std::string> words, Take(name, 1));
    return words[0] == kNone ? "" : words[0];
  }

 private:
  absl::string_view text_;
};

absl::StatusOr<uint64_t> Number(const std::string& text) {
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return Bad("a number is none");
  return value;
}

absl::StatusOr<std::string> TakeDay(const std::string& name, Lines* lines) {
  TG_ASSIGN_OR_RETURN(std::string day, lines->TakeOrNone(name));
  if (!day.empty() && !ParseDay(day).ok()) return Bad("a date is none");
  return day;
}

absl::StatusOr<journal::Checkpoint> TakeHead(Lines* lines) {
  TG_ASSIGN_OR_RETURN(const std::vector<std::string> words,
                      lines->Take("head", 3));
  return journal::ParseCheckpoint(
      absl::StrCat(words[0], "\n", words[1], "\n", words[2], "\n"));
}

absl::StatusOr<File> TakeFile(Lines* lines) {
  TG_ASSIGN_OR_RETURN(const std::vector<std::string> words,
                      lines->Take("file", 3));
  File file;
  const bool hex = words[0].size() == 64 &&
                   std::all_of(words[0].begin(), words[0].end(),
                               [](char c) { return absl::ascii_isxdigit(c); });
  if (!hex) return Bad("a digest is none");
  file.digest = absl::HexStringToBytes(words[0]);
  TG_ASSIGN_OR_RETURN(file.length, Number(words[1]));
  file.name = words[2];
  return file;
}

}  // namespace

std::string FormatManifest(const Manifest& manifest) {
  const Selection& selection = manifest.selection;
  std::string text = absl::StrCat(
      kTitle, "\nhead ", manifest.head.origin, " ", manifest.head.size, " ",
      absl::Base64Escape(DigestBytes(manifest.head.root)), "\nsince ",
      OrNone(selection.since), "\nuntil ", OrNone(selection.until),
      "\nexporter ", OrNone(selection.exporter), "\nrecords ", manifest.records,
      "\n");
  for (const File& file : manifest.files) {
    absl::StrAppend(&text, "file ", absl::BytesToHexString(file.digest), " ",
                    file.length, " ", file.name, "\n");
  }
  return text;
}

absl::StatusOr<Manifest> ParseManifest(absl::string_view text) {
  Lines lines(text);
  TG_ASSIGN_OR_RETURN(const std::string title, lines.Take());
  if (title != kTitle) return Bad("its title is another");
  Manifest manifest;
  TG_ASSIGN_OR_RETURN(manifest.head, TakeHead(&lines));
  TG_ASSIGN_OR_RETURN(manifest.selection.since, TakeDay("since", &lines));
  TG_ASSIGN_OR_RETURN(manifest.selection.until, TakeDay("until", &lines));
  TG_ASSIGN_OR_RETURN(manifest.selection.exporter,
                      lines.TakeOrNone("exporter"));
  if (!manifest.selection.exporter.empty()) {
    TG_RETURN_IF_ERROR(CheckUscc(manifest.selection.exporter));
  }
  TG_ASSIGN_OR_RETURN(const std::vector<std::string> records,
                      lines.Take("records", 1));
  TG_ASSIGN_OR_RETURN(manifest.records, Number(records[0]));
  while (!lines.empty()) {
    TG_ASSIGN_OR_RETURN(File file, TakeFile(&lines));
    manifest.files.push_back(std::move(file));
  }
  if (FormatManifest(manifest) != text) return Bad("not in its one form");
  return manifest;
}

}  // namespace tongguan::archive
