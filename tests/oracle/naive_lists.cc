#include "re2/re2.h"
#include "tests/oracle/naive_case.h"

namespace tongguan::oracle {
namespace {

bool InForce(const Case& c, const v1::ListHead& head) {
  if (c.today < ParseDay(head.effective()).value()) return false;
  for (const std::string& end : {head.expires(), head.superseded_on()}) {
    if (!end.empty() && c.today >= ParseDay(end).value()) return false;
  }
  return true;
}

// The list is made for, or was adopted by, one of these areas.
bool ForAreas(const v1::ListHead& head, const std::vector<std::string>& areas) {
  for (const std::string& area : areas) {
    if (Contains(head.areas(), area)) return true;
    if (Contains(head.adopted_by(), area)) return true;
  }
  return false;
}

// In force, in area, and made for these parties: what restrictive rows ask.
bool Binds(const Case& c, const v1::ListHead& head) {
  if (!InForce(c, head) || !ForAreas(head, c.areas)) return false;
  // An activity area that is not stated may be this one.
  if (head.needs_activity_in_area() && !c.flow.activity_area().empty() &&
      !ForAreas(head, AreasAround(c.flow.activity_area()))) {
    return false;
  }
  if (head.exporters_size() > 0 &&
      !Contains(head.exporters(), c.flow.exporter())) {
    return false;
  }
  return head.recipients_size() == 0 ||
         Contains(head.recipients(), c.flow.recipient().organization_id());
}

// What the flow is about is done, as it says itself, in no area of the list.
bool DoneElsewhere(const Case& c, const v1::ListHead& head) {
  const std::string& place = c.flow.activity_area();
  return !place.empty() && !ForAreas(head, AreasAround(place));
}

bool ListFilingMade(const Case& c, const v1::ListHead& head) {
  for (const v1::RegistryShard& shard : c.policy.registry) {
    for (const v1::ListFiling& filing : shard.list_filings()) {
      if (filing.exporter() == c.flow.exporter() &&
          filing.list() == head.id() && filing.edition() == head.edition() &&
          ValidOn(c.today, filing.filed(), filing.valid_to())) {
        return true;
      }
    }
  }
  return false;
}

// What everything else asks besides.
bool Serves(const Case& c, const v1::ListHead& head) {
  if (!Binds(c, head)) return false;
  if (head.needs_activity_in_area() && c.flow.activity_area().empty()) {
    return false;
  }
  if (head.excludes_ciio() && c.ciio != v1::FACT_NO) return false;
  return head.filing_rule() != v1::LIST_FILING_RULE_REQUIRED ||
         ListFilingMade(c, head);
}

bool NamesNoItem(const v1::ListRow& row) {
  return row.categories_size() == 0 && row.names_size() == 0 &&
         row.pattern().empty();
}

bool IsSizeRule(const v1::ListRow& row) {
  return row.every() != v1::ROW_ITEMS_UNSPECIFIED;
}

bool IsHeading(const v1::ListRow& row) {
  return NamesNoItem(row) && row.data_class().empty() && !IsSizeRule(row);
}

bool NamesByName(const v1::ListRow& row, const Item& item) {
  for (const std::string& name : row.names()) {
    if (Folded(name) == Folded(item.data.name())) return true;
  }
  return !row.pattern().empty() &&
         RE2::PartialMatch(LowerCase(item.data.name()), row.pattern());
}

// A row that restricts names an item by anything that the item is.
bool Names(const v1::ListRow& row, const Item& item) {
  for (const v1::Category* category : item.categories) {
    if (Contains(row.categories(), category->id())) return true;
  }
  return NamesByName(row, item);
}

// Whether the item is sensitive to a size rule: as anything of children is, and
// anything in a flow that states sensitive people and shows no sensitive item.
bool SensitiveToSizeRules(const Case& c, const Item& item) {
  if (!item.MayBePersonal()) return false;
  if (item.sensitive != v1::FACT_NO) return true;
  const v1::Fact children = c.flow.duties().under_14();
  if (children == v1::FACT_YES || children == v1::FACT_UNKNOWN) return true;
  for (const Item& other : c.items) {
    if (other.sensitive != v1::FACT_NO) return false;
  }
  return c.flow.people().declared().sensitive_persons() > 0 ||
         c.flow.people().counted().sensitive_persons() > 0;
}

// A row that restricts is about the item: it names it, or is a size rule of
// what the item is. What only a CIIO's data falls under leaves others alone.
bool About(const Case& c, const v1::ListRow& row, const Item& item) {
  if (row.ciio_only() && c.ciio == v1::FACT_NO) return false;
  switch (row.every()) {
    case v1::ROW_ITEMS_PERSONAL:
      return item.MayBePersonal();
    case v1::ROW_ITEMS_SENSITIVE:
      return SensitiveToSizeRules(c, item);
    default:
      return Names(row, item);
  }
}

// A row that frees must name everything that it is, and sensitive data under a
// category that is.
bool Frees(const Case& c, const v1::ListRow& row, const Item& item) {
  if (NamesByName(row, item)) return true;
  bool sensitive_category = false;
  for (const v1::Category* category : item.categories) {
    if (!Contains(row.categories(), category->id())) return false;
    sensitive_category |=
        category->data_class() == v1::DATA_CLASS_SENSITIVE ||
        Contains(category->sensitive_in_sectors(), c.flow.sector());
  }
  return !item.categories.empty() &&
         (item.sensitive == v1::FACT_NO || sensitive_category);
}

bool InSectorAndScenario(const Case& c, const v1::ListRow& row) {
  return (row.sector().empty() || row.sector() == c.flow.sector()) &&
         (row.scenario().empty() || row.scenario() == c.flow.scenario());
}

// Whether nothing that the flow says keeps the row from being about it. A
// sector left unsaid, or one that nobody has heard of, says nothing, not of the
// scenario either.
bool MayBeAbout(const Case& c, const v1::ListRow& row) {
  if (!SectorKnown(c)) return true;
  const bool other_sector =
      !row.sector().empty() && row.sector() != c.flow.sector();
  const bool other_scenario = !row.scenario().empty() &&
                              !c.flow.scenario().empty() &&
                              row.scenario() != c.flow.scenario();
  return !other_sector && !other_scenario;
}

// Whether the row's threshold, if it has one, is reached. Of data that is about
// nobody it is not known how many it is drawn from.
Reached Threshold(const Case& c, const v1::ListRow& row, const Item& item) {
  if (row.counter() == v1::THRESHOLD_COUNTER_UNSPECIFIED) return Reached::kYes;
  if (row.threshold_op().empty() || !item.MayBePersonal()) {
    return Reached::kUnknown;
  }
  std::optional<int64_t> total;
  if (row.counter() == v1::THRESHOLD_COUNTER_PERSONS) total = c.n;
  if (row.counter() == v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS) total = c.s;
  if (row.counter() == v1::THRESHOLD_COUNTER_PEOPLE && c.n && c.s) {
    total = *c.n + *c.s;
  }
  if (!total) return Reached::kUnknown;
  bool reached = false;
  if (row.threshold_op() == ">=") reached = *total >= row.threshold_low();
  if (row.threshold_op() == ">") {
    reached = c.policy.regime.exceeds_includes_number().on()
                  ? *total >= row.threshold_low()
                  : *total > row.threshold_low();
  }
  if (row.threshold_op() == "<") reached = *total < row.threshold_low();
  if (row.threshold_op() == "in") {
    reached = row.threshold_low() <= *total && *total < row.threshold_high();
  }
  return reached ? Reached::kYes : Reached::kNo;
}

bool ConditionsHold(const Case& c, const v1::ListRow& row) {
  for (const std::string& condition : row.conditions()) {
    bool holds = false;
    for (const v1::ConditionAnswer& answer : c.flow.conditions()) {
      holds |=
          answer.condition() == condition && answer.holds() == v1::FACT_YES;
    }
    if (!holds) return false;
  }
  return true;
}

// The list is about the flow's sector, which must be named where any row names
// one; and about its scenario, which must be named where any row of that sector
// names one.
bool Covers(const Case& c, const policy::List& list) {
  bool names_sectors = false;
  for (const v1::ListRow& row : list.rows) {
    names_sectors |= !row.sector().empty();
  }
  if (names_sectors && c.flow.sector().empty()) return false;
  bool sector = false;
  bool names_scenarios = false;
  bool scenario = false;
  for (const v1::ListRow& row : list.rows) {
    if (names_sectors && row.sector() != c.flow.sector()) continue;
    sector = true;
    names_scenarios |= !row.scenario().empty();
    scenario |= !row.scenario().empty() && row.scenario() == c.flow.scenario();
  }
  return sector && (!names_scenarios || scenario);
}

// What the rows of negative lists that name an item say of it.
struct PartsFound {
  bool incomplete = false;  // A row without mechanism.
  bool contract = false;
  bool contract_for_sure = false;  // The row is about the flow for sure.
  bool may_be_contract = false;    // What it counts is unknown.
  bool assessment = false;
  bool may_be_assessment = false;
};

void FindPart(const Case& c, const v1::ListRow& row, const Item& item,
              PartsFound* found) {
  const Reached reached = Threshold(c, row, item);
  if (reached == Reached::kNo) return;
  switch (row.mechanism()) {
    case v1::ROW_MECHANISM_UNSPECIFIED:
      found->incomplete = true;
      break;
    case v1::ROW_MECHANISM_CONTRACT:
      (reached == Reached::kYes ? found->contract : found->may_be_contract) =
          true;
      found->contract_for_sure |=
          reached == Reached::kYes && InSectorAndScenario(c, row);
      break;
    case v1::ROW_MECHANISM_ASSESSMENT:
    case v1::ROW_MECHANISM_IMPORTANT_DATA:
      (reached == Reached::kYes ? found->assessment
                                : found->may_be_assessment) = true;
      break;
    default:
      break;
  }
}

}  // namespace

bool GeneticByList(const Case& c, const Item& item) {
  for (const policy::List& list : c.policy.lists) {
    if (!Binds(c, list.head)) continue;
    for (const v1::ListRow& row : list.rows) {
      if (row.mechanism() == v1::ROW_MECHANISM_GENETIC_RESOURCES &&
          MayBeAbout(c, row) && About(c, row, item) &&
          Threshold(c, row, item) != Reached::kNo) {
        return true;
      }
    }
  }
  return false;
}

Reached Catalogued(const Case& c, const Item& item) {
  Reached result = Reached::kNo;
  for (const policy::List& list : c.policy.lists) {
    if (list.head.kind() != v1::LIST_KIND_IMPORTANT_DATA) continue;
    if (!Binds(c, list.head)) continue;
    for (const v1::ListRow& row : list.rows) {
      if (!MayBeAbout(c, row) || !About(c, row, item)) continue;
      const Reached reached = Threshold(c, row, item);
      if (reached == Reached::kYes) return Reached::kYes;
      if (reached == Reached::kUnknown) result = Reached::kUnknown;
    }
  }
  return result;
}

bool OnGeneralList(const Case& c, const Item& item) {
  for (const policy::List& list : c.policy.lists) {
    if (list.head.kind() != v1::LIST_KIND_GENERAL) continue;
    if (!Serves(c, list.head) || DoneElsewhere(c, list.head)) continue;
    if (item.MayBePersonal() && !list.head.releases_personal_data()) continue;
    for (const v1::ListRow& row : list.rows) {
      if (row.mechanism() == v1::ROW_MECHANISM_FREE &&
          InSectorAndScenario(c, row) && Frees(c, row, item) &&
          Threshold(c, row, item) == Reached::kYes && ConditionsHold(c, row)) {
        return true;
      }
    }
  }
  return false;
}

bool OutsideNegativeList(const Case& c, const Item& item) {
  for (const policy::List& list : c.policy.lists) {
    if (list.head.kind() != v1::LIST_KIND_NEGATIVE) continue;
    if (list.head.completeness() != v1::COMPLETENESS_COMPLETE) continue;
    if (!Serves(c, list.head) || DoneElsewhere(c, list.head)) continue;
    if (!Covers(c, list)) continue;
    bool has_row = false;
    for (const v1::ListRow& row : list.rows) {
      has_row |= InSectorAndScenario(c, row) && IsHeading(row);
      // A number that is missed keeps in the list what is named, and leaves
      // out what is only counted.
      if (!MayBeAbout(c, row) || !About(c, row, item)) continue;
      has_row |= !IsSizeRule(row) || Threshold(c, row, item) != Reached::kNo;
    }
    if (!has_row && !item.categories.empty()) return true;
  }
  return false;
}

bool OnlyHeadingsFor(const Case& c, const Item& item) {
  for (const policy::List& list : c.policy.lists) {
    if (list.head.kind() != v1::LIST_KIND_NEGATIVE) continue;
    if (!Binds(c, list.head)) continue;
    bool heading = false;
    bool named = false;
    for (const v1::ListRow& row : list.rows) {
      if (!InSectorAndScenario(c, row)) continue;
      heading |= IsHeading(row);
      // A row with a number says what the list says of the item in part only.
      named |= !IsSizeRule(row) && About(c, row, item) &&
               row.counter() == v1::THRESHOLD_COUNTER_UNSPECIFIED;
    }
    if (heading && !named) return true;
  }
  return false;
}

void WeighListParts(const Case& c, Item* item) {
  PartsFound found;
  for (const policy::List& list : c.policy.lists) {
    if (list.head.kind() != v1::LIST_KIND_NEGATIVE) continue;
    if (!Binds(c, list.head)) continue;
    for (const v1::ListRow& row : list.rows) {
      if (!MayBeAbout(c, row) || !About(c, row, *item)) continue;
      if (row.mechanism() == v1::ROW_MECHANISM_CONTRACT &&
          (!Serves(c, list.head) || !item->MayBePersonal())) {
        continue;
      }
      FindPart(c, row, *item, &found);
    }
  }
  const bool unknown = found.incomplete ||
                       (!found.assessment && found.may_be_assessment) ||
                       (!found.contract && found.may_be_contract);
  if (unknown) {
    item->demands.push_back(
        {v1::RULE_FACT_UNKNOWN, v1::MECHANISM_NOT_DETERMINABLE});
  }
  if (found.contract) {
    item->demands.push_back({v1::RULE_FTZ_IN_SCC,
                             v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION});
  }
  if (found.assessment) {
    item->demands.push_back(
        {v1::RULE_FTZ_IN_SA, v1::MECHANISM_SECURITY_ASSESSMENT});
  }
  item->settled_by_list =
      unknown || found.contract_for_sure || found.assessment;
}

}  // namespace tongguan::oracle
