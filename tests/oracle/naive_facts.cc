#include <algorithm>
#include <cctype>

#include "re2/re2.h"
#include "tests/oracle/naive_case.h"

namespace tongguan::oracle {
namespace {

const v1::Enterprise* FindExporter(const policy::Source& policy,
                                   const std::string& uscc) {
  for (const v1::RegistryShard& shard : policy.registry) {
    for (const v1::Enterprise& enterprise : shard.enterprises()) {
      if (enterprise.uscc() == uscc) return &enterprise;
    }
  }
  return nullptr;
}

bool ExactName(const v1::Category& category, const std::string& name) {
  for (const std::string& one : category.names()) {
    if (Folded(one) == Folded(name)) return true;
  }
  return false;
}

bool PatternFits(const v1::Category& category, const std::string& name) {
  for (const std::string& pattern : category.patterns()) {
    if (RE2::PartialMatch(LowerCase(name), pattern)) return true;
  }
  return false;
}

// The most sensitive category that fits the name, then the first by id.
const v1::Category* LooksLike(const v1::Taxonomy& taxonomy,
                              const std::string& name) {
  for (auto fits : {ExactName, PatternFits}) {
    const v1::Category* best = nullptr;
    for (const v1::Category& category : taxonomy.categories()) {
      if (!fits(category, name)) continue;
      if (best == nullptr || category.data_class() > best->data_class() ||
          (category.data_class() == best->data_class() &&
           category.id() < best->id())) {
        best = &category;
      }
    }
    if (best != nullptr) return best;
  }
  return nullptr;
}

const v1::Category* FindCategory(const v1::Taxonomy& taxonomy,
                                 const std::string& id) {
  for (const v1::Category& category : taxonomy.categories()) {
    if (category.id() == id) return &category;
  }
  return nullptr;
}

// A category contradicts what is declared of the item.
void Doubt(const Case& c, const v1::Category& category, Item* item) {
  const bool sensitive_here =
      SectorKnown(c)
          ? Contains(category.sensitive_in_sectors(), c.flow.sector())
          : category.sensitive_in_sectors_size() > 0;
  const bool sensitive =
      category.data_class() == v1::DATA_CLASS_SENSITIVE || sensitive_here;
  const bool personal =
      category.data_class() == v1::DATA_CLASS_PERSONAL || sensitive;
  const bool declared_sensitive = item->data.sensitive() == v1::FACT_YES;
  const bool declared_personal =
      item->data.personal() == v1::FACT_YES || declared_sensitive;
  if (personal && !declared_personal) item->personal = v1::FACT_UNKNOWN;
  if (sensitive && !declared_sensitive) item->sensitive = v1::FACT_UNKNOWN;
}

void ReadPersonal(const Case& c, Item* item) {
  const v1::DataItem& data = item->data;
  if (data.transform() == v1::TRANSFORM_ANONYMISED) return;
  if (data.personal() == v1::FACT_YES || data.sensitive() == v1::FACT_YES) {
    item->personal = v1::FACT_YES;
  } else if (data.personal() == v1::FACT_UNKNOWN ||
             data.sensitive() == v1::FACT_UNKNOWN) {
    item->personal = v1::FACT_UNKNOWN;
  }
  if (item->personal != v1::FACT_NO) item->sensitive = data.sensitive();
  for (const v1::Category* category : item->categories) {
    Doubt(c, *category, item);
  }
  // Only of personal data are the people hidden; hidden, it stays personal.
  if (data.transform() == v1::TRANSFORM_DE_IDENTIFIED &&
      item->personal == v1::FACT_NO) {
    item->personal = item->sensitive = v1::FACT_UNKNOWN;
  }
}

void ReadImportant(const Case& c, Item* item) {
  switch (item->data.important()) {
    case v1::IMPORTANT_DATA_NOTIFIED:
    case v1::IMPORTANT_DATA_PUBLISHED:
      item->important = v1::FACT_YES;
      return;
    case v1::IMPORTANT_DATA_UNKNOWN:
      item->important = v1::FACT_UNKNOWN;
      return;
    case v1::IMPORTANT_DATA_SELF_IDENTIFIED:
      if (c.policy.regime.hold_self_identified().on()) {
        item->important = v1::FACT_YES;
        return;
      }
      break;
    default:
      break;
  }
  if (Catalogued(c, *item) != Reached::kNo) item->important = v1::FACT_UNKNOWN;
}

bool ChildrenOrUnknown(const v1::Flow& flow) {
  return flow.duties().under_14() == v1::FACT_YES ||
         flow.duties().under_14() == v1::FACT_UNKNOWN;
}

void CountPeople(const Totals& before, Case* c) {
  const v1::DeclaredPeople& people = c->flow.people().declared();
  const bool all_new = c->policy.regime.take_all_declared_as_new().on();
  c->new_persons = people.has_new_persons() && !all_new ? people.new_persons()
                                                        : people.persons();
  c->new_sensitive = people.has_new_sensitive_persons() && !all_new
                         ? people.new_sensitive_persons()
                         : people.sensitive_persons();
  int64_t persons = people.persons();
  int64_t sensitive = people.sensitive_persons();
  if (c->flow.people().has_counted()) {
    c->new_persons = c->flow.people().counted().new_persons();
    c->new_sensitive = c->flow.people().counted().new_sensitive_persons();
  }
  if (!c->has_personal) {  // Anonymised: nobody's data goes.
    persons = sensitive = c->new_persons = c->new_sensitive = 0;
  }
  if (ChildrenOrUnknown(c->flow)) {
    sensitive += persons;
    c->new_sensitive += c->new_persons;
    persons = c->new_persons = 0;
  }
  // Of 500 people not 0 are new to a year that had 100.
  c->new_persons =
      std::max(c->new_persons, persons - before.persons.value_or(0));
  c->new_sensitive =
      std::max(c->new_sensitive, sensitive - before.sensitive.value_or(0));
  if (before.persons && before.group_persons) {
    c->n = *before.persons + *before.group_persons + c->new_persons;
  }
  if (before.sensitive) c->s = *before.sensitive + c->new_sensitive;
}

}  // namespace

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& list,
              const std::string& what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return text;
}

std::string Folded(const std::string& name) {
  std::string folded;
  for (char c : LowerCase(name)) {
    if (c != '_' && c != '-' && c != '.' && c != ' ') folded += c;
  }
  return folded;
}

std::vector<std::string> AreasAround(const std::string& area) {
  std::vector<std::string> areas;
  for (std::string at = area; !at.empty();) {
    areas.push_back(at);
    const size_t dash = at.rfind('-');
    at = dash == std::string::npos ? "" : at.substr(0, dash);
  }
  return areas;
}

bool ValidOn(Day today, const std::string& from, const std::string& to) {
  return ParseDay(from).value() <= today &&
         (to.empty() || today <= ParseDay(to).value());
}

bool SectorKnown(const Case& c) {
  if (c.flow.sector() == c.policy.regime.automotive_sector()) return true;
  for (const policy::List& list : c.policy.lists) {
    for (const v1::ListRow& row : list.rows) {
      if (!row.sector().empty() && row.sector() == c.flow.sector()) return true;
    }
  }
  return false;
}

Case ReadFacts(const policy::Source& policy, const v1::Flow& flow,
               absl::Time at, const Totals& before) {
  Case c{policy, flow, BeijingDay(at)};
  c.exporter = FindExporter(policy, flow.exporter());
  if (c.exporter != nullptr) {
    c.ciio = c.exporter->ciio();
    c.areas = AreasAround(c.exporter->region());
    for (const std::string& zone : c.exporter->zones()) {
      c.areas.push_back(zone);
    }
  }
  for (const v1::DataItem& data : flow.items()) {
    Item item{data};
    item.category_unknown =
        !data.category().empty() &&
        FindCategory(policy.taxonomy, data.category()) == nullptr;
    if (const auto* claimed = FindCategory(policy.taxonomy, data.category())) {
      item.categories.push_back(claimed);
    }
    if (const auto* looks = LooksLike(policy.taxonomy, data.name())) {
      item.categories.push_back(looks);
    }
    ReadPersonal(c, &item);
    c.has_personal |= item.MayBePersonal();
    c.sensitive_flow |= item.sensitive != v1::FACT_NO;
    c.items.push_back(item);
  }
  CountPeople(before, &c);
  for (Item& item : c.items) {
    ReadImportant(c, &item);
    c.has_important |= item.important == v1::FACT_YES;
  }
  c.sensitive_flow |= flow.people().declared().sensitive_persons() > 0 ||
                      flow.people().counted().sensitive_persons() > 0 ||
                      ChildrenOrUnknown(flow);
  return c;
}

}  // namespace tongguan::oracle
