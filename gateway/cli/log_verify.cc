// `tongguan log verify`: a log is checked without a gateway.
#include "gateway/cli/log_verify.h"

#include <algorithm>
#include <filesystem>
#include <future>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/archive_audit.h"
#include "gateway/cli/client.h"
#include "gateway/cli/log_audit.h"
#include "gateway/cli/log_dir.h"
#include "gateway/cli/log_keys.h"
#include "gateway/cli/log_left_over.h"
#include "gateway/cli/log_report.h"
#include "gateway/cli/verb.h"
#include "gateway/journal/subtree.h"
#include "gateway/ledger/file.h"
#include "gateway/service/append.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string log;
  std::vector<std::string> keys;
  std::vector<std::string> checkpoints;
  bool all_signatures = false;
  bool replay = false;
};

absl::Status ReadOptions(Context& context, const Flags& flags,
                         AuditOptions* options) {
  options->all_signatures = flags.all_signatures;
  options->replay = flags.replay;
  TG_ASSIGN_OR_RETURN(options->keys, ReadLogKeys(flags.keys, context.in()));
  for (const std::string& path : flags.checkpoints) {
    TG_ASSIGN_OR_RETURN(const std::string text, ReadInput(path, context.in()));
    const auto note = journal::ParseNote(text);
    if (!note.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", note.status().message()));
    }
    options->checkpoints.push_back(*note);
  }
  return absl::OkStatus();
}

int Broken(Context& context, Finding wrong) {
  LogReport report;
  report.wrong = std::move(wrong);
  return Tell(context, report);
}

int Report(Context& context, const LogAudit& audit, const MaybeFinding& wrong) {
  return Tell(context, {wrong, audit.size(), audit.origin(), audit.root(),
                        audit.records().replayed(), audit.lacking(),
                        audit.not_asked(), std::nullopt});
}

// What stops the scan but is told apart from an error of reading.
absl::Status Stop() { return absl::AbortedError("stop"); }

absl::StatusOr<v1::DecisionRecord> ReadOwn(ledger::Scan& log, uint64_t index) {
  TG_ASSIGN_OR_RETURN(const std::string bytes, log.ReadRecord(index));
  v1::DecisionRecord record;
  if (record.ParseFromString(bytes)) return record;
  return absl::DataLossError(absl::StrCat("record ", index));
}

// What the records that are left say of where they begin. What is not found
// stays empty, and is missed by the audit.
absl::Status ReadBegin(ledger::Scan& log, LogBegin* begin) {
  begin->first = log.first();
  if (begin->first == 0) return absl::OkStatus();
  TG_ASSIGN_OR_RETURN(const auto keys, log.Find(service::kKeyIndexKey));
  if (!keys.empty()) {
    TG_ASSIGN_OR_RETURN(const auto record, ReadOwn(log, keys[0]));
    begin->origin = record.key_change().origin();
    begin->key = record.key_change().previous_key();
  }
  TG_ASSIGN_OR_RETURN(const auto policies, log.Find(service::kPolicyIndexKey));
  if (!policies.empty()) {
    TG_ASSIGN_OR_RETURN(const auto record, ReadOwn(log, policies[0]));
    begin->policy =
        absl::HexStringToBytes(record.policy_activation().previous_digest());
  }
  TG_ASSIGN_OR_RETURN(const auto prunings, log.Find(service::kPruningIndexKey));
  for (const uint64_t index : prunings) {
    TG_ASSIGN_OR_RETURN(const auto record, ReadOwn(log, index));
    if (record.pruning().size() != begin->first) continue;
    begin->year = record.pruning().year();
    begin->archive = record.pruning().archive();
  }
  return absl::OkStatus();
}

// Whether a gateway had it open, or it has a ledger's tables: what cannot be
// read then was damaged.
bool WasLedger(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path + ".lock", error) ||
         ledger::HasLedgerTables(path);
}

bool ForAnotherTime(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status) ||
         absl::IsUnavailable(status);
}

// A published record as a commit of its own: when it was made it says itself;
// its head is the checkpoint's business.
MaybeFinding TakePublished(const std::string& record, LogAudit* audit) {
  v1::DecisionRecord parsed;
  if (!parsed.ParseFromString(record)) {
    return Finding{"verify.parse", {{"0", absl::StrCat(audit->size())}}};
  }
  std::string frame;
  ledger::AppendFrame(record, &frame);
  ledger::RawRow row;
  row.first_index = audit->size();
  row.count = 1;
  row.time_micros = parsed.time_micros();
  row.year = parsed.year();
  row.records = frame;
  return audit->Take(row);
}

MaybeFinding TakeTile(const LogDir& dir, const journal::Tile& tile,
                      uint64_t size, LogAudit* audit) {
  if (tile.level > 0) {
    // Each of its hashes was met when it filled; what lies behind was not.
    const auto last =
        dir.ReadHash(tile.level * journal::kTileHeight,
                     tile.index * journal::kTileWidth + tile.width - 1, size);
    return last.ok() ? std::nullopt : MaybeFinding(Unreadable(last.status()));
  }
  const auto records = dir.ReadRecords(tile);
  if (!records.ok()) return Unreadable(records.status());
  for (const std::string& record : *records) {
    if (auto wrong = TakePublished(record, audit)) return wrong;
  }
  return std::nullopt;
}

// One after another, as far as they are there: the size is what the checkpoint
// claims.
MaybeFinding TakeTiles(Context& context, const LogDir& dir, uint64_t size,
                       LogAudit* audit) {
  Progress progress(context, size);
  int level = 0;
  for (uint64_t hashes = size; hashes > 0; hashes /= journal::kTileWidth) {
    for (uint64_t at = 0; at < hashes; at += journal::kTileWidth) {
      const journal::Tile tile{
          level, at / journal::kTileWidth,
          static_cast<int>(std::min(journal::kTileWidth, hashes - at))};
      if (auto wrong = TakeTile(dir, tile, size, audit)) return wrong;
      progress.At(audit->size());
    }
    ++level;
  }
  return std::nullopt;
}

// The checkpoint of a folder, and the head that it says.
MaybeFinding ReadHead(const LogDir& dir, const std::string& path,
                      journal::Note* note, journal::Checkpoint* head) {
  const auto bytes = dir.Read("checkpoint");
  if (absl::IsNotFound(bytes.status())) return Say("verify.no_log", path);
  if (!bytes.ok()) return Unreadable(bytes.status());
  const absl::Status read = [&]() -> absl::Status {
    TG_ASSIGN_OR_RETURN(*note, journal::ParseNote(*bytes));
    TG_ASSIGN_OR_RETURN(*head, journal::ParseCheckpoint(note->text));
    return absl::OkStatus();
  }();
  if (read.ok()) return std::nullopt;
  return Say("verify.checkpoint_form", std::string(read.message()));
}

MaybeFinding AuditDir(Context& context, const LogDir& dir, uint64_t size,
                      LogAudit* audit) {
  if (auto wrong = audit->Begin()) return wrong;
  if (auto wrong = TakeTiles(context, dir, size, audit)) return wrong;
  uint64_t beyond = 0;
  if (auto wrong =
          CheckLeftOver(dir, size, audit->records().parts(), &beyond)) {
    return wrong;
  }
  if (beyond > 0) audit->Lack(Say("verify.beyond", absl::StrCat(beyond)));
  return audit->End(std::nullopt);
}

int VerifyDir(Context& context, const std::string& path, AuditOptions options) {
  const LogDir dir(path);
  std::error_code error;
  if (absl::IsNotFound(dir.Size("checkpoint").status()) &&
      !std::filesystem::is_directory(path + "/tile", error)) {
    return context.Fail("verify.no_log", {{"0", path}});
  }
  journal::Note note;
  journal::Checkpoint head;
  if (auto wrong = ReadHead(dir, path, &note, &head)) {
    return Broken(context, *std::move(wrong));
  }
  const bool kept_elsewhere = !options.checkpoints.empty();
  options.checkpoints.push_back(std::move(note));
  const LogSource source{
      [&](uint64_t index) { return dir.ReadRecord(index, head.size); },
      [&](absl::string_view digest) { return dir.Read(PartPath(digest)); },
      [&](int level, uint64_t index) {
        return dir.ReadHash(level, index, head.size);
      }};
  LogAudit audit(std::move(options), source);
  audit.ExpectNoHeads(kept_elsewhere);
  const MaybeFinding wrong = AuditDir(context, dir, head.size, &audit);
  return Report(context, audit, wrong);
}

MaybeFinding TakeRows(Context& context, ledger::Scan& log, LogAudit* audit,
                      uint64_t* rows) {
  MaybeFinding wrong;
  Progress progress(context, log.size());
  const absl::Status read = log.EachRow(0, [&](const ledger::RawRow& row) {
    ++*rows;
    wrong = audit->Take(row);
    progress.At(audit->size());
    return wrong ? Stop() : absl::OkStatus();
  });
  if (wrong) return wrong;
  if (!read.ok()) return Unreadable(read);
  if (audit->size() == log.size()) return std::nullopt;
  return Say("verify.gap", absl::StrCat(audit->size()));
}

// What the ledger keeps beside its rows. `beside`: of a scan of its own.
MaybeFinding CheckTables(ledger::Scan& log, uint64_t rows,
                         std::future<absl::Status>& beside, LogAudit* audit) {
  const auto tiles = log.CountTiles();
  if (!tiles.ok() || *tiles != static_cast<int64_t>(audit->tiles())) {
    return Say("verify.tile", "*");
  }
  absl::Status sound = log.CheckTables(rows);
  if (sound.ok()) sound = beside.get();
  if (!sound.ok()) return Unreadable(sound);
  if (auto wrong = audit->TakeDays(log.days())) return wrong;
  return audit->TakeSets(log.sets(), log.sets_from());
}

MaybeFinding AuditLedger(Context& context, ledger::Scan& log,
                         std::future<absl::Status>& beside, LogAudit* audit) {
  LogBegin begin;
  const absl::Status read = ReadBegin(log, &begin);
  if (auto wrong = audit->Begin(begin)) return wrong;
  if (!read.ok()) return Unreadable(read);
  uint64_t rows = 0;
  if (auto wrong = TakeRows(context, log, audit, &rows)) return wrong;
  if (auto wrong = CheckTables(log, rows, beside, audit)) return wrong;
  return audit->End(log.tallies());
}

int CannotOpen(Context& context, const std::string& path,
               const absl::Status& why) {
  if (absl::IsDataLoss(why) || (WasLedger(path) && !ForAnotherTime(why))) {
    return Broken(context, Unreadable(why));
  }
  return context.FailHere(why);
}

int Verify(Context& context, const Flags& flags) {
  AuditOptions options;
  const absl::Status read = ReadOptions(context, flags, &options);
  if (!read.ok()) return context.FailHere(read);
  if (archive::LooksLikeZip(flags.log)) {
    return VerifyArchive(context, flags.log, std::move(options));
  }
  if (std::error_code error; std::filesystem::is_directory(flags.log, error)) {
    return VerifyDir(context, flags.log, std::move(options));
  }
  return VerifyLedger(context, flags.log, std::move(options));
}

}  // namespace

int VerifyLedger(Context& context, const std::string& path,
                 AuditOptions options) {
  if (options.keys.empty()) {
    auto own = ReadLedgerKeys({}, path, context.in());
    if (!own.ok()) return context.FailHere(own.status());
    options.keys = *std::move(own);
    options.own_key = !options.keys.empty();
  }
  const auto scan = ledger::Scan::Open(path);
  if (!scan.ok()) return CannotOpen(context, path, scan.status());
  ledger::Scan& log = **scan;
  const LogSource source{
      [&](uint64_t index) { return log.ReadRecord(index); },
      [&](absl::string_view digest) { return log.ReadPart(digest); },
      [&](int level, uint64_t index) { return log.ReadHash(level, index); }};
  // Half of the work, and nothing of the other half: at the same time, or after
  // it where no thread can be had.
  auto beside =
      std::async(std::launch::async | std::launch::deferred,
                 &ledger::Scan::CheckBeside, path, log.size(), log.sets_from());
  LogAudit audit(std::move(options), source);
  const MaybeFinding wrong = AuditLedger(context, log, beside, &audit);
  return Report(context, audit, wrong);
}

int VerifyArchive(Context& context, const std::string& path,
                  AuditOptions options) {
  const auto archive = archive::Reader::Open(path);
  if (!archive.ok()) {
    return Broken(context, Unreadable(archive.status()));
  }
  LogReport report;
  const archive::Manifest& manifest = (*archive)->manifest();
  {
    Progress progress(context, manifest.records);
    ArchiveAudit audit(**archive, std::move(options));
    report.wrong = audit.Run([&](uint64_t records) { progress.At(records); });
    report.replayed = audit.replayed();
    report.lacking = audit.lacking();
    report.not_asked = audit.not_asked();
  }
  report.records = manifest.records;
  report.origin = manifest.head.origin;
  report.root = manifest.head.root;
  report.archive = manifest;
  return Tell(context, report);
}

void AddLogVerify(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = log->add_subcommand("verify", setup.T("help.log_verify"));
  verb->add_option("LOG", flags->log, setup.T("help.log_verify_what"))
      ->required();
  verb->add_option("--public-key", flags->keys, setup.T("help.public_key"));
  verb->add_option("--checkpoint", flags->checkpoints,
                   setup.T("help.checkpoint"));
  verb->add_flag("--all-signatures", flags->all_signatures,
                 setup.T("help.all_signatures"));
  verb->add_flag("--replay", flags->replay, setup.T("help.replay"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Verify(context, *flags); };
  });
}

}  // namespace tongguan::cli
