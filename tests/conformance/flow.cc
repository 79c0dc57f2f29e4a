#include "tests/conformance/flow.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tongguan::conformance {
namespace {

constexpr v1::Fact kNo = v1::FACT_NO;
constexpr v1::Fact kYes = v1::FACT_YES;

v1::Direction DirectionOf(const Facts& facts) {
  const std::string word = facts.Get("direction", "outbound");
  if (word == "inbound") return v1::DIRECTION_INBOUND;
  if (word == "onshore_access") return v1::DIRECTION_ONSHORE_ACCESS;
  return word == "remote_access" ? v1::DIRECTION_REMOTE_ACCESS
                                 : v1::DIRECTION_OUTBOUND;
}

void SetAccess(const Facts& facts, v1::Access* access) {
  const std::string accessor = facts.Get("accessor");
  access->set_accessor_place(
      accessor == "overseas_staff_in_mainland" ? v1::PLACE_MAINLAND
      : accessor == "overseas_location"        ? v1::PLACE_ABROAD
                                               : v1::PLACE_UNKNOWN);
  access->set_leaves_mainland(facts.Fact("data_leaves_mainland", kYes));
}

void SetRecipient(const Facts& facts, const Parties& parties,
                  v1::Recipient* recipient) {
  const std::string region = facts.Get("recipient_region", "US");
  recipient->set_organization_id(parties.recipient);
  recipient->set_region(region);
  recipient->set_relation(facts.Is("recipient", "outside_group")
                              ? v1::RELATION_THIRD_PARTY
                              : v1::RELATION_AFFILIATE);
  recipient->set_gba_registered(facts.Fact("recipient_registered_gba", kNo));
  if (!facts.Has("onward_recipient") && !facts.Has("onward_transfer")) return;
  v1::OnwardRecipient* onward = recipient->add_onward();
  onward->set_organization_id(parties.onward);
  onward->set_region(facts.Get("onward_transfer", region));
}

v1::ImportantData ImportantOf(const Facts& facts) {
  const std::string word = facts.Get("important_data", "n");
  if (word == "n") return v1::IMPORTANT_DATA_NO;
  if (word == "published") return v1::IMPORTANT_DATA_PUBLISHED;
  if (word == "unknown") return v1::IMPORTANT_DATA_UNKNOWN;
  if (word == "self_identified_not_notified") {
    return v1::IMPORTANT_DATA_SELF_IDENTIFIED;
  }
  return v1::IMPORTANT_DATA_NOTIFIED;  // "y" and "notified".
}

v1::Transform TransformOf(const Facts& facts) {
  const std::vector<std::string> done = facts.List("processing");
  if (done.empty()) return v1::TRANSFORM_NONE;
  return absl::c_linear_search(done, "anonymised_irreversible")
             ? v1::TRANSFORM_ANONYMISED
             : v1::TRANSFORM_DE_IDENTIFIED;
}

void SetItems(const Facts& facts, v1::Flow* flow) {
  v1::DataItem item;
  item.set_name(kDefaultCategory);
  item.set_category(kDefaultCategory);
  item.set_personal(facts.Fact("contains_pi", kYes));
  // Sensitive as far as it is personal: unknown stays unknown.
  const bool sensitive = facts.Count("sensitive_in_request").value_or(0) > 0;
  item.set_sensitive(sensitive ? item.personal() : kNo);
  item.set_important(ImportantOf(facts));
  item.set_transform(TransformOf(facts));
  for (const std::string& category : facts.List("data_categories")) {
    item.set_name(category);
    item.set_category(category);
    *flow->add_items() = item;
  }
  if (flow->items().empty()) *flow->add_items() = item;
}

void SetPeople(const Facts& facts, v1::Flow* flow) {
  // Where nothing is personal, the people of the flow are nobody's data.
  if (facts.Is("contains_pi", "n")) return;
  v1::DeclaredPeople people;
  people.set_persons(facts.Count("persons_in_request").value_or(0));
  people.set_sensitive_persons(facts.Count("sensitive_in_request").value_or(0));
  if (people.persons() == 0 && people.sensitive_persons() == 0) {
    // A request that adds nobody: personal data is somebody's, so of one who
    // was counted before.
    people.set_persons(1);
    people.set_new_persons(0);
  }
  if (facts.Has("persons_new") && facts.Count("persons_new").has_value()) {
    people.set_new_persons(*facts.Count("persons_new"));
  }
  if (facts.Has("sensitive_new") && facts.Count("sensitive_new").has_value()) {
    people.set_new_sensitive_persons(*facts.Count("sensitive_new"));
  }
  *flow->mutable_people()->mutable_declared() = people;
}

// A purpose that no exemption hangs on.
v1::GeneralPurpose GeneralOf(const std::string& word) {
  if (word == "international_trade") {
    return v1::GENERAL_PURPOSE_INTERNATIONAL_TRADE;
  }
  if (word == "cross_border_transport") {
    return v1::GENERAL_PURPOSE_CROSS_BORDER_TRANSPORT;
  }
  if (word == "academic_cooperation") {
    return v1::GENERAL_PURPOSE_ACADEMIC_COOPERATION;
  }
  if (word == "multinational_manufacturing") {
    return v1::GENERAL_PURPOSE_MULTINATIONAL_MANUFACTURING;
  }
  if (word == "marketing" || word == "marketing_to_members") {
    return v1::GENERAL_PURPOSE_MARKETING;
  }
  if (word == "other_internal_reporting") {
    return v1::GENERAL_PURPOSE_INTERNAL_REPORTING;
  }
  return v1::GENERAL_PURPOSE_OTHER;
}

void SetHumanResources(const Facts& facts, v1::HumanResources* hr) {
  hr->set_necessary(facts.Fact("necessity", kNo));
  hr->set_labour_rules(facts.Fact("labor_rules", kNo));
  hr->set_collective_contract(facts.Fact("collective_contract", kNo));
}

void SetContract(const Facts& facts, absl::string_view activity,
                 v1::ContractNecessity* contract) {
  contract->set_activity(std::string(activity));
  contract->set_necessary(facts.Fact("necessity", kYes));
}

void SetPurpose(const Facts& facts, v1::Purpose* purpose) {
  const std::string word = facts.Get("purpose");
  const std::vector<std::string> parts = absl::StrSplit(word, ':');
  if (parts[0] == "contract_necessity") {
    SetContract(facts, parts[1], purpose->mutable_contract_necessity());
  } else if (word == "domestic_hotel_booking_by_domestic_person") {
    SetContract(facts, word, purpose->mutable_contract_necessity());
  } else if (word == "hr_management") {
    SetHumanResources(facts, purpose->mutable_human_resources());
  } else if (word == "recruitment") {
    purpose->mutable_recruitment()->set_overseas_decides(
        facts.Fact("overseas_decides_hiring", kNo));
  } else if (word == "emergency_life_health_property") {
    purpose->mutable_emergency()->set_evidenced(kYes);
  } else if (word == "emergency_claimed_not_evidenced") {
    purpose->mutable_emergency()->set_evidenced(kNo);
  } else if (word == "statutory_duty_PRC_law") {
    purpose->mutable_statutory_duty()->set_necessary(
        facts.Fact("necessity", kNo));
  } else if (word == "foreign_court_or_enforcement_request") {
    purpose->mutable_foreign_authority_request()->set_approved(kNo);
  } else {
    purpose->set_general(GeneralOf(word));
  }
}

v1::LegalBasis BasisOf(const Facts& facts) {
  const std::string word = facts.Get("legal_basis", "consent");
  if (word == "PIPL13(1)(2)") return v1::LEGAL_BASIS_CONTRACT_OR_HR;
  if (word == "PIPL13(1)(3)") return v1::LEGAL_BASIS_STATUTORY;
  return word == "PIPL13(1)(4)" ? v1::LEGAL_BASIS_EMERGENCY
                                : v1::LEGAL_BASIS_CONSENT;
}

void SetDuties(const Facts& facts, v1::Duties* duties) {
  const std::string notice = facts.Get("notice", "y");
  duties->set_notice(notice == "y"   ? v1::NOTICE_GIVEN
                     : notice == "n" ? v1::NOTICE_NOT_GIVEN
                                     : v1::NOTICE_WITHOUT_SENSITIVE_PART);
  const std::string consent = facts.Get("separate_consent", "y");
  duties->set_separate_consent(consent == "y" ? v1::SEPARATE_CONSENT_OBTAINED
                               : consent == "n"
                                   ? v1::SEPARATE_CONSENT_NOT_OBTAINED
                                   : v1::SEPARATE_CONSENT_BUNDLED);
  duties->set_legal_basis(BasisOf(facts));
  duties->set_pipia(facts.Fact("pipia", kYes));
  duties->set_under_14(facts.Fact("subject_under_14", kNo));
  if (duties->under_14() != kNo) {
    duties->set_guardian_consent(facts.Fact("guardian_consent", kNo));
  }
}

void SetOrigin(const Facts& facts, v1::Flow* flow) {
  if (!facts.Is("data_origin", "overseas")) {
    flow->set_origin(v1::ORIGIN_DOMESTIC);
    return;
  }
  flow->set_origin(v1::ORIGIN_OVERSEAS);
  flow->set_domestic_data_added(
      facts.Fact("domestic_data_added", v1::FACT_UNKNOWN));
}

v1::SpecialRegime RegimeOf(const std::string& word) {
  if (word == "state_secret") return v1::SPECIAL_REGIME_STATE_SECRET;
  if (word == "core_data") return v1::SPECIAL_REGIME_CORE_DATA;
  if (word == "human_genetic_resources") {
    return v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES;
  }
  if (word == "export_controlled_technology") {
    return v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY;
  }
  return word == "surveying_mapping_result"
             ? v1::SPECIAL_REGIME_SURVEYING_RESULT
             : v1::SPECIAL_REGIME_CREDIT_REPORTING;
}

// What every flow of the exporter states.
v1::Flow CommonFlow(const Facts& facts, const Parties& parties) {
  v1::Flow flow;
  flow.set_exporter(parties.exporter);
  flow.set_system("conformance");
  const std::string zone = ZoneOf(facts);
  flow.set_activity_area(zone.empty() ? facts.Get("exporter_region", "CN-SC")
                                      : zone);
  flow.set_origin(v1::ORIGIN_DOMESTIC);
  return flow;
}

}  // namespace

v1::Flow BuildFlow(const Facts& facts, const Parties& parties) {
  v1::Flow flow = CommonFlow(facts, parties);
  flow.set_request_id(parties.name);
  flow.set_direction(DirectionOf(facts));
  if (flow.direction() == v1::DIRECTION_ONSHORE_ACCESS) {
    SetAccess(facts, flow.mutable_access());
  }
  SetRecipient(facts, parties, flow.mutable_recipient());
  flow.set_sector(SectorOf(facts));
  flow.set_scenario(facts.Get("scenario"));
  SetItems(facts, &flow);
  SetPeople(facts, &flow);
  SetPurpose(facts, flow.mutable_purpose());
  if (!facts.Is("contains_pi", "n")) SetDuties(facts, flow.mutable_duties());
  SetOrigin(facts, &flow);
  if (facts.Has("special_regime")) {
    v1::SpecialRegimeClaim* claim = flow.add_special_regimes();
    claim->set_regime(RegimeOf(facts.Get("special_regime")));
    claim->set_licence(facts.Fact("licence", kNo));
  }
  return flow;
}

v1::Flow BuildExemptFlow(const Facts& facts, const Parties& parties,
                         int64_t people) {
  v1::Flow flow = CommonFlow(facts, parties);
  flow.set_request_id(absl::StrCat(parties.name, "-exempt"));
  flow.set_direction(v1::DIRECTION_OUTBOUND);
  // With every default: an ordinary recipient, one personal item, duties kept.
  SetRecipient(Facts(), Parties(), flow.mutable_recipient());
  flow.mutable_recipient()->set_organization_id("exempt-recipient");
  SetItems(Facts(), &flow);
  flow.mutable_people()->mutable_declared()->set_persons(people);
  SetContract(Facts(), "cross_border_payment",
              flow.mutable_purpose()->mutable_contract_necessity());
  SetDuties(Facts(), flow.mutable_duties());
  return flow;
}

std::string ZoneOf(const Facts& facts) {
  if (facts.Is("exporter_in_ftz", "hetao")) return "CN-GD-SZ-HETAO";
  if (!facts.Is("exporter_in_ftz", "y")) return "";
  // "CN-GD-SZ" → "CN-GD-FTZ": zones are a province's.
  return absl::StrCat(facts.Get("exporter_region", "CN-SC").substr(0, 5),
                      "-FTZ");
}

std::string SectorOf(const Facts& facts) {
  const bool list = facts.Get("list_id", "none") != "none";
  return facts.Get("industry", list ? "any_sector" : "");
}

}  // namespace tongguan::conformance
