#include "gateway/cli/context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/text/refusal.h"
#include "google/protobuf/util/json_util.h"

namespace tongguan::cli {
namespace {

constexpr int64_t kMaxPeople = 10'000'000'000;

// What to say of a status, beside its own message.
absl::string_view StatusKey(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "cli.invalid";
    case absl::StatusCode::kUnavailable:
      return "cli.unavailable";
    case absl::StatusCode::kDeadlineExceeded:
      return "cli.deadline";
    case absl::StatusCode::kResourceExhausted:
      return "cli.exhausted";
    case absl::StatusCode::kUnauthenticated:
      return "cli.unauthenticated";
    case absl::StatusCode::kPermissionDenied:
      return "cli.denied";
    case absl::StatusCode::kNotFound:
      return "cli.not_found";
    case absl::StatusCode::kAlreadyExists:
      return "cli.already_exists";
    default:
      return "cli.failed";
  }
}

int ExitOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return kUnavailable;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kDenied;
    default:
      return kError;
  }
}

}  // namespace

int Context::Settle(Globals globals) {
  globals_ = std::move(globals);
  const auto from_env = [this](const char* name, std::string* flag) {
    if (flag->empty()) *flag = terminal_.env(name);
  };
  from_env("TONGGUAN_SERVER", &globals_.server);
  from_env("TONGGUAN_CA", &globals_.ca);
  from_env("TONGGUAN_CERT", &globals_.cert);
  from_env("TONGGUAN_KEY", &globals_.key);
  if (globals_.output != "table" && globals_.output != "json") {
    return Usage("cli.bad_output", {{"0", globals_.output}});
  }
  if (!globals_.language.empty() && globals_.language != "zh" &&
      globals_.language != "en") {
    return Usage("cli.bad_language", {{"0", globals_.language}});
  }
  if (!absl::ParseDuration(globals_.deadline, &deadline_) ||
      deadline_ <= absl::ZeroDuration() || deadline_ > absl::Hours(1)) {
    return Usage("cli.bad_deadline", {{"0", globals_.deadline}});
  }
  return kSuccess;
}

bool Context::color() const {
  return terminal_.is_tty && terminal_.env("NO_COLOR").empty() &&
         terminal_.env("TERM") != "dumb";
}

int Context::Usage(absl::string_view key, const text::Args& args) {
  err() << T("cli.usage_error", {{"0", T(key, args)}}) << "\n";
  return kUsage;
}

int Context::Fail(absl::string_view key, const text::Args& args) {
  err() << T("cli.error", {{"0", T(key, args)}}) << "\n";
  return kError;
}

void Context::Say(absl::string_view key, const absl::Status& status) {
  const std::string what =
      T(key, {{"server", globals_.server}, {"deadline", globals_.deadline}});
  err() << T("cli.error", {{"0", what}}) << "\n";
  if (const auto refusal = text::RefusalOf(status)) {
    for (const v1::FieldViolation& violation : refusal->violations()) {
      err() << "  " << text::Printable(violation.field())
            << (violation.field().empty() ? "" : ": ")
            << text::Describe(language_, violation) << "\n";
    }
    return;
  }
  for (absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    if (!line.empty()) err() << "  " << text::Printable(line) << "\n";
  }
}

int Context::Fail(const absl::Status& status) {
  // The gateway answered: it was reached.
  const bool unrecorded =
      absl::IsUnavailable(status) && text::RefusalOf(status).has_value();
  Say(unrecorded ? "cli.unrecorded" : StatusKey(status.code()), status);
  return ExitOf(status.code());
}

int Context::FailHere(const absl::Status& status) {
  Say(absl::IsInvalidArgument(status) ? "cli.invalid" : "cli.failed", status);
  return kError;
}

void Context::Note(absl::string_view key, const text::Args& args) {
  err() << T(key, args) << "\n";
}

int Context::PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return FailHere(absl::InternalError(absl::StrCat(
        "the answer cannot be shown as JSON: ", status.ToString())));
  }
  out() << json;
  return kSuccess;
}

text::Language ChooseLanguage(const std::vector<std::string>& args,
                              const Terminal& terminal) {
  std::string tongue;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--lang" && i + 1 < args.size()) tongue = args[i + 1];
    if (absl::StartsWith(args[i], "--lang=")) tongue = args[i].substr(7);
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (tongue.empty()) tongue = terminal.env(name);
  }
  return absl::StartsWith(tongue, "zh") ? text::Language::kChinese
                                        : text::Language::kEnglish;
}

bool ParsePeople(absl::string_view text, int64_t* people) {
  return !text.empty() && text.size() <= 11 &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, people) && *people <= kMaxPeople;
}

}  // namespace tongguan::cli
