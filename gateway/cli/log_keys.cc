// Keys that sign a log: making one, changing it.
#include "gateway/cli/log_keys.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"
#include "gateway/service/log_key.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string file;
  std::string origin;
  bool sm2 = false;
  std::string ledger;
  std::string old_file;
};

int Keygen(Context& context, const Flags& flags) {
  const auto key = journal::SigningKey::Generate(
      flags.origin,
      flags.sm2 ? journal::Algorithm::kSm2 : journal::Algorithm::kEd25519);
  if (!key.ok()) return context.FailHere(key.status());
  const absl::Status written = key->Write(flags.file);
  if (!written.ok()) return context.FailHere(written);
  context.out() << key->public_key().ToString() << "\n";
  return kSuccess;
}

int ShowPublic(Context& context, const Flags& flags) {
  const auto key = journal::SigningKey::Read(flags.file);
  if (!key.ok()) return context.FailHere(key.status());
  context.out() << key->public_key().ToString() << "\n";
  return kSuccess;
}

int Rotate(Context& context, const Flags& flags) {
  const auto old_key = journal::SigningKey::Read(
      flags.old_file.empty() ? flags.ledger + ".key" : flags.old_file);
  if (!old_key.ok()) return context.FailHere(old_key.status());
  const auto next = journal::SigningKey::Read(flags.file);
  if (!next.ok()) return context.FailHere(next.status());
  const absl::Status rotated = service::RotateLogKey(
      flags.ledger, std::make_shared<const journal::SigningKey>(*old_key),
      *next, SystemClock());
  if (!rotated.ok()) return context.FailHere(rotated);
  context.out() << context.T("log.rotated",
                             {{"0", next->public_key().ToString()}})
                << "\n";
  return kSuccess;
}

}  // namespace

absl::StatusOr<std::vector<journal::PublicKey>> ReadLogKeys(
    const std::vector<std::string>& paths, std::istream& in) {
  std::vector<journal::PublicKey> keys;
  for (const std::string& path : paths) {
    TG_ASSIGN_OR_RETURN(const std::string text, ReadInput(path, in));
    const size_t before = keys.size();
    for (absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
      const auto key = journal::PublicKey::Parse(line);
      if (!key.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(path, ": ", key.status().message()));
      }
      keys.push_back(*key);
    }
    if (keys.size() == before) {
      return absl::InvalidArgumentError(absl::StrCat(
          path,
          ": holds no public key: put in the line that tongguan log public-key "
          "prints"));
    }
  }
  return keys;
}

absl::StatusOr<std::vector<journal::PublicKey>> ReadLedgerKeys(
    const std::vector<std::string>& paths, const std::string& ledger,
    std::istream& in) {
  if (!paths.empty()) return ReadLogKeys(paths, in);
  const auto own = journal::SigningKey::Read(ledger + ".key");
  std::vector<journal::PublicKey> keys;
  if (own.ok()) keys.push_back(own->public_key());
  return keys;
}

void AddLogKeys(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* keygen = log->add_subcommand("keygen", setup.T("help.log_keygen"));
  keygen->add_option("FILE", flags->file, setup.T("help.key_file"))->required();
  keygen->add_option("--origin", flags->origin, setup.T("help.origin"))
      ->required();
  keygen->add_flag("--sm2", flags->sm2, setup.T("help.sm2"));
  keygen->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Keygen(context, *flags); };
  });
  CLI::App* show =
      log->add_subcommand("public-key", setup.T("help.log_public_key"));
  show->add_option("FILE", flags->file, setup.T("help.key_file"))->required();
  show->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return ShowPublic(context, *flags); };
  });
  CLI::App* rotate =
      log->add_subcommand("rotate-key", setup.T("help.log_rotate_key"));
  rotate->add_option("NEW", flags->file, setup.T("help.new_key_file"))
      ->required();
  rotate->add_option("--ledger", flags->ledger, setup.T("help.ledger_file"))
      ->required();
  rotate->add_option("--old-key", flags->old_file,
                     setup.T("help.old_key_file"));
  rotate->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Rotate(context, *flags); };
  });
}

}  // namespace tongguan::cli
