// `tongguan log export`: records of a ledger as an archive that proves itself,
// as a table or as JSON. Needs no gateway, and reads beside one that runs.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/archive_export.h"
#include "gateway/cli/archive_rules.h"
#include "gateway/cli/client.h"
#include "gateway/cli/export_rows.h"
#include "gateway/cli/log_keys.h"
#include "gateway/cli/log_verify.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/id.h"
#include "gateway/ledger/rows.h"
#include "gateway/service/reading.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string ledger;
  archive::Selection selection;
  std::string format = "archive";
  std::string file;
  std::vector<std::string> keys;
};

// Rows of the selection, oldest first.
class RowExport {
 public:
  RowExport(Context& context, const Flags& flags, ledger::Scan& scan,
            std::ostream& out)
      : context_(context),
        selection_(flags.selection),
        span_(SpanOf(flags.selection)),
        csv_(flags.format == "csv"),
        scan_(scan),
        out_(out),
        policies_([&scan](absl::string_view digest) {
          return scan.ReadPart(digest);
        }) {}

  absl::Status Run() {
    TG_ASSIGN_OR_RETURN(const uint64_t first, scan_.FirstSince(span_.since));
    TG_RETURN_IF_ERROR(CheckThere(scan_, first, span_));
    if (csv_) out_ << CsvHead(context_.language());
    const absl::Status read =
        scan_.EachRow(first, [&](const ledger::RawRow& row) {
          absl::string_view records = row.records, bytes;
          uint64_t index = row.first_index;
          for (; ledger::TakeFrame(&records, &bytes); ++index) {
            if (index < first) continue;
            TG_RETURN_IF_ERROR(Take(index, bytes));
          }
          return out_.good() ? absl::OkStatus()
                             : absl::UnavailableError("cannot be written");
        });
    return absl::IsAborted(read) ? absl::OkStatus() : read;
  }
  uint64_t records() const { return records_; }

 private:
  absl::Status Take(uint64_t index, absl::string_view bytes) {
    v1::LogEntry entry;
    v1::DecisionRecord& record = *entry.mutable_record();
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::DataLossError(
          absl::StrCat("ledger: record ", index, " cannot be read"));
    }
    if (record.time_micros() >= span_.until) return absl::AbortedError("end");
    if (!selection_.exporter.empty() &&
        service::ExporterOf(record) != selection_.exporter) {
      return absl::OkStatus();
    }
    entry.set_id(ledger::FormatId({record.year(), index}));
    entry.set_index(index);
    TG_ASSIGN_OR_RETURN(const std::string line,
                        csv_ ? CsvRow(entry, context_.language(), &policies_)
                             : JsonLine(entry));
    out_ << line;
    ++records_;
    return absl::OkStatus();
  }

  Context& context_;
  const archive::Selection& selection_;
  const Span span_;
  const bool csv_;
  ledger::Scan& scan_;
  std::ostream& out_;
  PolicyParts policies_;
  uint64_t records_ = 0;
};

int ExportRows(Context& context, const Flags& flags, ledger::Scan& scan) {
  std::ofstream file;
  if (!flags.file.empty()) {
    // Never replaces a file; what is in it is nobody else's to read.
    const int made =
        open(flags.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0) return context.Fail("export.file", {{"0", flags.file}});
    close(made);
    file.open(flags.file, std::ios::binary);
  }
  std::ostream& out = flags.file.empty() ? context.out() : file;
  RowExport rows(context, flags, scan, out);
  const absl::Status done = rows.Run();
  out.flush();
  // Half of the records would be taken for all.
  if (!flags.file.empty() && !(done.ok() && out.good())) {
    std::remove(flags.file.c_str());
  }
  if (!done.ok()) return context.FailHere(done);
  if (!out.good()) return context.Fail("export.file", {{"0", flags.file}});
  context.Note(
      "export.rows",
      {{"0", text::FormatCount(static_cast<int64_t>(rows.records()))}});
  return kSuccess;
}

int CheckFlags(Context& context, const Flags& flags) {
  for (const auto& [name, day] :
       {std::pair<std::string, std::string>{"--since", flags.selection.since},
        {"--until", flags.selection.until}}) {
    if (!day.empty() && !ParseDay(day).ok()) {
      return context.Usage("cli.bad_date", {{"0", name}, {"1", day}});
    }
  }
  const archive::Selection& span = flags.selection;
  if (!span.since.empty() && !span.until.empty() && span.since > span.until) {
    return context.Usage("export.backwards",
                         {{"0", span.since}, {"1", span.until}});
  }
  if (flags.format != "archive" && flags.format != "csv" &&
      flags.format != "jsonl") {
    return context.Usage("export.bad_format", {{"0", flags.format}});
  }
  if (flags.format == "archive" && flags.file.empty()) {
    return context.Usage("export.no_file");
  }
  return CheckExporter(context, flags.selection.exporter);
}

int Export(Context& context, const Flags& flags) {
  if (const int code = CheckFlags(context, flags); code != kSuccess) {
    return code;
  }
  const auto scan = ledger::Scan::Open(flags.ledger);
  if (!scan.ok()) return context.FailHere(scan.status());
  if (flags.format != "archive") return ExportRows(context, flags, **scan);
  AuditOptions options;
  auto keys = ReadLedgerKeys(flags.keys, flags.ledger, context.in());
  if (!keys.ok()) return context.FailHere(keys.status());
  options.keys = *std::move(keys);
  const absl::Status written =
      WriteArchive(**scan, flags.selection, flags.file);
  if (!written.ok()) return context.FailHere(written);
  // What was written is checked as its reader will.
  const int code = VerifyArchive(context, flags.file, std::move(options));
  if (code == kBroken) std::remove(flags.file.c_str());
  return code == kIncomplete ? kSuccess : code;
}

}  // namespace

void AddLogExport(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = log->add_subcommand("export", setup.T("help.log_export"));
  verb->add_option("--ledger", flags->ledger, setup.T("help.ledger_file"))
      ->required();
  verb->add_option("--since", flags->selection.since,
                   setup.T("help.export_since"));
  verb->add_option("--until", flags->selection.until,
                   setup.T("help.export_until"));
  verb->add_option("--exporter", flags->selection.exporter,
                   setup.T("help.exporter"));
  verb->add_option("--format", flags->format, setup.T("help.export_format"));
  verb->add_option("-o,--out", flags->file, setup.T("help.export_file"));
  verb->add_option("--public-key", flags->keys, setup.T("help.public_key"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Export(context, *flags); };
  });
}

}  // namespace tongguan::cli
