#include "gateway/service/deciding.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/engine/validate.h"
#include "gateway/service/errors.h"
#include "gateway/text/refusal.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

// The committer's: filling it again costs a fraction of the allocations of a
// new one.
v1::VerdictRecord& EmptyVerdict() {
  thread_local v1::VerdictRecord verdict;
  verdict.Clear();
  return verdict;
}

// Goes to the content of the first submessage `field`; false if there is none.
bool Enter(int field, google::protobuf::io::CodedInputStream* in) {
  using Wire = google::protobuf::internal::WireFormatLite;
  const uint32_t wanted = Wire::MakeTag(field, Wire::WIRETYPE_LENGTH_DELIMITED);
  while (const uint32_t tag = in->ReadTag()) {
    if (tag == wanted) {
      in->ReadLengthAndPushLimit();
      return true;
    }
    if (!Wire::SkipField(in, tag)) return false;
  }
  return false;
}

engine::Counter ToCounter(const std::optional<int64_t>& opening,
                          int64_t counted) {
  return {opening.has_value(), opening.value_or(0) + counted};
}

struct Gathered {
  engine::Tallies tallies;
  std::vector<std::string> without_opening;  // USCCs, the exporter's first.
};

// `read` gives the tally of an enterprise in the year of the decision.
template <typename ReadTally>
absl::StatusOr<Gathered> Gather(const engine::Question& question,
                                const std::string& exporter, ReadTally read) {
  TG_ASSIGN_OR_RETURN(const ledger::Tally own, read(exporter));
  Gathered gathered;
  engine::Tallies& tallies = gathered.tallies;
  tallies.persons = PersonsCounter(own);
  tallies.sensitive = SensitiveCounter(own);
  if (!tallies.persons.known || !tallies.sensitive.known) {
    gathered.without_opening.push_back(exporter);
  }
  for (const std::string& sibling : question.siblings()) {
    TG_ASSIGN_OR_RETURN(const ledger::Tally tally, read(sibling));
    const engine::Counter persons = PersonsCounter(tally);
    if (!persons.known) gathered.without_opening.push_back(sibling);
    tallies.group_persons.known &= persons.known;
    tallies.group_persons.people += persons.people;
  }
  return gathered;
}

void Decide(const engine::Question& question, const Gathered& gathered,
            v1::Decision* decision) {
  question.Decide(gathered.tallies, decision);
  if (decision->has_headroom()) {
    for (const std::string& uscc : gathered.without_opening) {
      decision->mutable_headroom()->add_without_opening(uscc);
    }
  }
  decision->mutable_policy()->set_unsigned_policy(true);
  decision->add_warnings(v1::WARNING_UNSIGNED_POLICY);
}

void AddCharge(const std::string& exporter, int32_t year,
               const v1::Decision& decision, ledger::Entry* entry) {
  const std::optional<ledger::Account> account = AccountOf(decision.charging());
  if (decision.verdict() != v1::VERDICT_ALLOW || !account) return;
  ledger::Change change;
  change.exporter = exporter;
  change.year = year;
  change.account = *account;
  change.people = {decision.charged_persons(),
                   decision.charged_sensitive_persons()};
  entry->changes.push_back(std::move(change));
}

// `verdict` has its decision already.
ledger::Entry ToEntry(const FlowQuestion& question, absl::Time now,
                      v1::VerdictRecord* verdict) {
  const v1::Flow& flow = *question.flow;
  *verdict->mutable_flow() = flow;
  if (question.asking->policy->registry().Find(flow.exporter()) != nullptr) {
    verdict->set_registry_entry(flow.exporter());
  }
  v1::DecisionRecord record;
  record.set_time_micros(absl::ToUnixMicros(now));
  record.set_year(BeijingYear(now));
  *record.mutable_actor() = ToActor(question.asking->caller);
  record.set_request_digest(question.digest);
  ledger::Entry entry;
  record.unsafe_arena_set_allocated_verdict(verdict);  // Lent.
  entry.record = record.SerializeAsString();
  record.unsafe_arena_release_verdict();
  const v1::Decision& decision = verdict->decision();
  entry.index = {flow.exporter(), decision.verdict(), decision.headline()};
  AddCharge(flow.exporter(), record.year(), decision, &entry);
  return entry;
}

}  // namespace

std::optional<ledger::Account> AccountOf(v1::Charging charging) {
  switch (charging) {
    case v1::CHARGING_COUNTED:
      return ledger::Account::kCounted;
    case v1::CHARGING_EXEMPT:
      return ledger::Account::kExempt;
    case v1::CHARGING_LIST_EXEMPT:
      return ledger::Account::kListExempt;
    case v1::CHARGING_GBA:
      return ledger::Account::kGba;
    default:
      return std::nullopt;
  }
}

engine::Counter PersonsCounter(const ledger::Tally& tally) {
  return ToCounter(tally.opening_persons, tally.counted.persons);
}

engine::Counter SensitiveCounter(const ledger::Tally& tally) {
  return ToCounter(tally.opening_sensitive, tally.counted.sensitive);
}

absl::Status ReadMode(v1::Mode mode, const std::string& as_of, Asking* asking) {
  if (mode != v1::MODE_EVALUATE && mode != v1::MODE_DRY_RUN) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "mode",
                        "wrong.mode");
  }
  asking->dry_run = mode == v1::MODE_DRY_RUN;
  asking->at = asking->now;
  if (as_of.empty()) return absl::OkStatus();
  if (!asking->dry_run) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "as_of",
                        "wrong.as_of_recorded");
  }
  const absl::StatusOr<Day> day = ParseDay(as_of);
  if (!day.ok()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "as_of",
                        "wrong.not_a_day");
  }
  asking->at = StartOfBeijingDay(*day) + absl::Hours(12);
  return absl::OkStatus();
}

std::optional<v1::FlowError> Pose(const v1::Flow& flow, const Asking& asking,
                                  const std::string& path,
                                  FlowQuestion* question) {
  if (flow.ByteSizeLong() > static_cast<size_t>(asking.flow_bytes)) {
    return ToFlowError(text::Refuse(absl::StatusCode::kInvalidArgument, path,
                                    "wrong.flow_bytes",
                                    {absl::StrCat(asking.flow_bytes)}));
  }
  std::vector<v1::FieldViolation> violations = engine::ValidateFlow(flow, path);
  if (flow.request_id().empty() && !asking.dry_run) {
    v1::FieldViolation& missing = violations.emplace_back();
    missing.set_field(path + ".request_id");
    missing.set_code("wrong.no_request_id");
  }
  if (!violations.empty()) return ToFlowError(violations);
  const absl::Status allowed =
      MayAsk(asking.caller, flow.exporter(), asking.policy->registry(),
             BeijingDay(asking.now));
  if (!allowed.ok()) return ToFlowError(allowed);
  question->flow = &flow;
  question->asking = &asking;
  question->question.emplace(flow, *asking.policy, asking.at);
  if (!asking.dry_run) {
    question->digest = DigestBytes(Sha256(flow.SerializeAsString()));
  }
  return std::nullopt;
}

absl::StatusOr<ledger::Entry> MakeVerdict(const FlowQuestion& question,
                                          ledger::View& view) {
  const absl::Time now = view.now();
  const int32_t year = BeijingYear(now);
  const engine::Question* asked = &*question.question;
  std::optional<engine::Question> again;
  if (BeijingDay(now) != BeijingDay(question.asking->at)) {
    // Midnight passed in the queue: the law of the new day decides.
    again.emplace(*question.flow, *question.asking->policy, now);
    asked = &*again;
  }
  TG_ASSIGN_OR_RETURN(
      const Gathered gathered,
      Gather(*asked, question.flow->exporter(),
             [&](const std::string& uscc) { return view.tally(uscc, year); }));
  v1::VerdictRecord& verdict = EmptyVerdict();
  Decide(*asked, gathered, verdict.mutable_decision());
  return ToEntry(question, now, &verdict);
}

absl::Status ReadVerdict(const ledger::Stored& stored, v1::Decision* decision) {
  // Only the decision is parsed: the flow beside it is as large.
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(stored.record.data()),
      static_cast<int>(stored.record.size()));
  decision->Clear();
  if (!Enter(v1::DecisionRecord::kVerdictFieldNumber, &in) ||
      !Enter(v1::VerdictRecord::kDecisionFieldNumber, &in) ||
      !decision->MergeFromCodedStream(&in)) {
    return absl::DataLossError(
        absl::StrCat("record ", stored.index, " is not a verdict"));
  }
  decision->set_decision_id(stored.id);
  return absl::OkStatus();
}

absl::Status DecideDry(const FlowQuestion& question, ledger::Ledger& ledger,
                       v1::Decision* decision) {
  const int32_t year = BeijingYear(question.asking->at);
  TG_ASSIGN_OR_RETURN(const Gathered gathered,
                      Gather(*question.question, question.flow->exporter(),
                             [&](const std::string& uscc) {
                               return ledger.ReadTally(uscc, year);
                             }));
  Decide(*question.question, gathered, decision);
  decision->set_dry_run(true);
  return absl::OkStatus();
}

}  // namespace tongguan::service
