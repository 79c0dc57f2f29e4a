#include "gateway/inspect/identifying.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tongguan::inspect {
namespace {

// Categories that tell people apart, the best first: documents and numbers that
// one body gives to one person each, then accounts, then what people change. A
// telephone is not among them: a household or an office has one.
constexpr std::array<absl::string_view, 18> kIdentifiers = {
    "resident_id_number",
    "identity_document_number",
    "passport_number",
    "travel_permit_number",
    "residence_permit_number",
    "social_security_number",
    "medical_insurance_number",
    "personal_tax_number",
    "driving_licence_number",
    "employee_number",
    "trial_subject_number",
    "patient_number",
    "member_number",
    "individual_customer_number",
    "frequent_flyer_number",
    "user_account",
    "mobile",
    "email",
};

// In lower case.
constexpr absl::string_view kNobody[] = {
    "无",     "暂无",   "没有",    "空",   "未知",      "不详",   "未填",
    "未填写", "未提供", "未登记",  "不明", "不适用",    "保密",   "同上",
    "n/a",    "#n/a",   "na",      "nan",  "null",      "(null)", "<null>",
    "none",   "nil",    "unknown", "n.a.", "undefined", "tbd",    "empty",
    "test",   "x",      "xx",      "xxx",  "#ref!",     "#value!"};

// \d(\.\d+)?E\+\d+, in either case.
bool IsScientific(absl::string_view form) {
  const size_t e = form.find_first_of("eE");
  if (e == absl::string_view::npos || e + 2 >= form.size() ||
      form[e + 1] != '+' || !absl::ascii_isdigit(form[0])) {
    return false;
  }
  const auto digits = [](absl::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  };
  const absl::string_view mantissa = form.substr(0, e);
  return digits(form.substr(e + 2)) &&
         (mantissa.size() == 1 ||
          (mantissa[1] == '.' && digits(mantissa.substr(2))));
}

}  // namespace

bool TellsApart(const v1::Category& category) {
  return std::find(kIdentifiers.begin(), kIdentifiers.end(), category.id()) !=
         kIdentifiers.end();
}

bool HasDetector(const policy::Taxonomy& taxonomy, absl::string_view category) {
  const auto& detectors = taxonomy.source().detectors();
  return std::any_of(detectors.begin(), detectors.end(),
                     [category](const v1::Detector& one) {
                       return absl::string_view(one.category()) == category;
                     });
}

people::IdentifierKind KindOf(absl::string_view category) {
  if (category == "mobile" || category == "telephone") {
    return people::IdentifierKind::kPhone;
  }
  if (category == "bank_account") return people::IdentifierKind::kCard;
  constexpr absl::string_view kDocuments[] = {
      "resident_id_number",      "identity_document_number",
      "passport_number",         "travel_permit_number",
      "residence_permit_number", "driving_licence_number"};
  return std::find(std::begin(kDocuments), std::end(kDocuments), category) !=
                 std::end(kDocuments)
             ? people::IdentifierKind::kDocument
             : people::IdentifierKind::kOther;
}

size_t MostLettersOf(absl::string_view category) {
  if (category == "resident_id_number") return 18;  // GB 11643.
  // ICAO 9303 has nine; two of seven are fourteen.
  if (category == "passport_number") return 13;
  if (category == "bank_account") return 19;  // ISO/IEC 7812-1.
  return 20;
}

bool StandsForNobody(absl::string_view form) {
  constexpr size_t kLongest = 9;  // Of kNobody, in bytes.
  const bool nothing = std::none_of(form.begin(), form.end(), [](char c) {
    return (absl::ascii_isalnum(c) && c != '0') ||
           static_cast<uint8_t>(c) >= 0x80;
  });
  if (nothing || form.size() > kLongest) return nothing;
  const std::string lower = absl::AsciiStrToLower(form);
  return std::find(std::begin(kNobody), std::end(kNobody),
                   absl::string_view(lower)) != std::end(kNobody);
}

bool IsSpoiled(absl::string_view form) {
  return absl::StrContains(form, "**") || IsScientific(form);
}

std::vector<size_t> FindIdentifiers(
    const std::vector<v1::InspectedColumn>& columns) {
  std::vector<size_t> found;
  for (const absl::string_view category : kIdentifiers) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (category == absl::string_view(columns[i].category()) &&
          columns[i].values() > 0) {
        found.push_back(i);
      }
    }
    if (!found.empty()) return found;
  }
  return found;
}

bool IsOneWord(absl::string_view value) {
  return absl::ascii_isalpha(value[0]) &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

}  // namespace tongguan::inspect
