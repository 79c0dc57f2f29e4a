// ReadPolicyDir: a policy folder as a source.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/form.h"
#include "gateway/policy/rows.h"
#include "gateway/policy/snapshot.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace tongguan::policy {
namespace {

namespace fs = std::filesystem;

// No policy file is near this; a larger one is not a policy file.
constexpr uintmax_t kMaxFileBytes = uintmax_t{64} << 20;
// Folders deeper than lists/<id>/<edition>/ hold nothing of the policy.
constexpr int kMaxDepth = 8;
// Ends the names of shards in binary form, which load much faster than text.
constexpr char kBinary[] = ".binpb";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error) {
    return absl::NotFoundError(absl::StrCat(path, ": ", error.message(),
                                            ". Make it a readable file."));
  }
  if (size > kMaxFileBytes) {
    return Refuse(path, absl::StrCat(size, " bytes, more than ", kMaxFileBytes,
                                     ". Divide the file."));
  }
  std::string text(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(size))) {
    return absl::UnavailableError(absl::StrCat(
        path, ": cannot be read: ", std::strerror(errno), ". Try again."));
  }
  return text;
}

// Where the parser stood, from 0. It reports an unknown field or value only
// when it has passed it, perhaps on a later line.
struct Position {
  int line = 0;
  int column = 0;
};

// The last place before `stood` of a word that the message quotes.
Position PlaceOfQuoted(const std::vector<std::string>& lines,
                       absl::string_view message, Position stood) {
  if (absl::StartsWith(message, "Expected")) return stood;  // Not yet passed.
  const std::vector<std::string> parts = absl::StrSplit(message, '"');
  for (int line = stood.line; line >= 0; --line) {
    absl::string_view text = lines[line];
    if (line == stood.line) text = text.substr(0, stood.column);
    size_t best = absl::string_view::npos;
    for (size_t i = 1; i < parts.size(); i += 2) {
      const size_t at = parts[i].empty() ? text.npos : text.rfind(parts[i]);
      if (at == absl::string_view::npos) continue;
      if (best == absl::string_view::npos || at > best) best = at;
    }
    if (best != absl::string_view::npos) return {line, static_cast<int>(best)};
  }
  return stood;
}

// Keeps the first error, as "path:line:column: message".
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  FirstError(const std::string& path, const std::string& text)
      : path_(path), text_(text) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!status_.ok()) return;
    Position at{line, column};
    const std::vector<std::string> lines = absl::StrSplit(text_, '\n');
    // The parser counts a tab as up to eight columns.
    if (line >= 0 && line < static_cast<int>(lines.size()) &&
        column <= static_cast<int>(lines[line].size())) {
      at = PlaceOfQuoted(lines, message, at);
    }
    status_ =
        Refuse(absl::StrCat(path_, ":", at.line + 1, ":", at.column + 1),
               absl::StrCat(message, absl::EndsWith(message, ".") ? "" : ".",
                            " Correct it as the proto says."));
  }

  const absl::Status& status() const { return status_; }

 private:
  const std::string& path_;
  const std::string& text_;
  absl::Status status_;
};

absl::Status ReadProto(const std::string& path,
                       google::protobuf::Message* message) {
  TG_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  if (!IsText(text)) {
    size_t line = 1;
    for (absl::string_view part : absl::StrSplit(text, '\n')) {
      if (!IsText(part)) break;
      ++line;
    }
    return Refuse(absl::StrCat(path, ":", line),
                  "not UTF-8 text. Save the file as UTF-8.");
  }
  FirstError errors(path, text);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  const bool parsed = parser.ParseFromString(text, message);
  TG_RETURN_IF_ERROR(errors.status());
  if (parsed) return absl::OkStatus();
  return Refuse(path, absl::StrCat("not a ", message->GetTypeName(),
                                   ". Correct it as the proto says."));
}

// A shard in binary form. What it says is checked as that of a text is, when
// the policy is compiled.
absl::Status ReadBinary(const std::string& path, v1::RegistryShard* shard) {
  TG_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  if (shard->ParseFromString(bytes) &&
      shard->GetReflection()->GetUnknownFields(*shard).empty()) {
    return absl::OkStatus();
  }
  return Refuse(path,
                absl::StrCat("not the binary form of a ", shard->GetTypeName(),
                             ". Make it anew from the text with protoc "
                             "--encode."));
}

absl::Status ReadShard(const std::string& path, v1::RegistryShard* shard) {
  return absl::EndsWith(path, kBinary) ? ReadBinary(path, shard)
                                       : ReadProto(path, shard);
}

// Paths of all files below `dir`, relative to it and sorted. Linked folders are
// followed: a list must not fall away because its folder is a link.
absl::StatusOr<std::vector<std::string>> FindFiles(const std::string& dir) {
  std::error_code error;
  fs::recursive_directory_iterator it(
      dir, fs::directory_options::follow_directory_symlink, error);
  std::vector<std::string> files;
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    const std::string path = it->path().string();
    if (it.depth() > kMaxDepth) {
      return Refuse(path, "too deep a folder. Remove it.");
    }
    const bool folder = it->is_directory(error);
    if (error) break;
    if (!folder) files.push_back(path.substr(dir.size() + 1));
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(dir, ": ", error.message(),
                                            ". Name a readable policy "
                                            "folder."));
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The two files of a list edition; "" until seen.
struct ListFiles {
  std::string head;
  std::string rows;
};

// Which files hold what.
struct Layout {
  std::string regime;
  std::vector<std::string> calendars, taxonomies, shards;
  std::map<std::string, ListFiles> lists;  // By "id/edition".
};

// Puts a file where it belongs; false if it is no file of a policy.
bool Place(const std::string& path, const std::string& file, Layout* layout) {
  const std::vector<std::string> steps = absl::StrSplit(file, '/');
  const bool proto = absl::EndsWith(file, ".textproto");
  const bool binary = absl::EndsWith(file, kBinary);
  if (file == "regime/regime.textproto") {
    layout->regime = path;
  } else if (steps.size() == 2 && proto && steps[0] == "calendar") {
    layout->calendars.push_back(path);
  } else if (steps.size() == 2 && proto && steps[0] == "taxonomy") {
    layout->taxonomies.push_back(path);
  } else if (steps.size() == 2 && (proto || binary) && steps[0] == "registry") {
    layout->shards.push_back(path);
  } else if (steps.size() == 4 && steps[0] == "lists" &&
             steps[3] == "list.textproto") {
    layout->lists[absl::StrCat(steps[1], "/", steps[2])].head = path;
  } else if (steps.size() == 4 && steps[0] == "lists" &&
             steps[3] == "items.csv") {
    layout->lists[absl::StrCat(steps[1], "/", steps[2])].rows = path;
  } else {
    return !proto && !binary && !absl::EndsWith(file, ".csv");
  }
  return true;
}

absl::StatusOr<Layout> FindLayout(const std::string& dir) {
  TG_ASSIGN_OR_RETURN(const std::vector<std::string> files, FindFiles(dir));
  Layout layout;
  for (const std::string& file : files) {
    const std::string path = absl::StrCat(dir, "/", file);
    if (Place(path, file, &layout)) continue;
    return Refuse(path,
                  "no place for a policy file. Move it to where "
                  "policy/README.md says, or rename it.");
  }
  if (layout.regime.empty()) {
    return Refuse(absl::StrCat(dir, "/regime/regime.textproto"),
                  "missing. Add the regime.");
  }
  if (layout.calendars.size() != 1) {
    return Refuse(
        absl::StrCat(dir, "/calendar"),
        absl::StrCat(layout.calendars.size(), " calendars. Keep exactly one."));
  }
  if (layout.taxonomies.empty()) {
    return Refuse(absl::StrCat(dir, "/taxonomy"), "empty. Add a taxonomy.");
  }
  return layout;
}

absl::StatusOr<List> ReadList(const std::string& dir, const std::string& name,
                              const ListFiles& files) {
  const std::string folder = absl::StrCat(dir, "/lists/", name);
  if (files.head.empty()) {
    return Refuse(absl::StrCat(folder, "/list.textproto"),
                  "missing beside items.csv. Add the list's head.");
  }
  if (files.rows.empty()) {
    return Refuse(absl::StrCat(folder, "/items.csv"),
                  "missing beside list.textproto. Add the rows; a header row "
                  "alone will do.");
  }
  List list;
  TG_RETURN_IF_ERROR(ReadProto(files.head, &list.head));
  if (absl::StrCat(list.head.id(), "/", list.head.edition()) != name) {
    return Refuse(files.head,
                  absl::StrCat("id and edition are \"", list.head.id(), "/",
                               list.head.edition(), "\", the folder is \"",
                               name, "\". Make them the same."));
  }
  TG_ASSIGN_OR_RETURN(const std::string text, ReadFile(files.rows));
  TG_ASSIGN_OR_RETURN(list.rows, ReadRows(files.rows, text));
  return list;
}

}  // namespace

absl::StatusOr<Source> ReadPolicyDir(const std::string& dir) {
  const std::string root(absl::StripSuffix(dir, "/"));
  TG_ASSIGN_OR_RETURN(const Layout layout, FindLayout(root));
  Source source;
  TG_RETURN_IF_ERROR(ReadProto(layout.regime, &source.regime));
  TG_RETURN_IF_ERROR(ReadProto(layout.calendars[0], &source.calendar));
  for (const std::string& path : layout.taxonomies) {
    v1::Taxonomy part;
    TG_RETURN_IF_ERROR(ReadProto(path, &part));
    source.taxonomy.MergeFrom(part);
  }
  for (const auto& [name, files] : layout.lists) {
    TG_ASSIGN_OR_RETURN(List list, ReadList(root, name, files));
    source.lists.push_back(std::move(list));
  }
  for (const std::string& path : layout.shards) {
    TG_RETURN_IF_ERROR(ReadShard(path, &source.registry.emplace_back()));
  }
  return source;
}

}  // namespace tongguan::policy
