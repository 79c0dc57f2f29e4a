#include "tests/conformance/policy.h"

#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "tests/conformance/filing.h"
#include "tests/conformance/flow.h"

namespace tongguan::conformance {
namespace {

// Before and after the moments of all cases.
constexpr char kAlwaysFrom[] = "2000-01-01";
constexpr char kAlwaysTo[] = "2999-12-31";

v1::Enterprise Delegating(const std::string& uscc) {
  v1::Enterprise enterprise;
  enterprise.set_uscc(uscc);
  enterprise.set_name(absl::StrCat("Worked case ", uscc));
  enterprise.set_ciio(v1::FACT_NO);
  enterprise.set_gba_registered(v1::FACT_NO);
  enterprise.set_foreign_invested(v1::FACT_NO);
  v1::Delegation* delegation = enterprise.add_delegations();
  delegation->set_delegate(DelegateUscc());
  delegation->set_valid_from(kAlwaysFrom);
  delegation->set_valid_to(kAlwaysTo);
  return enterprise;
}

v1::Enterprise Exporter(const Facts& facts, const Parties& parties) {
  v1::Enterprise exporter = Delegating(parties.exporter);
  exporter.set_region(facts.Get("exporter_region", "CN-SC"));
  const std::string zone = ZoneOf(facts);
  if (!zone.empty()) exporter.add_zones(zone);
  exporter.set_ciio(facts.Fact("ciio", v1::FACT_NO));
  exporter.set_gba_registered(
      facts.Fact("exporter_registered_gba", v1::FACT_NO));
  exporter.set_foreign_invested(facts.Fact("foreign_invested", v1::FACT_NO));
  return exporter;
}

v1::Enterprise Sibling(const Facts& facts, const Parties& parties) {
  v1::Enterprise sibling = Delegating(parties.sibling);
  sibling.set_region(facts.Get("exporter_region", "CN-SC"));
  return sibling;
}

v1::Group GroupOf(const Facts& facts, const Parties& parties) {
  v1::Group group;
  group.set_id(absl::StrCat(parties.name, "-group"));
  group.set_name(absl::StrCat("Group of ", parties.name));
  group.add_members(parties.exporter);
  if (HasSibling(facts)) group.add_members(parties.sibling);
  if (!facts.Is("recipient", "outside_group")) {
    group.add_overseas(parties.recipient);
  }
  return group;
}

v1::GreenChannelRegistration GreenChannel(const Parties& parties) {
  v1::GreenChannelRegistration registration;
  registration.set_id(absl::StrCat(parties.name, "-green-channel"));
  registration.set_exporter(parties.exporter);
  registration.set_programme("Green channel of the worked cases");
  registration.set_granting_body("Office of the worked cases");
  registration.set_contact("Office of the worked cases");
  registration.set_granted(kAlwaysFrom);
  registration.set_valid_to(kAlwaysTo);
  return registration;
}

std::vector<std::string> HomeAreas(const std::string& list) {
  if (list == "BJ-2025") return {"CN-BJ"};
  if (list == "SH-2025") return {"CN-SH"};
  if (list == "TJ-2024") return {"CN-TJ-FTZ"};
  if (list == "ZJ-2024") return {"CN-ZJ-FTZ"};
  if (list == "GD-2025") return {"CN-GD-FTZ", "CN-GD-SZ-HETAO"};
  return {"CN-SH-FTZ"};  // SH-2024, SH-LG-general-2024, GEN-DEMO.
}

// Where a list adopted in the exporter's place serves: anywhere in the two
// cities whose lists are city-wide, else in the province's zone.
std::vector<std::string> AdoptingAreas(const Facts& facts) {
  const std::string region = facts.Get("exporter_region", "CN-SC");
  if (region == "CN-BJ" || region == "CN-SH") return {region};
  std::vector<std::string> areas = {absl::StrCat(region.substr(0, 5), "-FTZ")};
  const std::string zone = ZoneOf(facts);
  if (!zone.empty() && zone != areas[0]) areas.push_back(zone);
  return areas;
}

bool IsGeneral(const std::string& list) {
  return list == "SH-LG-general-2024" || list == "GEN-DEMO";
}

v1::ListHead Head(const Facts& facts, const Parties& parties) {
  const std::string id = facts.Get("list_id");
  v1::ListHead head;
  head.set_id(id);
  head.set_edition(parties.name);
  head.set_kind(IsGeneral(id) ? v1::LIST_KIND_GENERAL : v1::LIST_KIND_NEGATIVE);
  head.set_name_zh(absl::StrCat("清单 ", id));
  head.set_name_en(absl::StrCat("List ", id));
  head.set_issuer("Office of the worked cases");
  head.add_sources("the worked cases");
  head.set_completeness(v1::COMPLETENESS_COMPLETE);
  head.set_effective(kAlwaysFrom);
  for (const std::string& area : HomeAreas(id)) head.add_areas(area);
  head.set_excludes_ciio(absl::StartsWith(id, "SH-") || id == "BJ-2025");
  head.set_needs_activity_in_area(true);
  head.set_filing_rule(v1::LIST_FILING_RULE_REQUIRED);
  head.set_centre("Office of the worked cases");
  head.add_exporters(parties.exporter);
  if (facts.Is("list_adopted_locally", "y")) {
    for (const std::string& area : AdoptingAreas(facts)) {
      head.add_adopted_by(area);
    }
  }
  if (facts.Is("list_superseded", "y")) {
    head.set_superseded_on(FormatDay(BeijingDay(facts.EvalTime()) - 1));
  }
  if (IsGeneral(id) && facts.Is("list_releases_personal_data", "y")) {
    head.set_releases_personal_data(true);
    head.set_releases_personal_data_source("the worked cases");
  }
  return head;
}

v1::RowMechanism MechanismOf(const std::string& position, bool general) {
  if (position == "in_scc_part") return v1::ROW_MECHANISM_CONTRACT;
  if (position == "in_sa_part") return v1::ROW_MECHANISM_ASSESSMENT;
  if (position == "excluded_genetic") {
    return v1::ROW_MECHANISM_GENETIC_RESOURCES;
  }
  return general || position == "general_list" ? v1::ROW_MECHANISM_FREE
                                               : v1::ROW_MECHANISM_CONTRACT;
}

// The list's one row. Where the case does not say where the data stands, the
// list is about another sector: it must not release what it was not asked of.
v1::ListRow Row(const Facts& facts, const v1::Flow& flow) {
  const std::string position =
      facts.Get("list_position", "industry_not_listed");
  v1::ListRow row;
  row.set_id("1");
  if (position == "industry_not_listed") {
    row.set_sector("another_sector");
  } else {
    row.set_sector(flow.sector());
    row.set_scenario(flow.scenario());
  }
  row.set_data_class("worked case");
  if (position == "outside" || position == "industry_not_listed") {
    row.add_names("another_item");
  } else {
    for (const v1::DataItem& item : flow.items()) row.add_names(item.name());
  }
  row.set_mechanism(MechanismOf(position, IsGeneral(facts.Get("list_id"))));
  row.set_source("the worked cases");
  row.set_confidence("demo");
  return row;
}

v1::ListFiling ListFilingOf(const Facts& facts, const Parties& parties) {
  v1::ListFiling filing;
  filing.set_id(absl::StrCat(parties.name, "-list-filing"));
  filing.set_exporter(parties.exporter);
  filing.set_list(facts.Get("list_id"));
  filing.set_edition(parties.name);
  filing.set_filed(kAlwaysFrom);
  return filing;
}

bool HasList(const Facts& facts) {
  return facts.Get("list_id", "none") != "none";
}

// Categories that take no part: neither personal nor sensitive by themselves.
void AddCategories(const std::set<std::string>& ids, v1::Taxonomy* taxonomy) {
  for (const std::string& id : ids) {
    v1::Category* category = taxonomy->add_categories();
    category->set_id(id);
    category->set_name_zh(id);
    category->set_name_en(id);
    category->set_data_class(v1::DATA_CLASS_GENERAL);
    category->set_source("the worked cases");
  }
}

}  // namespace

bool HasSibling(const Facts& facts) {
  return facts.Has("group_sibling_ytd") ||
         absl::StrContains(facts.Get("mechanism_on_file"), ":filer=");
}

v1::RegistryShard BuildRegistry(const Facts& facts, const Parties& parties,
                                const v1::Flow& flow) {
  v1::RegistryShard shard;
  *shard.add_enterprises() = Exporter(facts, parties);
  if (HasSibling(facts)) *shard.add_enterprises() = Sibling(facts, parties);
  *shard.add_groups() = GroupOf(facts, parties);
  const std::optional<v1::Filing> filing = BuildFiling(facts, parties, flow);
  if (filing.has_value()) *shard.add_filings() = *filing;
  if (facts.Is("green_channel", "y")) {
    *shard.add_registrations() = GreenChannel(parties);
  }
  if (HasList(facts) && facts.Is("list_filing", "y")) {
    *shard.add_list_filings() = ListFilingOf(facts, parties);
  }
  if (facts.Is("recipient_status", "on_cac_restricted_list")) {
    v1::RestrictedRecipient* restricted = shard.add_restricted();
    restricted->set_organization_id(parties.recipient);
    restricted->set_since(kAlwaysFrom);
    restricted->set_notice("the worked cases");
  }
  return shard;
}

std::optional<policy::List> BuildList(const Facts& facts,
                                      const Parties& parties,
                                      const v1::Flow& flow) {
  if (!HasList(facts)) return std::nullopt;
  policy::List list;
  list.head = Head(facts, parties);
  list.rows.push_back(Row(facts, flow));
  return list;
}

policy::Source BuildSource(const v1::Regime& regime,
                           const std::vector<const Case*>& cases) {
  policy::Source source;
  source.regime = regime;
  std::set<std::string> categories = {kDefaultCategory};
  for (const Case* row : cases) {
    const Parties parties = PartiesOf(row->line);
    const v1::Flow flow = BuildFlow(row->facts, parties);
    source.registry.push_back(BuildRegistry(row->facts, parties, flow));
    const std::optional<policy::List> list =
        BuildList(row->facts, parties, flow);
    if (list.has_value()) source.lists.push_back(*list);
    for (const std::string& id : row->facts.List("data_categories")) {
      categories.insert(id);
    }
  }
  AddCategories(categories, &source.taxonomy);
  // The one that asks is registered like any other.
  v1::RegistryShard centre;
  *centre.add_enterprises() = Delegating(DelegateUscc());
  centre.mutable_enterprises(0)->clear_delegations();
  centre.mutable_enterprises(0)->set_region("CN-SC");
  source.registry.push_back(centre);
  return source;
}

}  // namespace tongguan::conformance
