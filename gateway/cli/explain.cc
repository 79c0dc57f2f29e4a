// `tongguan explain`: one record, from the gateway or from an archive.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/archive_audit.h"
#include "gateway/cli/client.h"
#include "gateway/cli/log_keys.h"
#include "gateway/cli/log_report.h"
#include "gateway/cli/policy_parts.h"
#include "gateway/cli/receipt_file.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/id.h"
#include "gateway/service/glossary.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string id;
  std::string archive;
  std::vector<std::string> keys;  // Of the archive's log.
  std::string receipt;            // File to be written.
};

// The record, of which the audit kept the bytes, and the words of the policy
// that it was decided by.
absl::Status ReadArchived(const archive::Reader& archive,
                          const ArchiveAudit& audit, const std::string& id,
                          v1::GetDecisionResponse* response) {
  TG_ASSIGN_OR_RETURN(const ledger::RecordId parsed, ledger::ParseId(id));
  TG_ASSIGN_OR_RETURN(const std::string bytes, audit.kept());
  v1::LogEntry* entry = response->mutable_entry();
  v1::DecisionRecord* record = entry->mutable_record();
  if (!record->ParseFromString(bytes)) {
    return absl::DataLossError(
        absl::StrCat("archive: record ", parsed.index, " cannot be read"));
  }
  if (record->year() != parsed.year) {
    return absl::NotFoundError(absl::StrCat("archive: it has no record ", id));
  }
  entry->set_id(id);
  entry->set_index(parsed.index);
  if (!record->has_verdict()) return absl::OkStatus();
  v1::VerdictRecord* verdict = record->mutable_verdict();
  verdict->mutable_decision()->set_decision_id(id);
  PolicyParts policies([&archive](absl::string_view digest) {
    return archive.Read(archive::PartName(digest));
  });
  TG_ASSIGN_OR_RETURN(const auto policy,
                      policies.Get(verdict->decision().policy().digest()));
  service::FillGlossary(verdict->flow(), verdict->decision(), *policy,
                        response->mutable_glossary());
  return absl::OkStatus();
}

// The archive as a whole: what it says of one record holds only if all of it
// leads to a head that is signed by a key that is known.
MaybeFinding CheckWhole(Context& context, const archive::Reader& archive,
                        ArchiveAudit* audit) {
  Progress progress(context, archive.manifest().records);
  return audit->Run([&progress](uint64_t records) { progress.At(records); });
}

// Why a record of it is not proven; what else the archive lacks does not touch
// a single one.
std::vector<Finding> Unproven(const std::vector<Finding>& lacking) {
  std::vector<Finding> unproven;
  for (const Finding& finding : lacking) {
    if (finding.key == "verify.no_key") {
      unproven.push_back(Say("archive.unproven"));
    } else if (finding.key == "verify.no_line") {
      unproven.push_back(finding);
    }
  }
  return unproven;
}

int ShowArchived(Context& context, const Flags& flags) {
  AuditOptions options;
  auto keys = ReadLogKeys(flags.keys, context.in());
  if (!keys.ok()) return context.FailHere(keys.status());
  options.keys = *std::move(keys);
  const auto archive = archive::Reader::Open(flags.archive);
  if (!archive.ok()) return context.FailHere(archive.status());
  ArchiveAudit audit(**archive, std::move(options));
  audit.Keep(ledger::ParseId(flags.id)->index);
  LogReport report;
  report.wrong = CheckWhole(context, **archive, &audit);
  if (report.wrong) return Tell(context, report);
  v1::GetDecisionResponse response;
  const absl::Status read = ReadArchived(**archive, audit, flags.id, &response);
  if (!read.ok()) return context.FailHere(read);
  const std::vector<Finding> unproven = Unproven(audit.lacking());
  if (unproven.empty()) {
    const archive::Manifest& manifest = (*archive)->manifest();
    context.Note("archive.proven", {{"0", flags.archive},
                                    {"1", manifest.head.origin},
                                    {"2", absl::StrCat(manifest.head.size)}});
    return ShowEntry(context, response);
  }
  const int shown = TellUnproven(context, unproven, response);
  return shown == kSuccess ? kIncomplete : shown;
}

int FetchReceipt(Context& context, const Flags& flags) {
  int code = CheckReceiptFile(context, flags.receipt);
  if (code != kSuccess) return code;
  const auto client = Client::Connect(context, &code);
  if (client == nullptr) return code;
  v1::GetInclusionProofRequest request;
  request.set_decision_id(flags.id);
  v1::GetInclusionProofResponse response;
  const absl::Status status =
      client->Call(&LogStub::GetInclusionProof, request, &response);
  if (!status.ok()) return context.Fail(status);
  return WriteReceipt(context, flags.receipt, response.receipt());
}

int Explain(Context& context, const Flags& flags) {
  if (!CheckId(context, flags.id)) return kUsage;
  const bool offline = !flags.archive.empty();
  if (offline ? !flags.receipt.empty() : !flags.keys.empty()) {
    return context.Usage("explain.flags");
  }
  if (offline) return ShowArchived(context, flags);
  if (flags.receipt.empty()) return ShowRecord(context, flags.id);
  const int code = FetchReceipt(context, flags);
  return code == kSuccess ? ShowRecord(context, flags.id) : code;
}

}  // namespace

void AddExplain(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = setup.app.add_subcommand("explain", setup.T("help.explain"));
  verb->add_option("ID", flags->id, setup.T("help.id"));
  verb->add_option("--archive", flags->archive,
                   setup.T("help.explain_archive"));
  verb->add_option("--public-key", flags->keys, setup.T("help.public_key"));
  verb->add_option("--receipt", flags->receipt, setup.T("help.receipt"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Explain(context, *flags); };
  });
}

}  // namespace tongguan::cli
