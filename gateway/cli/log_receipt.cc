// `tongguan log receipt`: that a record is in a log, checked without the log.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/client.h"
#include "gateway/cli/log_keys.h"
#include "gateway/cli/log_report.h"
#include "gateway/cli/receipt_file.h"
#include "gateway/cli/verb.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/note.h"
#include "gateway/journal/receipt.h"
#include "gateway/ledger/id.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string receipt;
  std::string record;
  std::vector<std::string> keys;
};

// Of which record, in which log, under which head.
struct Proven {
  v1::LogEntry entry;
  journal::Checkpoint head;
};

// What is wrong with the receipt, if anything.
absl::Status Verify(absl::string_view text, const std::string& bytes,
                    const std::vector<journal::PublicKey>& keys,
                    Proven* proven) {
  TG_ASSIGN_OR_RETURN(const journal::Receipt receipt,
                      journal::ParseReceipt(text));
  absl::Status verified = absl::DataLossError("no key was given");
  for (const journal::PublicKey& key : keys) {
    verified = journal::VerifyReceipt(receipt, bytes, key);
    if (verified.ok()) break;
  }
  TG_RETURN_IF_ERROR(verified);
  TG_ASSIGN_OR_RETURN(const journal::Note note,
                      journal::ParseNote(receipt.checkpoint));
  TG_ASSIGN_OR_RETURN(proven->head, journal::ParseCheckpoint(note.text));
  v1::DecisionRecord& record = *proven->entry.mutable_record();
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError("the record cannot be read");
  }
  proven->entry.set_id(ledger::FormatId({record.year(), receipt.index}));
  proven->entry.set_index(receipt.index);
  return absl::OkStatus();
}

int Receipt(Context& context, const Flags& flags) {
  const auto keys = ReadLogKeys(flags.keys, context.in());
  if (!keys.ok()) return context.FailHere(keys.status());
  const auto text = ReadInput(flags.receipt, context.in());
  if (!text.ok()) return context.FailHere(text.status());
  const std::string record =
      flags.record.empty() ? flags.receipt + kRecordEnd : flags.record;
  const auto bytes = ReadInput(record, context.in());
  if (!bytes.ok()) return context.FailHere(bytes.status());
  Proven proven;
  const absl::Status verified = Verify(*text, *bytes, *keys, &proven);
  if (!verified.ok()) {
    LogReport report;
    report.wrong =
        Finding{"receipt.wrong", {{"0", std::string(verified.message())}}};
    return Tell(context, report);
  }
  if (!context.json()) {
    context.out() << context.T("receipt.holds",
                               {{"0", proven.entry.id()},
                                {"1", proven.head.origin},
                                {"2", absl::StrCat(proven.head.size)}})
                  << "\n";
    return kSuccess;
  }
  v1::GetDecisionResponse response;
  *response.mutable_entry() = std::move(proven.entry);
  return context.PrintJson(response);
}

}  // namespace

void AddLogReceipt(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = log->add_subcommand("receipt", setup.T("help.log_receipt"));
  verb->add_option("RECEIPT", flags->receipt, setup.T("help.receipt_file"))
      ->required();
  verb->add_option("--record", flags->record, setup.T("help.receipt_record"));
  verb->add_option("--public-key", flags->keys, setup.T("help.public_key"))
      ->required();
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Receipt(context, *flags); };
  });
}

}  // namespace tongguan::cli
