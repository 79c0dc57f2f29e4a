#include "tests/oracle/naive.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/oracle/naive_case.h"

namespace tongguan::oracle {
namespace {

constexpr v1::Mechanism kContract =
    v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION;
constexpr v1::Mechanism kGba = v1::MECHANISM_GBA_STANDARD_CONTRACT;
constexpr v1::Mechanism kAssessment = v1::MECHANISM_SECURITY_ASSESSMENT;
constexpr v1::Mechanism kUndetermined = v1::MECHANISM_NOT_DETERMINABLE;

// Special procedures in the order of naming.
constexpr v1::Mechanism kSpecialOrder[] = {
    v1::MECHANISM_PROHIBITED_OR_SPECIAL,
    v1::MECHANISM_COMPETENT_AUTHORITY_APPROVAL,
    v1::MECHANISM_CAC_RESTRICTED_LIST,
    v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE,
    v1::MECHANISM_SPECIAL_LICENCE,
    v1::MECHANISM_DO_NOT_EXPORT};

int Naming(v1::Mechanism mechanism) {
  return std::find(std::begin(kSpecialOrder), std::end(kSpecialOrder),
                   mechanism) -
         std::begin(kSpecialOrder);
}

// The stricter of two; of two special procedures the one named first.
v1::Mechanism Stricter(v1::Mechanism a, v1::Mechanism b) {
  if (Strictness(a) != Strictness(b)) {
    return Strictness(a) > Strictness(b) ? a : b;
  }
  if (Strictness(a) == 4) return Naming(a) <= Naming(b) ? a : b;
  return a == kGba ? b : a;
}

// What the rules found beside the items.
struct Findings {
  bool assessment_decides = false;  // Rule 10.
  bool gate_blocks = false;         // Rule 7.
  // How each item goes: what it needs, by which rule, on which filing.
  struct Way {
    v1::Mechanism needs = v1::MECHANISM_NONE;
    v1::Mechanism relied_on = v1::MECHANISM_NONE;
    bool satisfied = true;
    std::vector<v1::Rule> matched;  // Rules that settled or demanded.
    std::vector<v1::Rule> unmet;    // Of these: demands without cover.
  };
  std::vector<Way> ways;
};

void DemandOf(Item* item, v1::Rule rule, v1::Mechanism mechanism) {
  item->demands.push_back({rule, mechanism});
}

void DemandOfAll(Case* c, v1::Rule rule, v1::Mechanism mechanism) {
  for (Item& item : c->items) DemandOf(&item, rule, mechanism);
}

void DemandOfPersonal(Case* c, v1::Rule rule, v1::Mechanism mechanism) {
  for (Item& item : c->items) {
    if (item.MayBePersonal()) DemandOf(&item, rule, mechanism);
  }
}

// Rule 0.
bool NothingLeaves(const v1::Flow& flow) {
  if (flow.direction() == v1::DIRECTION_INBOUND) return true;
  return flow.direction() == v1::DIRECTION_ONSHORE_ACCESS &&
         flow.access().accessor_place() == v1::PLACE_MAINLAND &&
         flow.access().leaves_mainland() == v1::FACT_NO;
}

// By id or name, of the recipient or of whom it passes the data on to.
bool Restricted(const Case& c) {
  const v1::Recipient& recipient = c.flow.recipient();
  std::vector<std::string> receivers = {recipient.organization_id(),
                                        recipient.name()};
  for (const v1::OnwardRecipient& onward : recipient.onward()) {
    receivers.push_back(onward.organization_id());
  }
  for (const v1::RegistryShard& shard : c.policy.registry) {
    for (const v1::RestrictedRecipient& one : shard.restricted()) {
      if (ParseDay(one.since()).value() > c.today) continue;
      for (const std::string& receiver : receivers) {
        if (Folded(receiver) == Folded(one.organization_id())) return true;
      }
    }
  }
  return false;
}

// Rule 1.
void SpecialRegime(Case* c) {
  const v1::Rule rule = v1::RULE_SPECIAL_REGIME;
  for (const v1::SpecialRegimeClaim& claim : c->flow.special_regimes()) {
    if (claim.does_not_apply()) continue;
    switch (claim.regime()) {
      case v1::SPECIAL_REGIME_STATE_SECRET:
      case v1::SPECIAL_REGIME_CORE_DATA:
        DemandOfAll(c, rule, v1::MECHANISM_PROHIBITED_OR_SPECIAL);
        break;
      case v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES:
        DemandOfAll(c, rule, v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE);
        break;
      default:
        if (claim.licence() != v1::FACT_YES) {
          DemandOfAll(c, rule, v1::MECHANISM_SPECIAL_LICENCE);
        }
    }
  }
  if (c->flow.purpose().has_foreign_authority_request() &&
      c->flow.purpose().foreign_authority_request().approved() !=
          v1::FACT_YES) {
    DemandOfAll(c, rule, v1::MECHANISM_COMPETENT_AUTHORITY_APPROVAL);
  }
  if (Restricted(*c)) {
    DemandOfAll(c, rule, v1::MECHANISM_CAC_RESTRICTED_LIST);
  }
  for (Item& item : c->items) {
    if (GeneticByList(*c, item)) {
      DemandOf(&item, rule, v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE);
    }
  }
}

bool OfChildren(const Item& item) {
  for (const v1::Category* category : item.categories) {
    if (category->sensitive_kind() == "minor_under_14") return true;
  }
  return false;
}

// Nobody said whether the regime that data of its kind may fall under applies.
bool RegimeLeftOpen(const Case& c, const Item& item) {
  for (const v1::Category* category : item.categories) {
    if (category->special_regime() == v1::SPECIAL_REGIME_UNSPECIFIED) continue;
    if (item.data.transform() == v1::TRANSFORM_ANONYMISED &&
        category->data_class() != v1::DATA_CLASS_GENERAL) {
      continue;  // About nobody any more.
    }
    bool answered = false;
    for (const v1::SpecialRegimeClaim& claim : c.flow.special_regimes()) {
      answered |= claim.regime() == category->special_regime();
    }
    if (!answered) return true;
  }
  return false;
}

// Rule 2, but for what is found unknown lazily.
void FactUnknown(Case* c) {
  const v1::Rule rule = v1::RULE_FACT_UNKNOWN;
  if (c->ciio == v1::FACT_UNKNOWN) DemandOfAll(c, rule, kUndetermined);
  if (c->flow.origin() == v1::ORIGIN_UNKNOWN ||
      (c->flow.origin() == v1::ORIGIN_OVERSEAS &&
       c->flow.domestic_data_added() == v1::FACT_UNKNOWN)) {
    DemandOfAll(c, rule, kUndetermined);
  }
  if (c->flow.duties().under_14() == v1::FACT_UNKNOWN) {
    DemandOfPersonal(c, rule, kUndetermined);
  }
  for (Item& item : c->items) {  // Children's data, and no children declared.
    if (item.MayBePersonal() && OfChildren(item) &&
        c->flow.duties().under_14() != v1::FACT_YES) {
      DemandOf(&item, rule, kUndetermined);
    }
  }
  for (Item& item : c->items) {
    if (item.category_unknown || RegimeLeftOpen(*c, item) ||
        item.personal == v1::FACT_UNKNOWN ||
        item.sensitive == v1::FACT_UNKNOWN ||
        item.important == v1::FACT_UNKNOWN) {
      DemandOf(&item, rule, kUndetermined);
    }
  }
}

// Vehicles' data: said to be, or nothing is said and it looks so.
bool OfVehicles(const Case& c) {
  const std::string& vehicles = c.policy.regime.automotive_sector();
  if (SectorKnown(c)) return c.flow.sector() == vehicles;
  for (const Item& item : c.items) {
    if (!item.MayBePersonal()) continue;
    for (const v1::Category* category : item.categories) {
      if (Contains(category->sensitive_in_sectors(), vehicles)) return true;
    }
  }
  return false;
}

// Rule 3.
void ImportantData(Case* c) {
  const v1::Regime& regime = c->policy.regime;
  for (Item& item : c->items) {
    if (item.important == v1::FACT_YES) {
      DemandOf(&item, v1::RULE_IMPORTANT_DATA, kAssessment);
    }
  }
  if (!c->has_personal || !OfVehicles(*c)) return;
  if (!c->n || !c->s) {
    DemandOfPersonal(c, v1::RULE_FACT_UNKNOWN, kUndetermined);
  } else if (*c->n + *c->s >= regime.automotive_important_persons().value()) {
    c->has_important = true;
    for (Item& item : c->items) {
      if (item.MayBePersonal()) item.important = v1::FACT_YES;
    }
    DemandOfPersonal(c, v1::RULE_IMPORTANT_DATA, kAssessment);
  }
}

// Rule 6.
void NoNecessity(Case* c) {
  if (c->flow.purpose().has_recruitment() &&
      c->flow.purpose().recruitment().overseas_decides() != v1::FACT_YES) {
    DemandOfPersonal(c, v1::RULE_NO_NECESSITY, v1::MECHANISM_DO_NOT_EXPORT);
  }
}

bool ExemptActivity(const Case& c, const std::string& id) {
  for (const auto& activity : c.policy.regime.contract_activities()) {
    if (activity.id() == id) return true;
  }
  return false;
}

// The relief of 8 and 8b that the purpose earns, or none.
v1::Rule ReliefOfPurpose(const Case& c) {
  const v1::Purpose& purpose = c.flow.purpose();
  if (purpose.contract_necessity().necessary() == v1::FACT_YES &&
      ExemptActivity(c, purpose.contract_necessity().activity())) {
    return v1::RULE_CONTRACT;
  }
  const v1::HumanResources& hr = purpose.human_resources();
  const bool rules = hr.labour_rules() == v1::FACT_YES;
  const bool contract = hr.collective_contract() == v1::FACT_YES;
  const bool both = c.policy.regime.hr_needs_collective_contract().on();
  if (hr.necessary() == v1::FACT_YES &&
      (both ? rules && contract : rules || contract)) {
    return v1::RULE_HR;
  }
  if (purpose.emergency().evidenced() == v1::FACT_YES) {
    return v1::RULE_EMERGENCY;
  }
  if (purpose.statutory_duty().necessary() == v1::FACT_YES) {
    return v1::RULE_LEGAL_DUTY;
  }
  return v1::RULE_UNSPECIFIED;
}

// Rules 5, 8, 8b, 10b, 11: the first relief of each personal item.
void Reliefs(Case* c) {
  const bool transit = c->flow.origin() == v1::ORIGIN_OVERSEAS &&
                       c->flow.domestic_data_added() == v1::FACT_NO;
  const v1::Rule of_purpose = ReliefOfPurpose(*c);
  for (Item& item : c->items) {
    if (!item.MayBePersonal() || item.important == v1::FACT_YES) continue;
    if (transit) {
      item.released_by = v1::RULE_TRANSIT;
    } else if (of_purpose != v1::RULE_UNSPECIFIED) {
      item.released_by = of_purpose;
    } else if (OnGeneralList(*c, item)) {
      item.released_by = v1::RULE_GENERAL_LIST;
    } else if (OutsideNegativeList(*c, item)) {
      item.released_by = v1::RULE_FTZ_OUTSIDE;
    }
  }
}

bool ReleasedByPurposeOrTransit(const Item& item) {
  return item.Released() && item.released_by <= v1::RULE_LEGAL_DUTY;
}

// Rule 9.
void Ciio(Case* c) {
  if (c->ciio != v1::FACT_YES) return;
  for (Item& item : c->items) {
    if (item.MayBePersonal() && !item.Released()) {
      DemandOf(&item, v1::RULE_CIIO, kAssessment);
    }
  }
}

// Rule 10.
bool AssessmentDecides(const Case& c) {
  std::vector<const Item*> left;
  for (const Item& item : c.items) {
    if (item.MayBePersonal() && !ReleasedByPurposeOrTransit(item)) {
      left.push_back(&item);
    }
  }
  return !left.empty() && OneAssessmentCovers(c, left);
}

// Rule 12, and copies with headings only.
void ListParts(Case* c, bool assessment_decides) {
  for (Item& item : c->items) {
    WeighListParts(*c, &item);
    if (item.MayBePersonal() && !assessment_decides &&
        !ReleasedByPurposeOrTransit(item) &&
        item.released_by != v1::RULE_GENERAL_LIST &&
        OnlyHeadingsFor(*c, item)) {
      DemandOf(&item, v1::RULE_FACT_UNKNOWN, kUndetermined);
    }
  }
}

// Rule 14 frees the flow's ordinary items; absent: a counter is unknown.
std::optional<bool> SmallVolume(const Case& c) {
  if (c.sensitive_flow || c.ciio != v1::FACT_NO || c.has_important) {
    return false;
  }
  if (!c.n) return std::nullopt;
  return *c.n < c.policy.regime.small_volume_persons().value();
}

// Rules 15 and 16; absent: a counter is unknown.
std::optional<Demand> VolumeDemand(const Case& c) {
  const v1::Regime& regime = c.policy.regime;
  const Demand assessment = {v1::RULE_SA_VOLUME, kAssessment};
  if (!c.n || !c.s) return std::nullopt;
  if (*c.n >= regime.assessment_persons().value()) return assessment;
  if (*c.s >= regime.assessment_sensitive().value()) return assessment;
  return Demand{v1::RULE_SCC_BAND, kContract};
}

// Rule 13: at any volume, or where the volume asks no more than a contract.
bool GbaDecides(const Case& c, const Item& item) {
  if (!ByGbaContract(c, item)) return false;
  if (c.policy.regime.gba_at_any_volume().on()) return true;
  const std::optional<Demand> demand = VolumeDemand(c);
  return demand.has_value() && demand->mechanism == kContract;
}

// Rules 13 to 16 for what is left.
void Volume(Case* c, bool assessment_decides, Item* item,
            std::vector<v1::Rule>* matched) {
  if (!item->MayBePersonal() || item->Released() || item->settled_by_list) {
    return;
  }
  const std::optional<bool> small = SmallVolume(*c);
  if (GbaDecides(*c, *item)) {
    // Even where nothing is needed the contract is what is relied on.
    matched->push_back(v1::RULE_GBA_SC);
    if (!small.value_or(false)) DemandOf(item, v1::RULE_GBA_SC, kGba);
    return;
  }
  const std::optional<Demand> demand = VolumeDemand(*c);
  if (small.value_or(false)) {
    matched->push_back(v1::RULE_SMALL_VOLUME);
  } else if (small.has_value() && demand.has_value()) {
    DemandOf(item, demand->rule, demand->mechanism);
  } else if (assessment_decides) {
    DemandOf(item, v1::RULE_SA_VOLUME, kAssessment);
  } else {
    DemandOf(item, v1::RULE_FACT_UNKNOWN, kUndetermined);
  }
}

// The filing that covers a demand of at most an assessment: its mechanism.
v1::Mechanism CoverOf(const Case& c, const Item& item, v1::Mechanism needs) {
  if (ByAssessment(c, item) == Covered::kYes) return kAssessment;
  if (needs == kAssessment) return v1::MECHANISM_NONE;
  if (ByGbaContract(c, item)) return kGba;
  if (ByContractOrCertificate(c, item)) return kContract;
  return v1::MECHANISM_NONE;
}

Findings::Way Cover(const Case& c, Item* item) {
  Findings::Way way;
  for (const Demand& demand : item->demands) {
    way.needs = Stricter(way.needs, demand.mechanism);
    way.matched.push_back(demand.rule);
  }
  const int strictness = Strictness(way.needs);
  if (strictness == 1 || strictness == 2) {
    way.relied_on = CoverOf(c, *item, way.needs);
    if (way.relied_on == v1::MECHANISM_NONE &&
        ByAssessment(c, *item) == Covered::kScaleUnknown) {
      way.needs = kUndetermined;
      way.matched.push_back(v1::RULE_FACT_UNKNOWN);
      way.unmet.push_back(v1::RULE_FACT_UNKNOWN);
    }
  }
  way.satisfied = strictness == 0 || way.relied_on != v1::MECHANISM_NONE;
  for (const Demand& demand : item->demands) {
    const int needed = Strictness(demand.mechanism);
    if (needed > 2 ||
        CoverOf(c, *item, demand.mechanism) == v1::MECHANISM_NONE) {
      way.unmet.push_back(demand.rule);
    }
  }
  return way;
}

// Rule 7: personal data goes under a rule that the gate stands before.
bool GateTried(const Case& c) {
  for (const Item& item : c.items) {
    if (item.MayBePersonal() && item.released_by != v1::RULE_TRANSIT) {
      return true;
    }
  }
  return false;
}

bool DutiesKept(const Case& c) {
  const v1::Duties& duties = c.flow.duties();
  const bool notice = duties.notice() == v1::NOTICE_GIVEN ||
                      (duties.notice() == v1::NOTICE_WITHOUT_SENSITIVE_PART &&
                       !c.sensitive_flow);
  const bool consent_needed = duties.legal_basis() == v1::LEGAL_BASIS_CONSENT ||
                              duties.legal_basis() == v1::LEGAL_BASIS_UNKNOWN;
  const bool consent = !consent_needed || duties.separate_consent() ==
                                              v1::SEPARATE_CONSENT_OBTAINED;
  const bool guardian = duties.under_14() == v1::FACT_NO ||
                        duties.guardian_consent() == v1::FACT_YES;
  const bool pipia = duties.pipia() == v1::FACT_YES ||
                     c.flow.purpose().emergency().evidenced() == v1::FACT_YES;
  return notice && consent && guardian && pipia;
}

bool AnyMatched(const Findings& findings, v1::Rule rule) {
  for (const Findings::Way& way : findings.ways) {
    if (std::count(way.matched.begin(), way.matched.end(), rule) > 0) {
      return true;
    }
  }
  return false;
}

// Some personal item is released by the rule.
bool Releases(const Case& c, v1::Rule rule) {
  for (const Item& item : c.items) {
    if (item.MayBePersonal() && item.released_by == rule) return true;
  }
  return false;
}

// The first rule from `from` on that decides where nothing stops the flow.
v1::Rule FirstDeciding(const Case& c, const Findings& findings, v1::Rule from) {
  for (int i = from; i <= v1::RULE_SCC_BAND; ++i) {
    const v1::Rule rule = static_cast<v1::Rule>(i);
    switch (rule) {
      case v1::RULE_TRANSIT:
      case v1::RULE_CONTRACT:
      case v1::RULE_HR:
      case v1::RULE_EMERGENCY:
      case v1::RULE_LEGAL_DUTY:
      case v1::RULE_GENERAL_LIST:
      case v1::RULE_FTZ_OUTSIDE:
        if (Releases(c, rule)) return rule;
        break;
      case v1::RULE_NO_PI_NO_ID:
        if (!c.has_personal && !c.has_important) return rule;
        break;
      case v1::RULE_ASSESSMENT_ON_FILE:
        if (findings.assessment_decides) return rule;
        break;
      default:
        if (AnyMatched(findings, rule)) return rule;
    }
  }
  return v1::RULE_UNSPECIFIED;
}

// The first rule with a demand that nothing covers, or the gate.
v1::Rule FirstUnmet(const Findings& findings) {
  v1::Rule first =
      findings.gate_blocks ? v1::RULE_ART10_DUTIES : v1::RULE_SCC_BAND;
  for (const Findings::Way& way : findings.ways) {
    for (v1::Rule rule : way.unmet) first = std::min(first, rule);
  }
  return first;
}

// What is relied on: none where nothing is.
v1::Mechanism ReliedOn(const Findings& findings) {
  if (findings.assessment_decides) return kAssessment;
  v1::Mechanism relied_on = v1::MECHANISM_NONE;
  for (const Findings::Way& way : findings.ways) {
    relied_on = Stricter(relied_on, way.relied_on);
  }
  return relied_on;
}

// What a rule names that would let the flow go but for the gate.
v1::Mechanism NamedBy(v1::Rule rule) {
  switch (rule) {
    case v1::RULE_IMPORTANT_DATA:
    case v1::RULE_CIIO:
    case v1::RULE_ASSESSMENT_ON_FILE:
    case v1::RULE_FTZ_IN_SA:
    case v1::RULE_SA_VOLUME:
      return kAssessment;
    case v1::RULE_GBA_SC:
      return kGba;
    case v1::RULE_FTZ_IN_SCC:
    case v1::RULE_SCC_BAND:
      return kContract;
    default:
      return v1::MECHANISM_NONE;
  }
}

v1::Charging ChargingOf(const Case& c, const Findings& findings) {
  if (!c.has_personal) return v1::CHARGING_NONE;
  if (findings.assessment_decides) return v1::CHARGING_COUNTED;
  bool exempt = true;
  bool list_exempt = true;
  for (const Item& item : c.items) {
    if (!item.MayBePersonal()) continue;
    const v1::Rule by = item.released_by;
    const bool freed = by == v1::RULE_TRANSIT || by == v1::RULE_CONTRACT ||
                       by == v1::RULE_HR || by == v1::RULE_EMERGENCY ||
                       (by == v1::RULE_LEGAL_DUTY &&
                        c.policy.regime.legal_duty_counts().value() == 0);
    exempt &= freed;
    list_exempt &=
        freed || by == v1::RULE_GENERAL_LIST || by == v1::RULE_FTZ_OUTSIDE;
  }
  if (exempt) return v1::CHARGING_EXEMPT;
  if (list_exempt) return v1::CHARGING_LIST_EXEMPT;
  for (const Findings::Way& way : findings.ways) {
    if (way.relied_on == kGba) return v1::CHARGING_GBA;
  }
  return v1::CHARGING_COUNTED;
}

// The strictest of what is not on file is an assessment, or cannot be told.
bool AwaitsAssessment(const Findings& findings) {
  v1::Mechanism awaited = v1::MECHANISM_NONE;
  for (const Findings::Way& way : findings.ways) {
    if (!way.satisfied) awaited = Stricter(awaited, way.needs);
  }
  return awaited == kAssessment || awaited == kUndetermined;
}

Answer Tell(const Case& c, const Findings& findings) {
  Answer answer;
  bool satisfied = true;
  for (const Findings::Way& way : findings.ways) {
    answer.items.push_back({way.needs, way.satisfied});
    answer.requirement = Stricter(answer.requirement, way.needs);
    satisfied &= way.satisfied;
  }
  if (satisfied && !findings.gate_blocks) {
    answer.headline = FirstDeciding(c, findings, v1::RULE_IMPORTANT_DATA);
    answer.required_mechanism = ReliedOn(findings);
    answer.charging = ChargingOf(c, findings);
    if (answer.charging != v1::CHARGING_NONE) {
      answer.charged_persons = c.new_persons;
      answer.charged_sensitive_persons = c.new_sensitive;
    }
    return answer;
  }
  answer.verdict = v1::VERDICT_ASSESS;
  answer.headline = FirstUnmet(findings);
  answer.required_mechanism = answer.requirement;
  if (satisfied) {  // Only the gate stops it.
    const v1::Rule first = FirstDeciding(c, findings, v1::RULE_IMPORTANT_DATA);
    answer.required_mechanism = Stricter(answer.requirement, NamedBy(first));
  }
  if (AwaitsAssessment(findings) && InGreenChannel(c)) {
    answer.lane = v1::LANE_EXPEDITED;
  }
  return answer;
}

}  // namespace

int Strictness(v1::Mechanism mechanism) {
  switch (mechanism) {
    case v1::MECHANISM_NONE:
      return 0;
    case v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION:
    case v1::MECHANISM_GBA_STANDARD_CONTRACT:
      return 1;
    case v1::MECHANISM_SECURITY_ASSESSMENT:
      return 2;
    case v1::MECHANISM_NOT_DETERMINABLE:
      return 3;
    default:
      return 4;
  }
}

Answer Decide(const policy::Source& policy, const v1::Flow& flow, absl::Time at,
              const Totals& before) {
  Answer answer;
  if (NothingLeaves(flow)) {
    answer.headline = v1::RULE_NOT_EXPORT;
    answer.items.resize(flow.items_size());
    return answer;
  }
  Case c = ReadFacts(policy, flow, at, before);
  SpecialRegime(&c);
  FactUnknown(&c);
  ImportantData(&c);
  NoNecessity(&c);
  Reliefs(&c);
  Ciio(&c);
  Findings findings;
  findings.assessment_decides = AssessmentDecides(c);
  ListParts(&c, findings.assessment_decides);
  for (Item& item : c.items) {
    std::vector<v1::Rule> matched;
    Volume(&c, findings.assessment_decides, &item, &matched);
    findings.ways.push_back(Cover(c, &item));
    Findings::Way& way = findings.ways.back();
    way.matched.insert(way.matched.end(), matched.begin(), matched.end());
    if (std::count(matched.begin(), matched.end(), v1::RULE_GBA_SC) > 0) {
      way.relied_on = kGba;
    }
  }
  findings.gate_blocks = GateTried(c) && !DutiesKept(c);
  return Tell(c, findings);
}

std::string ToString(const Answer& answer) {
  std::string text = absl::StrCat(
      "verdict ", v1::Verdict_Name(answer.verdict), "\nrequirement ",
      v1::Mechanism_Name(answer.requirement), "\nrequired_mechanism ",
      v1::Mechanism_Name(answer.required_mechanism), "\nheadline ",
      v1::Rule_Name(answer.headline), "\ncharging ",
      v1::Charging_Name(answer.charging), " ", answer.charged_persons, " + ",
      answer.charged_sensitive_persons, "\nlane ", v1::Lane_Name(answer.lane),
      "\n");
  for (size_t i = 0; i < answer.items.size(); ++i) {
    absl::StrAppend(&text, "item ", i, " ",
                    v1::Mechanism_Name(answer.items[i].mechanism),
                    answer.items[i].satisfied ? " satisfied" : "", "\n");
  }
  return text;
}

}  // namespace tongguan::oracle
