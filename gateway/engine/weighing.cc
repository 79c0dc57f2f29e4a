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

Items ItemsOf(const v1::TraceStep& step) {
  Items items;
  for (uint32_t i : step.items()) items.Add(i);
  return items;
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
                   const Supposition& suppose, v1::Decision* decision)
    : facts_(facts),
      tallies_(tallies),
      suppose_(suppose),
      decision_(decision),
      fresh_(tallies.fresh.value_or(facts.fresh)),
      all_(Items::First(facts.items.size()) - suppose.dropped),
      personal_(facts.personal & all_),
      important_(facts.important & all_) {
  fresh_.persons = AtMost(suppose.persons, fresh_.persons);
  fresh_.sensitive = AtMost(suppose.sensitive, fresh_.sensitive);
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
  // All that is personal is sensitive of people under 14, and of a sensitive
  // flow that shows no sensitive item.
  const bool all_sensitive =
      facts.may_be_under_14 || (sensitive_flow_ && sensitive_items.empty());
  sensitive_ = all_sensitive ? personal_ : sensitive_items;
}

// Here, since GCC 12 sees an array overrun in it where it is inlined.
Weighing::~Weighing() = default;

void Weighing::Run() {
  for (int i = v1::RULE_NOT_EXPORT; i < v1::Rule_ARRAYSIZE; ++i) {
    const auto rule = static_cast<v1::Rule>(i);
    kRules[rule](*this);
    if (stopped_) return;
    if (!told_[rule]) {
      Skip(rule, has_personal() ? v1::REASON_NOT_REACHED
                                : v1::REASON_NO_PERSONAL_DATA);
    }
  }
}

bool Weighing::pipia_later() const {
  return flow().duties().pipia() != v1::FACT_YES &&
         flow().purpose().has_emergency() &&
         flow().purpose().emergency().evidenced() == v1::FACT_YES;
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

std::optional<int64_t> Weighing::Total(v1::ThresholdCounter counter) const {
  switch (counter) {
    case v1::THRESHOLD_COUNTER_PERSONS:
      return PersonsTotal();
    case v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS:
      return SensitiveTotal();
    case v1::THRESHOLD_COUNTER_PEOPLE:
      return PeopleTotal();
    default:
      return std::nullopt;  // Records are not counted here.
  }
}

std::optional<bool> Weighing::ThresholdReached(const v1::ListRow& row,
                                               uint32_t item) const {
  if (row.threshold_op().empty()) {
    // A counter without its number is a number that was not seen.
    if (row.counter() == v1::THRESHOLD_COUNTER_UNSPECIFIED) return true;
    return std::nullopt;
  }
  if (!facts_.items[item].MayBePersonal()) return std::nullopt;
  const std::optional<int64_t> total = Total(row.counter());
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

v1::TraceStep* Weighing::AddStep(v1::Rule rule, v1::Effect effect,
                                 v1::Reason reason,
                                 std::initializer_list<int64_t> operands,
                                 const Reference& reference) {
  told_[rule] = true;
  v1::TraceStep* const step = decision_->add_trace();
  step->set_rule(rule);
  step->set_effect(effect);
  step->set_reason(reason);
  for (int64_t operand : operands) step->add_operands(operand);
  if (!reference.empty()) reference.Write(step->mutable_reference());
  return step;
}

void Weighing::AddStep(v1::Rule rule, v1::Effect effect, v1::Reason reason,
                       std::initializer_list<int64_t> operands,
                       const Reference& reference, const Items& items) {
  v1::TraceStep* const step =
      AddStep(rule, effect, reason, operands, reference);
  if (items == all_) return;
  for (uint32_t i : items) step->add_items(i);
}

void Weighing::Skip(v1::Rule rule, v1::Reason reason,
                    std::initializer_list<int64_t> operands,
                    const Reference& reference) {
  if (!noting()) return;
  AddStep(rule, v1::EFFECT_SKIPPED, reason, operands, reference);
}

void Weighing::Release(v1::Rule rule, const Items& items, v1::Reason reason,
                       std::initializer_list<int64_t> operands,
                       const Reference& reference) {
  released_ |= items;
  if (!noting()) return;
  reliefs_.push_back({rule, reason, reference, items});
  AddStep(rule, v1::EFFECT_RELEASES, reason, operands, reference, items);
}

void Weighing::NoteDemand(const Items& items, const Demanded& demand,
                          bool covered) {
  (covered ? covered_ : open_) |= items;
  if (!noting()) return;
  if (demands_.empty()) {
    strictest_.resize(facts_.items.size());
    demands_.emplace_back();
  }
  if (!(demands_.back() == demand)) demands_.push_back(demand);
  const auto place = static_cast<uint32_t>(demands_.size() - 1);
  for (uint32_t i : items) {
    uint32_t& strictest = covered ? strictest_[i].covered : strictest_[i].open;
    if (demand.level > demands_[strictest].level) strictest = place;
  }
}

void Weighing::Demand(v1::Rule rule, const Items& items,
                      v1::Mechanism mechanism, v1::Reason reason,
                      std::initializer_list<int64_t> operands,
                      const Reference& reference) {
  const Level level = LevelOf(mechanism);
  const bool supposed = (level == Level::kContract && suppose_.contract) ||
                        (level <= Level::kAssessment && suppose_.assessment);
  Items open;
  Items unknown_scale;
  Reference cover = reference;
  for (uint32_t i : items) {
    Demanded demand{level, mechanism, rule, reason, reference};
    bool scale_unknown = false;
    const int filing = level == Level::kContract || level == Level::kAssessment
                           ? FindCover(i, level, &scale_unknown)
                           : -1;
    if (filing >= 0) {
      RelyOn(facts_.filings[filing]);
      demand.reference = cover = Ref(facts_.filings[filing]);
    }
    const bool covered = filing >= 0 || supposed;
    NoteDemand({i}, demand, covered);
    if (covered) continue;
    (scale_unknown ? unknown_scale : open).Add(i);
  }
  if (noting()) {
    const bool covered = open.empty() && unknown_scale.empty();
    AddStep(rule, covered ? v1::EFFECT_COVERED : v1::EFFECT_DEMANDS, reason,
            operands, covered ? cover : reference, items);
    if (!open.empty()) NoteMissingFiling(rule, open, level);
  }
  if (!unknown_scale.empty()) CounterUnknown(unknown_scale);
}

void Weighing::CounterUnknown(const Items& items) {
  NoteDemand(items,
             {Level::kUndetermined,
              v1::MECHANISM_NOT_DETERMINABLE,
              v1::RULE_FACT_UNKNOWN,
              v1::REASON_COUNTER_UNKNOWN,
              {}},
             /*covered=*/false);
  if (!noting()) return;
  const auto& trace = decision_->trace();
  const bool told =
      std::any_of(trace.begin(), trace.end(), [&](const v1::TraceStep& step) {
        return step.reason() == v1::REASON_COUNTER_UNKNOWN &&
               step.effect() == v1::EFFECT_DEMANDS &&
               (step.items().empty() || ItemsOf(step) == items);
      });
  if (!told) {
    AddStep(v1::RULE_FACT_UNKNOWN, v1::EFFECT_DEMANDS,
            v1::REASON_COUNTER_UNKNOWN, {}, {}, items);
  }
  Missing(v1::MISSING_OPENING_BALANCE, {}, {}, v1::REASON_COUNTER_UNKNOWN);
}

void Weighing::MarkImportant(const Items& items) { important_ |= items; }

void Weighing::SettleByAssessment(const Items& items,
                                  const FilingFacts& filing) {
  on_assessment_ |= items;
  if (!noting()) return;
  RelyOn(filing);
  AddStep(v1::RULE_ASSESSMENT_ON_FILE, v1::EFFECT_COVERED,
          v1::REASON_FILING_COVERS, {}, Ref(filing), items);
}

void Weighing::SettleByGba(const Items& items, const FilingFacts& filing) {
  gba_settled_ |= items;
  if (!noting()) return;
  gba_contracts_.emplace_back(&filing, items);
  RelyOn(filing);
  AddStep(v1::RULE_GBA_SC, v1::EFFECT_COVERED, v1::REASON_FILING_COVERS, {},
          Ref(filing), items);
}

void Weighing::DemandGba() {
  for (const auto& [contract, items] : gba_contracts_) {
    NoteDemand(items - released_,
               {Level::kContract, v1::MECHANISM_GBA_STANDARD_CONTRACT,
                v1::RULE_GBA_SC, v1::REASON_FILING_COVERS, Ref(*contract)},
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
    if (best == v1::REASON_EXCEEDS_SCALE) {
      AddStep(rule, v1::EFFECT_SKIPPED, best,
              {*PeopleTotal(), nearest->filing->approved_people}, reference,
              items);
    } else {
      AddStep(rule, v1::EFFECT_SKIPPED, best, {nearest->operand}, reference,
              items);
    }
  }
  Missing(assessment ? v1::MISSING_SECURITY_ASSESSMENT
                     : v1::MISSING_STANDARD_CONTRACT_OR_CERTIFICATION,
          items, reference, best);
}

void Weighing::Missing(v1::Missing what, const Items& items,
                       const Reference& reference, v1::Reason reason) {
  if (!noting()) return;
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
  if (!noting()) return;
  v1::TraceStep* const step = AddStep(v1::RULE_ART10_DUTIES, v1::EFFECT_BLOCKS,
                                      v1::REASON_DUTIES_MISSING, {}, {});
  for (v1::Missing duty : duties) {
    step->add_operands(duty);
    Missing(duty, {}, {}, v1::REASON_DUTIES_MISSING);
  }
}

void Weighing::PassGate() {
  if (!noting()) return;
  AddStep(v1::RULE_ART10_DUTIES, v1::EFFECT_PASSES,
          pipia_later() ? v1::REASON_DUTIES_KEPT_PIPIA_LATER
                        : v1::REASON_DUTIES_KEPT,
          {}, {});
}

void Weighing::Warn(v1::Warning warning) {
  if (std::find(warnings_.begin(), warnings_.end(), warning) ==
      warnings_.end()) {
    warnings_.push_back(warning);
  }
}

void Weighing::StopAllowed(v1::Rule rule, v1::Reason reason) {
  stopped_ = true;
  Release(rule, All(), reason);
}

bool Weighing::Allows() const { return !blocked_ && open_.empty(); }

}  // namespace tongguan::engine
