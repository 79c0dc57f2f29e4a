#include "gateway/service/privacy.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/policy/detectors.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

// Of what the detectors find in any text nothing has fewer digits, but licence
// plates, which begin with an ideograph, and e-mail addresses. Most names have
// none, and are not looked at further.
constexpr int kFewestDigits = 4;
// 138.1234.5678 has two dots; an IPv4 address has three.
constexpr int kMostDots = 2;
constexpr char kSomebodys[] = "wrong.somebodys";

bool MayBeSomebodys(absl::string_view text) {
  int digits = 0;
  bool plain = false;   // A letter or digit.
  bool beyond = false;  // Of another script.
  for (const char c : text) {
    if (c == '@' || c == '\xEF') return true;  // 0xEF: full-width forms.
    digits += absl::ascii_isdigit(c) ? 1 : 0;
    plain |= absl::ascii_isalnum(c);
    beyond |= static_cast<uint8_t>(c) >= 0x80;
  }
  return digits >= kFewestDigits || (beyond && plain && digits > 0);
}

// The category of persons' values that the text is; null: none.
const v1::Category* Personal(absl::string_view text, const policy::Watch& watch,
                             std::string* scratch) {
  const v1::Category* category = watch.Find(text, scratch).category;
  const bool personal = category != nullptr &&
                        (category->data_class() == v1::DATA_CLASS_PERSONAL ||
                         category->data_class() == v1::DATA_CLASS_SENSITIVE);
  return personal ? category : nullptr;
}

// The same of a name, in which a dot is a gap as '-' is: no name is a decimal
// number.
const v1::Category* WhatOfSomebody(absl::string_view text,
                                   const policy::Taxonomy& taxonomy) {
  if (!MayBeSomebodys(text)) return nullptr;
  thread_local std::string scratch;
  const policy::Watch& watch = taxonomy.detectors().For(nullptr);
  const v1::Category* category = Personal(text, watch, &scratch);
  const auto dots = std::count(text.begin(), text.end(), '.');
  if (category != nullptr || dots == 0 || dots > kMostDots) return category;
  std::string dashed(text);
  std::replace(dashed.begin(), dashed.end(), '.', '-');
  return Personal(dashed, watch, &scratch);
}

class Names {
 public:
  Names(const policy::Taxonomy& taxonomy, const std::string& path,
        std::vector<v1::FieldViolation>* violations)
      : taxonomy_(taxonomy), path_(path), violations_(violations) {}

  void Check(absl::string_view field, absl::string_view text, int at = -1,
             absl::string_view part = "") {
    const v1::Category* category = WhatOfSomebody(text, taxonomy_);
    if (category == nullptr) return;
    v1::FieldViolation& violation = violations_->emplace_back();
    violation.set_field(
        at < 0 ? absl::StrCat(path_, ".", field)
               : absl::StrCat(path_, ".", field, "[", at, "]", part));
    violation.set_code(kSomebodys);
    violation.add_operands(category->id());
  }

 private:
  const policy::Taxonomy& taxonomy_;
  const std::string& path_;
  std::vector<v1::FieldViolation>* const violations_;
};

}  // namespace

void CheckNames(const v1::Flow& flow, const policy::Taxonomy& taxonomy,
                const std::string& path,
                std::vector<v1::FieldViolation>* violations) {
  Names names(taxonomy, path, violations);
  names.Check("request_id", flow.request_id());
  names.Check("system", flow.system());
  names.Check("sector", flow.sector());
  names.Check("scenario", flow.scenario());
  names.Check("activity_area", flow.activity_area());
  const v1::Recipient& recipient = flow.recipient();
  names.Check("recipient.organization_id", recipient.organization_id());
  names.Check("recipient.name", recipient.name());
  for (int i = 0; i < recipient.onward_size(); ++i) {
    names.Check("recipient.onward", recipient.onward(i).organization_id(), i,
                ".organization_id");
  }
  for (int i = 0; i < flow.items_size(); ++i) {
    names.Check("items", flow.items(i).name(), i, ".name");
    names.Check("items", flow.items(i).category(), i, ".category");
    names.Check("items", flow.items(i).override_reason(), i,
                ".override_reason");
  }
  names.Check("purpose.contract_necessity.activity",
              flow.purpose().contract_necessity().activity());
  names.Check("duties.pipia_reference", flow.duties().pipia_reference());
  for (int i = 0; i < flow.conditions_size(); ++i) {
    names.Check("conditions", flow.conditions(i).condition(), i, ".condition");
  }
  names.Check("people.exact.key_id", flow.people().exact().key_id());
}

absl::Status CheckName(absl::string_view field, absl::string_view text,
                       const policy::Taxonomy& taxonomy) {
  const v1::Category* category = WhatOfSomebody(text, taxonomy);
  if (category == nullptr) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field, kSomebodys,
                      {category->id()});
}

}  // namespace tongguan::service
