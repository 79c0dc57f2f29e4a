#include "gateway/engine/facts.h"

#include <algorithm>

#include "gateway/policy/purpose.h"

namespace tongguan::engine {
namespace {

using policy::Exporter;
using policy::Filing;

// Sensitive in the flow's sector; in any, where the flow's is not known.
bool MayBeSensitive(const Facts& facts, const v1::Category& category) {
  return policy::IsSensitive(category, facts.flow.sector()) ||
         (!facts.sector_known && !category.sensitive_in_sectors().empty());
}

// Whether the item's category, or what its name looks like, contradicts what
// is declared of it: only what is declared not sensitive can be.
bool Contradicts(const Facts& facts, const v1::Category& category,
                 const v1::DataItem& item) {
  if (item.sensitive() != v1::FACT_NO) return false;
  return MayBeSensitive(facts, category) ||
         (category.data_class() == v1::DATA_CLASS_PERSONAL &&
          item.personal() == v1::FACT_NO);
}

const v1::Category* CategoryOf(const policy::CategoryReading* reading) {
  return reading == nullptr ? nullptr : reading->category;
}

// What an item's category and its name say, or null.
struct ItemReading {
  const policy::CategoryReading* claimed;
  const policy::NameReading& name;
};

bool Answers(const v1::Flow& flow, v1::SpecialRegime regime) {
  return std::any_of(flow.special_regimes().begin(),
                     flow.special_regimes().end(),
                     [regime](const v1::SpecialRegimeClaim& claim) {
                       return claim.regime() == regime;
                     });
}

// Anonymising takes people out of data, and data out of the regimes of
// personal information only.
bool RegimeUnanswered(const v1::Flow& flow, const v1::DataItem& item,
                      const v1::Category* category) {
  if (category == nullptr ||
      category->special_regime() == v1::SPECIAL_REGIME_UNSPECIFIED) {
    return false;
  }
  const bool anonymised = item.transform() == v1::TRANSFORM_ANONYMISED &&
                          category->data_class() != v1::DATA_CLASS_GENERAL;
  return !anonymised && !Answers(flow, category->special_regime());
}

ItemFacts ReadItem(const Facts& flow, const v1::DataItem& item,
                   const ItemReading& reading) {
  ItemFacts facts;
  facts.important = item.important() == v1::IMPORTANT_DATA_NOTIFIED ||
                    item.important() == v1::IMPORTANT_DATA_PUBLISHED ||
                    (item.important() == v1::IMPORTANT_DATA_SELF_IDENTIFIED &&
                     flow.policy.regime().hold_self_identified().on());
  facts.important_unknown = item.important() == v1::IMPORTANT_DATA_UNKNOWN;
  if (!item.category().empty()) {
    facts.claimed = CategoryOf(reading.claimed);
    facts.category_unknown = facts.claimed == nullptr;
  }
  facts.seen = CategoryOf(reading.name.looks_like);
  facts.regime_unanswered = RegimeUnanswered(flow.flow, item, facts.claimed) ||
                            RegimeUnanswered(flow.flow, item, facts.seen);
  if (item.transform() == v1::TRANSFORM_ANONYMISED) return facts;
  facts.sensitive = item.sensitive();
  facts.personal =
      item.sensitive() == v1::FACT_YES ? v1::FACT_YES : item.personal();
  if (facts.personal == v1::FACT_NO && facts.sensitive != v1::FACT_NO) {
    facts.personal = facts.sensitive;
  }
  // What is de-identified is personal information still (QA24-5).
  facts.doubted = item.transform() == v1::TRANSFORM_DE_IDENTIFIED &&
                  facts.personal == v1::FACT_NO;
  const auto doubt = [&](const v1::Category* category) {
    if (category == nullptr || !Contradicts(flow, *category, item)) return;
    facts.doubted = true;
    facts.contradicts = category;
  };
  doubt(facts.claimed);
  if (facts.seen != facts.claimed) doubt(facts.seen);
  return facts;
}

bool Holds(const google::protobuf::RepeatedPtrField<std::string>& list,
           absl::string_view value) {
  return std::any_of(list.begin(), list.end(), [value](const std::string& s) {
    return absl::string_view(s) == value;
  });
}

bool Holds(policy::FilingScope::Words words, absl::string_view value) {
  return std::any_of(words.begin(), words.end(), [value](const auto* word) {
    return absl::string_view(*word) == value;
  });
}

// ---- Lists.

bool FiledWith(const Exporter& exporter, const policy::List& list, Day today) {
  return std::any_of(exporter.list_filings.begin(), exporter.list_filings.end(),
                     [&](const policy::ListFiling& filing) {
                       return filing.source.list() == list.head.id() &&
                              filing.source.edition() == list.head.edition() &&
                              filing.filed <= today && today <= filing.valid_to;
                     });
}

// Whether an activity in `area` is inside one of the list's areas: the same
// area, or one below it ("CN-SH" holds "CN-SH-FTZ").
bool ActivityInside(const v1::ListHead& head, absl::string_view area) {
  auto inside = [area](const std::string& outer) {
    return area == absl::string_view(outer) ||
           (area.size() > outer.size() &&
            area.substr(0, outer.size()) == outer && area[outer.size()] == '-');
  };
  return std::any_of(head.areas().begin(), head.areas().end(), inside) ||
         std::any_of(head.adopted_by().begin(), head.adopted_by().end(),
                     inside);
}

bool NamesParties(const Facts& facts, const v1::ListHead& head) {
  return (head.exporters().empty() ||
          Holds(head.exporters(), facts.flow.exporter())) &&
         (head.recipients().empty() ||
          Holds(head.recipients(), facts.flow.recipient().organization_id()));
}

// Stated and outside; where it is not stated it may be inside.
bool ActivityOutside(const Facts& facts, const v1::ListHead& head) {
  return !facts.flow.activity_area().empty() &&
         !ActivityInside(head, facts.flow.activity_area());
}

bool WhetherBinds(const Facts& facts, const v1::ListHead& head) {
  const bool elsewhere =
      head.needs_activity_in_area() && ActivityOutside(facts, head);
  return !elsewhere && NamesParties(facts, head);
}

v1::Reason WhetherServes(const Facts& facts, const policy::List& list) {
  const v1::ListHead& head = list.head;
  if (head.needs_activity_in_area() &&
      !ActivityInside(head, facts.flow.activity_area())) {
    return v1::REASON_LIST_OTHER_AREA;
  }
  if (!NamesParties(facts, head)) return v1::REASON_LIST_OTHER_PARTY;
  if (head.excludes_ciio() && facts.ciio != v1::FACT_NO) {
    return v1::REASON_LIST_EXCLUDES_CIIO;
  }
  if (head.filing_rule() == v1::LIST_FILING_RULE_REQUIRED &&
      !FiledWith(*facts.exporter, list, facts.today)) {
    return v1::REASON_LIST_FILING_MISSING;
  }
  return v1::REASON_MET;
}

// Whether the row may be of the flow for all that it says: leaving out the
// sector, or the scenario, must not help.
bool MayBeOf(const Facts& facts, const v1::ListRow& row) {
  if (!facts.sector_known || IsOf(facts.flow, row)) return true;
  return facts.flow.scenario().empty() &&
         (row.sector().empty() || row.sector() == facts.flow.sector());
}

bool RowSpeaks(const Facts& facts, const v1::ListHead& head,
               const v1::ListRow& row) {
  if (row.ciio_only() && facts.ciio == v1::FACT_NO) return false;
  return head.kind() == v1::LIST_KIND_GENERAL ? IsOf(facts.flow, row)
                                              : MayBeOf(facts, row);
}

template <typename Categories>
bool HoldsAllCategories(const Categories& categories, const ItemFacts& item) {
  if (!item.Classified()) return false;
  for (const v1::Category* category : {item.claimed, item.seen}) {
    if (category != nullptr && !Holds(categories, category->id())) return false;
  }
  return true;
}

// Whether sensitive information goes under categories that are not.
bool MoreSensitiveThanItsCategories(const ItemFacts& item,
                                    absl::string_view sector) {
  if (!item.MayBeSensitive()) return false;
  for (const v1::Category* category : {item.claimed, item.seen}) {
    if (category != nullptr && policy::IsSensitive(*category, sector)) {
      return false;
    }
  }
  return true;
}

bool NamesNoRow(const ItemReading& reading) {
  const auto none = [](const policy::CategoryReading* category) {
    return category == nullptr || category->rows.empty();
  };
  return reading.name.rows.empty() && none(reading.claimed) &&
         none(reading.name.looks_like);
}

// The rows of all lists that name the item, by list and row: those that name it
// by its name, and those of its categories. A restrictive row does by any
// category that the item is, a freeing one by all of them.
void FindRowsOf(const Facts& facts, uint32_t i, const ItemReading& reading,
                policy::RowRefs* rows) {
  const std::vector<policy::RowRef>& of_name = reading.name.rows;
  const policy::Lists& lists = facts.policy.lists();
  const ItemFacts& item = facts.items[i];
  rows->assign(of_name.begin(), of_name.end());
  for (const auto* category : {reading.claimed, reading.name.looks_like}) {
    if (category == nullptr) continue;
    rows->insert(rows->end(), category->rows.begin(), category->rows.end());
  }
  if (rows->size() == of_name.size()) return;
  const bool more = MoreSensitiveThanItsCategories(item, facts.flow.sector());
  const auto frees_too_much = [&](const policy::RowRef& ref) {
    const policy::List& list = lists.all()[ref.list];
    return list.head.kind() == v1::LIST_KIND_GENERAL &&
           (more || !HoldsAllCategories(list.rows[ref.row].categories(), item));
  };
  rows->erase(std::remove_if(rows->begin() + of_name.size(), rows->end(),
                             frees_too_much),
              rows->end());
  std::sort(rows->begin(), rows->end());
  rows->erase(std::unique(rows->begin(), rows->end()), rows->end());
}

ListFacts ReadList(const Facts& facts, uint32_t index) {
  const policy::Lists& lists = facts.policy.lists();
  ListFacts out;
  out.list = &lists.all()[index];
  out.serves = WhetherServes(facts, *out.list);
  out.activity_outside = ActivityOutside(facts, out.list->head);
  out.binds = WhetherBinds(facts, out.list->head);
  out.covers = lists.Covers(index, facts.flow.sector(), facts.flow.scenario());
  out.headings =
      lists.HasHeadings(index, facts.flow.sector(), facts.flow.scenario());
  return out;
}

// Gives the rows that name an item, by its category or its name, to the lists
// they are of.
void ReadRows(uint32_t item, const ItemReading& reading, Facts* facts) {
  if (NamesNoRow(reading)) return;
  const policy::Lists& lists = facts->policy.lists();
  policy::RowRefs refs;
  FindRowsOf(*facts, item, reading, &refs);
  if (refs.empty()) return;
  for (ListFacts& list : facts->lists) {
    for (const policy::RowRef& ref : refs) {
      if (list.list != &lists.all()[ref.list]) continue;
      const v1::ListRow& row = list.list->rows[ref.row];
      if (!RowSpeaks(*facts, list.list->head, row)) continue;
      list.rows.emplace_back(item, ref.row);
      if (row.counter() == v1::THRESHOLD_COUNTER_UNSPECIFIED &&
          IsOf(facts->flow, row)) {
        list.named.Add(item);
      }
      facts->listed.Add(item);
    }
  }
}

// Size rules name no item: they may speak of all that is personal.
void ReadSizeRules(Facts* facts) {
  const policy::Lists& lists = facts->policy.lists();
  for (ListFacts& list : facts->lists) {
    const auto index = static_cast<uint32_t>(list.list - lists.all().data());
    for (uint32_t row : lists.SizeRules(index)) {
      if (!RowSpeaks(*facts, list.list->head, list.list->rows[row])) continue;
      list.size_rules.push_back(row);
      facts->listed |= facts->personal;
    }
  }
}

// ---- Filings.

bool CoversPurpose(const policy::FilingScope& scope,
                   const v1::Purpose& purpose) {
  return std::any_of(scope.purposes().begin(), scope.purposes().end(),
                     [&purpose](const std::string* filed) {
                       return policy::CoversPurpose(*filed, purpose);
                     });
}

bool IsGba(v1::FilingKind kind) {
  return kind == v1::FILING_KIND_GBA_CONTRACT_HONG_KONG ||
         kind == v1::FILING_KIND_GBA_CONTRACT_MACAO;
}

bool IsContract(v1::FilingKind kind) {
  return kind == v1::FILING_KIND_STANDARD_CONTRACT || IsGba(kind);
}

// Whether a contract's filing stands: filed and not refused, or its window of
// working days is still open (O13 art 7).
void WeighContractFiling(const Facts& facts, FilingFacts* out) {
  const Filing& filing = *out->filing;
  const v1::FilingStatus status = filing.status;
  const bool may_stand = status == v1::FILING_STATUS_NOT_FILED ||
                         status == v1::FILING_STATUS_UNDER_REVIEW ||
                         status == v1::FILING_STATUS_VALID;
  if (!may_stand) {
    out->reason = v1::REASON_FILING_STATUS;
    out->operand = status;
    return;
  }
  const bool filed =
      status != v1::FILING_STATUS_NOT_FILED && filing.filed <= facts.today;
  if (filed) return;
  if (facts.today > filing.last_day_to_file) {
    out->reason = v1::REASON_FILING_WINDOW_PASSED;
    out->operand = DayNumber(filing.last_day_to_file);
    return;
  }
  out->window_open = true;
}

void WeighStatus(const Facts& facts, FilingFacts* out) {
  const Filing& source = *out->filing;
  if (IsContract(source.kind)) {
    WeighContractFiling(facts, out);
    return;
  }
  if (source.status != v1::FILING_STATUS_VALID) {
    out->reason = v1::REASON_FILING_STATUS;
    out->operand = source.status;
    return;
  }
  if (source.kind != v1::FILING_KIND_CERTIFICATE) return;
  const auto& bodies = facts.policy.regime().certification_bodies();
  const bool recognised = std::any_of(
      bodies.begin(), bodies.end(), [&source](const v1::CertificationBody& b) {
        return b.id() == *source.body;
      });
  if (!recognised) out->reason = v1::REASON_FILING_BODY_NOT_RECOGNISED;
}

void WeighDates(const Facts& facts, FilingFacts* out) {
  const Filing& filing = *out->filing;
  if (facts.today < filing.first_day) {
    out->reason = v1::REASON_FILING_NOT_YET_EFFECTIVE;
    if (filing.first_day != kNoDay) out->operand = DayNumber(filing.first_day);
  } else if (facts.today > filing.last_day) {
    out->reason = v1::REASON_FILING_EXPIRED;
    out->operand = DayNumber(filing.last_day);
  }
}

// A certificate moves data inside the group of its holder only.
v1::Reason WeighGroup(const Facts& facts, const Filing& source) {
  const v1::Recipient& recipient = facts.flow.recipient();
  if (recipient.relation() != v1::RELATION_HEADQUARTERS &&
      recipient.relation() != v1::RELATION_AFFILIATE) {
    return v1::REASON_OUTSIDE_GROUP;
  }
  const v1::Group* group = facts.exporter->group;
  const std::string& id = recipient.organization_id();
  const bool inside = Holds(source.scope.recipients(), id) ||
                      (group != nullptr && Holds(group->overseas(), id));
  return inside ? v1::REASON_FILING_COVERS : v1::REASON_OUTSIDE_GROUP;
}

v1::Reason WeighScope(const Facts& facts, const Filing& source) {
  const policy::FilingScope& scope = source.scope;
  const v1::Recipient& recipient = facts.flow.recipient();
  if (source.kind == v1::FILING_KIND_CERTIFICATE) {
    const v1::Reason group = WeighGroup(facts, source);
    if (group != v1::REASON_FILING_COVERS) return group;
  } else if (!Holds(scope.recipients(), recipient.organization_id())) {
    return v1::REASON_EXCEEDS_RECIPIENT;
  }
  if (!CoversPurpose(scope, facts.flow.purpose())) {
    return v1::REASON_EXCEEDS_PURPOSE;
  }
  if (!Holds(scope.scenarios(), facts.flow.scenario())) {
    return v1::REASON_EXCEEDS_SCENARIO;
  }
  for (const v1::OnwardRecipient& onward : recipient.onward()) {
    if (!Holds(scope.onward(), onward.organization_id())) {
      return v1::REASON_EXCEEDS_ONWARD;
    }
  }
  return v1::REASON_FILING_COVERS;
}

// The two guidelines' area: both parties registered in it, the form made for
// the recipient's side, nothing passed on outside (reference: GBA_SC).
v1::Reason WeighGba(const Facts& facts, const Filing& source) {
  if (!IsGba(source.kind)) return v1::REASON_FILING_COVERS;
  const auto& cities = facts.policy.regime().gba_cities();
  const Exporter& exporter = *facts.exporter;
  if (exporter.gba_registered == v1::FACT_NO ||
      !Holds(cities, *exporter.region)) {
    return v1::REASON_NOT_GBA_EXPORTER;
  }
  const v1::Recipient& recipient = facts.flow.recipient();
  const bool hong_kong = source.kind == v1::FILING_KIND_GBA_CONTRACT_HONG_KONG;
  if (recipient.gba_registered() == v1::FACT_NO ||
      recipient.region() != (hong_kong ? "HK" : "MO")) {
    return v1::REASON_NOT_GBA_RECIPIENT;
  }
  if (exporter.gba_registered != v1::FACT_YES ||
      recipient.gba_registered() != v1::FACT_YES) {
    return v1::REASON_GBA_REGISTRATION_UNKNOWN;
  }
  for (const v1::OnwardRecipient& onward : recipient.onward()) {
    if (onward.region() != "HK" && onward.region() != "MO" &&
        !Holds(cities, onward.region())) {
      return v1::REASON_ONWARD_OUTSIDE_GBA;
    }
  }
  return facts.ciio == v1::FACT_NO ? v1::REASON_FILING_COVERS
                                   : v1::REASON_GBA_NOT_FOR_CIIO;
}

FilingFacts ReadFiling(const Facts& facts, const Filing& filing) {
  FilingFacts out;
  out.filing = &filing;
  WeighDates(facts, &out);
  if (out.reason == v1::REASON_FILING_COVERS) WeighStatus(facts, &out);
  if (out.reason == v1::REASON_FILING_COVERS) {
    out.reason = WeighGba(facts, filing);
  }
  if (out.reason == v1::REASON_FILING_COVERS) {
    out.reason = WeighScope(facts, filing);
  }
  return out;
}

// ---- People.

int64_t NewOf(bool stated, int64_t fresh, int64_t all, bool take_all) {
  return stated && !take_all ? fresh : all;
}

// Personal data that says itself that its people are under 14.
bool IsUnder14(const ItemFacts& item) {
  return item.MayBePersonal() &&
         ((item.claimed != nullptr && policy::IsUnder14(*item.claimed)) ||
          (item.seen != nullptr && policy::IsUnder14(*item.seen)));
}

void ReadPeople(Facts* facts) {
  const v1::Flow& flow = facts->flow;
  facts->may_be_under_14 =
      flow.has_duties() && flow.duties().under_14() != v1::FACT_NO;
  if (flow.people().has_counted()) {
    const v1::CountedPeople& counted = flow.people().counted();
    facts->fresh = {counted.new_persons(), counted.new_sensitive_persons()};
    facts->states_sensitive_people = counted.sensitive_persons() > 0;
    return;
  }
  const v1::DeclaredPeople& people = flow.people().declared();
  const bool take_all = facts->policy.regime().take_all_declared_as_new().on();
  facts->persons_in_flow = people.persons();
  facts->sensitive_in_flow = people.sensitive_persons();
  facts->fresh.persons = NewOf(people.has_new_persons(), people.new_persons(),
                               people.persons(), take_all);
  facts->fresh.sensitive =
      NewOf(people.has_new_sensitive_persons(), people.new_sensitive_persons(),
            people.sensitive_persons(), take_all);
  facts->states_sensitive_people = people.sensitive_persons() > 0;
}

// The lists in force in the exporter's areas, and what it has on file.
void ReadRegistered(const Exporter& exporter, Facts* facts) {
  const policy::Lists& lists = facts->policy.lists();
  for (uint32_t index : facts->policy.ListsOf(exporter)) {
    if (lists.all()[index].InForce(facts->today)) {
      facts->lists.push_back(ReadList(*facts, index));
    }
  }
  for (const Filing& filing : exporter.filings) {
    facts->filings.push_back(ReadFiling(*facts, filing));
  }
  // Those of one rank stay in the registry's order: of their addresses.
  const auto place = [](const FilingFacts& facts) {
    return std::pair(RelyingRank(facts.filing->kind), facts.filing);
  };
  std::sort(facts->filings.begin(), facts->filings.end(),
            [place](const FilingFacts& a, const FilingFacts& b) {
              return place(a) < place(b);
            });
}

}  // namespace

Facts::Facts(const v1::Flow& flow_in, const policy::Snapshot& policy_in,
             absl::Time at_in)
    : flow(flow_in),
      policy(policy_in),
      at(at_in),
      today(BeijingDay(at_in)),
      year(BeijingYear(at_in)),
      exporter(policy_in.registry().Find(flow_in.exporter())),
      ciio(exporter == nullptr ? v1::FACT_UNKNOWN : exporter->ciio) {
  sector_known = flow.sector() == policy.regime().automotive_sector() ||
                 policy.lists().KnowsSector(flow.sector());
  ReadPeople(this);
  if (exporter != nullptr) ReadRegistered(*exporter, this);
  items.reserve(flow.items_size());
  policy::NameReading scratch;
  for (int i = 0; i < flow.items_size(); ++i) {
    const v1::DataItem& said = flow.items(i);
    const ItemReading reading = {policy.names().FindCategory(said.category()),
                                 policy.names().Read(said.name(), &scratch)};
    const ItemFacts& item = items.emplace_back(ReadItem(*this, said, reading));
    if (item.MayBePersonal()) personal.Add(i);
    if (IsUnder14(item)) under_14.Add(i);
    if (item.MayBeSensitive()) sensitive.Add(i);
    if (item.important) important.Add(i);
    self_identified |= said.important() == v1::IMPORTANT_DATA_SELF_IDENTIFIED;
    if (item.Unclear()) unclear.Add(i);
    if (item.Classified()) classified.Add(i);
    if (!lists.empty()) ReadRows(i, reading, this);
  }
  ReadSizeRules(this);
}

bool IsOf(const v1::Flow& flow, const v1::ListRow& row) {
  return (row.sector().empty() || row.sector() == flow.sector()) &&
         (row.scenario().empty() || row.scenario() == flow.scenario());
}

bool ScopeNames(const policy::Filing& filing, const v1::DataItem& item,
                const ItemFacts& facts) {
  const policy::FilingScope& scope = filing.scope;
  return Holds(scope.items(), item.name()) ||
         HoldsAllCategories(scope.categories(), facts);
}

int RelyingRank(v1::FilingKind kind) {
  if (kind == v1::FILING_KIND_SECURITY_ASSESSMENT) return 0;
  if (IsGba(kind)) return 1;
  return kind == v1::FILING_KIND_STANDARD_CONTRACT ? 2 : 3;
}

}  // namespace tongguan::engine
