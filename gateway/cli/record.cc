// Showing records, and the form of their ids.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/archive/archive.h"
#include "gateway/base/status_macros.h"
#include "gateway/cli/client.h"
#include "gateway/cli/export_rows.h"
#include "gateway/cli/policy_parts.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/id.h"
#include "gateway/service/glossary.h"
#include "gateway/text/explain.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

// Label and value lines of a record that is no decision.
class FactTable {
 public:
  FactTable(const Context& context, const v1::LogEntry& entry)
      : context_(context), table_(context.width()) {
    const v1::DecisionRecord& record = entry.record();
    Add("log.id", text::Printable(entry.id()));
    Add("log.time",
        context.T("explain.beijing",
                  {{"0", text::FormatBeijingTime(record.time_micros())}}));
    Add("log.actor", ActorText(context.language(), record.actor()));
  }

  void Add(const char* label, const std::string& value) {
    table_.AddRow({context_.T(label), value});
  }
  void AddKind(const char* kind) { Add("log.kind", context_.T(kind)); }
  void AddExporter(const std::string& exporter) {
    Add("log.exporter", text::Printable(exporter));
  }
  void AddPeople(const char* label, int64_t persons, int64_t sensitive) {
    Add(label, context_.T("log.people", {{"0", text::FormatCount(persons)},
                                         {"1", text::FormatCount(sensitive)}}));
  }
  std::string Print() const { return table_.Print(); }

 private:
  const Context& context_;
  text::Table table_;
};

void AddSettlement(const v1::SettlementRecord& record, FactTable* table) {
  table->AddKind("log.settlement");
  table->AddExporter(record.exporter());
  table->Add("explain.id", text::Printable(record.decision_id()));
  table->AddPeople("log.left", record.persons_left(),
                   record.sensitive_persons_left());
  table->AddPeople("log.returned", record.persons_returned(),
                   record.sensitive_persons_returned());
}

void AddCorrection(const v1::CorrectionRecord& record, FactTable* table) {
  const bool proposes = record.proposal_id().empty();
  table->AddKind(proposes ? "log.proposal" : "log.correction");
  table->AddExporter(record.exporter());
  table->Add("explain.id", text::Printable(record.decision_id()));
  table->AddPeople("log.left", record.persons_left(),
                   record.sensitive_persons_left());
  if (proposes) return;
  table->AddPeople("log.changed", record.persons_change(),
                   record.sensitive_persons_change());
}

void AddOpening(const Context& context, const v1::OpeningRecord& record,
                FactTable* table) {
  const std::string none = context.T("ui.unspecified");
  table->AddKind("log.opening");
  table->AddExporter(record.exporter());
  table->Add("log.year", absl::StrCat(record.year()));
  table->Add("explain.persons",
             record.has_persons() ? text::FormatCount(record.persons()) : none);
  table->Add("explain.sensitive",
             record.has_sensitive_persons()
                 ? text::FormatCount(record.sensitive_persons())
                 : none);
}

void AddPruning(const v1::PruningRecord& record, FactTable* table) {
  table->AddKind("log.pruning");
  table->Add("log.pruned_until", absl::StrCat(record.year()));
  table->Add("log.pruned_below",
             text::FormatCount(static_cast<int64_t>(record.size())));
  table->Add("log.archive", absl::BytesToHexString(record.archive()));
}

void AddBody(const Context& context, const v1::DecisionRecord& record,
             FactTable* table) {
  if (record.has_settlement()) {
    AddSettlement(record.settlement(), table);
  } else if (record.has_opening()) {
    AddOpening(context, record.opening(), table);
  } else if (record.has_policy_activation()) {
    table->AddKind("log.activation");
  } else if (record.has_correction()) {
    AddCorrection(record.correction(), table);
  } else if (record.has_key_change()) {
    table->AddKind("log.key_change");
    table->Add("log.key", text::Printable(record.key_change().key()));
  } else if (record.has_year_end()) {
    table->AddKind("log.year_end");
    table->Add("log.year", absl::StrCat(record.year_end().year()));
  } else if (record.has_pruning()) {
    AddPruning(record.pruning(), table);
  }
}

int Show(Context& context, const v1::GetDecisionResponse& response) {
  if (context.json()) return context.PrintJson(response);
  const v1::LogEntry& entry = response.entry();
  const v1::DecisionRecord& record = entry.record();
  if (record.has_verdict()) {
    v1::Decision decision = record.verdict().decision();
    decision.set_decision_id(entry.id());
    context.out() << text::Explain(record.verdict().flow(), decision,
                                   context.language(),
                                   {.width = context.width(),
                                    .color = context.color(),
                                    .glossary = &response.glossary()});
    return kSuccess;
  }
  FactTable table(context, entry);
  AddBody(context, record, &table);
  context.out() << table.Print();
  return kSuccess;
}

// The record, and the words of the policy that it was decided by.
absl::Status ReadArchived(archive::Reader& archive, const std::string& id,
                          v1::GetDecisionResponse* response) {
  TG_ASSIGN_OR_RETURN(const ledger::RecordId parsed, ledger::ParseId(id));
  TG_ASSIGN_OR_RETURN(const std::string bytes,
                      archive.ReadRecord(parsed.index));
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

int ShowArchived(Context& context, const std::string& id,
                 const std::string& path) {
  const auto archive = archive::Reader::Open(path);
  if (!archive.ok()) return context.FailHere(archive.status());
  v1::GetDecisionResponse response;
  const absl::Status read = ReadArchived(**archive, id, &response);
  if (!read.ok()) return context.FailHere(read);
  context.Note("archive.shown", {{"0", path}});
  return Show(context, response);
}

}  // namespace

int ShowRecord(Context& context, const std::string& id,
               const std::string& archive) {
  if (!CheckId(context, id)) return kUsage;
  if (!archive.empty()) return ShowArchived(context, id, archive);
  int code = kSuccess;
  const auto client = Client::Connect(context, &code);
  v1::GetDecisionResponse response;
  if (client == nullptr || !GetRecord(context, *client, id, &response, &code)) {
    return code;
  }
  return Show(context, response);
}

bool CheckId(Context& context, const std::string& id) {
  if (ledger::ParseId(id).ok()) return true;
  context.Usage("cli.bad_id", {{"0", id}});
  return false;
}

}  // namespace tongguan::cli
