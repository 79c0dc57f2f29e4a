#include "gateway/service/changes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/beijing.h"
#include "gateway/base/identifier.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/validate.h"
#include "gateway/ledger/id.h"
#include "gateway/service/deciding.h"
#include "gateway/text/refusal.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

absl::Status CheckIds(const std::string& request_id,
                      const std::string& exporter) {
  if (!IsIdentifier(request_id)) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "request_id",
                        "wrong.not_identifier");
  }
  if (CheckUscc(exporter).ok()) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, "exporter",
                      "wrong.not_uscc", {exporter});
}

absl::Status CheckPeople(absl::string_view field, int64_t people) {
  if (people >= 0 && people <= engine::kMaxPeople) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                      "wrong.people_range",
                      {absl::StrCat(people), absl::StrCat(engine::kMaxPeople)});
}

absl::Status CheckAtMostCharged(absl::string_view field, int64_t left,
                                int64_t charged) {
  if (left <= charged) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                      "wrong.above_charged",
                      {absl::StrCat(left), absl::StrCat(charged)});
}

// The verdict's record that a settlement names.
absl::StatusOr<v1::DecisionRecord> FindSettled(const v1::SettleRequest& request,
                                               ledger::RecordId id,
                                               ledger::View& view) {
  const absl::Status none = text::Refuse(absl::StatusCode::kNotFound,
                                         "decision_id", "wrong.no_decision");
  absl::StatusOr<std::string> bytes = view.record(id.index);
  if (absl::IsNotFound(bytes.status())) return none;
  TG_RETURN_IF_ERROR(bytes.status());
  v1::DecisionRecord record;
  if (!record.ParseFromString(*bytes)) {
    return absl::DataLossError("a stored record does not parse");
  }
  if (!record.has_verdict() || record.year() != id.year ||
      record.verdict().flow().exporter() != request.exporter()) {
    return none;
  }
  return record;
}

absl::Status CheckSettles(const v1::SettleRequest& request,
                          const v1::Decision& decision, bool settled) {
  if (decision.verdict() != v1::VERDICT_ALLOW ||
      !AccountOf(decision.charging())) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "",
                        "wrong.nothing_charged");
  }
  if (settled) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "",
                        "wrong.settled");
  }
  TG_RETURN_IF_ERROR(CheckAtMostCharged("persons_left", request.persons_left(),
                                        decision.charged_persons()));
  return CheckAtMostCharged("sensitive_persons_left",
                            request.sensitive_persons_left(),
                            decision.charged_sensitive_persons());
}

v1::DecisionRecord NewRecord(const google::protobuf::Message& request,
                             const Identity& caller, absl::Time now) {
  v1::DecisionRecord record;
  record.set_time_micros(absl::ToUnixMicros(now));
  record.set_year(BeijingYear(now));
  *record.mutable_actor() = ToActor(caller);
  record.set_request_digest(DigestBytes(Sha256(request.SerializeAsString())));
  return record;
}

absl::Status CheckRaises(absl::string_view field, bool given, int64_t people,
                         const std::optional<int64_t>& on_file) {
  if (!given || !on_file || people >= *on_file) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kFailedPrecondition, field,
                      "wrong.below_on_file",
                      {absl::StrCat(people), absl::StrCat(*on_file)});
}

}  // namespace

absl::Status CheckSettle(const v1::SettleRequest& request) {
  TG_RETURN_IF_ERROR(CheckIds(request.request_id(), request.exporter()));
  const auto id = ledger::ParseId(request.decision_id());
  if (!id.ok()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "decision_id",
                        "wrong.not_id", {request.decision_id()});
  }
  TG_RETURN_IF_ERROR(CheckPeople("persons_left", request.persons_left()));
  return CheckPeople("sensitive_persons_left",
                     request.sensitive_persons_left());
}

absl::Status CheckOpening(const v1::DeclareOpeningRequest& request) {
  TG_RETURN_IF_ERROR(CheckIds(request.request_id(), request.exporter()));
  if (!request.has_persons() && !request.has_sensitive_persons()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "persons",
                        "wrong.no_opening");
  }
  TG_RETURN_IF_ERROR(CheckPeople("persons", request.persons()));
  return CheckPeople("sensitive_persons", request.sensitive_persons());
}

absl::StatusOr<ledger::Entry> MakeSettlement(const v1::SettleRequest& request,
                                             const Identity& caller,
                                             ledger::View& view) {
  TG_ASSIGN_OR_RETURN(const ledger::RecordId id,
                      ledger::ParseId(request.decision_id()));
  TG_ASSIGN_OR_RETURN(const v1::DecisionRecord decided,
                      FindSettled(request, id, view));
  const v1::Decision& decision = decided.verdict().decision();
  TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> settled,
                      view.settled_by(id.index));
  TG_RETURN_IF_ERROR(CheckSettles(request, decision, settled.has_value()));

  v1::DecisionRecord record = NewRecord(request, caller, view.now());
  v1::SettlementRecord& settlement = *record.mutable_settlement();
  settlement.set_request_id(request.request_id());
  settlement.set_decision_id(request.decision_id());
  settlement.set_exporter(request.exporter());
  settlement.set_persons_left(request.persons_left());
  settlement.set_sensitive_persons_left(request.sensitive_persons_left());
  const int64_t persons = decision.charged_persons() - request.persons_left();
  const int64_t sensitive =
      decision.charged_sensitive_persons() - request.sensitive_persons_left();
  settlement.set_persons_returned(persons);
  settlement.set_sensitive_persons_returned(sensitive);

  ledger::Change change;
  change.exporter = request.exporter();
  change.year = decided.year();
  change.account = *AccountOf(decision.charging());
  change.people = {-persons, -sensitive};
  ledger::Entry entry;
  entry.record = record.SerializeAsString();
  entry.changes.push_back(std::move(change));
  entry.index.exporter = request.exporter();
  entry.settles = id.index;
  return entry;
}

absl::StatusOr<ledger::Entry> MakeOpening(
    const v1::DeclareOpeningRequest& request, const Identity& caller,
    ledger::View& view) {
  const int32_t year = BeijingYear(view.now());
  if (request.year() != year) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "year",
                        "wrong.other_year",
                        {absl::StrCat(request.year()), absl::StrCat(year)});
  }
  TG_ASSIGN_OR_RETURN(const ledger::Tally tally,
                      view.tally(request.exporter(), year));
  TG_RETURN_IF_ERROR(CheckRaises("persons", request.has_persons(),
                                 request.persons(), tally.opening_persons));
  TG_RETURN_IF_ERROR(
      CheckRaises("sensitive_persons", request.has_sensitive_persons(),
                  request.sensitive_persons(), tally.opening_sensitive));

  v1::DecisionRecord record = NewRecord(request, caller, view.now());
  v1::OpeningRecord& opening = *record.mutable_opening();
  opening.set_request_id(request.request_id());
  opening.set_exporter(request.exporter());
  opening.set_year(year);
  ledger::Change change;
  change.exporter = request.exporter();
  change.year = year;
  if (request.has_persons()) {
    opening.set_persons(request.persons());
    change.opening_persons = request.persons();
  }
  if (request.has_sensitive_persons()) {
    opening.set_sensitive_persons(request.sensitive_persons());
    change.opening_sensitive = request.sensitive_persons();
  }
  ledger::Entry entry;
  entry.record = record.SerializeAsString();
  entry.changes.push_back(std::move(change));
  entry.index.exporter = request.exporter();
  return entry;
}

absl::Status ReadSettlement(const ledger::Stored& stored,
                            v1::SettleResponse* response) {
  v1::DecisionRecord record;
  if (!record.ParseFromString(stored.record) || !record.has_settlement()) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " is not a settlement"));
  }
  response->set_record_id(stored.id);
  response->set_persons_returned(record.settlement().persons_returned());
  response->set_sensitive_persons_returned(
      record.settlement().sensitive_persons_returned());
  return absl::OkStatus();
}

absl::Status ReadOpening(const ledger::Stored& stored,
                         v1::DeclareOpeningResponse* response) {
  response->set_record_id(stored.id);
  return absl::OkStatus();
}

}  // namespace tongguan::service
