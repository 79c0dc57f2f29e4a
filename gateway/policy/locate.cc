#include "gateway/policy/locate.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gateway/policy/csv.h"
#include "gateway/policy/form.h"
#include "gateway/policy/layout.h"
#include "google/protobuf/text_format.h"
#include "proto/tongguan/v1/list.pb.h"
#include "proto/tongguan/v1/regime.pb.h"
#include "proto/tongguan/v1/registry.pb.h"
#include "proto/tongguan/v1/taxonomy.pb.h"

namespace tongguan::policy {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using Tree = TextFormat::ParseInfoTree;

// How messages call entries, and the field they stand in.
struct Kind {
  absl::string_view words;
  absl::string_view field;
};

constexpr Kind kKinds[] = {
    {"taxonomy sensitive kind", ".sensitive_kinds"},
    {"taxonomy category", ".categories"},
    {"taxonomy detector", ".detectors"},
    {"registry enterprise", ".enterprises"},
    {"registry group", ".groups"},
    {"registry filing", ".filings"},
    {"registry registration", ".registrations"},
    {"registry list filing", ".list_filings"},
    {"registry restricted recipient", ".restricted"},
};

// The entry that a message begins with: all up to ": " outside quotes.
absl::string_view EntryOf(absl::string_view message) {
  bool quoted = false;
  for (size_t i = 0; i < message.size(); ++i) {
    if (quoted && message[i] == '\\') {
      ++i;
    } else if (message[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && absl::StartsWith(message.substr(i), ": ")) {
      return message.substr(0, i);
    }
  }
  return {};
}

// One step of a path: `.field`, `.field[3]` or `.field "key"`.
struct Step {
  absl::string_view field;
  int index = -1;         // -1: not said.
  absl::string_view key;  // In quotes, as Quote writes it; empty: not said.
};

bool TakeStep(absl::string_view* path, Step* step) {
  if (!absl::ConsumePrefix(path, ".")) return false;
  size_t end = 0;
  while (end < path->size() &&
         (absl::ascii_isalnum((*path)[end]) || (*path)[end] == '_')) {
    ++end;
  }
  step->field = path->substr(0, end);
  path->remove_prefix(end);
  if (absl::ConsumePrefix(path, " \"")) {
    size_t quote = 0;
    while (quote < path->size() && (*path)[quote] != '"') {
      quote += (*path)[quote] == '\\' ? 2 : 1;
    }
    step->key = path->substr(0, quote);
    path->remove_prefix(std::min(quote + 1, path->size()));
  } else if (absl::ConsumePrefix(path, "[")) {
    const size_t close = path->find(']');
    if (!absl::SimpleAtoi(path->substr(0, close), &step->index)) return false;
    path->remove_prefix(std::min(close, path->size() - 1) + 1);
  }
  return true;
}

// Whether the entry's first field, its id, is the key.
bool HasKey(const Message& entry, absl::string_view key) {
  const FieldDescriptor* id = entry.GetDescriptor()->FindFieldByNumber(1);
  return Quote(entry.GetReflection()->GetString(entry, id)) ==
         absl::StrCat("\"", key, "\"");
}

// A file's message with the places of its fields; none in binary form.
class File {
 public:
  File(std::string path, Message* message)
      : path_(std::move(path)), message_(message) {}

  bool Parse() {
    const auto bytes = ReadFile(path_);
    if (!bytes.ok()) return false;
    if (absl::EndsWith(path_, kBinary)) {
      return message_->ParseFromString(*bytes);
    }
    TextFormat::Parser parser;
    parser.WriteLocationsTo(&tree_);
    return parser.ParseFromString(*bytes, message_);
  }

  // Appends the places of what `path` names; with `whole`, the file itself
  // where nothing of it is there.
  void Find(absl::string_view path, bool whole,
            std::vector<std::string>* places) const {
    const size_t before = places->size();
    Walk(*message_, &tree_, path, "", places);
    if (whole && places->size() == before) places->push_back(path_);
  }

 private:
  // `at` is the place of `message`; "" for the file's own.
  void Walk(const Message& message, const Tree* tree, absl::string_view path,
            const std::string& at, std::vector<std::string>* places) const {
    Step step;
    const FieldDescriptor* field =
        TakeStep(&path, &step)
            ? message.GetDescriptor()->FindFieldByName(std::string(step.field))
            : nullptr;
    const size_t before = places->size();
    if (field != nullptr) {
      for (int i : Indexes(message, field, step)) {
        WalkInto(message, tree, field, i, path, places);
      }
    }
    // What is not there is missing in what it should stand in.
    if (places->size() == before && !at.empty()) places->push_back(at);
  }

  void WalkInto(const Message& message, const Tree* tree,
                const FieldDescriptor* field, int index, absl::string_view path,
                std::vector<std::string>* places) const {
    std::string at = path_;
    const Tree* below = nullptr;
    if (!absl::EndsWith(path_, kBinary)) {
      const auto place = tree->GetLocation(field, index);
      if (place.line < 0) return;
      absl::StrAppend(&at, ":", place.line + 1, ":", place.column + 1);
    }
    if (field->message_type() == nullptr || path.empty()) {
      places->push_back(at);
      return;
    }
    if (tree != nullptr) below = tree->GetTreeForNested(field, index);
    const auto* reflection = message.GetReflection();
    Walk(index < 0 ? reflection->GetMessage(message, field)
                   : reflection->GetRepeatedMessage(message, field, index),
         below, path, at, places);
  }

  // Which values of the field the step names; -1 for a field that is single.
  static std::vector<int> Indexes(const Message& message,
                                  const FieldDescriptor* field,
                                  const Step& step) {
    if (!field->is_repeated()) return {-1};
    const auto* reflection = message.GetReflection();
    const int size = reflection->FieldSize(message, field);
    std::vector<int> indexes;
    if (step.key.empty()) {
      const int index = std::max(step.index, 0);
      if (index < size) indexes.push_back(index);
      return indexes;
    }
    for (int i = 0; i < size && field->message_type() != nullptr; ++i) {
      if (HasKey(reflection->GetRepeatedMessage(message, field, i), step.key)) {
        indexes.push_back(i);
      }
    }
    return indexes;
  }

  const std::string path_;
  Message* const message_;
  Tree tree_;
};

template <typename MessageT>
void FindIn(const std::string& path, absl::string_view entry, bool whole,
            std::vector<std::string>* places) {
  MessageT message;
  File file(path, &message);
  if (file.Parse()) file.Find(entry, whole, places);
}

// `row "id".column` in items.csv.
void FindRow(const std::string& path, absl::string_view entry,
             std::vector<std::string>* places) {
  Step step;
  const std::string as_step = absl::StrCat(".", entry);
  absl::string_view rest = as_step;
  const auto text = ReadFile(path);
  if (!text.ok() || !TakeStep(&rest, &step)) return;
  const std::string wanted = absl::StrCat("\"", step.key, "\"");
  Step column;
  TakeStep(&rest, &column);
  CsvReader csv(*text);
  std::vector<std::string> cells;
  size_t id = 0;
  for (int row = 1; csv.Next(&cells); ++row) {
    if (row == 1) {
      while (id < cells.size() && cells[id] != "id") ++id;
    } else if (id < cells.size() && Quote(cells[id]) == wanted) {
      places->push_back(absl::StrCat(
          path, ":", row, column.field.empty() ? "" : ":", column.field));
    }
  }
}

// An entry of a list: `lists/id/edition`, then `.field` or ` row "id".column`.
void FindInLists(const Layout& layout, absl::string_view entry,
                 std::vector<std::string>* places) {
  // An edition may hold dots: the longest name that fits is meant.
  const ListFiles* list = nullptr;
  size_t length = 0;
  for (const auto& [name, files] : layout.lists) {
    absl::string_view rest = entry;
    if (!absl::ConsumePrefix(&rest, name) || name.size() < length) continue;
    if (!rest.empty() && rest[0] != '.' && rest[0] != ' ') continue;
    list = &files;
    length = name.size();
  }
  if (list == nullptr) return;
  entry.remove_prefix(length);
  if (absl::ConsumePrefix(&entry, " ")) {
    FindRow(list->rows, entry, places);
  } else {
    FindIn<v1::ListHead>(list->head, entry, true, places);
  }
}

void FindEntry(const Layout& layout, absl::string_view entry,
               std::vector<std::string>* places) {
  if (absl::ConsumePrefix(&entry, "lists/")) {
    FindInLists(layout, entry, places);
  } else if (absl::ConsumePrefix(&entry, "regime")) {
    FindIn<v1::Regime>(layout.regime, entry, true, places);
  } else if (absl::ConsumePrefix(&entry, "calendar")) {
    FindIn<v1::Calendar>(layout.calendar, entry, true, places);
  }
  for (const Kind& kind : kKinds) {
    absl::string_view rest = entry;
    if (!absl::ConsumePrefix(&rest, kind.words)) continue;
    const std::string path = absl::StrCat(kind.field, rest);
    if (absl::StartsWith(kind.words, "taxonomy")) {
      for (const std::string& file : layout.taxonomies) {
        FindIn<v1::Taxonomy>(file, path, false, places);
      }
    } else {
      for (const std::string& file : layout.shards) {
        FindIn<v1::RegistryShard>(file, path, false, places);
      }
    }
  }
}

}  // namespace

absl::Status Locate(const std::string& dir, const absl::Status& refusal) {
  const auto layout = FindLayout(dir);
  if (!layout.ok()) return refusal;
  std::vector<std::string> places;
  FindEntry(*layout, EntryOf(refusal.message()), &places);
  if (places.empty()) return refusal;
  return {refusal.code(), absl::StrCat(absl::StrJoin(places, " and "), ": ",
                                       refusal.message())};
}

}  // namespace tongguan::policy
