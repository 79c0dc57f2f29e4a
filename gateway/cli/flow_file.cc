#include "gateway/cli/flow_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/client.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace tongguan::cli {
namespace {

constexpr int kMaxErrors = 20;

// Keeps the first errors, with places as editors count them.
class Errors : public google::protobuf::io::ErrorCollector {
 public:
  explicit Errors(const std::string& path) : path_(path) {}

  void AddError(int line, int column, const std::string& message) override {
    if (++count_ > kMaxErrors) return;
    absl::StrAppend(&text_, path_, ":", line + 1, ":", column + 1, ": ",
                    message, "\n");
  }
  void AddWarning(int, int, const std::string&) override {}

  const std::string& text() const { return text_; }

 private:
  const std::string& path_;
  int count_ = 0;
  std::string text_;
};

bool IsJson(const std::string& path, absl::string_view text) {
  if (absl::EndsWith(path, ".json")) return true;
  if (absl::EndsWith(path, ".textproto")) return false;
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != absl::string_view::npos && text[first] == '{';
}

absl::Status ReadJson(const std::string& path, const std::string& text,
                      google::protobuf::Message* message) {
  // Unknown fields are refused: a misspelt one would be an unstated fact.
  const auto status =
      google::protobuf::util::JsonStringToMessage(text, message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ", std::string(status.message())));
}

}  // namespace

absl::Status ReadTextProto(const std::string& path, const std::string& text,
                           google::protobuf::Message* message) {
  Errors errors(path);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(32);
  if (parser.ParseFromString(text, message)) return absl::OkStatus();
  return absl::InvalidArgumentError(errors.text());
}

absl::StatusOr<v1::Flow> ReadFlow(const std::string& path, std::istream& in) {
  TG_ASSIGN_OR_RETURN(const std::string bytes, ReadInput(path, in));
  // Editors of Windows put a byte order mark before UTF-8.
  const std::string text(absl::StripPrefix(bytes, "\xEF\xBB\xBF"));
  const std::string name = path == "-" ? "<stdin>" : path;
  v1::Flow flow;
  TG_RETURN_IF_ERROR(IsJson(path, text) ? ReadJson(name, text, &flow)
                                        : ReadTextProto(name, text, &flow));
  return flow;
}

}  // namespace tongguan::cli
