#include "gateway/service/splitting.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/ledger/id.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

// The flow's people of one class, and the number that they would avoid.
struct Class {
  bool sensitive = false;
  absl::string_view people;
  int64_t threshold = 0;
};

// Whose flows could be one flow: the exporter's, or its group's under their
// key.
std::string ScopeOf(const FlowQuestion& question) {
  const policy::Registry& registry = question.asking->policy->registry();
  const std::string& uscc = question.flow->exporter();
  const policy::Exporter* const exporter = registry.Find(uscc);
  if (exporter == nullptr || exporter->group == nullptr) return uscc;
  for (const policy::PseudonymKey& key : exporter->keys) {
    if (key.shared && key.id == question.people->sets.key_id) {
      return "group/" + exporter->group->id();
    }
  }
  return uscc;
}

// Whether the law counts the flow's people if it is allowed. Of a held one only
// the items tell: it is charged nowhere.
bool LawCounts(const v1::Decision& decision, const v1::Regime& regime) {
  if (decision.verdict() == v1::VERDICT_ALLOW) {
    return decision.charging() == v1::CHARGING_COUNTED ||
           decision.charging() == v1::CHARGING_GBA;
  }
  const bool duty_counts = regime.legal_duty_counts().value() != 0;
  return std::any_of(
      decision.items().begin(), decision.items().end(),
      [duty_counts](const v1::ItemVerdict& item) {
        return item.mechanism() != v1::MECHANISM_NONE ||
               item.rule() == v1::RULE_SMALL_VOLUME ||
               (item.rule() == v1::RULE_LEGAL_DUTY && duty_counts);
      });
}

// Whether somebody left; where no set was sent all did, however few were new.
template <typename Said>
bool AnybodyIn(const Said& said) {
  return !said.has_left() || said.persons_left() != 0 ||
         said.sensitive_persons_left() != 0;
}

// Whether anybody left under the decision of that index, as far as is known.
absl::StatusOr<bool> SomebodyLeft(uint64_t index, ledger::View& view) {
  TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> settled,
                      view.settled_by(index));
  if (!settled) return true;
  TG_ASSIGN_OR_RETURN(const std::string bytes, view.record(*settled));
  v1::DecisionRecord record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError("a stored record does not parse");
  }
  return record.has_settlement() ? AnybodyIn(record.settlement())
                                 : AnybodyIn(record.correction());
}

absl::Status Warn(const ledger::SetState& earlier, const ledger::Known& known,
                  int32_t year, int64_t threshold, ledger::View& view,
                  v1::Decision* decision) {
  if (decision->has_splitting()) return absl::OkStatus();
  decision->add_warnings(v1::WARNING_SPLITTING);
  v1::Splitting* const splitting = decision->mutable_splitting();
  for (const uint64_t index : earlier.newest) {
    TG_ASSIGN_OR_RETURN(const bool left, SomebodyLeft(index, view));
    if (left) splitting->add_decisions(ledger::FormatId({year, index}));
  }
  splitting->set_common_people(static_cast<int64_t>(known.records.size()) -
                               known.fresh());
  splitting->set_together(earlier.people + known.fresh());
  splitting->set_threshold(threshold);
  return absl::OkStatus();
}

// Whose flows the people are remembered among; empty where they are not.
absl::StatusOr<std::string> Note(const FlowQuestion& question,
                                 const Class& people, int32_t year,
                                 ledger::View& view, v1::Decision* decision,
                                 ledger::Entry* entry) {
  const int64_t alone = people::CountOf(people.people);
  if (alone == 0 || alone >= people.threshold) return std::string();
  std::string scope = ScopeOf(question);
  const ledger::SetKey route =
      RouteSet(scope, *question.flow, people.sensitive, year);
  TG_ASSIGN_OR_RETURN(ledger::Known known, view.look_up(route, people.people));
  TG_ASSIGN_OR_RETURN(const ledger::SetState earlier, view.state(route));
  if (known.fresh() < alone &&
      earlier.people + known.fresh() >= people.threshold) {
    TG_RETURN_IF_ERROR(
        Warn(earlier, known, year, people.threshold, view, decision));
  }
  if (decision->verdict() != v1::VERDICT_ALLOW) return std::string();
  entry->remembered.push_back({std::move(known)});
  return scope;
}

}  // namespace

absl::StatusOr<Routes> NoteSplitting(const FlowQuestion& question, int32_t year,
                                     ledger::View& view, v1::Decision* decision,
                                     ledger::Entry* entry) {
  Routes routes;
  if (question.people == nullptr || !question.flow->has_recipient()) {
    return routes;
  }
  const v1::Regime& regime = question.asking->policy->regime();
  const bool assessed =
      decision->verdict() == v1::VERDICT_ALLOW &&
      decision->required_mechanism() == v1::MECHANISM_SECURITY_ASSESSMENT;
  if (assessed || !LawCounts(*decision, regime)) return routes;
  // The number avoided is the next above the flow's own; with a filing that of
  // small volumes stops nothing.
  int64_t threshold = regime.small_volume_persons().value();
  if (!decision->relied_on().empty() ||
      people::CountOf(question.people->persons) >= threshold) {
    threshold = regime.assessment_persons().value();
  }
  TG_ASSIGN_OR_RETURN(
      routes.persons,
      Note(question, {false, question.people->persons, threshold}, year, view,
           decision, entry));
  const int64_t sensitive = regime.assessment_sensitive().value();
  TG_ASSIGN_OR_RETURN(
      routes.sensitive,
      Note(question, {true, question.people->sensitive, sensitive}, year, view,
           decision, entry));
  return routes;
}

}  // namespace tongguan::service
