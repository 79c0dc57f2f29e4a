#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/engine/validate.h"
#include "tests/oracle/random.h"
#include "tests/oracle/world.h"

namespace tongguan::oracle {
namespace {

v1::Fact Answer(Random* random, int yes) {
  if (random->Percent(3)) return v1::FACT_UNKNOWN;
  return random->Percent(yes) ? v1::FACT_YES : v1::FACT_NO;
}

// What kinds of item a flow takes.
enum class Mix { kGeneral, kOrdinary, kSensitive, kAny };

v1::DataItem ItemOf(Random* random, const std::string& name,
                    const Sample& sample) {
  v1::DataItem item;
  item.set_name(name.empty() ? sample.name : name);
  if (random->Percent(85)) item.set_category(sample.category);
  if (random->Percent(1)) item.set_category("no_such_category");
  item.set_personal(sample.data_class > 0 ? v1::FACT_YES : v1::FACT_NO);
  item.set_sensitive(sample.data_class > 1 ? v1::FACT_YES : v1::FACT_NO);
  if (random->Percent(2)) item.set_sensitive(v1::FACT_NO);
  if (random->Percent(1)) item.set_personal(v1::FACT_UNKNOWN);
  if (random->Percent(1)) item.set_sensitive(v1::FACT_UNKNOWN);
  item.set_important(v1::IMPORTANT_DATA_NO);
  if (random->Percent(4)) {
    item.set_important(random->Pick(
        {v1::IMPORTANT_DATA_NOTIFIED, v1::IMPORTANT_DATA_PUBLISHED,
         v1::IMPORTANT_DATA_SELF_IDENTIFIED, v1::IMPORTANT_DATA_UNKNOWN}));
  }
  item.set_transform(v1::TRANSFORM_NONE);
  if (random->Percent(10)) {
    item.set_transform(
        random->Pick({v1::TRANSFORM_DE_IDENTIFIED, v1::TRANSFORM_ANONYMISED}));
  }
  return item;
}

void AddItems(Random* random, v1::Flow* flow) {
  const Mix mix = random->Pick({Mix::kGeneral, Mix::kOrdinary, Mix::kOrdinary,
                                Mix::kOrdinary, Mix::kSensitive, Mix::kAny});
  std::vector<Sample> samples;
  for (const Sample& sample : kSamples) {
    const bool fits = mix == Mix::kAny ||
                      (mix == Mix::kGeneral && sample.data_class == 0) ||
                      (mix == Mix::kOrdinary && sample.data_class <= 1) ||
                      (mix == Mix::kSensitive && sample.data_class >= 1);
    if (fits) samples.push_back(sample);
  }
  random->Shuffle(&samples);
  const size_t count = std::min<size_t>(samples.size(), 1 + random->Below(4));
  for (size_t i = 0; i < count; ++i) {
    *flow->add_items() = ItemOf(random, "", samples[i]);
  }
}

void SetPurpose(Random* random, v1::Purpose* purpose) {
  switch (random->Below(16)) {
    case 0:
      purpose->mutable_contract_necessity()->set_activity(
          random->Pick({"visa", "flight_booking", "domestic_hotel"}));
      purpose->mutable_contract_necessity()->set_necessary(Answer(random, 85));
      break;
    case 1: {
      v1::HumanResources* hr = purpose->mutable_human_resources();
      hr->set_necessary(Answer(random, 85));
      hr->set_labour_rules(Answer(random, 85));
      hr->set_collective_contract(Answer(random, 80));
      break;
    }
    case 2:
      purpose->mutable_recruitment()->set_overseas_decides(Answer(random, 60));
      break;
    case 3:
      purpose->mutable_emergency()->set_evidenced(Answer(random, 70));
      break;
    case 4:
      purpose->mutable_statutory_duty()->set_necessary(Answer(random, 75));
      break;
    case 5:
      purpose->mutable_foreign_authority_request()->set_approved(
          Answer(random, 60));
      break;
    default:
      purpose->set_general(random->Pick(
          {v1::GENERAL_PURPOSE_MARKETING, v1::GENERAL_PURPOSE_OTHER,
           v1::GENERAL_PURPOSE_INTERNAL_REPORTING}));
  }
}

void SetDuties(Random* random, bool children, v1::Duties* duties) {
  duties->set_notice(v1::NOTICE_GIVEN);
  duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
  duties->set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  duties->set_pipia(Answer(random, 95));
  duties->set_under_14(v1::FACT_NO);
  if (random->Percent(8)) {
    duties->set_notice(
        random->Pick({v1::NOTICE_WITHOUT_SENSITIVE_PART, v1::NOTICE_NOT_GIVEN,
                      v1::NOTICE_UNKNOWN}));
  }
  if (random->Percent(15)) {
    duties->set_separate_consent(random->Pick(
        {v1::SEPARATE_CONSENT_BUNDLED, v1::SEPARATE_CONSENT_NOT_OBTAINED,
         v1::SEPARATE_CONSENT_UNKNOWN}));
    duties->set_legal_basis(
        random->Pick({v1::LEGAL_BASIS_CONSENT, v1::LEGAL_BASIS_CONTRACT_OR_HR,
                      v1::LEGAL_BASIS_STATUTORY, v1::LEGAL_BASIS_UNKNOWN}));
  }
  if (random->Percent(children ? 70 : 6)) {
    duties->set_under_14(
        random->Pick({v1::FACT_YES, v1::FACT_YES, v1::FACT_UNKNOWN}));
    duties->set_guardian_consent(Answer(random, 80));
  }
}

void SetRecipient(Random* random, v1::Recipient* recipient) {
  const Party& party = kRecipients[random->Percent(2) ? 4 : random->Below(4)];
  recipient->set_organization_id(party.id);
  // The shunned one under another spelling or name.
  if (random->Percent(1)) recipient->set_organization_id("shun_ned");
  if (random->Percent(1)) recipient->set_name("Shunned");
  recipient->set_region(party.region);
  recipient->set_relation(
      random->Pick({v1::RELATION_HEADQUARTERS, v1::RELATION_AFFILIATE,
                    v1::RELATION_THIRD_PARTY, v1::RELATION_UNKNOWN}));
  recipient->set_gba_registered(Answer(random, 85));
  if (random->Percent(20)) {
    const Party& onward = kOnward[random->Below(kOnward.size())];
    v1::OnwardRecipient* added = recipient->add_onward();
    added->set_organization_id(onward.id);
    added->set_region(onward.region);
  }
}

// Totals with this request at and around the numbers where rules turn.
int64_t Total(Random* random, const std::vector<int64_t>& turns) {
  if (random->Percent(35)) return random->Below(90'000);
  return std::max<int64_t>(0, random->PickFrom(turns) - 1 + random->Below(3));
}

void SplitTotal(Random* random, int64_t total, int64_t* before,
                int64_t* added) {
  *before = random->Pick<int64_t>(
      {0, total / 2, std::max<int64_t>(0, total - 1), total});
  *added = total - *before;
}

std::vector<int64_t> Turns(const policy::Source& policy) {
  std::vector<int64_t> turns(kTurns.begin(), kTurns.end());
  turns.push_back(100'000);
  turns.push_back(1'000'000);
  for (const v1::RegistryShard& shard : policy.registry) {
    for (const v1::Filing& filing : shard.filings()) {
      if (filing.approved_people() > 0) {
        turns.push_back(filing.approved_people());
      }
    }
  }
  return turns;
}

bool SumsGroup(const policy::Source& policy, const std::string& exporter) {
  for (const v1::RegistryShard& shard : policy.registry) {
    for (const v1::Group& group : shard.groups()) {
      for (const std::string& member : group.members()) {
        if (member == exporter) return true;
      }
    }
  }
  return false;
}

void SetPeople(Random* random, const policy::Source& policy, Asked* asked) {
  bool personal = false;
  bool sensitive = false;
  bool children = false;
  for (const v1::DataItem& item : asked->flow.items()) {
    children |= item.name() == "pupil";
    personal |= item.personal() != v1::FACT_NO;
    sensitive |= item.sensitive() == v1::FACT_YES;
  }
  int64_t own = 0;
  int64_t added = 0;
  SplitTotal(random, Total(random, Turns(policy)), &own, &added);
  int64_t group = 0;
  if (SumsGroup(policy, asked->flow.exporter())) group = own / 2;
  asked->before.persons = own - group;
  asked->before.group_persons = group;
  int64_t s_before = 0;
  int64_t s_added = 0;
  SplitTotal(random, Total(random, {1, 500, 10'000, 50'000, 5'000}), &s_before,
             &s_added);
  asked->before.sensitive = s_before;
  if (random->Percent(4)) asked->before.persons.reset();
  if (random->Percent(4)) asked->before.sensitive.reset();
  if (group > 0 && random->Percent(4)) asked->before.group_persons.reset();
  if (!personal) return;
  v1::DeclaredPeople* people = asked->flow.mutable_people()->mutable_declared();
  people->set_persons(std::max<int64_t>(1, added));
  if (added == 0) people->set_new_persons(0);
  if (sensitive || random->Percent(2)) {
    people->set_sensitive_persons(std::max<int64_t>(1, s_added));
    if (s_added == 0) people->set_new_sensitive_persons(0);
  }
  if (random->Percent(10)) {  // Some were counted before.
    people->set_new_persons(added / 2);
    people->set_new_sensitive_persons(people->sensitive_persons() / 2);
  }
  SetDuties(random, children, asked->flow.mutable_duties());
}

void SetDirection(Random* random, v1::Flow* flow) {
  flow->set_direction(random->Percent(92) ? v1::DIRECTION_OUTBOUND
                                          : v1::DIRECTION_REMOTE_ACCESS);
  if (random->Percent(96)) return;
  flow->set_direction(
      random->Pick({v1::DIRECTION_INBOUND, v1::DIRECTION_ONSHORE_ACCESS}));
  if (flow->direction() == v1::DIRECTION_ONSHORE_ACCESS) {
    flow->mutable_access()->set_accessor_place(
        random->Pick({v1::PLACE_MAINLAND, v1::PLACE_MAINLAND, v1::PLACE_ABROAD,
                      v1::PLACE_UNKNOWN}));
    flow->mutable_access()->set_leaves_mainland(Answer(random, 30));
  }
}

void SetRegimes(Random* random, v1::Flow* flow) {
  for (v1::SpecialRegime regime :
       {v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES,
        v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY,
        v1::SPECIAL_REGIME_STATE_SECRET}) {
    if (!random->Percent(20)) continue;
    v1::SpecialRegimeClaim* claim = flow->add_special_regimes();
    claim->set_regime(regime);
    claim->set_does_not_apply(true);
  }
  if (!random->Percent(4)) return;
  const int64_t claims = 1 + random->Below(2);
  for (int64_t i = 0; i < claims; ++i) {
    v1::SpecialRegimeClaim* claim = flow->add_special_regimes();
    claim->set_regime(static_cast<v1::SpecialRegime>(1 + random->Below(6)));
    claim->set_licence(Answer(random, 60));
  }
}

Asked Draw(Random* random, const policy::Source& policy) {
  Asked asked;
  v1::Flow& flow = asked.flow;
  flow.set_exporter(
      Exporters()[random->Percent(2) ? Exporters().size() - 1
                                     : random->Below(Exporters().size() - 1)]);
  SetDirection(random, &flow);
  SetRecipient(random, flow.mutable_recipient());
  flow.set_sector(random->PickFrom(kSectors));
  flow.set_scenario(random->PickFrom(kScenarios));
  flow.set_activity_area(
      random->Pick({"", "CN-SH-FTZ", "CN-SH", "CN-GD-SZ", "CN-BJ"}));
  AddItems(random, &flow);
  SetPurpose(random, flow.mutable_purpose());
  flow.set_origin(random->Percent(2) ? v1::ORIGIN_UNKNOWN
                                     : v1::ORIGIN_DOMESTIC);
  if (random->Percent(7)) {
    flow.set_origin(v1::ORIGIN_OVERSEAS);
    flow.set_domestic_data_added(Answer(random, 30));
  }
  SetRegimes(random, &flow);
  for (const char* condition : kConditions) {
    if (!random->Percent(60)) continue;
    v1::ConditionAnswer* answer = flow.add_conditions();
    answer->set_condition(condition);
    answer->set_holds(Answer(random, 80));
  }
  SetPeople(random, policy, &asked);
  // Within a day of the middle, often at the very edge of a Beijing day.
  const Day day = kMiddle - 1 + random->Below(3);
  asked.at = StartOfBeijingDay(day);
  if (random->Percent(70)) asked.at += absl::Seconds(random->Below(86'400));
  return asked;
}

}  // namespace

v1::DataItem RandomItem(Random* random, const std::string& name) {
  return ItemOf(random, name, kSamples[random->Below(kSamples.size())]);
}

Asked RandomQuestion(Random* random, const policy::Source& policy) {
  while (true) {
    Asked asked = Draw(random, policy);
    if (engine::ValidateFlow(asked.flow).empty()) return asked;
  }
}

}  // namespace tongguan::oracle
