#include "gateway/service/splitting.h"

#include <string>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/ledger/id.h"

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

void Warn(const ledger::SetState& earlier, const ledger::Known& known,
          int32_t year, int64_t threshold, v1::Decision* decision) {
  if (decision->has_splitting()) return;
  decision->add_warnings(v1::WARNING_SPLITTING);
  v1::Splitting* const splitting = decision->mutable_splitting();
  for (const uint64_t index : earlier.newest) {
    splitting->add_decisions(ledger::FormatId({year, index}));
  }
  splitting->set_common_people(static_cast<int64_t>(known.records.size()) -
                               known.fresh());
  splitting->set_together(earlier.people + known.fresh());
  splitting->set_threshold(threshold);
}

absl::Status Note(const FlowQuestion& question, const Class& people,
                  int32_t year, ledger::View& view, v1::Decision* decision,
                  ledger::Entry* entry) {
  const int64_t alone = people::CountOf(people.people);
  if (alone == 0 || alone >= people.threshold) return absl::OkStatus();
  const ledger::SetKey route =
      RouteSet(ScopeOf(question), *question.flow, people.sensitive, year);
  TG_ASSIGN_OR_RETURN(ledger::Known known, view.look_up(route, people.people));
  TG_ASSIGN_OR_RETURN(const ledger::SetState earlier, view.state(route));
  if (known.fresh() < alone &&
      earlier.people + known.fresh() >= people.threshold) {
    Warn(earlier, known, year, people.threshold, decision);
  }
  if (decision->verdict() == v1::VERDICT_ALLOW) {
    entry->remembered.push_back({std::move(known)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status NoteSplitting(const FlowQuestion& question, int32_t year,
                           ledger::View& view, v1::Decision* decision,
                           ledger::Entry* entry) {
  if (question.people == nullptr || !question.flow->has_recipient()) {
    return absl::OkStatus();
  }
  if (decision->verdict() == v1::VERDICT_ALLOW &&
      decision->charging() == v1::CHARGING_NONE) {
    return absl::OkStatus();  // Nobody's data goes.
  }
  const bool assessed =
      decision->verdict() == v1::VERDICT_ALLOW &&
      decision->required_mechanism() == v1::MECHANISM_SECURITY_ASSESSMENT;
  if (assessed) return absl::OkStatus();
  // The number avoided is the next above the flow's own; with a filing that of
  // small volumes stops nothing.
  const v1::Regime& regime = question.asking->policy->regime();
  int64_t threshold = regime.small_volume_persons().value();
  if (!decision->relied_on().empty() ||
      people::CountOf(question.people->persons) >= threshold) {
    threshold = regime.assessment_persons().value();
  }
  TG_RETURN_IF_ERROR(Note(question,
                          {false, question.people->persons, threshold}, year,
                          view, decision, entry));
  return Note(
      question,
      {true, question.people->sensitive, regime.assessment_sensitive().value()},
      year, view, decision, entry);
}

}  // namespace tongguan::service
