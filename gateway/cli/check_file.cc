#include "gateway/cli/check_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/flow_file.h"
#include "gateway/inspect/declarations.h"
#include "gateway/inspect/fill_flow.h"
#include "gateway/people/pseudonyms.h"
#include "gateway/text/refusal.h"

namespace tongguan::cli {
namespace {

// Of both sets together; more are staged (flow.proto).
constexpr int64_t kMostInline = 10'000;

constexpr absl::Duration kBetweenProgress = absl::Milliseconds(200);

// The 32 bytes of a key file, or 64 hex digits of them.
absl::StatusOr<std::string> ReadKey(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return text::Refuse(absl::StatusCode::kNotFound, path, "wrong.file_open",
                        {std::strerror(errno)});
  }
  struct stat about;
  const bool known = fstat(file, &about) == 0;
  std::string bytes(128, '\0');
  const ssize_t got = read(file, bytes.data(), bytes.size());
  const std::string why = std::strerror(errno);
  close(file);
  if (!known || got < 0) {
    return text::Refuse(absl::StatusCode::kInternal, path, "wrong.file_read",
                        {why});
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return text::Refuse(absl::StatusCode::kInvalidArgument, path,
                        "wrong.people_key_rights");
  }
  bytes.resize(static_cast<size_t>(got));
  if (bytes.size() == people::kKeySize) return bytes;
  const absl::string_view digits = absl::StripAsciiWhitespace(bytes);
  if (digits.size() == 2 * people::kKeySize &&
      std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
    return absl::HexStringToBytes(digits);
  }
  return text::Refuse(absl::StatusCode::kInvalidArgument, path,
                      "wrong.people_key_size");
}

absl::StatusOr<v1::Declarations> ReadDeclarationFile(
    Context& context, const std::string& path,
    const policy::Taxonomy& taxonomy) {
  v1::Declarations declarations;
  if (path.empty()) return declarations;
  TG_ASSIGN_OR_RETURN(const std::string text, ReadInput(path, context.in()));
  if (absl::EndsWith(path, ".textproto")) {
    TG_RETURN_IF_ERROR(ReadTextProto(path, text, &declarations));
  } else {
    TG_ASSIGN_OR_RETURN(declarations, inspect::ReadDeclarations(path, text));
  }
  TG_RETURN_IF_ERROR(inspect::CheckDeclarations(path, taxonomy, &declarations));
  return declarations;
}

inspect::Encoding EncodingOf(const std::string& name) {
  if (name == "utf-8") return inspect::Encoding::kUtf8;
  if (name == "gb18030") return inspect::Encoding::kGb18030;
  return inspect::Encoding::kDetect;
}

// A line that is written over, on a terminal.
std::function<void(int64_t, int64_t)> Progress(Context& context) {
  if (!context.err_is_tty()) return nullptr;
  return [&context, begun = absl::Now(), said = absl::InfinitePast()](
             int64_t bytes, int64_t of) mutable {
    const absl::Time now = absl::Now();
    if (now - said < kBetweenProgress) return;
    said = now;
    const double seconds = absl::ToDoubleSeconds(now - begun);
    context.err() << "\r"
                  << context.T(
                         "check.progress",
                         {{"0", absl::StrCat(of > 0 ? 100 * bytes / of : 100)},
                          {"1", text::FormatCount(of / 1'000'000)},
                          {"2", text::FormatCount(static_cast<int64_t>(
                                    static_cast<double>(bytes) /
                                    (1e6 * std::max(seconds, 0.001))))}})
                  << "\x1b[K" << std::flush;
  };
}

absl::StatusOr<inspect::Options> OptionsFor(Context& context,
                                            const FileFlags& flags,
                                            const policy::Taxonomy& taxonomy,
                                            const v1::Flow& flow) {
  inspect::Options options;
  options.path = flags.path;
  options.encoding = EncodingOf(flags.encoding);
  options.identifier = flags.identifier;
  options.header = flags.header;
  options.sector = flow.sector();
  options.algorithm = flags.algorithm == "hmac-sm3"
                          ? people::Algorithm::kHmacSm3
                          : people::Algorithm::kHmacSha256;
  TG_ASSIGN_OR_RETURN(
      options.declarations,
      ReadDeclarationFile(context, flags.declarations, taxonomy));
  if (!flags.key.empty()) {
    TG_ASSIGN_OR_RETURN(options.key, ReadKey(flags.key));
  }
  options.progress = Progress(context);
  return options;
}

// What to say of a StagePeople that was refused, of `people` staged by this
// command: trying again is no help where they are more than one exporter may
// have. How many that is, is the gateway's to set, and its refusal tells.
int FailStaging(Context& context, const absl::Status& status, int64_t people) {
  const auto refusal = text::RefusalOf(status);
  int64_t share = 0;
  if (refusal && refusal->violations_size() == 1 &&
      refusal->violations(0).code() == "wrong.stage_share" &&
      refusal->violations(0).operands_size() == 1 &&
      absl::SimpleAtoi(refusal->violations(0).operands(0), &share) &&
      people > share) {
    return context.FailHere(
        text::Refuse(absl::StatusCode::kInvalidArgument, "", "wrong.stage_file",
                     {text::FormatCount(people), text::FormatCount(share)}));
  }
  return context.Fail(status);
}

}  // namespace

void AddFileFlags(const Setup& setup, CLI::App* verb, FileFlags* flags) {
  verb->add_option("DATA", flags->path, setup.T("help.data"));
  verb->add_option("--declare", flags->declarations, setup.T("help.declare"));
  verb->add_option("--id-column", flags->identifier, setup.T("help.id_column"));
  verb->add_option("--people-key", flags->key, setup.T("help.people_key"));
  verb->add_option("--key-id", flags->key_id, setup.T("help.key_id"));
  verb->add_option("--algorithm", flags->algorithm, setup.T("help.algorithm"));
  verb->add_option("--encoding", flags->encoding, setup.T("help.encoding"));
  verb->add_flag("--header", flags->header, setup.T("help.header"));
}

int CheckFileFlags(Context& context, const FileFlags& flags) {
  const bool plain = flags.declarations.empty() && flags.identifier.empty() &&
                     flags.key.empty() && flags.key_id.empty() && !flags.header;
  if (flags.path.empty() && !plain) return context.Usage("check.file_only");
  if (flags.key.empty() != flags.key_id.empty()) {
    return context.Usage("check.key_and_id");
  }
  if (flags.algorithm != "hmac-sha256" && flags.algorithm != "hmac-sm3") {
    return context.Usage("cli.bad_name", {{"0", "--algorithm"},
                                          {"1", flags.algorithm},
                                          {"2", "hmac-sha256, hmac-sm3"}});
  }
  if (flags.encoding != "detect" && flags.encoding != "utf-8" &&
      flags.encoding != "gb18030") {
    return context.Usage("cli.bad_name", {{"0", "--encoding"},
                                          {"1", flags.encoding},
                                          {"2", "detect, utf-8, gb18030"}});
  }
  return kSuccess;
}

std::unique_ptr<inspect::Result> InspectInto(Context& context,
                                             const FileFlags& flags,
                                             const policy::Taxonomy& taxonomy,
                                             v1::Flow* flow, int* exit_code) {
  auto options = OptionsFor(context, flags, taxonomy, *flow);
  if (!options.ok()) {
    *exit_code = context.FailHere(options.status());
    return nullptr;
  }
  auto result = inspect::InspectFile(*options, taxonomy);
  OPENSSL_cleanse(options->key.data(), options->key.size());
  if (context.err_is_tty()) context.err() << "\r\x1b[K" << std::flush;
  if (!result.ok()) {
    *exit_code = context.FailHere(result.status());
    return nullptr;
  }
  inspect::FillItems((*result)->inspection, flow);
  return *std::move(result);
}

int AddPeople(Context& context, const FileFlags& flags, Client* client,
              inspect::Result* result, v1::Flow* flow) {
  if (!inspect::MayBePersonal(*flow)) return kSuccess;
  v1::People* people = flow->mutable_people();
  const v1::Inspection& found = result->inspection;
  if (flags.key.empty() || client == nullptr) {
    people->mutable_declared()->set_persons(found.persons());
    people->mutable_declared()->set_sensitive_persons(
        found.sensitive_persons());
    return kSuccess;
  }
  const auto persons = result->persons.Set();
  const auto sensitive = result->sensitive.Set();
  if (!persons.ok()) return context.FailHere(persons.status());
  if (!sensitive.ok()) return context.FailHere(sensitive.status());
  if (found.persons() + found.sensitive_persons() <= kMostInline) {
    v1::PseudonymSet* exact = people->mutable_exact();
    exact->set_key_id(flags.key_id);
    exact->set_persons(std::string(*persons));
    exact->set_sensitive_persons(std::string(*sensitive));
    return kSuccess;
  }
  v1::StagePeopleResponse response;
  v1::StageHead head;
  head.set_exporter(flow->exporter());
  head.set_key_id(flags.key_id);
  const absl::Status staged =
      client->StagePeople(head, *persons, *sensitive, &response);
  if (!staged.ok()) return FailStaging(context, staged, client->staged());
  people->mutable_staged()->set_digest(response.digest());
  return kSuccess;
}

}  // namespace tongguan::cli
