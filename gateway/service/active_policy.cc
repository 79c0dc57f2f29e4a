#include "gateway/service/active_policy.h"

#include <malloc.h>

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "gateway/base/status_macros.h"
#include "gateway/engine/engine.h"
#include "gateway/service/append.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

absl::Status Keep(const policy::Snapshot& policy, const policy::Parts& parts,
                  ledger::Ledger& ledger) {
  int next = 0;
  std::vector<std::pair<std::string, std::string>> one(1);
  const auto keep = [&](absl::string_view name, std::string* bytes) {
    const v1::PolicyPart& part = policy.manifest().parts(next++);
    if (name != part.name()) {
      return absl::InternalError(
          "the parts of a policy are not in its manifest's order");
    }
    one[0].first = part.digest();
    one[0].second.swap(*bytes);  // The two take turns: none is made anew.
    return ledger.KeepParts(one);
  };
  TG_RETURN_IF_ERROR(parts.ForEach(keep));
  // The manifest too, so that whoever has the ledger alone knows the names of
  // the parts and can take the policy's digest again.
  return ledger.KeepParts(
      {{policy.digest(), policy::ManifestText(policy.manifest())}});
}

void FillActivation(const policy::Snapshot& policy, const std::string& previous,
                    v1::DecisionRecord* record) {
  v1::PolicyActivationRecord& activation = *record->mutable_policy_activation();
  activation.mutable_policy()->set_digest(policy.digest());
  activation.mutable_policy()->set_rule_set(engine::kRuleSet);
  activation.mutable_policy()->set_unsigned_policy(true);
  for (const v1::PolicyPart& part : policy.manifest().parts()) {
    activation.add_parts(part.digest());
  }
  activation.set_previous_digest(absl::BytesToHexString(previous));
  record->set_request_digest(policy.digest());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ActivePolicy>> ActivePolicy::Begin(
    std::shared_ptr<const policy::Snapshot> first, policy::Parts parts,
    PolicyLoader load, ledger::Ledger* ledger) {
  std::unique_ptr<ActivePolicy> active(
      new ActivePolicy(std::move(load), ledger));
  TG_RETURN_IF_ERROR(active->Activate(std::move(first), std::move(parts)));
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
  policy::Parts parts;
  auto next = load_(&parts);
  return Activate(std::move(next), std::move(parts));
}

absl::Status ActivePolicy::Activate(
    absl::StatusOr<std::shared_ptr<const policy::Snapshot>> next,
    policy::Parts parts) {
  absl::StatusOr<State> state =
      next.ok() ? Record(*std::move(next), std::move(parts)) : next.status();
  // What loading took, many times what is kept of it, goes back to the system.
  malloc_trim(0);
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
    std::shared_ptr<const policy::Snapshot> next, policy::Parts parts) {
  TG_ASSIGN_OR_RETURN(const v1::DecisionRecord last,
                      LastOwn(kPolicyIndexKey, *ledger_));
  const std::string& before = last.policy_activation().policy().digest();
  if (before == next->digest()) {
    return State{next, absl::FromUnixMicros(last.time_micros()), ""};
  }
  TG_RETURN_IF_ERROR(Keep(*next, parts, *ledger_));
  TG_ASSIGN_OR_RETURN(const ledger::Stored stored,
                      AppendOwn(
                          kPolicyIndexKey,
                          [&](v1::DecisionRecord* record) {
                            FillActivation(*next, before, record);
                          },
                          *ledger_));
  return State{next, stored.time, ""};
}

}  // namespace tongguan::service
