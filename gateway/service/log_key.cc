#include "gateway/service/log_key.h"

#include <sys/stat.h>

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/append.h"

namespace tongguan::service {
namespace {

bool Exists(const std::string& path) {
  struct stat file;
  return stat(path.c_str(), &file) == 0;
}

std::string PathOf(const v1::GatewayConfig& config) {
  return config.log_key().empty() ? config.ledger() + ".key" : config.log_key();
}

absl::StatusOr<LogKey> Make(const v1::GatewayConfig& config) {
  std::string origin = config.origin();
  if (origin.empty()) {
    // Two logs of one name could not be told apart.
    absl::BitGen random;
    origin = absl::StrFormat("tongguan.local/%016x", random());
  }
  TG_ASSIGN_OR_RETURN(
      journal::SigningKey key,
      journal::SigningKey::Generate(origin, journal::Algorithm::kEd25519));
  TG_RETURN_IF_ERROR(key.Write(PathOf(config)));
  return std::make_shared<const journal::SigningKey>(std::move(key));
}

absl::Status OtherOrigin(absl::string_view ours, absl::string_view given) {
  return absl::FailedPreconditionError(absl::StrCat(
      "origin: the log key is of ", ours, ", the configuration says ", given,
      ": a log keeps its origin; leave the field empty or name the right key"));
}

// Names `next` in the log; the last record must name `previous` (empty: none).
absl::Status Append(const journal::SigningKey& next,
                    const std::string& previous, ledger::Ledger& ledger) {
  return AppendOwn(
             kKeyIndexKey,
             [&](v1::DecisionRecord* record) {
               v1::KeyChangeRecord& change = *record->mutable_key_change();
               change.set_origin(next.origin());
               change.set_key(next.public_key().ToString());
               change.set_previous_key(previous);
             },
             ledger)
      .status();
}

}  // namespace

absl::StatusOr<LogKey> OpenLogKey(const v1::GatewayConfig& config,
                                  std::string* made) {
  const std::string path = PathOf(config);
  if (!Exists(path) && !Exists(config.ledger())) {
    TG_ASSIGN_OR_RETURN(LogKey key, Make(config));
    *made = path;
    return key;
  }
  absl::StatusOr<journal::SigningKey> key = journal::SigningKey::Read(path);
  if (absl::IsNotFound(key.status())) {
    return absl::FailedPreconditionError(absl::StrCat(
        "log_key: the ledger ", config.ledger(), " is there and its key ", path,
        " is not: put the key back; without it the log cannot go on"));
  }
  TG_RETURN_IF_ERROR(key.status());
  if (!config.origin().empty() && key->origin() != config.origin()) {
    return OtherOrigin(key->origin(), config.origin());
  }
  return std::make_shared<const journal::SigningKey>(*std::move(key));
}

absl::Status RecordLogKey(const journal::SigningKey& key,
                          ledger::Ledger& ledger) {
  TG_ASSIGN_OR_RETURN(const v1::DecisionRecord last,
                      LastOwn(kKeyIndexKey, ledger));
  if (!last.has_key_change()) return Append(key, "", ledger);
  if (last.key_change().key() == key.public_key().ToString()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "log_key: the log's key is ", last.key_change().key(), ", the file's is ",
      key.public_key().ToString(),
      ": name the log's key, or change it with tongguan log rotate-key"));
}

absl::Status RotateLogKey(const std::string& ledger_path, const LogKey& old_key,
                          const journal::SigningKey& next, const Clock& clock) {
  if (next.origin() != old_key->origin()) {
    return OtherOrigin(old_key->origin(), next.origin());
  }
  if (next.public_key().algorithm() != journal::Algorithm::kEd25519) {
    return absl::FailedPreconditionError(
        "key: the log is signed by Ed25519; SM2 keys sign what is published");
  }
  if (!Exists(ledger_path)) {
    return absl::NotFoundError(
        absl::StrCat("ledger ", ledger_path, ": there is none"));
  }
  ledger::Options options;
  options.path = ledger_path;
  options.key = old_key;
  options.year_end = MakeYearEnd;
  TG_ASSIGN_OR_RETURN(
      const auto ledger,
      ledger::OpenSqliteLedger(options, [&clock] { return clock.Now(); }));
  TG_RETURN_IF_ERROR(RecordLogKey(*old_key, *ledger));
  return Append(next, old_key->public_key().ToString(), *ledger);
}

}  // namespace tongguan::service
