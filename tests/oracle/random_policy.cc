#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/uscc.h"
#include "gateway/policy/testing.h"
#include "tests/oracle/random.h"
#include "tests/oracle/world.h"

namespace tongguan::oracle {
namespace {

std::string RandomDay(Random* random, int before, int after) {
  return FormatDay(kMiddle - before + random->Below(before + after + 1));
}

v1::Fact MostlyFact(Random* random, int yes, int unknown) {
  if (random->Percent(unknown)) return v1::FACT_UNKNOWN;
  return random->Percent(yes) ? v1::FACT_YES : v1::FACT_NO;
}

void Toggle(Random* random, v1::SourcedSwitch* one) {
  if (random->Percent(10)) one->set_on(!one->on());
}

void VarySwitches(Random* random, v1::Regime* regime) {
  Toggle(random, regime->mutable_hr_needs_collective_contract());
  Toggle(random, regime->mutable_hold_self_identified());
  Toggle(random, regime->mutable_gba_at_any_volume());
  Toggle(random, regime->mutable_take_all_declared_as_new());
  Toggle(random, regime->mutable_exceeds_includes_number());
}

// Some categories are of a kind that a regime of its own may reach.
void VaryTaxonomy(Random* random, v1::Taxonomy* taxonomy) {
  for (v1::Category& category : *taxonomy->mutable_categories()) {
    if (!random->Percent(3)) continue;
    category.set_special_regime(
        random->Pick({v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES,
                      v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY}));
  }
}

void AddEnterprises(Random* random, v1::RegistryShard* shard) {
  for (size_t i = 0; i + 1 < Exporters().size(); ++i) {
    const Place& place = kPlaces[i % kPlaces.size()];
    v1::Enterprise* enterprise = shard->add_enterprises();
    enterprise->set_uscc(Exporters()[i]);
    enterprise->set_name("Test");
    enterprise->set_region(place.region);
    if (*place.zone != '\0') enterprise->add_zones(place.zone);
    enterprise->set_ciio(MostlyFact(random, 15, 4));
    enterprise->set_gba_registered(place.gba ? MostlyFact(random, 92, 4)
                                             : v1::FACT_NO);
    enterprise->set_foreign_invested(MostlyFact(random, 50, 10));
    enterprise->set_demonstration(true);
  }
}

void AddGroup(Random* random, v1::RegistryShard* shard) {
  if (random->Percent(40)) return;
  v1::Group* group = shard->add_groups();
  group->set_id("group");
  group->set_name("Test");
  for (size_t i = 0; i + 1 < Exporters().size(); i += 2) {
    group->add_members(Exporters()[i]);
  }
  for (const Party& party : kRecipients) {
    if (random->Percent(40)) group->add_overseas(party.id);
  }
}

// Either all of them, or each by chance.
template <typename Values, typename Add>
void Cover(Random* random, bool wide, const Values& values, Add add) {
  for (const auto& value : values) {
    if (wide || random->Percent(45)) add(value);
  }
}

void FillScope(Random* random, v1::FilingScope* scope) {
  const bool wide = random->Percent(75);
  const int narrow = wide ? random->Below(12) : -1;  // At most one facet.
  Cover(random, wide && narrow != 0, kRecipients,
        [&](const Party& party) { scope->add_recipients(party.id); });
  Cover(random, wide && narrow != 1,
        std::initializer_list<const char*>{
            "contract_necessity", "contract_necessity:visa", "human_resources",
            "recruitment", "emergency", "statutory_duty", "marketing",
            "foreign_authority_request", "internal_reporting", "other"},
        [&](const char* id) {
          if (std::string(id) == "contract_necessity" && random->Percent(30)) {
            return;
          }
          scope->add_purposes(id);
        });
  Cover(random, wide && narrow != 2, kScenarios,
        [&](const char* id) { scope->add_scenarios(id); });
  Cover(random, wide && narrow != 3, kSamples, [&](const Sample& sample) {
    if (*sample.category == '\0' || random->Percent(20)) {
      scope->add_items(sample.name);
    } else {
      scope->add_categories(sample.category);
    }
  });
  Cover(random, wide && narrow != 4, kOnward,
        [&](const Party& party) { scope->add_onward(party.id); });
  // Nothing is covered that is not named, and something must be.
  if (scope->recipients().empty()) scope->add_recipients("ACME-SG");
  if (scope->purposes().empty()) scope->add_purposes("other");
  if (scope->scenarios().empty()) scope->add_scenarios("");
  if (scope->categories().empty() && scope->items().empty()) {
    scope->add_categories("name");
  }
}

void DateContract(Random* random, v1::Filing* filing) {
  const bool fresh = random->Percent(30);
  filing->set_effective(fresh ? RandomDay(random, 20, 3)
                              : RandomDay(random, 400, 2));
  if (random->Percent(25)) {
    filing->set_status(v1::FILING_STATUS_NOT_FILED);
  } else {
    const Day effective = ParseDay(filing->effective()).value();
    filing->set_filed(FormatDay(effective + random->Below(20)));
    filing->set_status(
        random->Percent(85)
            ? random->Pick(
                  {v1::FILING_STATUS_VALID, v1::FILING_STATUS_UNDER_REVIEW})
            : random->Pick({v1::FILING_STATUS_SUPPLEMENT_REQUIRED,
                            v1::FILING_STATUS_NOT_PASSED}));
  }
  if (random->Percent(20)) {
    const Day from =
        std::max(ParseDay(filing->effective()).value(), kMiddle - 2);
    filing->set_expires(FormatDay(from + random->Below(5)));
  }
}

void DateTerm(Random* random, v1::Filing* filing) {
  const bool edge = random->Percent(15);
  const Day issued = AddYears(kMiddle, -3) - 2 + random->Below(5);
  filing->set_issued(edge ? FormatDay(issued) : RandomDay(random, 900, 1));
  if (random->Percent(20)) {
    const Day issued_on = ParseDay(filing->issued()).value();
    const Day last = std::max(issued_on, kMiddle - 2) + random->Below(5);
    // No result lasts longer than to its third anniversary.
    filing->set_expires(FormatDay(std::min(last, AddYears(issued_on, 3))));
  }
  filing->set_status(v1::FILING_STATUS_VALID);
}

void DateCertificate(Random* random, v1::Filing* filing) {
  DateTerm(random, filing);
  filing->set_body(random->Percent(90) ? "CCRC" : "NOBODY");
  filing->set_holder(random->Percent(50) ? filing->exporter() : "ACME-HK");
  if (random->Percent(10)) {
    filing->set_status(
        random->Pick({v1::FILING_STATUS_SUSPENDED, v1::FILING_STATUS_REVOKED}));
  }
}

void DateAssessment(Random* random, v1::Filing* filing) {
  DateTerm(random, filing);
  if (random->Percent(20)) {
    filing->set_states_no_number(true);
  } else {
    filing->set_approved_people(
        random->Pick<int64_t>({500, 20'000, 150'000, 1'200'000, 2'000'000}));
  }
  if (random->Percent(15)) {
    filing->set_extension(
        random->Pick({v1::EXTENSION_PENDING, v1::EXTENSION_GRANTED}));
  }
  if (random->Percent(10)) {
    filing->set_status(random->Pick(
        {v1::FILING_STATUS_NOT_PASSED, v1::FILING_STATUS_TERMINATED}));
  } else if (random->Percent(5)) {
    filing->set_status(v1::FILING_STATUS_UNDER_REVIEW);
    filing->clear_issued();
    filing->clear_expires();
    filing->clear_extension();
  }
}

void AddGreenChannels(Random* random, v1::RegistryShard* shard) {
  for (int i = 0; i < 3; ++i) {
    v1::GreenChannelRegistration* green = shard->add_registrations();
    green->set_id(absl::StrCat("green-", i));
    green->set_exporter(Exporters()[random->Below(Exporters().size() - 1)]);
    green->set_programme("Test");
    green->set_granting_body("Test");
    green->set_contact("Test");
    green->set_granted(RandomDay(random, 300, 1));
    const Day from = std::max(ParseDay(green->granted()).value(), kMiddle - 2);
    green->set_valid_to(FormatDay(from + random->Below(60)));
    green->set_suspended(random->Percent(15));
  }
}

void SetThreshold(Random* random, const char* op, v1::ListRow* row) {
  row->set_counter(random->Pick(
      {v1::THRESHOLD_COUNTER_PERSONS, v1::THRESHOLD_COUNTER_PERSONS,
       v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS,
       v1::THRESHOLD_COUNTER_SENSITIVE_PERSONS, v1::THRESHOLD_COUNTER_PEOPLE}));
  row->set_threshold_op(op);
  row->set_threshold_low(random->PickFrom(kTurns));
  if (row->threshold_op() == "in") {
    row->set_threshold_high(row->threshold_low() * 10);
  }
}

void NameItems(Random* random, v1::ListRow* row) {
  const Sample& sample = kSamples[random->Below(kSamples.size())];
  switch (random->Below(5)) {
    case 0:
      row->set_pattern(random->Pick({"face", "^gadget", "name$", "size|iban"}));
      break;
    case 1:
    case 2:
      row->add_names(sample.name);
      break;
    default:
      if (*sample.category == '\0') {
        row->add_names(sample.name);
      } else {
        row->add_categories(sample.category);
      }
  }
}

// What a restrictive row is about: some items, or every such item.
void SpeakOfItems(Random* random, v1::ListRow* row) {
  row->set_ciio_only(random->Percent(10));
  if (random->Percent(80)) {
    NameItems(random, row);
  } else {
    row->set_every(
        random->Pick({v1::ROW_ITEMS_PERSONAL, v1::ROW_ITEMS_SENSITIVE}));
  }
}

void SetPlace(Random* random, v1::ListRow* row) {
  if (random->Percent(90)) row->set_sector(kSectors[1 + random->Below(3)]);
  if (!row->sector().empty() && random->Percent(30)) {
    row->set_scenario(kScenarios[1 + random->Below(2)]);
  }
}

v1::ListRow NewRow(Random* random, policy::List* list) {
  v1::ListRow row;
  row.set_id(absl::StrCat("r", list->rows.size() + 1));
  SetPlace(random, &row);
  row.set_data_class("Class");
  row.set_source("Test");
  row.set_confidence("demo");
  return row;
}

// A row of a negative list; in monotone policies a contract part that ends
// below a number is followed by an assessment part from that number on.
void AddNegativeRow(Random* random, bool monotone, policy::List* list) {
  v1::ListRow row = NewRow(random, list);
  if (random->Percent(12)) {  // A heading.
    row.clear_data_class();
    list->rows.push_back(row);
    return;
  }
  SpeakOfItems(random, &row);
  row.set_mechanism(random->Percent(40)
                        ? v1::ROW_MECHANISM_CONTRACT
                        : random->Pick({v1::ROW_MECHANISM_ASSESSMENT,
                                        v1::ROW_MECHANISM_ASSESSMENT,
                                        v1::ROW_MECHANISM_IMPORTANT_DATA,
                                        v1::ROW_MECHANISM_UNSPECIFIED,
                                        v1::ROW_MECHANISM_GENETIC_RESOURCES}));
  if (row.mechanism() == v1::ROW_MECHANISM_CONTRACT &&
      row.every() != v1::ROW_ITEMS_UNSPECIFIED) {  // Which is refused.
    row.clear_every();
    NameItems(random, &row);
  }
  // Of data of nobody no number is known, and then such a row binds: once it is
  // somebody's the number may be missed.
  const bool threshold =
      random->Percent(45) &&
      !(monotone && row.mechanism() == v1::ROW_MECHANISM_GENETIC_RESOURCES);
  if (threshold && !monotone) {
    SetThreshold(random, random->Pick({">=", ">", "<", "in"}), &row);
    if (random->Percent(10)) row.set_counter(v1::THRESHOLD_COUNTER_RECORDS);
    if (random->Percent(8)) {  // The number was not seen.
      row.clear_threshold_op();
      row.clear_threshold_low();
      row.clear_threshold_high();
    }
  } else if (threshold && row.mechanism() == v1::ROW_MECHANISM_CONTRACT) {
    SetThreshold(random, "<", &row);
    list->rows.push_back(row);
    row.set_id(absl::StrCat("r", list->rows.size() + 1));
    row.set_mechanism(v1::ROW_MECHANISM_ASSESSMENT);
    row.set_threshold_op(">=");
  } else if (threshold) {
    SetThreshold(random, ">=", &row);
  }
  list->rows.push_back(row);
}

void AddGeneralRow(Random* random, bool monotone, policy::List* list) {
  v1::ListRow row = NewRow(random, list);
  NameItems(random, &row);
  row.set_mechanism(v1::ROW_MECHANISM_FREE);
  if (random->Percent(20)) {
    SetThreshold(random, monotone ? "<" : random->Pick({">=", "<", "in"}),
                 &row);
  }
  if (random->Percent(25)) {
    row.add_conditions(kConditions[random->Below(kConditions.size())]);
    row.set_condition_text("Test");
  }
  list->rows.push_back(row);
}

void AddImportantRow(Random* random, policy::List* list) {
  v1::ListRow row = NewRow(random, list);
  SpeakOfItems(random, &row);
  row.set_mechanism(v1::ROW_MECHANISM_IMPORTANT_DATA);
  if (random->Percent(70)) {
    SetThreshold(random, random->Pick({">=", ">"}), &row);
  }
  list->rows.push_back(row);
}

void VaryHead(Random* random, v1::ListHead* head) {
  head->clear_areas();
  head->add_areas(random->Pick(
      {"CN-SH", "CN-SH-FTZ", "CN-GD", "CN-GD-SZ", "CN-BJ", "CN", "CN"}));
  if (random->Percent(20)) head->add_adopted_by("CN-BJ-FTZ");
  head->set_effective(RandomDay(random, 300, random->Percent(90) ? 0 : 3));
  if (random->Percent(8)) head->set_expires(FormatDay(kMiddle + 1));
  if (random->Percent(8)) head->set_superseded_on(FormatDay(kMiddle));
  head->set_excludes_ciio(random->Percent(40));
  head->set_needs_activity_in_area(random->Percent(20));
  if (random->Percent(50)) {
    head->set_filing_rule(v1::LIST_FILING_RULE_REQUIRED);
  }
  if (random->Percent(8)) head->add_exporters(Exporters()[0]);
  if (random->Percent(8)) head->add_recipients("ACME-HK");
  if (random->Percent(25)) {
    head->set_completeness(random->Pick(
        {v1::COMPLETENESS_PARTIAL, v1::COMPLETENESS_HEADINGS_ONLY}));
    head->set_completeness_note("Test");
  }
  if (head->kind() == v1::LIST_KIND_GENERAL && random->Percent(70)) {
    head->set_releases_personal_data(true);
    head->set_releases_personal_data_source("Test");
  }
}

policy::List RandomList(Random* random, bool monotone, int number) {
  const v1::ListKind kind =
      random->Pick({v1::LIST_KIND_GENERAL, v1::LIST_KIND_NEGATIVE,
                    v1::LIST_KIND_NEGATIVE, v1::LIST_KIND_IMPORTANT_DATA});
  policy::List list = policy::TestList(kind);
  list.head.set_edition(absl::StrCat(number));
  VaryHead(random, &list.head);
  const bool headings = random->Percent(10);
  const int64_t rows = 1 + random->Below(5);
  for (int64_t i = 0; i < rows; ++i) {
    if (headings && kind == v1::LIST_KIND_NEGATIVE) {
      v1::ListRow row = NewRow(random, &list);
      row.clear_data_class();
      list.rows.push_back(row);
    } else if (kind == v1::LIST_KIND_GENERAL) {
      AddGeneralRow(random, monotone, &list);
    } else if (kind == v1::LIST_KIND_NEGATIVE) {
      AddNegativeRow(random, monotone, &list);
    } else {
      AddImportantRow(random, &list);
    }
  }
  return list;
}

void AddListFilings(Random* random, policy::Source* policy) {
  v1::RegistryShard* shard = &policy->registry.back();
  for (const policy::List& list : policy->lists) {
    if (list.head.filing_rule() != v1::LIST_FILING_RULE_REQUIRED) continue;
    for (size_t i = 0; i + 1 < Exporters().size(); ++i) {
      if (random->Percent(35)) continue;
      v1::ListFiling* filing = shard->add_list_filings();
      filing->set_id(
          absl::StrCat(list.head.id(), "-", list.head.edition(), "-", i));
      filing->set_exporter(Exporters()[i]);
      filing->set_list(list.head.id());
      filing->set_edition(list.head.edition());
      filing->set_filed(RandomDay(random, 200, 1));
      if (random->Percent(20)) {
        const Day from =
            std::max(ParseDay(filing->filed()).value(), kMiddle - 1);
        filing->set_valid_to(FormatDay(from + random->Below(3)));
      }
    }
  }
}

template <typename List>
void ShuffleList(Random* random, List* list) {
  for (int i = list->size() - 1; i > 0; --i) {
    list->SwapElements(i, random->Below(i + 1));
  }
}

}  // namespace

const std::vector<std::string>& Exporters() {
  static const std::vector<std::string>& codes = *[] {
    auto* made = new std::vector<std::string>;
    for (char last = '0'; last <= '8'; ++last) {
      const std::string code = std::string("9131000012345678") + last;
      made->push_back(code + UsccCheckCharacter(code));
    }
    return made;
  }();
  return codes;
}

v1::Filing RandomFiling(Random* random, const policy::Source&,
                        const std::string& id) {
  v1::Filing filing;
  filing.set_id(id);
  filing.set_exporter(Exporters()[random->Below(Exporters().size() - 1)]);
  filing.set_kind(random->Pick(
      {v1::FILING_KIND_STANDARD_CONTRACT, v1::FILING_KIND_CERTIFICATE,
       v1::FILING_KIND_SECURITY_ASSESSMENT, v1::FILING_KIND_SECURITY_ASSESSMENT,
       v1::FILING_KIND_GBA_CONTRACT_HONG_KONG,
       v1::FILING_KIND_GBA_CONTRACT_MACAO}));
  switch (filing.kind()) {
    case v1::FILING_KIND_CERTIFICATE:
      DateCertificate(random, &filing);
      break;
    case v1::FILING_KIND_SECURITY_ASSESSMENT:
      DateAssessment(random, &filing);
      break;
    default:
      DateContract(random, &filing);
  }
  FillScope(random, filing.mutable_scope());
  filing.set_demonstration(true);
  return filing;
}

policy::Source RandomPolicy(Random* random, bool monotone) {
  policy::Source policy;
  policy.regime = policy::TestRegime();
  VarySwitches(random, &policy.regime);
  policy.calendar = policy::TestSource().calendar;
  if (random->Percent(50)) {
    v1::CalendarDay* holiday = policy.calendar.add_days();
    holiday->set_date("2026-11-16");
    holiday->set_name_zh("测试");
    v1::CalendarDay* working = policy.calendar.add_days();
    working->set_date("2026-11-21");
    working->set_working(true);
    working->set_name_zh("测试");
  }
  policy.taxonomy = policy::TestTaxonomy();
  VaryTaxonomy(random, &policy.taxonomy);
  policy.registry.resize(2);
  AddEnterprises(random, &policy.registry[0]);
  AddGroup(random, &policy.registry[0]);
  const int64_t filings = random->Below(20);
  for (int64_t i = 0; i < filings; ++i) {
    *policy.registry[random->Below(2)].add_filings() =
        RandomFiling(random, policy, absl::StrCat("f", i));
  }
  AddGreenChannels(random, &policy.registry[1]);
  v1::RestrictedRecipient* shunned = policy.registry[1].add_restricted();
  shunned->set_organization_id("SHUNNED");
  shunned->set_since(RandomDay(random, 100, 1));
  shunned->set_notice("Test");
  const int64_t lists = random->Below(6);
  for (int64_t i = 0; i < lists; ++i) {
    policy.lists.push_back(RandomList(random, monotone, i + 1));
  }
  AddListFilings(random, &policy);
  return policy;
}

policy::Source Shuffled(Random* random, policy::Source policy) {
  random->Shuffle(&policy.lists);
  random->Shuffle(&policy.registry);
  for (v1::RegistryShard& shard : policy.registry) {
    ShuffleList(random, shard.mutable_enterprises());
    ShuffleList(random, shard.mutable_groups());
    ShuffleList(random, shard.mutable_filings());
    ShuffleList(random, shard.mutable_registrations());
    ShuffleList(random, shard.mutable_list_filings());
    ShuffleList(random, shard.mutable_restricted());
  }
  ShuffleList(random, policy.taxonomy.mutable_categories());
  ShuffleList(random, policy.taxonomy.mutable_sensitive_kinds());
  return policy;
}

}  // namespace tongguan::oracle
