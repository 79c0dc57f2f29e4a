#include "tests/conformance/vocabulary.h"

#include <cstdint>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gateway/base/beijing.h"
#include "gateway/base/identifier.h"

namespace tongguan::conformance {
namespace {

enum class Form {
  kWord,         // One of the words.
  kWords,        // Words joined by '|'.
  kCount,        // People; or one of the words.
  kDate,         // YYYY-MM-DD; or one of the words.
  kInstant,      // RFC 3339.
  kRegion,       // ISO 3166-1 alpha-2, not the mainland.
  kIdentifier,   // As the API takes names.
  kIdentifiers,  // Identifiers joined by '|'.
  kFiling,       // Checked part by part, where it is read.
};

struct Key {
  const char* name;
  Form form;
  const char* words;  // Separated by spaces.
};

constexpr char kYesNo[] = "n y";
constexpr char kFact[] = "n y unknown";

constexpr Key kFacts[] = {
    {"eval_time", Form::kInstant, ""},
    {"direction", Form::kWord, "outbound inbound onshore_access remote_access"},
    {"accessor", Form::kWord, "overseas_location overseas_staff_in_mainland"},
    {"data_leaves_mainland", Form::kWord, kYesNo},
    {"exporter_region", Form::kWord,
     "CN-BJ CN-TJ CN-HE CN-SX CN-NM CN-LN CN-JL CN-HL CN-SH CN-JS CN-ZJ CN-AH "
     "CN-FJ CN-JX CN-SD CN-HA CN-HB CN-HN CN-GX CN-HI CN-CQ CN-SC CN-GZ CN-YN "
     "CN-XZ CN-SN CN-GS CN-QH CN-NX CN-XJ CN-GD-GZ CN-GD-SZ CN-GD-ZH CN-GD-FS "
     "CN-GD-HZ CN-GD-DG CN-GD-ZS CN-GD-JM CN-GD-ZQ CN-GD-ST"},
    {"exporter_in_ftz", Form::kWord, "n y hetao"},
    {"exporter_registered_gba", Form::kWord, kYesNo},
    {"recipient_registered_gba", Form::kWord, kYesNo},
    {"ciio", Form::kWord, kFact},
    {"foreign_invested", Form::kWord, kYesNo},
    {"green_channel", Form::kWord, kYesNo},
    {"industry", Form::kIdentifier, ""},
    {"scenario", Form::kIdentifier, ""},
    {"data_categories", Form::kIdentifiers, ""},
    {"contains_pi", Form::kWord, kFact},
    {"important_data", Form::kWord,
     "n y notified published self_identified_not_notified unknown"},
    {"important_data_notified_on", Form::kDate, ""},
    {"sa_applied", Form::kWord, kYesNo},
    {"persons_ytd_before", Form::kCount, "unknown"},
    {"sensitive_ytd_before", Form::kCount, "unknown"},
    {"persons_prev_year", Form::kCount, ""},
    {"processed_persons_total", Form::kCount, ""},
    {"persons_deleted_since", Form::kCount, ""},
    {"exempt_ytd_before", Form::kCount, ""},
    {"persons_in_request", Form::kCount, ""},
    {"sensitive_in_request", Form::kCount, ""},
    {"persons_new", Form::kCount, "unknown"},
    {"sensitive_new", Form::kCount, "unknown"},
    {"purpose", Form::kWord,
     "contract_necessity:cross_border_shopping "
     "contract_necessity:cross_border_delivery "
     "contract_necessity:cross_border_remittance "
     "contract_necessity:cross_border_payment "
     "contract_necessity:cross_border_account_opening "
     "contract_necessity:flight_booking "
     "contract_necessity:flight_hotel_booking contract_necessity:visa "
     "contract_necessity:exam_service contract_necessity:overseas_tutoring "
     "hr_management recruitment emergency_life_health_property "
     "emergency_claimed_not_evidenced statutory_duty_PRC_law "
     "foreign_court_or_enforcement_request international_trade "
     "cross_border_transport academic_cooperation multinational_manufacturing "
     "marketing marketing_to_members "
     "domestic_hotel_booking_by_domestic_person other_internal_reporting"},
    {"necessity", Form::kWord, kYesNo},
    {"labor_rules", Form::kWord, kYesNo},
    {"collective_contract", Form::kWord, kYesNo},
    {"overseas_decides_hiring", Form::kWord, kYesNo},
    {"legal_basis", Form::kWord,
     "consent PIPL13(1)(2) PIPL13(1)(3) PIPL13(1)(4)"},
    {"notice", Form::kWord, "n y y_without_sensitive_necessity"},
    {"separate_consent", Form::kWord, "n y bundled"},
    {"pipia", Form::kWord, kYesNo},
    {"subject_under_14", Form::kWord, kYesNo},
    {"guardian_consent", Form::kWord, kYesNo},
    {"data_origin", Form::kWord, "domestic overseas"},
    {"domestic_data_added", Form::kWord, kFact},
    {"processing", Form::kWords,
     "anonymised_irreversible encrypted pseudonymised"},
    {"recipient_region", Form::kRegion, ""},
    {"recipient", Form::kWord, "outside_group"},
    {"recipient_status", Form::kWord, "on_cac_restricted_list"},
    {"onward_recipient", Form::kWord, "listed_in_appendix_1 not_listed"},
    {"onward_transfer", Form::kRegion, ""},
    {"changed", Form::kWord,
     "purpose new_data_category other_recipient retention_extended "
     "recipient_country_law recipient_control_changed system_upgrade_only"},
    {"partial", Form::kWord, "field_refused"},
    {"extension", Form::kWord, "pending granted"},
    {"splitting", Form::kWord, kYesNo},
    {"group_sibling_ytd", Form::kCount, ""},
    {"special_regime", Form::kWord,
     "state_secret core_data human_genetic_resources "
     "export_controlled_technology surveying_mapping_result credit_reporting"},
    {"licence", Form::kWord, kYesNo},
    {"list_id", Form::kWord,
     "none BJ-2025 SH-2024 SH-2025 SH-LG-general-2024 TJ-2024 ZJ-2024 GD-2025 "
     "GEN-DEMO"},
    {"list_position", Form::kWord,
     "outside in_scc_part in_sa_part general_list industry_not_listed "
     "excluded_genetic"},
    {"list_releases_personal_data", Form::kWord, kYesNo},
    {"list_filing", Form::kWord, kYesNo},
    {"list_adopted_locally", Form::kWord, kYesNo},
    {"list_superseded", Form::kWord, kYesNo},
    {"mechanism_on_file", Form::kFiling, ""},
};

constexpr Key kFilingParts[] = {
    {"kind", Form::kWord,
     "standard_contract gba_standard_contract gba_standard_contract_mo "
     "certification security_assessment"},
    {"effective", Form::kDate, ""},
    {"signed", Form::kDate, ""},
    {"filed", Form::kDate, "none"},
    {"expired", Form::kDate, ""},
    {"issued", Form::kDate, ""},
    {"expires", Form::kDate, ""},
    {"applied", Form::kDate, ""},
    {"status", Form::kWord,
     "passed failed not_passed supplement_required valid suspended revoked "
     "under_review terminated_by_cac"},
    {"covers", Form::kWord, kYesNo},
    {"approved_persons", Form::kCount, ""},
    {"body", Form::kWord, "CCRC unlisted"},
    {"holder", Form::kWord, "overseas_recipient"},
    {"filer", Form::kWord, "group_parent"},
};

constexpr Key kExpectations[] = {
    {"expected_outcome", Form::kWord, "allow assess"},
    {"required_mechanism", Form::kWord,
     "none standard_contract_or_certification security_assessment "
     "gba_standard_contract not_determinable do_not_export "
     "competent_authority_approval cac_restricted_list "
     "human_genetic_resources_procedure special_licence "
     "prohibited_or_special"},
};

// ISO 3166-1 alpha-2 without CN: HK, MO and TW are abroad for this law.
constexpr char kRegions[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI "
    "BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CO "
    "CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM "
    "FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN "
    "HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP "
    "KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
    "MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR "
    "NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA "
    "SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN "
    "VU WF WS YE YT ZA ZM ZW";

bool IsWord(absl::string_view words, absl::string_view value) {
  return absl::c_linear_search(absl::StrSplit(words, ' ', absl::SkipEmpty()),
                               value);
}

bool IsCount(absl::string_view value) {
  int64_t count = 0;
  return !value.empty() && absl::c_all_of(value, absl::ascii_isdigit) &&
         absl::SimpleAtoi(value, &count);
}

bool IsInstant(absl::string_view value) {
  absl::Time time;
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, value, &time, &error) &&
         time != absl::InfiniteFuture() && time != absl::InfinitePast();
}

template <typename Check>
bool AllParts(absl::string_view value, Check check) {
  return absl::c_all_of(absl::StrSplit(value, '|'), check);
}

bool Fits(const Key& key, absl::string_view value) {
  switch (key.form) {
    case Form::kWord:
      return IsWord(key.words, value);
    case Form::kWords:
      return AllParts(value, [&key](absl::string_view part) {
        return IsWord(key.words, part);
      });
    case Form::kCount:
      return IsCount(value) || IsWord(key.words, value);
    case Form::kDate:
      return ParseDay(value).ok() || IsWord(key.words, value);
    case Form::kInstant:
      return IsInstant(value);
    case Form::kRegion:
      return IsWord(kRegions, value);
    case Form::kIdentifier:
      return IsIdentifier(value);
    case Form::kIdentifiers:
      return AllParts(value, IsIdentifier);
    case Form::kFiling:
      return true;
  }
  return false;
}

absl::Status Check(absl::Span<const Key> keys, absl::string_view name,
                   absl::string_view value) {
  for (const Key& key : keys) {
    if (name != key.name) continue;
    if (Fits(key, value)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("unknown value '", value, "' of key '", name, "'"));
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown key '", name, "'"));
}

}  // namespace

absl::Status CheckFact(absl::string_view key, absl::string_view value) {
  return Check(kFacts, key, value);
}

absl::Status CheckFilingPart(absl::string_view key, absl::string_view value) {
  return Check(kFilingParts, key, value);
}

absl::Status CheckExpectation(absl::string_view column,
                              absl::string_view value) {
  return Check(kExpectations, column, value);
}

}  // namespace tongguan::conformance
