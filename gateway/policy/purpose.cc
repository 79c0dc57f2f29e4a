#include "gateway/policy/purpose.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/identifier.h"

namespace tongguan::policy {
namespace {

constexpr absl::string_view kContract = "contract_necessity";

// The ids of GeneralPurpose, by its values.
constexpr std::array<absl::string_view, 8> kGeneral = {
    "",
    "international_trade",
    "cross_border_transport",
    "academic_cooperation",
    "multinational_manufacturing",
    "marketing",
    "internal_reporting",
    "other"};

constexpr std::array<absl::string_view, 5> kOfTheirOwn = {
    "human_resources", "recruitment", "emergency", "statutory_duty",
    "foreign_authority_request"};

// The id without the activity of a contract.
absl::string_view KindId(const v1::Purpose& purpose) {
  switch (purpose.kind_case()) {
    case v1::Purpose::kContractNecessity:
      return kContract;
    case v1::Purpose::kHumanResources:
      return "human_resources";
    case v1::Purpose::kRecruitment:
      return "recruitment";
    case v1::Purpose::kEmergency:
      return "emergency";
    case v1::Purpose::kStatutoryDuty:
      return "statutory_duty";
    case v1::Purpose::kForeignAuthorityRequest:
      return "foreign_authority_request";
    case v1::Purpose::kGeneral: {
      // Proto3 enums are open: a number this build does not know has no id.
      const int general = purpose.general();
      return v1::GeneralPurpose_IsValid(general) ? kGeneral[general] : "";
    }
    case v1::Purpose::KIND_NOT_SET:
      break;
  }
  return "";
}

}  // namespace

std::string PurposeId(const v1::Purpose& purpose) {
  if (!purpose.has_contract_necessity()) return std::string(KindId(purpose));
  return absl::StrCat(kContract, ":", purpose.contract_necessity().activity());
}

bool CoversPurpose(absl::string_view filed, const v1::Purpose& purpose) {
  if (filed.empty() || !absl::ConsumePrefix(&filed, KindId(purpose))) {
    return false;
  }
  if (filed.empty() || !purpose.has_contract_necessity()) return filed.empty();
  return absl::ConsumePrefix(&filed, ":") &&
         filed == absl::string_view(purpose.contract_necessity().activity());
}

bool IsPurposeId(absl::string_view id) {
  if (absl::ConsumePrefix(&id, kContract)) {
    return id.empty() || (absl::ConsumePrefix(&id, ":") && IsIdentifier(id));
  }
  const auto is = [id](absl::string_view known) {
    return !known.empty() && known == id;
  };
  return std::any_of(kGeneral.begin(), kGeneral.end(), is) ||
         std::any_of(kOfTheirOwn.begin(), kOfTheirOwn.end(), is);
}

}  // namespace tongguan::policy
