#include "gateway/engine/weighing.h"

#include <algorithm>

#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

using RuleFunction = void (*)(Weighing&);

// By v1::Rule.
constexpr RuleFunction kRules[] = {
    nullptr,
    WeighNotExport,
    WeighSpecialRegime,
    WeighFactUnknown,
    WeighImportantData,
    WeighNoPiNoId,
    WeighTransit,
    WeighNoNecessity,
    WeighArt10Duties,
    WeighContract,
    WeighHr,
    WeighEmergency,
    WeighLegalDuty,
    WeighCiio,
    WeighAssessmentOnFile,
    WeighGeneralList,
    WeighFtzOutside,
    WeighFtzInScc,
    WeighFtzInSa,
    WeighGbaSc,
    WeighSmallVolume,
    WeighSaVolume,
    WeighSccBand,
};
static_assert(std::size(kRules) == v1::Rule_ARRAYSIZE);

int64_t AtMost(const std::optional<int64_t>& bound, int64_t value) {
  return bound.has_value() ? std::min(*bound, value) : value;
}

bool IsAssessment(const FilingFacts& filing) {
  return filing.filing->kind == v1::FILING_KIND_SECURITY_ASSESSMENT;
}

Reference Ref(const FilingFacts& filing) {
  return Reference(filing.filing->id);
}

// How near a filing that does not serve came: the nearest is named.
int Nearness(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_EXCEEDS_SCALE:
    case v1::REASON_EXCEEDS_ITEMS:
      return 4;
    case v1::REASON_FILING_EXPIRED:
    case v1::REASON_FILING_NOT_YET_EFFECTIVE:
    case v1::REASON_FILING_WINDOW_PASSED:
    case v1::REASON_FILING_STATUS:
    case v1::REASON_FILING_BODY_NOT_RECOGNISED:
      return 2;
    default:
      return 3;
  }
}

}  // namespace

Level LevelOf(v1::Mechanism mechanism) {
  switch (mechanism) {
    case v1::MECHANISM_UNSPECIFIED:
    case v1::MECHANISM_NONE:
      return Level::kNone;
    case v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION:
    case v1::MECHANISM_GBA_STANDARD_CONTRACT:
      return Level::kContract;
    case v1::MECHANISM_SECURITY_ASSESSMENT:
      return Level::kAssessment;
    case v1::MECHANISM_NOT_DETERMINABLE:
      return Level::kUndetermined;
    default:
      return Level::kSpecial;
  }
}

Weighing::Weighing(const Facts& facts, const Tallies& tallies,
                   const Supposition& suppose, Notes notes)
    : facts_(facts),
      tallies_(tallies),
      suppose_(suppose),
      noting_(notes == Notes::kAll),
      fresh_(tallies.fresh.value_or(facts.fresh)),
      all_(Items::First(facts.items.size()) - suppose.dropped),
      personal_(facts.personal & all_),
      important_(facts.important & all_) {
  fresh_.persons = AtMost(suppose.persons, fresh_.persons);
  fresh_.sensitive = AtMost(suppose.sensitive, fresh_.sensitive);
  if (noting_) items_.resize(facts.items.size());
  const Items sensitive_items = facts.sensitive & all_;
  const bool dropping = !suppose.dropped.empty();
  int64_t persons = AtMost(suppose.persons, facts.persons_in_flow);
  int64_t sensitive = AtMost(suppose.sensitive, facts.sensitive_in_flow);
  if (!has_personal() || (dropping && sensitive_items.empty())) {
    sensitive = fresh_.sensitive = 0;
  }
  if (!has_personal() || (dropping && (personal_ - sensitive_items).empty())) {
    persons = fresh_.persons = 0;
  }
  if (facts.may_be_under_14) {  // PIPL 28: all of theirs is sensitive.
    fresh_.sensitive += fresh_.persons;
    sensitive += persons;
    persons = fresh_.persons = 0;
  }
  // The year cannot have fewer distinct people than this request alone.
  fresh_.persons = std::max(fresh_.persons, persons - tallies.persons.people);
  fresh_.sensitive =
      std::max(fresh_.sensitive, sensitive - tallies.sensitive.people);
  const bool sensitive_people = dropping || suppose.sensitive.has_value()
                                    ? fresh_.sensitive > 0
                                    : facts.states_sensitive_people;
  sensitive_flow_ =
      has_personal() &&
      (!sensitive_items.empty() || sensitive_people || facts.may_be_under_14);
}

void Weighing::Run() {
  for (const v1::OrderedRule& rule : regime().order()) {
    const size_t before = steps_.size();
    kRules[rule.rule()](*this);
    if (stopped_) return;
    if (noting_ && !Told(rule.rule(), before)) {
      Skip(rule.rule(), has_personal() ? v1::REASON_NOT_REACHED
                                       : v1::REASON_NO_PERSONAL_DATA);
    }
  }
}

bool Weighing::Told(v1::Rule rule, size_t from) const {
  if (steps_.size() > from && steps_.back().rule == rule) return true;
  return std::any_of(steps_.begin() + from, steps_.end(),
                     [rule](const Step& step) { return step.rule == rule; });
}

std::optional<int64_t> Weighing::PersonsTotal() const {
  if (!tallies_.persons.known || !tallies_.group_persons.known) {
    return std::nullopt;
  }
  return tallies_.persons.people + tallies_.group_persons.people +
         fresh_.persons;
}

std::optional<int64_t> Weighing::SensitiveTotal() const {
  if (!tallies_.sensitive.known) return std::nullopt;
  return tallies_.sensitive.people + fresh_.sensitive;
}

std::optional<int64_t> Weighing::PeopleTotal() const {
  const auto persons = PersonsTotal();
  const auto sensitive = SensitiveTotal();
  if (!persons.has_value() || !sensitive.has_value()) return std::nullopt;
  return *persons + *sensitive;
}

v1::Reason Weighing::Serves(const ListFacts& list) const {
  if (list.serves == v1::REASON_LIST_FILING_MISSING && suppose_.list_filings) {
    return v1::REASON_MET;
  }
  return list.serves;
}

std::optional<bool> Weighing::ThresholdReached(const v1::ListRow& row) const {
  if (row.threshold_op().empty()) {
    // A counter without its number is a number that was not seen.
    if (row.counter() == v1::THRESHOLD_COUNTER_UNSPECIFIED) return true;
    return std::nullopt;
  }
  std::optional<int64_t> total;
  switch (row.counter()) {
    case v1::THRESHOLD_COUNTER_PERSONS:
      total = PersonsTotal();
      break;
    case v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS:
      total = SensitiveTotal();
      break;
    default:
      break;  // Records are not counted here: it cannot be known.
  }
  if (!total.has_value()) return std::nullopt;
  const std::string& op = row.threshold_op();
  if (op == "in") {
    return row.threshold_low() <= *total && *total < row.threshold_high();
  }
  if (op == "<") return *total < row.threshold_low();
  if (op == ">" && !regime().exceeds_includes_number().on()) {
    return *total > row.threshold_low();
  }
  return *total >= row.threshold_low();  // PIQA2604-1.
}

v1::Reason Weighing::Covers(const FilingFacts& filing, uint32_t item) const {
  if (filing.reason != v1::REASON_FILING_COVERS) return filing.reason;
  if (!ScopeNames(*filing.filing, flow().items(item), facts_.items[item])) {
    return v1::REASON_EXCEEDS_ITEMS;
  }
  const policy::Filing& source = *filing.filing;
  if (!IsAssessment(filing) || source.states_no_number || !has_personal()) {
    return v1::REASON_FILING_COVERS;
  }
  const auto total = PeopleTotal();
  if (!total.has_value()) return v1::REASON_COUNTER_UNKNOWN;
  return *total <= source.approved_people ? v1::REASON_FILING_COVERS
                                          : v1::REASON_EXCEEDS_SCALE;
}

int Weighing::FindCover(uint32_t item, Level level, bool* scale_unknown) const {
  for (size_t i = 0; i < facts_.filings.size(); ++i) {
    if (level == Level::kAssessment && !IsAssessment(facts_.filings[i])) break;
    const v1::Reason reason = Covers(facts_.filings[i], item);
    if (reason == v1::REASON_FILING_COVERS) return static_cast<int>(i);
    if (reason == v1::REASON_COUNTER_UNKNOWN) *scale_unknown = true;
  }
  return -1;
}

void Weighing::AddStep(v1::Rule rule, v1::Effect effect, v1::Reason reason,
                       std::initializer_list<int64_t> operands,
                       const Items& items, const Reference& reference) {
  if (!noting_) return;
  Step& step = steps_.emplace_back();
  step.rule = rule;
  step.effect = effect;
  step.reason = reason;
  step.reference = reference;
  for (int64_t operand : operands) step.operands.push_back(operand);
  if (&items != &all_ && !(items == all_)) step.items = items;
}

void Weighing::Skip(v1::Rule rule, v1::Reason reason,
                    std::initializer_list<int64_t> operands,
                    Reference reference) {
  AddStep(rule, v1::EFFECT_SKIPPED, reason, operands, All(), reference);
}

void Weighing::Release(v1::Rule rule, const Items& items, v1::Reason reason,
                       std::initializer_list<int64_t> operands,
                       Reference reference) {
  released_ |= items;
  if (!noting_) return;
  for (uint32_t i : items) {
    items_[i].released_by = rule;
    items_[i].release_reason = reason;
    items_[i].release_reference = reference;
  }
  AddStep(rule, v1::EFFECT_RELEASES, reason, operands, items, reference);
}

void Weighing::NoteDemand(uint32_t item, const ItemState::Demand& demand,
                          bool covered) {
  (covered ? covered_ : open_).Add(item);
  if (!noting_) return;
  ItemState::Demand& place = covered ? items_[item].covered : items_[item].open;
  if (demand.level > place.level) place = demand;
}

void Weighing::Demand(v1::Rule rule, const Items& items,
                      v1::Mechanism mechanism, v1::Reason reason,
                      std::initializer_list<int64_t> operands,
                      Reference reference) {
  const Level level = LevelOf(mechanism);
  const bool supposed = (level == Level::kContract && suppose_.contract) ||
                        (level <= Level::kAssessment && suppose_.assessment);
  Items open;
  Items unknown_scale;
  Reference cover = reference;
  for (uint32_t i : items) {
    ItemState::Demand demand{level, mechanism, rule, reason, reference};
    bool scale_unknown = false;
    const int filing = level == Level::kContract || level == Level::kAssessment
                           ? FindCover(i, level, &scale_unknown)
                           : -1;
    if (filing >= 0) {
      RelyOn(facts_.filings[filing]);
      demand.reference = cover = Ref(facts_.filings[filing]);
    }
    const bool covered = filing >= 0 || supposed;
    NoteDemand(i, demand, covered);
    if (covered) continue;
    (scale_unknown ? unknown_scale : open).Add(i);
  }
  const bool covered = open.empty() && unknown_scale.empty();
  AddStep(rule, covered ? v1::EFFECT_COVERED : v1::EFFECT_DEMANDS, reason,
          operands, items, covered ? cover : reference);
  if (!open.empty()) NoteMissingFiling(rule, open, level);
  if (!unknown_scale.empty()) CounterUnknown(unknown_scale);
}

void Weighing::CounterUnknown(const Items& items) {
  const ItemState::Demand demand{Level::kUndetermined,
                                 v1::MECHANISM_NOT_DETERMINABLE,
                                 v1::RULE_FACT_UNKNOWN,
                                 v1::REASON_COUNTER_UNKNOWN,
                                 {}};
  for (uint32_t i : items) NoteDemand(i, demand, /*covered=*/false);
  const bool told =
      std::any_of(steps_.begin(), steps_.end(), [&items](const Step& step) {
        return step.reason == v1::REASON_COUNTER_UNKNOWN &&
               step.effect == v1::EFFECT_DEMANDS &&
               (step.items.empty() || step.items == items);
      });
  if (!told) {
    AddStep(v1::RULE_FACT_UNKNOWN, v1::EFFECT_DEMANDS,
            v1::REASON_COUNTER_UNKNOWN, {}, items, {});
  }
  Missing(v1::MISSING_OPENING_BALANCE, {}, {}, v1::REASON_COUNTER_UNKNOWN);
}

void Weighing::MarkImportant(const Items& items) { important_ |= items; }

void Weighing::SettleByAssessment(const Items& items,
                                  const FilingFacts& filing) {
  on_assessment_ |= items;
  RelyOn(filing);
  AddStep(v1::RULE_ASSESSMENT_ON_FILE, v1::EFFECT_COVERED,
          v1::REASON_FILING_COVERS, {}, items, Ref(filing));
}

void Weighing::SettleByGba(const Items& items, const FilingFacts& filing) {
  gba_settled_ |= items;
  if (!noting_) return;
  for (uint32_t i : items) items_[i].gba_contract = &filing;
  RelyOn(filing);
  AddStep(v1::RULE_GBA_SC, v1::EFFECT_COVERED, v1::REASON_FILING_COVERS, {},
          items, Ref(filing));
}

void Weighing::DemandGba() {
  if (!noting_) return;
  for (uint32_t i : gba_settled_ - released_) {
    NoteDemand(
        i,
        {Level::kContract, v1::MECHANISM_GBA_STANDARD_CONTRACT, v1::RULE_GBA_SC,
         v1::REASON_FILING_COVERS, Ref(*items_[i].gba_contract)},
        /*covered=*/true);
  }
}

void Weighing::RelyOn(const FilingFacts& filing) {
  if (std::find(relied_on_.begin(), relied_on_.end(), &filing) ==
      relied_on_.end()) {
    relied_on_.push_back(&filing);
  }
}

// Names the filing of the kind that came nearest, and why it does not serve.
void Weighing::NoteMissingFiling(v1::Rule rule, const Items& items,
                                 Level level) {
  if (!noting_) return;
  if (level != Level::kContract && level != Level::kAssessment) return;
  const bool assessment = level == Level::kAssessment;
  v1::Reason best = v1::REASON_NO_FILING;
  const FilingFacts* nearest = nullptr;
  for (const FilingFacts& filing : facts_.filings) {
    if (assessment && !IsAssessment(filing)) continue;
    const v1::Reason reason = Covers(filing, items.front());
    if (reason != v1::REASON_FILING_COVERS &&
        (nearest == nullptr || Nearness(reason) > Nearness(best))) {
      best = reason;
      nearest = &filing;
    }
  }
  Reference reference;
  if (nearest != nullptr) {
    reference = Ref(*nearest);
    AddStep(rule, v1::EFFECT_SKIPPED, best, {nearest->operand}, items,
            reference);
    if (best == v1::REASON_EXCEEDS_SCALE) {
      steps_.back().operands = {*PeopleTotal(),
                                nearest->filing->approved_people};
    }
  }
  Missing(assessment ? v1::MISSING_SECURITY_ASSESSMENT
                     : v1::MISSING_STANDARD_CONTRACT_OR_CERTIFICATION,
          items, reference, best);
}

void Weighing::Missing(v1::Missing what, const Items& items,
                       Reference reference, v1::Reason reason) {
  if (!noting_) return;
  for (const Uncovered& entry : missing_) {
    if (entry.what == what && entry.reference == reference &&
        entry.items == items) {
      return;
    }
  }
  missing_.push_back({what, items, reference, reason});
}

void Weighing::Block(const absl::InlinedVector<v1::Missing, 5>& duties) {
  blocked_ = true;
  if (!noting_) return;
  AddStep(v1::RULE_ART10_DUTIES, v1::EFFECT_BLOCKS, v1::REASON_DUTIES_MISSING,
          {}, All(), {});
  for (v1::Missing duty : duties) {
    steps_.back().operands.push_back(duty);
    Missing(duty, {}, {}, v1::REASON_DUTIES_MISSING);
  }
}

void Weighing::PassGate() {
  AddStep(v1::RULE_ART10_DUTIES, v1::EFFECT_PASSES, v1::REASON_DUTIES_KEPT, {},
          All(), {});
}

void Weighing::Warn(v1::Warning warning) {
  if (std::find(warnings_.begin(), warnings_.end(), warning) ==
      warnings_.end()) {
    warnings_.push_back(warning);
  }
}

void Weighing::StopAllowed(v1::Rule rule, v1::Reason reason) {
  stopped_ = true;
  for (ItemState& item : items_) {
    item.released_by = rule;
    item.release_reason = reason;
  }
  AddStep(rule, v1::EFFECT_RELEASES, reason, {}, All(), {});
}

bool Weighing::Allows() const { return !blocked_ && open_.empty(); }

}  // namespace tongguan::engine
