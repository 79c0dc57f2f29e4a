// The verdict inside the ledger's transaction.
#include <iterator>
#include <utility>

#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/wire.h"
#include "gateway/service/charging.h"
#include "gateway/service/deciding.h"
#include "gateway/service/splitting.h"
#include "gateway/text/refusal.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

// A flow before the counters of a year.
struct Answered {
  Reckoning reckoning;
  std::vector<ledger::Change> changes;
};

absl::StatusOr<Answered> Answer(const FlowQuestion& question, absl::Time at,
                                const Book& book, v1::Decision* decision) {
  const engine::Question* asked = &*question.question;
  std::optional<engine::Question> again;
  if (BeijingDay(at) != BeijingDay(question.asking->at)) {
    // Midnight passed in the queue, or the clock was set: the law of the
    // record's day decides. SPEC.md, 4: so verifiers expect it.
    again.emplace(question.recorded(), *question.asking->policy, at);
    asked = &*again;
  }
  const Charged charged{question.flow->exporter(), question.people.get()};
  Answered answered;
  TG_ASSIGN_OR_RETURN(answered.reckoning,
                      Reckon(charged, *asked, BeijingYear(at), book));
  Decide(*asked, answered.reckoning, decision);
  TG_ASSIGN_OR_RETURN(answered.changes,
                      Charge(charged, answered.reckoning, book, decision));
  return answered;
}

// Where the clock cannot tell the year, both must allow the flow, and both are
// charged: no year gets more than the law's number. What the other year holds
// is held, and says which year does.
absl::Status AnswerInBoth(const FlowQuestion& question, absl::Time other,
                          const Book& book, v1::Decision* decision,
                          Answered* answered) {
  v1::Decision there;
  TG_ASSIGN_OR_RETURN(Answered also, Answer(question, other, book, &there));
  if (there.verdict() != v1::VERDICT_ALLOW) {
    SetWeighedYear(BeijingYear(other), decision->decided_at_micros(), &there);
    *decision = std::move(there);
    *answered = std::move(also);
    return absl::OkStatus();
  }
  if (there.charging() != decision->charging()) {
    // A settlement could not know which tally of the other year to lower.
    return text::Refuse(absl::StatusCode::kUnavailable, "",
                        "wrong.turn_of_year");
  }
  if (also.changes.empty()) return absl::OkStatus();
  decision->add_warnings(v1::WARNING_CHARGED_TO_BOTH_YEARS);
  std::move(also.changes.begin(), also.changes.end(),
            std::back_inserter(answered->changes));
  return absl::OkStatus();
}

// The bytes of the flow with numbers and a digest in the place of pseudonyms.
std::string CountedFlow(const FlowQuestion& question,
                        const Reckoning& reckoning, uint64_t index) {
  v1::Flow flow = question.recorded();
  v1::CountedPeople* const counted = flow.mutable_people()->mutable_counted();
  counted->set_new_persons(reckoning.persons.fresh());
  counted->set_new_sensitive_persons(reckoning.sensitive.fresh());
  counted->set_digest(
      DigestBytes(people::RecordDigest(index, question.people->sets)));
  return flow.SerializeAsString();
}

// The bytes of a v1::DecisionRecord, put together so that the flow, larger than
// all the rest, is neither copied into a message nor serialized again. `before`
// and `after` hold the fields before the verdict and after it, `rest` the bytes
// of the verdict's own after the decision.
std::string RecordBytes(const v1::DecisionRecord& before,
                        const v1::Decision& decision, absl::string_view flow,
                        absl::string_view rest,
                        const v1::DecisionRecord& after) {
  using Verdict = v1::VerdictRecord;
  const size_t decision_size = decision.ByteSizeLong();
  std::string flow_head, decision_head;
  AppendFieldHead(Verdict::kFlowFieldNumber, flow.size(), &flow_head);
  AppendFieldHead(Verdict::kDecisionFieldNumber, decision_size, &decision_head);
  const size_t verdict_size = flow_head.size() + flow.size() +
                              decision_head.size() + decision_size +
                              rest.size();
  std::string record;
  record.reserve(before.ByteSizeLong() + kMostFieldHead + verdict_size +
                 after.ByteSizeLong());
  before.AppendToString(&record);
  AppendFieldHead(v1::DecisionRecord::kVerdictFieldNumber, verdict_size,
                  &record);
  record += flow_head;
  record.append(flow.data(), flow.size());
  record += decision_head;
  const size_t at = record.size();
  record.resize(at + decision_size);
  decision.SerializeWithCachedSizesToArray(
      reinterpret_cast<uint8_t*>(&record[at]));
  record.append(rest.data(), rest.size());
  after.AppendToString(&record);
  return record;
}

// What a verdict's record has after the decision.
std::string RestOf(const FlowQuestion& question, const Routes& routes) {
  using Verdict = v1::VerdictRecord;
  std::string rest;
  const auto add = [&rest](int field, const std::string& text) {
    if (!text.empty()) AppendField(static_cast<uint32_t>(field), text, &rest);
  };
  const std::string& exporter = question.flow->exporter();
  if (question.asking->policy->registry().Find(exporter) != nullptr) {
    add(Verdict::kRegistryEntryFieldNumber, exporter);
  }
  add(Verdict::kRouteFieldNumber, routes.persons);
  add(Verdict::kSensitiveRouteFieldNumber, routes.sensitive);
  return rest;
}

}  // namespace

absl::StatusOr<ledger::Entry> MakeVerdict(const FlowQuestion& question,
                                          ledger::View& view) {
  if (question.people != nullptr) TG_RETURN_IF_ERROR(question.people->refusal);
  const absl::Time now = view.now();
  const int32_t year = BeijingYear(now);
  v1::DecisionRecord before, after;
  before.set_time_micros(absl::ToUnixMicros(now));
  before.set_year(year);
  *before.mutable_actor() = ToActor(question.asking->caller);
  after.set_request_digest(question.digest);

  // The committer's: filling it again costs a fraction of the allocations of a
  // new one. Answer empties it.
  thread_local v1::Decision decision;
  ledger::Entry entry;
  const Book book = BookOf(view);
  TG_ASSIGN_OR_RETURN(Answered answered,
                      Answer(question, now, book, &decision));
  const absl::Time other = OtherSide(now, question.asking->clock_uncertainty);
  if (other != now && decision.verdict() == v1::VERDICT_ALLOW) {
    TG_RETURN_IF_ERROR(
        AnswerInBoth(question, other, book, &decision, &answered));
  }
  NoteAdded(answered.changes, year, &after);
  TG_ASSIGN_OR_RETURN(const Routes routes,
                      NoteSplitting(question, year, view, &decision, &entry));
  std::string counted;
  if (question.people != nullptr) {
    counted = CountedFlow(question, answered.reckoning, view.index());
  }
  entry.record =
      RecordBytes(before, decision,
                  question.people == nullptr ? question.flow_bytes : counted,
                  RestOf(question, routes), after);
  entry.index = {question.flow->exporter(), decision.verdict(),
                 decision.headline()};
  entry.changes = std::move(answered.changes);
  return entry;
}

}  // namespace tongguan::service
