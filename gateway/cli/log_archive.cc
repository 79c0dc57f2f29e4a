// `tongguan log archive`: a closed year as an archive, and out of the ledger.
#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/archive/archive.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/archive_export.h"
#include "gateway/cli/archive_rules.h"
#include "gateway/cli/log_keys.h"
#include "gateway/cli/log_verify.h"
#include "gateway/cli/verb.h"
#include "gateway/journal/proof.h"
#include "gateway/service/append.h"
#include "gateway/service/pruning.h"

namespace tongguan::cli {
namespace {

// PIPL art. 56 and the Network Data Security Regulations art. 12: at least
// three years. They run from each record; a year goes as a whole, so from its
// end.
constexpr int kLeastYears = 3, kMostYears = 100;
constexpr int kMarginMonths = 6;

struct Flags {
  std::string ledger;
  int year = 0;
  std::string file;
  bool prune = false;
  int retention_years = kLeastYears;
  std::string log_key;
  std::vector<std::string> keys;
};

// Where a year lies in the ledger.
struct Year {
  uint64_t first = 0;
  uint64_t end = 0;  // The record that closes it.
};

archive::Selection SelectionOf(int year) {
  return {absl::StrCat(year, "-01-01"), absl::StrCat(year, "-12-31"), ""};
}

// NotFound for a year that is not closed.
absl::StatusOr<Year> FindYear(ledger::Scan& scan, int year) {
  TG_ASSIGN_OR_RETURN(const auto ends, scan.Find(service::kYearIndexKey));
  for (const uint64_t index : ends) {
    TG_ASSIGN_OR_RETURN(const std::string bytes, scan.ReadRecord(index));
    v1::DecisionRecord record;
    if (!record.ParseFromString(bytes) || record.year_end().year() != year) {
      continue;
    }
    TG_ASSIGN_OR_RETURN(const uint64_t first,
                        scan.FirstSince(SpanOf(SelectionOf(year)).since));
    return Year{first, index};
  }
  return absl::NotFoundError("not closed");
}

// Of the whole file, a piece at a time.
absl::StatusOr<std::string> DigestOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::string piece(1 << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
         file.gcount() > 0) {
    EVP_DigestUpdate(context.get(), piece.data(),
                     static_cast<size_t>(file.gcount()));
  }
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  if (file.bad() || !file.eof() ||
      EVP_DigestFinal_ex(context.get(),
                         reinterpret_cast<unsigned char*>(digest.data()),
                         &length) != 1) {
    return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  }
  digest.resize(length);
  return digest;
}

// Whether the file is the archive of this year of this ledger: the ledger has
// the head that it is proven under.
absl::Status CheckOwn(ledger::Scan& scan, const Flags& flags,
                      const Year& year) {
  TG_ASSIGN_OR_RETURN(const auto archive, archive::Reader::Open(flags.file));
  const archive::Manifest& manifest = archive->manifest();
  const archive::Selection selection = SelectionOf(flags.year);
  bool own = manifest.selection.since == selection.since &&
             manifest.selection.until == selection.until &&
             manifest.selection.exporter.empty() &&
             manifest.records == year.end - year.first &&
             manifest.head.size <= scan.size();
  if (own) {
    const auto root =
        journal::RootAt(manifest.head.size,
                        journal::FromStored([&scan](int level, uint64_t index) {
                          return scan.ReadHash(level, index);
                        }));
    own = root.ok() && *root == manifest.head.root;
  }
  return own ? absl::OkStatus() : absl::NotFoundError("another");
}

// Why the year may not go yet; kSuccess: it may.
int CheckGoing(Context& context, const Flags& flags, ledger::Scan& scan,
               const Year& year) {
  if (scan.first() >= year.end) {
    return context.Fail("archive.pruned_before",
                        {{"0", absl::StrCat(flags.year)}});
  }
  if (scan.first() < year.first) {
    const auto bytes = scan.ReadRecord(scan.first());
    v1::DecisionRecord oldest;
    if (bytes.ok()) oldest.ParseFromString(*bytes);
    return context.Fail("archive.older_first",
                        {{"0", absl::StrCat(oldest.year())}});
  }
  const Day until = AddMonths(
      *ParseDay(absl::StrCat(flags.year + 1 + flags.retention_years, "-01-01")),
      kMarginMonths);
  if (BeijingDay(context.now()) < until) {
    return context.Fail("archive.too_young",
                        {{"0", absl::StrCat(flags.year)},
                         {"1", FormatDay(until)},
                         {"2", absl::StrCat(flags.retention_years)}});
  }
  // This machine's clock may be years ahead: the log must have come as far.
  const auto last = scan.ReadRecord(scan.size() - 1);
  if (!last.ok()) return context.FailHere(last.status());
  v1::DecisionRecord newest;
  if (newest.ParseFromString(*last) &&
      BeijingDay(absl::FromUnixMicros(newest.time_micros())) >= until) {
    return kSuccess;
  }
  return context.Fail(
      "archive.log_too_young",
      {{"0", absl::StrCat(flags.year)},
       {"1", FormatDay(until)},
       {"2",
        FormatDay(BeijingDay(absl::FromUnixMicros(newest.time_micros())))}});
}

int Prune(Context& context, const Flags& flags, const Year& year,
          const std::string& digest) {
  const auto key = journal::SigningKey::Read(
      flags.log_key.empty() ? flags.ledger + ".key" : flags.log_key);
  if (!key.ok()) return context.FailHere(key.status());
  v1::PruningRecord pruning;
  pruning.set_year(flags.year);
  pruning.set_size(year.end);
  pruning.set_archive(digest);
  const ManualClock clock(context.now());
  const absl::Status pruned = service::PruneLog(
      flags.ledger, std::make_shared<const journal::SigningKey>(*key), pruning,
      clock);
  if (!pruned.ok()) return context.FailHere(pruned);
  context.out() << context.T("archive.pruned", {{"0", absl::StrCat(flags.year)},
                                                {"1", absl::StrCat(year.end)}})
                << "\n";
  return kSuccess;
}

// What nobody can check any more, whatever he gives: years that went out
// before, and decisions by other rules or of people who are no longer known.
bool MayLack(const Finding& finding) {
  return finding.key == "verify.pruned" ||
         finding.key == "verify.pruned_checkpoint" ||
         finding.key == "verify.other_rules" ||
         finding.key == "verify.other_people" ||
         finding.key == "verify.other_year";
}

// What goes out cannot be added up any more: the sums that stay are checked
// while it is there, and the decisions taken again. kBroken: they are wrong;
// kIncomplete: something that could be checked was not.
int VerifyBefore(Context& context, const Flags& flags, AuditOptions options) {
  std::vector<Finding> lacking;
  options.replay = options.all_signatures = true;
  options.lacking = &lacking;
  const int code = VerifyLedger(context, flags.ledger, std::move(options));
  if (code == kSuccess ||
      (code == kIncomplete &&
       std::all_of(lacking.begin(), lacking.end(), &MayLack))) {
    return kSuccess;
  }
  context.Note("archive.ledger_first");
  return code;
}

// Writes the archive unless it is there; verified either way.
int WriteVerified(Context& context, const Flags& flags, ledger::Scan& scan,
                  const Year& year, AuditOptions options, std::string* digest) {
  if (!archive::LooksLikeZip(flags.file)) {
    const absl::Status written =
        WriteArchive(scan, SelectionOf(flags.year), flags.file);
    if (!written.ok()) return context.FailHere(written);
  }
  const int code = VerifyArchive(context, flags.file, std::move(options));
  if (code == kBroken) return code;
  if (!CheckOwn(scan, flags, year).ok()) {
    return context.Fail("archive.other",
                        {{"0", flags.file}, {"1", absl::StrCat(flags.year)}});
  }
  auto read = DigestOf(flags.file);
  if (!read.ok()) return context.FailHere(read.status());
  *digest = *std::move(read);
  context.out() << context.T("archive.digest",
                             {{"0", absl::BytesToHexString(*digest)},
                              {"1", flags.file}})
                << "\n";
  return code;
}

// Whether the year may go, and the ledger it would go out of verifies.
int CheckPruning(Context& context, const Flags& flags, ledger::Scan& scan,
                 const Year& year, const AuditOptions& options) {
  const int code = CheckGoing(context, flags, scan, year);
  return code == kSuccess ? VerifyBefore(context, flags, options) : code;
}

int WriteYear(Context& context, const Flags& flags, ledger::Scan& scan,
              const Year& year, std::string* digest) {
  AuditOptions options;
  auto keys = ReadLedgerKeys(flags.keys, flags.ledger, context.in());
  if (!keys.ok()) return context.FailHere(keys.status());
  options.keys = *std::move(keys);
  if (!flags.prune) {
    return WriteVerified(context, flags, scan, year, options, digest);
  }
  int code = CheckPruning(context, flags, scan, year, options);
  if (code != kSuccess) return code;
  code = WriteVerified(context, flags, scan, year, options, digest);
  if (code != kSuccess) context.Note("archive.unverified");
  return code;
}

int Archive(Context& context, const Flags& flags) {
  if (flags.retention_years < kLeastYears ||
      flags.retention_years > kMostYears) {
    return context.Usage("archive.retention");
  }
  if (flags.year < 2000 || flags.year > 2999) {
    return context.Usage("archive.year", {{"0", absl::StrCat(flags.year)}});
  }
  std::string digest;
  std::optional<Year> year;
  {
    const auto scan = ledger::Scan::Open(flags.ledger);
    if (!scan.ok()) return context.FailHere(scan.status());
    const auto found = FindYear(**scan, flags.year);
    if (absl::IsNotFound(found.status())) {
      return context.Fail("archive.not_closed",
                          {{"0", absl::StrCat(flags.year)}});
    }
    if (!found.ok()) return context.FailHere(found.status());
    year = *found;
    const int code = WriteYear(context, flags, **scan, *year, &digest);
    if (code != kSuccess) return code;
  }
  return flags.prune ? Prune(context, flags, *year, digest) : kSuccess;
}

}  // namespace

void AddLogArchive(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = log->add_subcommand("archive", setup.T("help.log_archive"));
  verb->add_option("--ledger", flags->ledger, setup.T("help.ledger_file"))
      ->required();
  verb->add_option("--year", flags->year, setup.T("help.archive_year"))
      ->required();
  verb->add_option("-o,--out", flags->file, setup.T("help.archive_file"))
      ->required();
  verb->add_flag("--prune", flags->prune, setup.T("help.prune"));
  verb->add_option("--retention-years", flags->retention_years,
                   setup.T("help.retention_years"));
  verb->add_option("--log-key", flags->log_key, setup.T("help.log_key"));
  verb->add_option("--public-key", flags->keys, setup.T("help.public_key"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Archive(context, *flags); };
  });
}

}  // namespace tongguan::cli
