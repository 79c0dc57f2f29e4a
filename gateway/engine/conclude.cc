// Summing up: what the rules said becomes the decision.
#include <algorithm>

#include "gateway/engine/weighing.h"

namespace tongguan::engine {
namespace {

// What the rule names when it matches (reference: rule 7 reports it).
v1::Mechanism Names(const Step& step) {
  if (step.effect == v1::EFFECT_RELEASES) return v1::MECHANISM_NONE;
  switch (step.rule) {
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

bool Decides(const Step& step) {
  return step.effect == v1::EFFECT_RELEASES ||
         step.effect == v1::EFFECT_COVERED || step.effect == v1::EFFECT_DEMANDS;
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

bool Stops(const Step& step) {
  return step.effect == v1::EFFECT_DEMANDS || step.effect == v1::EFFECT_BLOCKS;
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

void CopyItems(const Items& from,
               google::protobuf::RepeatedField<uint32_t>* to) {
  if (from.empty()) return;
  for (uint32_t i : from) to->Add(i);
}

void WriteStep(const Step& step, v1::TraceStep* out) {
  out->set_rule(step.rule);
  out->set_effect(step.effect);
  out->set_reason(step.reason);
  for (int64_t operand : step.operands) out->add_operands(operand);
  CopyItems(step.items, out->mutable_items());
  Write(step.reference, out);
}

}  // namespace

v1::Rule Weighing::Headline(bool allow) const {
  v1::Rule best = v1::RULE_UNSPECIFIED;
  int order = INT32_MAX;
  for (const Step& step : steps_) {
    const bool says = allow ? Decides(step) : Stops(step);
    const int place = OrderOf(step.rule);
    if (says && place < order) {
      best = step.rule;
      order = place;
    }
  }
  return best;
}

// The strictest demand of all items. Of equals an open one goes before a
// covered one, then the rule and the regime that are named first.
ItemState::Demand Weighing::Strictest() const {
  ItemState::Demand best;
  auto weigh = [&](const ItemState::Demand& demand, bool or_equal) {
    const auto place = [this](const ItemState::Demand& d) {
      return std::pair(OrderOf(d.rule), NamingOrder(d.mechanism));
    };
    const bool stricter =
        demand.level > best.level ||
        (or_equal && demand.level == best.level &&
         demand.level != Level::kNone && place(demand) < place(best));
    if (stricter) best = demand;
  };
  for (uint32_t i : open_) weigh(items_[i].open, /*or_equal=*/true);
  const Level open = best.level;
  for (uint32_t i : covered_) weigh(items_[i].covered, best.level > open);
  return best;
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
  if (!blocked_) return requirement;
  // A gap in the duties: what the first matching rule names, unless more is
  // demanded.
  v1::Mechanism named = v1::MECHANISM_NONE;
  int order = INT32_MAX;
  for (const Step& step : steps_) {
    const int place = OrderOf(step.rule);
    if (IsGated(step.rule) && Decides(step) && place < order) {
      named = Names(step);
      order = place;
    }
  }
  return LevelOf(named) >= LevelOf(requirement) ? named : requirement;
}

v1::Charging Weighing::Charging() const {
  if (!has_personal() || stopped_) return v1::CHARGING_NONE;
  bool exempt = true;
  bool list_exempt = true;
  for (uint32_t i : personal_) {
    const v1::Rule rule = items_[i].released_by;
    const bool by_exemption = IsExemption(regime(), rule);
    exempt &= by_exemption;
    list_exempt &= by_exemption || IsListRelease(rule);
  }
  list_exempt &= (personal_ & on_assessment_).empty();
  if (exempt) return v1::CHARGING_EXEMPT;
  if (list_exempt) return v1::CHARGING_LIST_EXEMPT;
  if (!on_assessment_.empty()) return v1::CHARGING_COUNTED;
  const bool gba = std::any_of(relied_on_.begin(), relied_on_.end(),
                               [](const FilingFacts* filing) {
                                 return RelyingRank(filing->filing->kind) == 1;
                               });
  return gba ? v1::CHARGING_GBA : v1::CHARGING_COUNTED;
}

void Weighing::WriteItems(v1::Decision* decision) const {
  for (size_t i = 0; i < items_.size(); ++i) {
    const ItemState& item = items_[i];
    v1::ItemVerdict* out = decision->add_items();
    out->set_item(static_cast<uint32_t>(i));
    const bool open = open_.Has(static_cast<uint32_t>(i));
    const ItemState::Demand& demand = open ? item.open : item.covered;
    out->set_satisfied(!open);
    if (demand.level != Level::kNone) {
      out->set_mechanism(demand.mechanism);
      out->set_rule(demand.rule);
      out->set_reason(demand.reason);
      Write(demand.reference, out);
      continue;
    }
    const bool released = item.released_by != v1::RULE_UNSPECIFIED;
    out->set_mechanism(v1::MECHANISM_NONE);
    out->set_rule(released ? item.released_by : v1::RULE_NO_PI_NO_ID);
    out->set_reason(released ? item.release_reason
                             : v1::REASON_NO_PERSONAL_DATA);
    Write(item.release_reference, out);
  }
}

void Weighing::WriteTrace(v1::Decision* decision) const {
  bool unknown = false;
  bool in_order = true;
  int last = 0;
  for (const Step& step : steps_) {
    const int place = OrderOf(step.rule);
    unknown |= step.rule == v1::RULE_FACT_UNKNOWN && Stops(step);
    in_order &= last <= place;
    last = place;
  }
  // "All facts known" was said before a counter had to be read.
  const auto write = [decision, unknown](const Step& step) {
    if (unknown && step.reason == v1::REASON_FACTS_KNOWN) return;
    WriteStep(step, decision->add_trace());
  };
  if (in_order) {
    std::for_each(steps_.begin(), steps_.end(), write);
    return;
  }
  // Steps of one rule stay in the order of being said: of their addresses.
  absl::InlinedVector<std::pair<int, const Step*>, 24> steps;
  for (const Step& step : steps_) steps.emplace_back(OrderOf(step.rule), &step);
  std::sort(steps.begin(), steps.end());
  for (const auto& [place, step] : steps) write(*step);
}

void Weighing::WriteMissing(v1::Decision* decision) const {
  Items assessed;  // Where an assessment is needed a contract would not help.
  for (uint32_t i : open_) {
    if (items_[i].open.level >= Level::kAssessment) assessed.Add(i);
  }
  for (const Uncovered& entry : missing_) {
    const bool too_little =
        entry.what == v1::MISSING_STANDARD_CONTRACT_OR_CERTIFICATION &&
        (entry.items - assessed).empty();
    if (too_little) continue;
    v1::MissingEntry* out = decision->add_missing();
    out->set_what(entry.what);
    if (!(entry.items == All())) {
      CopyItems(entry.items, out->mutable_items());
    }
    Write(entry.reference, out);
    out->set_reason(entry.reason);
  }
}

void Weighing::WriteObligations(v1::Decision* decision, bool allow) const {
  if (!allow || stopped_) return;
  auto add = [decision](v1::ObligationKind kind, int64_t operand = 0,
                        const Reference& reference = {}) {
    v1::Obligation* out = decision->add_obligations();
    out->set_kind(kind);
    out->set_operand(operand);
    Write(reference, out);
  };
  if (has_personal()) {
    add(v1::OBLIGATION_KIND_KEEP_NOTICE);
    add(flow().duties().pipia() == v1::FACT_YES
            ? v1::OBLIGATION_KIND_KEEP_PIPIA
            : v1::OBLIGATION_KIND_RECORD_PIPIA_AFTER);
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
        items_.begin(), items_.end(), [&list](const ItemState& item) {
          return item.release_reference == Reference(*list.list);
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

void Weighing::WriteHeadroom(v1::Charging charging,
                             v1::Decision* decision) const {
  if (!has_personal() || stopped_) {
    decision->clear_headroom();
    return;
  }
  v1::Headroom* out = decision->mutable_headroom();
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

void Weighing::WriteLane(v1::Decision* decision, bool allow) const {
  decision->set_lane(v1::LANE_NORMAL);
  if (allow || facts_.exporter == nullptr) return;
  for (const policy::GreenChannel& channel : facts_.exporter->registrations) {
    if (!channel.source.suspended() && channel.granted <= facts_.today &&
        facts_.today <= channel.valid_to) {
      decision->set_lane(v1::LANE_EXPEDITED);
      decision->set_lane_reference(channel.source.id());
      return;
    }
  }
}

void Weighing::WriteWarnings(v1::Decision* decision) const {
  auto add = [decision](v1::Warning warning) {
    auto* warnings = decision->mutable_warnings();
    if (std::find(warnings->begin(), warnings->end(), warning) ==
        warnings->end()) {
      decision->add_warnings(warning);
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
  for (const v1::DataItem& item : flow().items()) {
    if (item.important() == v1::IMPORTANT_DATA_SELF_IDENTIFIED) {
      add(v1::WARNING_SELF_IDENTIFIED_IMPORTANT_DATA);
    }
  }
}

void Weighing::Conclude(v1::Decision* decision) const {
  const bool allow = Allows();
  decision->set_verdict(allow ? v1::VERDICT_ALLOW : v1::VERDICT_ASSESS);
  const ItemState::Demand strictest = Strictest();
  decision->set_requirement(strictest.mechanism);
  decision->set_required_mechanism(Reported(allow, strictest.mechanism));
  decision->set_headline(Headline(allow));
  if (allow) {
    for (const FilingFacts* filing : relied_on_) {
      const absl::string_view id = filing->filing->id;
      decision->add_relied_on(id.data(), id.size());
    }
  }
  WriteLane(decision, allow);
  WriteItems(decision);
  WriteTrace(decision);
  if (!allow) WriteMissing(decision);
  WriteObligations(decision, allow);
  const v1::Charging charging = Charging();
  WriteHeadroom(charging, decision);
  decision->set_charging(allow ? charging : v1::CHARGING_NONE);
  if (decision->charging() != v1::CHARGING_NONE) {
    decision->set_charged_persons(fresh_.persons);
    decision->set_charged_sensitive_persons(fresh_.sensitive);
  }
  WriteWarnings(decision);
}

}  // namespace tongguan::engine
