#include "gateway/cli/log_replay.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/engine/engine.h"
#include "gateway/service/charging.h"
#include "gateway/service/config.h"

namespace tongguan::cli {
namespace {

// Who of an exact set was charged to a tally of its own, or came again to the
// same recipient, is known while the set is; the record keeps the number.
bool NeedsTheSet(const v1::VerdictRecord& verdict) {
  const v1::Decision& decision = verdict.decision();
  return verdict.flow().people().has_counted() &&
         (decision.charging() == v1::CHARGING_EXEMPT ||
          decision.charging() == v1::CHARGING_LIST_EXEMPT ||
          decision.has_splitting());
}

// By the law of an instant and a year's sums of the records before it.
v1::Decision DecideIn(int32_t year, absl::Time at,
                      const v1::DecisionRecord& record,
                      const policy::Snapshot& policy, const Sums& sums) {
  const service::Book book = {
      [&sums](const std::string& exporter,
              int32_t of) -> absl::StatusOr<ledger::Tally> {
        return TallyAt(sums, {exporter, of});
      },
      nullptr};
  const v1::Flow& flow = record.verdict().flow();
  const engine::Question question(flow, policy, at);
  const service::Charged charged{flow.exporter()};
  v1::Decision again;
  const auto reckoning = service::Reckon(charged, question, year, book);
  if (!reckoning.ok()) return again;
  service::Decide(question, *reckoning, &again);
  if (!service::Charge(charged, *reckoning, book, &again).ok()) again.Clear();
  return again;
}

// The answer of the instant's own year, unless that is an ALLOW and the record
// says that another year held it.
v1::Decision DecideAgain(const v1::DecisionRecord& record,
                         const policy::Snapshot& policy, const Sums& sums) {
  const v1::Decision& decision = record.verdict().decision();
  v1::Decision again = DecideIn(
      record.year(), absl::FromUnixMicros(decision.decided_at_micros()), record,
      policy, sums);
  if (record.also_year() != 0) {
    again.add_warnings(v1::WARNING_CHARGED_TO_BOTH_YEARS);
  }
  const int32_t weighed = decision.weighed_year();
  if (weighed == 0 || again.verdict() != v1::VERDICT_ALLOW) return again;
  again = DecideIn(weighed, OtherInstant(record), record, policy, sums);
  service::SetWeighedYear(weighed, decision.decided_at_micros(), &again);
  return again;
}

}  // namespace

ledger::Tally TallyAt(const Sums& sums, const ledger::TallyKey& key) {
  const auto found = sums.find(key);
  return found == sums.end() ? ledger::Tally() : found->second;
}

absl::Time OtherInstant(const v1::DecisionRecord& record) {
  return service::OtherSide(absl::FromUnixMicros(record.time_micros()),
                            absl::Milliseconds(service::kMostUncertainMillis));
}

MaybeFinding ReplayAudit::Take(const std::string& id,
                               const v1::DecisionRecord& record,
                               const Sums& sums, bool known) {
  const v1::VerdictRecord& verdict = record.verdict();
  const v1::Decision& decision = verdict.decision();
  if (decision.policy().rule_set() != engine::kRuleSet) {
    ++other_rules_;
    return std::nullopt;
  }
  if (!known) {
    ++other_year_;
    return std::nullopt;
  }
  if (NeedsTheSet(verdict)) {
    ++other_people_;
    return std::nullopt;
  }
  const auto policy = policies_.Get(decision.policy().digest());
  if (!policy.ok()) {
    return Say("verify.replay_policy", id,
               std::string(policy.status().message()));
  }
  const v1::Decision again = DecideAgain(record, **policy, sums);
  ++replayed_;
  if (again.SerializeAsString() == decision.SerializeAsString()) {
    return std::nullopt;
  }
  return Say("verify.replay", id);
}

void ReplayAudit::SayWhatWasNot(std::vector<Finding>* lacking) const {
  for (const auto& [key, decisions] :
       {std::pair<const char*, uint64_t>{"verify.other_year", other_year_},
        {"verify.other_rules", other_rules_},
        {"verify.other_people", other_people_}}) {
    if (decisions > 0) lacking->push_back(Say(key, absl::StrCat(decisions)));
  }
}

}  // namespace tongguan::cli
