// Showing records, and the form of their ids.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/client.h"
#include "gateway/cli/export_rows.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/id.h"
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

}  // namespace

int ShowEntry(Context& context, const v1::GetDecisionResponse& response) {
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

int ShowRecord(Context& context, const std::string& id) {
  if (!CheckId(context, id)) return kUsage;
  int code = kSuccess;
  const auto client = Client::Connect(context, &code);
  v1::GetDecisionResponse response;
  if (client == nullptr || !GetRecord(context, *client, id, &response, &code)) {
    return code;
  }
  return ShowEntry(context, response);
}

bool CheckId(Context& context, const std::string& id) {
  if (ledger::ParseId(id).ok()) return true;
  context.Usage("cli.bad_id", {{"0", id}});
  return false;
}

}  // namespace tongguan::cli
