#include "gateway/service/changes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/beijing.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/validate.h"
#include "gateway/ledger/id.h"
#include "gateway/service/charging.h"
#include "gateway/service/left_people.h"
#include "gateway/service/request_digest.h"
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
                      "wrong.not_uscc");
}

absl::Status CheckPeople(absl::string_view field, int64_t people) {
  if (people >= 0 && people <= engine::kMaxPeople) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                      "wrong.people_range",
                      {absl::StrCat(people), absl::StrCat(engine::kMaxPeople)});
}

absl::Status CheckId(absl::string_view field, const std::string& id) {
  if (ledger::ParseId(id).ok()) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                      "wrong.not_id");
}

// What settlements and corrections have in common.
template <typename Request>
absl::Status CheckLeft(const Request& request) {
  TG_RETURN_IF_ERROR(CheckIds(request.request_id(), request.exporter()));
  TG_RETURN_IF_ERROR(CheckId("decision_id", request.decision_id()));
  TG_RETURN_IF_ERROR(CheckPeople("persons_left", request.persons_left()));
  TG_RETURN_IF_ERROR(
      CheckPeople("sensitive_persons_left", request.sensitive_persons_left()));
  return CheckLeftPeople(
      request.has_people(), request.people(), request.has_left(),
      request.left(), request.persons_left(), request.sensitive_persons_left());
}

absl::StatusOr<v1::DecisionRecord> ReadRecord(uint64_t index,
                                              ledger::View& view) {
  TG_ASSIGN_OR_RETURN(const std::string bytes, view.record(index));
  v1::DecisionRecord record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError("a stored record does not parse");
  }
  return record;
}

// The decision of that exporter that charged people.
absl::StatusOr<Decided> FindDecided(const std::string& exporter,
                                    const std::string& decision_id,
                                    ledger::View& view) {
  const absl::Status none = text::Refuse(absl::StatusCode::kNotFound,
                                         "decision_id", "wrong.no_decision");
  TG_ASSIGN_OR_RETURN(const ledger::RecordId id, ledger::ParseId(decision_id));
  absl::StatusOr<v1::DecisionRecord> record = ReadRecord(id.index, view);
  if (absl::IsNotFound(record.status())) return none;
  if (absl::IsOutOfRange(record.status())) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "decision_id",
                        "wrong.pruned_decision");
  }
  TG_RETURN_IF_ERROR(record.status());
  Decided decided{id.index, *std::move(record)};
  if (!decided.record.has_verdict() || decided.record.year() != id.year ||
      decided.flow().exporter() != exporter) {
    return none;
  }
  if (decided.decision().verdict() != v1::VERDICT_ALLOW ||
      AccountsOf(decided.decision().charging()).empty()) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "",
                        "wrong.nothing_charged");
  }
  return decided;
}

v1::DecisionRecord NewRecord(const google::protobuf::Message& request,
                             const Identity& caller, absl::Time now) {
  v1::DecisionRecord record;
  record.set_time_micros(absl::ToUnixMicros(now));
  record.set_year(BeijingYear(now));
  *record.mutable_actor() = ToActor(caller);
  record.set_request_digest(RequestDigest(request));
  return record;
}

ledger::Entry ToEntry(const v1::DecisionRecord& record,
                      const std::string& exporter, uint64_t settles,
                      Adjustment adjustment) {
  ledger::Entry entry;
  entry.record = record.SerializeAsString();
  entry.changes = std::move(adjustment.changes);
  entry.remembered = std::move(adjustment.remembered);
  entry.index.exporter = exporter;
  entry.settles = settles;
  entry.again = record.has_correction();
  return entry;
}

absl::Status CheckPerson(const v1::CorrectSettlementRequest& request,
                         const Identity& caller) {
  if (caller.organization != request.exporter()) {
    return text::Refuse(absl::StatusCode::kPermissionDenied, "exporter",
                        "wrong.correction_own");
  }
  if (IsPerson(caller.name)) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kPermissionDenied, "",
                      "wrong.correction_person");
}

// Whether the correction is what another person of the exporter proposed, and
// nothing was settled since.
absl::Status CheckProposal(const v1::CorrectionRecord& correction,
                           const LeftPeople& left,
                           const std::optional<uint64_t>& settled,
                           const Identity& caller, ledger::View& view) {
  TG_ASSIGN_OR_RETURN(const ledger::RecordId id,
                      ledger::ParseId(correction.proposal_id()));
  const absl::StatusOr<v1::DecisionRecord> found = ReadRecord(id.index, view);
  const absl::Status none = text::Refuse(absl::StatusCode::kNotFound,
                                         "proposal_id", "wrong.no_proposal");
  if (absl::IsNotFound(found.status())) return none;
  TG_RETURN_IF_ERROR(found.status());
  const v1::CorrectionRecord& proposal = found->correction();
  if (!proposal.proposal_id().empty() || found->year() != id.year ||
      proposal.exporter() != correction.exporter() ||
      proposal.decision_id() != correction.decision_id() ||
      !IsPerson(found->actor().name())) {
    return none;
  }
  if (found->actor().name() == caller.name) {
    return text::Refuse(absl::StatusCode::kPermissionDenied, "proposal_id",
                        "wrong.same_person");
  }
  if (proposal.persons_left() != correction.persons_left() ||
      proposal.sensitive_persons_left() !=
          correction.sensitive_persons_left() ||
      !SameLeft(left, proposal.left(), id.index)) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "proposal_id",
                        "wrong.other_proposal");
  }
  if (settled && *settled > id.index) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "proposal_id",
                        "wrong.settled_since");
  }
  return absl::OkStatus();
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
  return CheckLeft(request);
}

absl::Status CheckCorrection(const v1::CorrectSettlementRequest& request) {
  TG_RETURN_IF_ERROR(CheckLeft(request));
  if (request.proposal_id().empty()) return absl::OkStatus();
  return CheckId("proposal_id", request.proposal_id());
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
                                             LeftPeople* left,
                                             const Identity& caller,
                                             ledger::View& view) {
  TG_ASSIGN_OR_RETURN(
      const Decided decided,
      FindDecided(request.exporter(), request.decision_id(), view));
  TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> settled,
                      view.settled_by(decided.index));
  if (settled) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition, "",
                        "wrong.settled");
  }
  left->persons = request.persons_left();
  left->sensitive = request.sensitive_persons_left();
  TG_ASSIGN_OR_RETURN(Adjustment adjustment,
                      Adjust(decided, nullptr, left, view));
  v1::DecisionRecord record = NewRecord(request, caller, view.now());
  v1::SettlementRecord& settlement = *record.mutable_settlement();
  settlement.set_request_id(request.request_id());
  settlement.set_decision_id(request.decision_id());
  settlement.set_exporter(request.exporter());
  settlement.set_persons_left(adjustment.persons_left);
  settlement.set_sensitive_persons_left(adjustment.sensitive_left);
  if (left->people != nullptr) {
    *settlement.mutable_left() = LeftOf(*left, view.index());
  }
  const ledger::People added =
      NoteAdded(adjustment.changes, decided.record.year(), &record);
  settlement.set_persons_returned(-added.persons);
  settlement.set_sensitive_persons_returned(-added.sensitive);
  return ToEntry(record, request.exporter(), decided.index,
                 std::move(adjustment));
}

absl::StatusOr<ledger::Entry> MakeCorrection(
    const v1::CorrectSettlementRequest& request, LeftPeople* left,
    const Identity& caller, ledger::View& view) {
  TG_RETURN_IF_ERROR(CheckPerson(request, caller));
  TG_ASSIGN_OR_RETURN(
      const Decided decided,
      FindDecided(request.exporter(), request.decision_id(), view));
  TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> settled,
                      view.settled_by(decided.index));
  std::optional<v1::DecisionRecord> before;
  if (settled) {
    TG_ASSIGN_OR_RETURN(before, ReadRecord(*settled, view));
  }
  left->persons = request.persons_left();
  left->sensitive = request.sensitive_persons_left();
  TG_ASSIGN_OR_RETURN(Adjustment adjustment,
                      Adjust(decided, before ? &*before : nullptr, left, view));
  v1::DecisionRecord record = NewRecord(request, caller, view.now());
  v1::CorrectionRecord& correction = *record.mutable_correction();
  correction.set_request_id(request.request_id());
  correction.set_decision_id(request.decision_id());
  correction.set_exporter(request.exporter());
  correction.set_persons_left(adjustment.persons_left);
  correction.set_sensitive_persons_left(adjustment.sensitive_left);
  if (left->people != nullptr) {
    *correction.mutable_left() = LeftOf(*left, view.index());
  }
  if (request.proposal_id().empty()) {  // Changes nothing.
    ledger::Entry entry;
    entry.record = record.SerializeAsString();
    entry.index.exporter = request.exporter();
    return entry;
  }
  correction.set_proposal_id(request.proposal_id());
  TG_RETURN_IF_ERROR(CheckProposal(correction, *left, settled, caller, view));
  const ledger::People added =
      NoteAdded(adjustment.changes, decided.record.year(), &record);
  correction.set_persons_change(added.persons);
  correction.set_sensitive_persons_change(added.sensitive);
  return ToEntry(record, request.exporter(), decided.index,
                 std::move(adjustment));
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

absl::Status ReadCorrection(const ledger::Stored& stored,
                            v1::CorrectSettlementResponse* response) {
  v1::DecisionRecord record;
  if (!record.ParseFromString(stored.record) || !record.has_correction()) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " is not a correction"));
  }
  const v1::CorrectionRecord& correction = record.correction();
  response->set_record_id(stored.id);
  response->set_effective(!correction.proposal_id().empty());
  response->set_persons_change(correction.persons_change());
  response->set_sensitive_persons_change(correction.sensitive_persons_change());
  return absl::OkStatus();
}

absl::Status ReadOpening(const ledger::Stored& stored,
                         v1::DeclareOpeningResponse* response) {
  response->set_record_id(stored.id);
  return absl::OkStatus();
}

}  // namespace tongguan::service
