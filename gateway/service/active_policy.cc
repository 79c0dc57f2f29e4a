#include "gateway/service/active_policy.h"

#include <future>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/engine/engine.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

// Stands where records of exporters have their code, so that the last
// activation is found without reading through the log. No exporter has it: it
// is no unified social credit code.
constexpr char kPolicyIndexKey[] = "policy";

absl::StatusOr<v1::DecisionRecord> ParseRecord(const std::string& bytes) {
  v1::DecisionRecord record;
  if (!record.ParseFromString(bytes) || !record.has_policy_activation()) {
    return absl::DataLossError("the last activation's record does not parse");
  }
  return record;
}

// The last activation in the ledger; an empty record when there is none.
absl::StatusOr<v1::DecisionRecord> LastActivation(ledger::Ledger& ledger) {
  ledger::Query query;
  query.exporter = kPolicyIndexKey;
  query.limit = 1;
  TG_ASSIGN_OR_RETURN(auto found, ledger.List(query));
  if (found.empty()) return v1::DecisionRecord();
  return ParseRecord(found[0].record);
}

absl::Status Keep(const policy::Snapshot& policy, ledger::Ledger& ledger) {
  std::vector<std::pair<std::string, std::string>> parts;
  parts.reserve(policy.manifest().parts_size());
  for (int i = 0; i < policy.manifest().parts_size(); ++i) {
    parts.emplace_back(policy.manifest().parts(i).digest(),
                       policy.parts()[i].bytes);
  }
  return ledger.KeepParts(parts);
}

absl::StatusOr<ledger::Entry> MakeActivation(const policy::Snapshot& policy,
                                             const std::string& previous,
                                             absl::Time now) {
  v1::DecisionRecord record;
  record.set_time_micros(absl::ToUnixMicros(now));
  record.set_year(BeijingYear(now));
  record.mutable_actor()->set_role("operator");
  record.mutable_actor()->set_name("gateway");
  v1::PolicyActivationRecord& activation = *record.mutable_policy_activation();
  activation.mutable_policy()->set_digest(policy.digest());
  activation.mutable_policy()->set_rule_set(engine::kRuleSet);
  activation.mutable_policy()->set_unsigned_policy(true);
  for (const v1::PolicyPart& part : policy.manifest().parts()) {
    activation.add_parts(part.digest());
  }
  activation.set_previous_digest(absl::BytesToHexString(previous));
  record.set_request_digest(policy.digest());
  ledger::Entry entry;
  entry.record = record.SerializeAsString();
  entry.index.exporter = kPolicyIndexKey;
  return entry;
}

// Appends the record and waits until it is durable.
absl::StatusOr<ledger::Stored> Append(
    std::shared_ptr<const policy::Snapshot> policy, const std::string& previous,
    ledger::Ledger& ledger) {
  auto done = std::make_shared<std::promise<absl::StatusOr<ledger::Stored>>>();
  auto result = done->get_future();
  ledger::Submission submission;
  submission.digest = policy->digest();
  submission.make = [policy, previous](ledger::View& view) {
    return MakeActivation(*policy, previous, view.now());
  };
  submission.done = [done](absl::StatusOr<ledger::Stored> stored) {
    done->set_value(std::move(stored));
  };
  ledger.Submit(std::move(submission));
  return result.get();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ActivePolicy>> ActivePolicy::Begin(
    std::shared_ptr<const policy::Snapshot> first, PolicyLoader load,
    ledger::Ledger* ledger) {
  std::unique_ptr<ActivePolicy> active(
      new ActivePolicy(std::move(load), ledger));
  TG_RETURN_IF_ERROR(active->Activate(std::move(first)));
  return active;
}

ActivePolicy::State ActivePolicy::state() const {
  absl::ReaderMutexLock lock(&mu_);
  return state_;
}

std::shared_ptr<const policy::Snapshot> ActivePolicy::snapshot() const {
  absl::ReaderMutexLock lock(&mu_);
  return state_.snapshot;
}

absl::Status ActivePolicy::Reload() {
  absl::MutexLock one(&reloading_);
  return Activate(load_());
}

absl::Status ActivePolicy::Activate(
    absl::StatusOr<std::shared_ptr<const policy::Snapshot>> next) {
  absl::StatusOr<State> state =
      next.ok() ? Record(*std::move(next)) : next.status();
  absl::MutexLock lock(&mu_);
  if (!state.ok()) {
    state_.last_refusal = state.status().ToString();
    return state.status();
  }
  state_ = *std::move(state);
  return absl::OkStatus();
}

// Nothing is recorded when the ledger's last activation was of this policy.
absl::StatusOr<ActivePolicy::State> ActivePolicy::Record(
    std::shared_ptr<const policy::Snapshot> next) {
  TG_ASSIGN_OR_RETURN(const v1::DecisionRecord last, LastActivation(*ledger_));
  const std::string& before = last.policy_activation().policy().digest();
  if (before == next->digest()) {
    return State{next, absl::FromUnixMicros(last.time_micros()), ""};
  }
  TG_RETURN_IF_ERROR(Keep(*next, *ledger_));
  TG_ASSIGN_OR_RETURN(const ledger::Stored stored,
                      Append(next, before, *ledger_));
  return State{next, stored.time, ""};
}

}  // namespace tongguan::service
