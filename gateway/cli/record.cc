// Showing records, and the form of their ids.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/id.h"
#include "gateway/text/explain.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

struct RoleName {
  absl::string_view role;
  absl::string_view key;
};
constexpr RoleName kRoles[] = {{"exporter", "role.exporter"},
                               {"regulator", "role.regulator"},
                               {"auditor", "role.auditor"},
                               {"operator", "role.operator"}};

// "企业 91… / erp": who acted.
std::string ActorText(const Context& context, const v1::Actor& actor) {
  std::vector<std::string> names;
  for (const std::string& name : {actor.organization(), actor.name()}) {
    if (!name.empty()) names.push_back(text::Printable(name));
  }
  std::string role = text::Printable(actor.role());
  for (const RoleName& known : kRoles) {
    if (actor.role() == known.role) role = context.T(known.key);
  }
  return absl::StrCat(role, " ", absl::StrJoin(names, " / "));
}

// Label and value lines of a record that is no decision.
text::Table Facts(const Context& context, const v1::LogEntry& entry) {
  const v1::DecisionRecord& record = entry.record();
  text::Table table(context.width());
  table.AddRow({context.T("log.id"), text::Printable(entry.id())});
  table.AddRow(
      {context.T("log.time"),
       context.T("explain.beijing",
                 {{"0", text::FormatBeijingTime(record.time_micros())}})});
  table.AddRow({context.T("log.actor"), ActorText(context, record.actor())});
  return table;
}

void AddSettlement(const Context& context, const v1::SettlementRecord& record,
                   text::Table* table) {
  table->AddRow({context.T("log.kind"), context.T("log.settlement")});
  table->AddRow(
      {context.T("log.exporter"), text::Printable(record.exporter())});
  table->AddRow(
      {context.T("explain.id"), text::Printable(record.decision_id())});
  table->AddRow(
      {context.T("log.left"),
       context.T("log.people",
                 {{"0", text::FormatCount(record.persons_left())},
                  {"1", text::FormatCount(record.sensitive_persons_left())}})});
  table->AddRow(
      {context.T("log.returned"),
       context.T(
           "log.people",
           {{"0", text::FormatCount(record.persons_returned())},
            {"1", text::FormatCount(record.sensitive_persons_returned())}})});
}

void AddOpening(const Context& context, const v1::OpeningRecord& record,
                text::Table* table) {
  const std::string none = context.T("ui.unspecified");
  table->AddRow({context.T("log.kind"), context.T("log.opening")});
  table->AddRow(
      {context.T("log.exporter"), text::Printable(record.exporter())});
  table->AddRow({context.T("log.year"), absl::StrCat(record.year())});
  table->AddRow(
      {context.T("explain.persons"),
       record.has_persons() ? text::FormatCount(record.persons()) : none});
  table->AddRow({context.T("explain.sensitive"),
                 record.has_sensitive_persons()
                     ? text::FormatCount(record.sensitive_persons())
                     : none});
}

void AddCorrection(const Context& context, const v1::CorrectionRecord& record,
                   text::Table* table) {
  const bool proposes = record.proposal_id().empty();
  table->AddRow({context.T("log.kind"),
                 context.T(proposes ? "log.proposal" : "log.correction")});
  table->AddRow(
      {context.T("log.exporter"), text::Printable(record.exporter())});
  table->AddRow(
      {context.T("explain.id"), text::Printable(record.decision_id())});
  table->AddRow(
      {context.T("log.left"),
       context.T("log.people",
                 {{"0", text::FormatCount(record.persons_left())},
                  {"1", text::FormatCount(record.sensitive_persons_left())}})});
}

void AddYearEnd(const Context& context, const v1::YearEndRecord& record,
                text::Table* table) {
  table->AddRow({context.T("log.kind"), context.T("log.year_end")});
  table->AddRow({context.T("log.year"), absl::StrCat(record.year())});
}

void AddKeyChange(const Context& context, const v1::KeyChangeRecord& record,
                  text::Table* table) {
  table->AddRow({context.T("log.kind"), context.T("log.key_change")});
  table->AddRow({context.T("log.key"), text::Printable(record.key())});
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
  text::Table table = Facts(context, entry);
  if (record.has_settlement()) {
    AddSettlement(context, record.settlement(), &table);
  } else if (record.has_opening()) {
    AddOpening(context, record.opening(), &table);
  } else if (record.has_policy_activation()) {
    table.AddRow({context.T("log.kind"), context.T("log.activation")});
  } else if (record.has_correction()) {
    AddCorrection(context, record.correction(), &table);
  } else if (record.has_key_change()) {
    AddKeyChange(context, record.key_change(), &table);
  } else if (record.has_year_end()) {
    AddYearEnd(context, record.year_end(), &table);
  }
  context.out() << table.Print();
  return kSuccess;
}

}  // namespace

int ShowRecord(Context& context, const std::string& id) {
  if (!CheckId(context, id)) return kUsage;
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
