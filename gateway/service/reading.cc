#include "gateway/service/reading.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/engine.h"
#include "gateway/ledger/id.h"
#include "gateway/service/glossary.h"
#include "gateway/service/page_token.h"
#include "gateway/service/pruning.h"
#include "gateway/text/refusal.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMostPage = 500;
// A page ends before a reply that clients refuse (4 MiB by default).
constexpr size_t kMostPageBytes = 3 << 20;

absl::Status ReadEntry(const ledger::Stored& stored, v1::LogEntry* entry) {
  if (!entry->mutable_record()->ParseFromString(stored.record)) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " does not parse"));
  }
  entry->set_id(stored.id);
  entry->set_index(stored.index);
  if (entry->record().has_verdict()) {
    entry->mutable_record()
        ->mutable_verdict()
        ->mutable_decision()
        ->set_decision_id(stored.id);
  }
  return absl::OkStatus();
}

absl::Status CheckPage(const v1::ListDecisionsRequest& request) {
  if (!request.exporter().empty()) {
    TG_RETURN_IF_ERROR(CheckReadExporter(request.exporter()));
  }
  if (!v1::Verdict_IsValid(request.verdict())) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "verdict",
                        "wrong.unknown_filter");
  }
  if (!v1::Rule_IsValid(request.headline())) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "headline",
                        "wrong.unknown_filter");
  }
  if (request.since_micros() < 0 || request.until_micros() < 0) {
    return text::Refuse(
        absl::StatusCode::kInvalidArgument,
        request.since_micros() < 0 ? "since_micros" : "until_micros",
        "wrong.negative_instant");
  }
  if (request.page_size() < 0 || request.page_size() > kMostPage) {
    return text::Refuse(
        absl::StatusCode::kInvalidArgument, "page_size", "wrong.range",
        {absl::StrCat(request.page_size()), absl::StrCat(kMostPage)});
  }
  return absl::OkStatus();
}

// The filters alone, with the exporter that is really read.
v1::ListDecisionsRequest Filters(const v1::ListDecisionsRequest& request,
                                 const Identity& caller) {
  v1::ListDecisionsRequest filters = request;
  filters.clear_page_size();
  filters.clear_page_token();
  if (filters.exporter().empty() && caller.role == Role::kExporter) {
    filters.set_exporter(caller.organization);
  }
  return filters;
}

ledger::Query ToQuery(const v1::ListDecisionsRequest& filters, int page) {
  ledger::Query query;
  query.exporter = filters.exporter();
  if (filters.since_micros() > 0) {
    query.since = absl::FromUnixMicros(filters.since_micros());
  }
  if (filters.until_micros() > 0) {
    query.until = absl::FromUnixMicros(filters.until_micros());
  }
  query.verdict = filters.verdict();
  query.headline = filters.headline();
  query.limit = page + 1;  // One more tells whether there is another page.
  return query;
}

absl::Status FillPage(const std::vector<ledger::Stored>& found, size_t page,
                      const v1::ListDecisionsRequest& filters,
                      v1::ListDecisionsResponse* response) {
  size_t bytes = 0;
  for (const ledger::Stored& stored : found) {
    const size_t taken = response->entries_size();
    bytes += stored.record.size();
    if (taken == page || (taken > 0 && bytes > kMostPageBytes)) {
      response->set_next_page_token(
          PageToken(response->entries(taken - 1).index(), filters));
      break;
    }
    TG_RETURN_IF_ERROR(ReadEntry(stored, response->add_entries()));
  }
  return absl::OkStatus();
}

// A record that was taken out of the ledger. Whose it was is no longer known
// here; that it is in an archive, and in which, is nobody's secret.
absl::Status RefusePruned(const ledger::RecordId& id, ledger::Ledger& ledger) {
  TG_ASSIGN_OR_RETURN(const v1::PruningRecord pruning,
                      PruningOf(id.index, ledger));
  return text::Refuse(absl::StatusCode::kNotFound, "decision_id",
                      "wrong.pruned",
                      {absl::StrCat(pruning.year()),
                       absl::BytesToHexString(pruning.archive())});
}

}  // namespace

std::string ExporterOf(const v1::DecisionRecord& record) {
  switch (record.body_case()) {
    case v1::DecisionRecord::kVerdict:
      return record.verdict().flow().exporter();
    case v1::DecisionRecord::kSettlement:
      return record.settlement().exporter();
    case v1::DecisionRecord::kCorrection:
      return record.correction().exporter();
    case v1::DecisionRecord::kOpening:
      return record.opening().exporter();
    default:
      return "";
  }
}

absl::Status CheckReadExporter(const std::string& exporter) {
  if (CheckUscc(exporter).ok()) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, "exporter",
                      "wrong.not_uscc");
}

absl::Status ReadRecord(const v1::GetDecisionRequest& request,
                        const Reading& reading, ledger::Ledger& ledger,
                        v1::GetDecisionResponse* response) {
  const absl::Status none = text::Refuse(absl::StatusCode::kNotFound,
                                         "decision_id", "wrong.no_record");
  if (reading.caller.role == Role::kOperator) {
    return MayRead(reading.caller, "", reading.policy->registry(), 0);
  }
  const auto id = ledger::ParseId(request.decision_id());
  if (!id.ok()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "decision_id",
                        "wrong.not_id");
  }
  const absl::StatusOr<ledger::Stored> stored = ledger.Read(id->index);
  if (absl::IsNotFound(stored.status())) return none;
  if (absl::IsOutOfRange(stored.status())) return RefusePruned(*id, ledger);
  TG_RETURN_IF_ERROR(stored.status());
  v1::LogEntry* entry = response->mutable_entry();
  TG_RETURN_IF_ERROR(ReadEntry(*stored, entry));
  const bool readable =
      entry->record().year() == id->year &&
      MayRead(reading.caller, ExporterOf(entry->record()),
              reading.policy->registry(), BeijingDay(reading.now))
          .ok();
  if (!readable) return none;
  if (entry->record().has_verdict()) {
    const v1::VerdictRecord& verdict = entry->record().verdict();
    FillGlossary(verdict.flow(), verdict.decision(), *reading.policy,
                 response->mutable_glossary());
  }
  return absl::OkStatus();
}

absl::Status ReadPage(const v1::ListDecisionsRequest& request,
                      const Reading& reading, ledger::Ledger& ledger,
                      v1::ListDecisionsResponse* response) {
  TG_RETURN_IF_ERROR(CheckPage(request));
  const v1::ListDecisionsRequest filters = Filters(request, reading.caller);
  TG_RETURN_IF_ERROR(MayRead(reading.caller, filters.exporter(),
                             reading.policy->registry(),
                             BeijingDay(reading.now)));
  const int page =
      request.page_size() == 0 ? kDefaultPage : request.page_size();
  ledger::Query query = ToQuery(filters, page);
  if (!request.page_token().empty()) {
    TG_ASSIGN_OR_RETURN(query.before,
                        ReadPageToken(request.page_token(), filters));
  }
  TG_ASSIGN_OR_RETURN(const std::vector<ledger::Stored> found,
                      ledger.List(query));
  return FillPage(found, static_cast<size_t>(page), filters, response);
}

void ReadPolicy(const ActivePolicy::State& state,
                v1::GetActivePolicyResponse* response) {
  const policy::Snapshot& policy = *state.snapshot;
  response->mutable_policy()->set_digest(policy.digest());
  response->mutable_policy()->set_rule_set(engine::kRuleSet);
  response->mutable_policy()->set_unsigned_policy(true);
  *response->mutable_manifest() = policy.manifest();
  *response->mutable_regime() = policy.regime();
  for (const policy::List& list : policy.lists().all()) {
    *response->add_lists() = list.head;
  }
  response->set_enterprises(policy.registry().enterprises());
  response->set_filings(policy.registry().filings());
  response->set_activated_at_micros(absl::ToUnixMicros(state.activated_at));
  response->set_last_refusal(state.last_refusal);
}

}  // namespace tongguan::service
