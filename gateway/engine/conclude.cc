// Summing up: what the rules said becomes the decision.
#include <algorithm>

#include "gateway/engine/weighing.h"

namespace tongguan::engine {
namespace {

// What the rule names when it matches (reference: rule 7 reports it).
v1::Mechanism Names(const v1::TraceStep& step) {
  if (step.effect() == v1::EFFECT_RELEASES) return v1::MECHANISM_NONE;
  switch (step.rule()) {
    case v1::RULE_FTZ_IN_SCC:
    case v1::RULE_SCC_BAND:
      return v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION;
    case v1::RULE_GBA_SC:
      return v1::MECHANISM_GBA_STANDARD_CONTRACT;
    default:
      return v1::MECHANISM_SECURITY_ASSESSMENT;
  }
}

// Whether the gate looks at this rule: 3 and 8 to 16.
bool IsGated(v1::Rule rule) {
  return rule == v1::RULE_IMPORTANT_DATA || rule >= v1::RULE_CONTRACT;
}

bool Decides(const v1::TraceStep& step) {
  return step.effect() == v1::EFFECT_RELEASES ||
         step.effect() == v1::EFFECT_COVERED ||
         step.effect() == v1::EFFECT_DEMANDS;
}

bool IsExemption(const v1::Regime& regime, v1::Rule rule) {
  return rule == v1::RULE_TRANSIT || rule == v1::RULE_CONTRACT ||
         rule == v1::RULE_HR || rule == v1::RULE_EMERGENCY ||
         (rule == v1::RULE_LEGAL_DUTY &&
          regime.legal_duty_counts().value() == 0);
}

bool IsListRelease(v1::Rule rule) {
  return rule == v1::RULE_GENERAL_LIST || rule == v1::RULE_FTZ_OUTSIDE;
}

// Of several special regimes the first in this order is named.
int NamingOrder(v1::Mechanism mechanism) {
  switch (mechanism) {
    case v1::MECHANISM_PROHIBITED_OR_SPECIAL:
      return 0;
    case v1::MECHANISM_COMPETENT_AUTHORITY_APPROVAL:
      return 1;
    case v1::MECHANISM_CAC_RESTRICTED_LIST:
      return 2;
    case v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE:
      return 3;
    default:
      return 4;
  }
}

bool Stops(const v1::TraceStep& step) {
  return step.effect() == v1::EFFECT_DEMANDS ||
         step.effect() == v1::EFFECT_BLOCKS;
}

// Sets the reference, if there is one, of a part of the decision.
template <typename Part>
void Write(const Reference& reference, Part* part) {
  if (!reference.empty()) reference.Write(part->mutable_reference());
}

// `total` has the new people in it, who stay out unless they are counted.
void WriteCount(int64_t total, int64_t fresh, bool counted,
                std::initializer_list<int64_t> thresholds, v1::Count* out) {
  out->set_known(true);
  out->set_before(total - fresh);
  out->set_after(counted ? total : total - fresh);
  out->set_next_threshold(0);
  for (int64_t threshold : thresholds) {
    if (out->after() >= threshold) continue;
    out->set_next_threshold(threshold);
    return;
  }
}

void WriteUnknown(v1::Count* out) {
  out->set_known(false);
  out->set_before(0);
  out->set_after(0);
  out->set_next_threshold(0);
}

}  // namespace

// Puts the steps in the order of the rules; those of one rule stay in the order
// of being said. "All facts known" goes where a later rule had to read a
// counter that is not.
void Weighing::OrderTrace() {
  auto* const trace = decision_->mutable_trace();
  const auto begin = trace->pointer_begin(), end = trace->pointer_end();
  const auto before = [](const v1::TraceStep* a, const v1::TraceStep* b) {
    return a->rule() < b->rule();
  };
  if (!std::is_sorted(begin, end, before)) std::stable_sort(begin, end, before);
  const auto facts = std::find_if(begin, end, [](const v1::TraceStep* step) {
    return step->rule() == v1::RULE_FACT_UNKNOWN;
  });
  if (end - facts < 2 || (*facts)->reason() != v1::REASON_FACTS_KNOWN ||
      facts[1]->rule() != v1::RULE_FACT_UNKNOWN) {
    return;
  }
  std::rotate(facts, facts + 1, end);
  trace->RemoveLast();
}

// The first rule that decides; of an ASSESS, that stops.
v1::Rule Weighing::Headline(bool allow) const {
  for (const v1::TraceStep& step : decision_->trace()) {
    if (allow ? Decides(step) : Stops(step)) return step.rule();
  }
  return v1::RULE_UNSPECIFIED;
}

// The strictest demand of all items. Of equals an open one goes before a
// covered one, then the rule and the regime that are named first.
v1::Mechanism Weighing::Requirement() const {
  Demanded best;
  auto weigh = [&](const Demanded& demand, bool or_equal) {
    const auto place = [](const Demanded& d) {
      return std::pair(d.rule, NamingOrder(d.mechanism));
    };
    const bool stricter =
        demand.level > best.level ||
        (or_equal && demand.level == best.level &&
         demand.level != Level::kNone && place(demand) < place(best));
    if (stricter) best = demand;
  };
  for (uint32_t i : open_) weigh(OpenOf(i), /*or_equal=*/true);
  const Level open = best.level;
  for (uint32_t i : covered_) weigh(CoveredOf(i), best.level > open);
  return best.mechanism;
}

v1::Mechanism Weighing::ReliedMechanism() const {
  v1::Mechanism relied = v1::MECHANISM_NONE;
  for (const FilingFacts* filing : relied_on_) {
    const int rank = RelyingRank(filing->filing->kind);
    const v1::Mechanism mechanism =
        rank == 0   ? v1::MECHANISM_SECURITY_ASSESSMENT
        : rank == 1 ? v1::MECHANISM_GBA_STANDARD_CONTRACT
                    : v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION;
    if (LevelOf(mechanism) > LevelOf(relied)) relied = mechanism;
  }
  return relied;
}

v1::Mechanism Weighing::Reported(bool allow, v1::Mechanism requirement) const {
  if (allow) return ReliedMechanism();
  if (!blocked_ || !open_.empty()) return requirement;
  // Only a gap in the duties: what the first matching rule names, unless more
  // is demanded.
  const auto& trace = decision_->trace();
  const auto named =
      std::find_if(trace.begin(), trace.end(), [](const v1::TraceStep& step) {
        return IsGated(step.rule()) && Decides(step);
      });
  if (named == trace.end()) return requirement;
  return LevelOf(Names(*named)) >= LevelOf(requirement) ? Names(*named)
                                                        : requirement;
}

v1::Charging Weighing::Charging() const {
  if (!has_personal() || stopped_) return v1::CHARGING_NONE;
  Items exempt;
  Items by_list;
  for (const Relief& relief : reliefs_) {
    if (IsExemption(regime(), relief.rule)) exempt |= relief.items;
    if (IsListRelease(relief.rule)) by_list |= relief.items;
  }
  const Items others = personal_ - exempt;
  if (others.empty()) return v1::CHARGING_EXEMPT;
  if ((others - by_list).empty() && (personal_ & on_assessment_).empty()) {
    return v1::CHARGING_LIST_EXEMPT;
  }
  if (!on_assessment_.empty()) return v1::CHARGING_COUNTED;
  const bool gba = std::any_of(relied_on_.begin(), relied_on_.end(),
                               [](const FilingFacts* filing) {
                                 return RelyingRank(filing->filing->kind) == 1;
                               });
  return gba ? v1::CHARGING_GBA : v1::CHARGING_COUNTED;
}

void Weighing::WriteItems() {
  for (uint32_t i = 0; i < facts_.items.size(); ++i) {
    v1::ItemVerdict* const out = decision_->add_items();
    out->set_item(i);
    out->set_satisfied(!open_.Has(i));
    out->set_mechanism(v1::MECHANISM_NONE);
    out->set_rule(v1::RULE_NO_PI_NO_ID);
    out->set_reason(v1::REASON_NO_PERSONAL_DATA);
  }
  Items demanded = open_;
  demanded |= covered_;
  const auto write = [this](uint32_t i, const auto& why) {
    v1::ItemVerdict* const out = decision_->mutable_items(static_cast<int>(i));
    out->set_rule(why.rule);
    out->set_reason(why.reason);
    Write(why.reference, out);
    return out;
  };
  for (const Relief& relief : reliefs_) {
    for (uint32_t i : relief.items - demanded) write(i, relief);
  }
  for (uint32_t i : demanded) {
    const Demanded& demand = open_.Has(i) ? OpenOf(i) : CoveredOf(i);
    write(i, demand)->set_mechanism(demand.mechanism);
  }
}

void Weighing::WriteMissing() {
  Items assessed;  // Where an assessment is needed a contract would not help.
  for (uint32_t i : open_) {
    if (OpenOf(i).level >= Level::kAssessment) assessed.Add(i);
  }
  for (const Uncovered& entry : missing_) {
    const bool too_little =
        entry.what == v1::MISSING_STANDARD_CONTRACT_OR_CERTIFICATION &&
        (entry.items - assessed).empty();
    if (too_little) continue;
    v1::MissingEntry* out = decision_->add_missing();
    out->set_what(entry.what);
    if (!(entry.items == All())) {
      for (uint32_t i : entry.items) out->add_items(i);
    }
    Write(entry.reference, out);
    out->set_reason(entry.reason);
  }
}

void Weighing::WriteObligations(bool allow) {
  if (!allow || stopped_) return;
  auto add = [this](v1::ObligationKind kind, int64_t operand = 0,
                    const Reference& reference = {}) {
    v1::Obligation* out = decision_->add_obligations();
    out->set_kind(kind);
    out->set_operand(operand);
    Write(reference, out);
  };
  if (has_personal()) {
    add(v1::OBLIGATION_KIND_KEEP_NOTICE);
    add(pipia_later() ? v1::OBLIGATION_KIND_RECORD_PIPIA_AFTER
                      : v1::OBLIGATION_KIND_KEEP_PIPIA);
    add(v1::OBLIGATION_KIND_SETTLE);
  }
  for (const FilingFacts* filing : relied_on_) {
    const Reference id(filing->filing->id);
    add(v1::OBLIGATION_KIND_STAY_WITHIN_SCOPE, 0, id);
    if (filing->window_open) {
      add(v1::OBLIGATION_KIND_FILE_CONTRACT_BY,
          DayNumber(filing->filing->last_day_to_file), id);
    }
  }
  for (const ListFacts& list : facts_.lists) {
    const bool used = std::any_of(
        reliefs_.begin(), reliefs_.end(), [&list](const Relief& relief) {
          return relief.reference == Reference(*list.list);
        });
    const int32_t days = list.list->head.report_working_days();
    if (used && days > 0) {
      add(v1::OBLIGATION_KIND_REPORT_TO_LIST_CENTRE, days,
          Reference(*list.list));
    }
  }
  if (has_personal() || has_important()) {
    add(v1::OBLIGATION_KIND_KEEP_RECORDS, regime().record_years().value());
  }
}

void Weighing::WriteHeadroom(v1::Charging charging) {
  if (!has_personal() || stopped_) {
    decision_->clear_headroom();
    return;
  }
  v1::Headroom* out = decision_->mutable_headroom();
  out->set_year(facts_.year);
  out->set_group_persons(tallies_.group_persons.people);
  const bool counted =
      charging == v1::CHARGING_COUNTED || charging == v1::CHARGING_GBA;
  if (const auto persons = PersonsTotal()) {
    WriteCount(*persons, fresh_.persons, counted,
               {regime().small_volume_persons().value(),
                regime().assessment_persons().value()},
               out->mutable_persons());
  } else {
    WriteUnknown(out->mutable_persons());
  }
  if (const auto sensitive = SensitiveTotal()) {
    WriteCount(*sensitive, fresh_.sensitive, counted,
               {regime().assessment_sensitive().value()},
               out->mutable_sensitive_persons());
  } else {
    WriteUnknown(out->mutable_sensitive_persons());
  }
  out->set_approved_people(0);
  out->clear_without_opening();
  for (const FilingFacts* filing : relied_on_) {
    out->set_approved_people(
        std::max(out->approved_people(), filing->filing->approved_people));
  }
}

// The green channel speeds the assessments of foreign-invested enterprises: a
// flow that an assessment is missing for, or may be.
bool Weighing::TakesGreenChannel() const {
  if (facts_.exporter == nullptr ||
      facts_.exporter->foreign_invested == v1::FACT_NO) {
    return false;
  }
  Level level = Level::kNone;
  for (uint32_t i : open_) level = std::max(level, OpenOf(i).level);
  return level == Level::kAssessment || level == Level::kUndetermined;
}

void Weighing::WriteLane() {
  decision_->set_lane(v1::LANE_NORMAL);
  if (!TakesGreenChannel()) return;
  for (const policy::GreenChannel& channel : facts_.exporter->registrations) {
    if (!channel.source.suspended() && channel.granted <= facts_.today &&
        facts_.today <= channel.valid_to) {
      decision_->set_lane(v1::LANE_EXPEDITED);
      decision_->set_lane_reference(channel.source.id());
      return;
    }
  }
}

void Weighing::WriteWarnings() {
  auto add = [this](v1::Warning warning) {
    auto* warnings = decision_->mutable_warnings();
    if (std::find(warnings->begin(), warnings->end(), warning) ==
        warnings->end()) {
      decision_->add_warnings(warning);
    }
  };
  for (v1::Warning warning : warnings_) add(warning);
  if (facts_.exporter != nullptr && facts_.exporter->demonstration) {
    add(v1::WARNING_DEMONSTRATION_DATA);
  }
  for (const FilingFacts* filing : relied_on_) {
    if (filing->window_open && !filing->filing->window_in_calendar) {
      add(v1::WARNING_CALENDAR_NOT_LOADED);
    }
  }
  if (facts_.self_identified) add(v1::WARNING_SELF_IDENTIFIED_IMPORTANT_DATA);
}

void Weighing::Conclude() {
  const bool allow = Allows();
  OrderTrace();
  decision_->set_verdict(allow ? v1::VERDICT_ALLOW : v1::VERDICT_ASSESS);
  const v1::Mechanism requirement = Requirement();
  decision_->set_requirement(requirement);
  decision_->set_required_mechanism(Reported(allow, requirement));
  decision_->set_headline(Headline(allow));
  if (allow) {
    for (const FilingFacts* filing : relied_on_) {
      const absl::string_view id = filing->filing->id;
      decision_->add_relied_on(id.data(), id.size());
    }
  }
  WriteLane();
  WriteItems();
  if (!allow) WriteMissing();
  WriteObligations(allow);
  const v1::Charging charging = Charging();
  WriteHeadroom(charging);
  decision_->set_charging(allow ? charging : v1::CHARGING_NONE);
  if (decision_->charging() != v1::CHARGING_NONE) {
    decision_->set_charged_persons(fresh_.persons);
    decision_->set_charged_sensitive_persons(fresh_.sensitive);
  }
  WriteWarnings();
}

}  // namespace tongguan::engine
