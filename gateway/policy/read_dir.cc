#include "gateway/policy/read_dir.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/form.h"
#include "gateway/policy/rows.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace tongguan::policy {
namespace {

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

absl::Status ParseText(const std::string& path, const std::string& text,
                       google::protobuf::Message* message) {
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

absl::Status ReadProto(const std::string& path,
                       google::protobuf::Message* message) {
  TG_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseText(path, text, message);
}

// A shard in binary form. What it says is checked as that of a text is, when
// the policy is compiled.
absl::Status ParseBinary(const std::string& path, const std::string& bytes,
                         v1::RegistryShard* shard) {
  if (shard->ParseFromString(bytes) &&
      shard->GetReflection()->GetUnknownFields(*shard).empty()) {
    return absl::OkStatus();
  }
  return Refuse(path,
                absl::StrCat("not the binary form of a ", shard->GetTypeName(),
                             ". Make it anew from the text with protoc "
                             "--encode."));
}

absl::StatusOr<List> ReadList(const std::string& name, const ListFiles& files) {
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

absl::StatusOr<const v1::RegistryShard*> ShardReader::Read(
    const std::string& path) {
  TG_RETURN_IF_ERROR(ReadFile(path, &bytes_));
  arena_.Reset();
  auto* const shard =
      google::protobuf::Arena::CreateMessage<v1::RegistryShard>(&arena_);
  TG_RETURN_IF_ERROR(absl::EndsWith(path, kBinary)
                         ? ParseBinary(path, bytes_, shard)
                         : ParseText(path, bytes_, shard));
  return shard;
}

absl::StatusOr<Source> ReadWithoutRegistry(const Layout& layout) {
  Source source;
  TG_RETURN_IF_ERROR(ReadProto(layout.regime, &source.regime));
  TG_RETURN_IF_ERROR(ReadProto(layout.calendar, &source.calendar));
  for (const std::string& path : layout.taxonomies) {
    v1::Taxonomy part;
    TG_RETURN_IF_ERROR(ReadProto(path, &part));
    source.taxonomy.MergeFrom(part);
  }
  for (const auto& [name, files] : layout.lists) {
    TG_ASSIGN_OR_RETURN(List list, ReadList(name, files));
    source.lists.push_back(std::move(list));
  }
  return source;
}

absl::StatusOr<Source> ReadPolicyDir(const std::string& dir) {
  TG_ASSIGN_OR_RETURN(const Layout layout, FindLayout(dir));
  TG_ASSIGN_OR_RETURN(Source source, ReadWithoutRegistry(layout));
  ShardReader reader;
  for (const std::string& path : layout.shards) {
    TG_ASSIGN_OR_RETURN(const auto* shard, reader.Read(path));
    source.registry.push_back(*shard);
  }
  return source;
}

}  // namespace tongguan::policy
