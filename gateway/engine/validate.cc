#include "gateway/engine/validate.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/identifier.h"
#include "gateway/base/uscc.h"

namespace tongguan::engine {
namespace {

constexpr size_t kMostViolations = 20;
constexpr int kMostOnward = 100;
constexpr int kMostRegimes = 16;
constexpr int kMostConditions = 100;

class Checker {
 public:
  explicit Checker(std::vector<v1::FieldViolation>* out) : out_(out) {}

  void Add(std::string field, std::string description) {
    if (out_->size() >= kMostViolations) return;
    v1::FieldViolation& violation = out_->emplace_back();
    violation.set_field(std::move(field));
    violation.set_description(std::move(description));
  }

  // An enum value must be known and must not be *_UNSPECIFIED.
  template <typename Enum>
  void Answered(const std::string& field, Enum value) {
    const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
    if (descriptor->FindValueByNumber(value) == nullptr) {
      Add(field, absl::StrCat("unknown value ", static_cast<int>(value),
                              "; use one of ", descriptor->name()));
    } else if (value == 0) {
      Add(field, absl::StrCat("not answered; use one of ", descriptor->name(),
                              ", for example ", descriptor->value(1)->name()));
    }
  }

  void Name(const std::string& field, const std::string& value,
            bool may_be_empty = false) {
    if (value.empty() && may_be_empty) return;
    if (!IsIdentifier(value)) {
      Add(field,
          "not an identifier; use 1 to 64 letters, CJK characters, digits, "
          "'_', '.', '-'");
    }
  }

  void Region(const std::string& field, const std::string& value) {
    const bool form =
        value.size() >= 2 && value.size() <= 12 &&
        absl::ascii_isupper(value[0]) && absl::ascii_isupper(value[1]) &&
        (value.size() == 2 || value[2] == '-') &&
        value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
            std::string::npos;
    if (!form) {
      Add(field, "not a region; use an ISO 3166-1 alpha-2 code such as \"SG\"");
    }
  }

  void Count(const std::string& field, int64_t value) {
    if (value < 0 || value > kMaxPeople) {
      Add(field,
          absl::StrCat(value, " is out of range; use 0 to ", kMaxPeople));
    }
  }

 private:
  std::vector<v1::FieldViolation>* out_;
};

// Refuses fields this version does not know, anywhere below `message`.
void CheckUnknownFields(const google::protobuf::Message& message,
                        const std::string& path, Checker* check) {
  const auto* reflection = message.GetReflection();
  const auto& unknown = reflection->GetUnknownFields(message);
  if (!unknown.empty()) {
    check->Add(
        path,
        absl::StrCat("unknown field number ", unknown.field(0).number(), " of ",
                     message.GetDescriptor()->name(), "; leave it out"));
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != field->CPPTYPE_MESSAGE) continue;
    const std::string below = absl::StrCat(path, ".", field->name());
    if (!field->is_repeated()) {
      CheckUnknownFields(reflection->GetMessage(message, field), below, check);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      CheckUnknownFields(reflection->GetRepeatedMessage(message, field, i),
                         absl::StrCat(below, "[", i, "]"), check);
    }
  }
}

void CheckItem(const v1::DataItem& item, const std::string& path,
               Checker* check) {
  check->Name(path + ".name", item.name());
  check->Name(path + ".category", item.category(), /*may_be_empty=*/true);
  check->Answered(path + ".personal", item.personal());
  check->Answered(path + ".sensitive", item.sensitive());
  check->Answered(path + ".important", item.important());
  check->Answered(path + ".transform", item.transform());
  if (item.sensitive() == v1::FACT_YES && item.personal() == v1::FACT_NO) {
    check->Add(path + ".personal",
               "sensitive personal information is personal; answer FACT_YES");
  }
}

void CheckItems(const v1::Flow& flow, const std::string& prefix,
                Checker* check) {
  if (flow.items().empty()) {
    check->Add(prefix + ".items", "no data items; name at least one");
  }
  if (flow.items_size() > kMaxItems) {
    check->Add(prefix + ".items",
               absl::StrCat("more than ", kMaxItems,
                            " data items; split the flow by table"));
    return;
  }
  absl::flat_hash_set<absl::string_view> names;
  for (int i = 0; i < flow.items_size(); ++i) {
    const std::string path = absl::StrCat(prefix, ".items[", i, "]");
    CheckItem(flow.items(i), path, check);
    if (!names.insert(flow.items(i).name()).second) {
      check->Add(path + ".name", "named twice in this flow; name it once");
    }
  }
}

bool LeavesMainland(const v1::Flow& flow) {
  if (flow.direction() == v1::DIRECTION_INBOUND) return false;
  return flow.direction() != v1::DIRECTION_ONSHORE_ACCESS ||
         flow.access().leaves_mainland() != v1::FACT_NO ||
         flow.access().accessor_place() != v1::PLACE_MAINLAND;
}

void CheckRecipient(const v1::Flow& flow, const std::string& prefix,
                    Checker* check) {
  const std::string path = prefix + ".recipient";
  if (!flow.has_recipient()) {
    if (LeavesMainland(flow)) check->Add(path, "missing; say who receives");
    return;
  }
  const v1::Recipient& recipient = flow.recipient();
  check->Name(path + ".organization_id", recipient.organization_id());
  check->Name(path + ".name", recipient.name(), /*may_be_empty=*/true);
  check->Region(path + ".region", recipient.region());
  if (LeavesMainland(flow) && recipient.region() == "CN") {
    check->Add(path + ".region",
               "the mainland is not abroad; HK, MO and TW have codes of their "
               "own");
  }
  check->Answered(path + ".relation", recipient.relation());
  check->Answered(path + ".gba_registered", recipient.gba_registered());
  if (recipient.onward_size() > kMostOnward) {
    check->Add(path + ".onward", "more than 100 onward recipients");
    return;
  }
  for (int i = 0; i < recipient.onward_size(); ++i) {
    const std::string at = absl::StrCat(path, ".onward[", i, "]");
    check->Name(at + ".organization_id", recipient.onward(i).organization_id());
    check->Region(at + ".region", recipient.onward(i).region());
  }
}

void CheckAccess(const v1::Flow& flow, const std::string& prefix,
                 Checker* check) {
  const std::string path = prefix + ".access";
  if (flow.direction() == v1::DIRECTION_ONSHORE_ACCESS) {
    if (!flow.has_access()) {
      check->Add(path,
                 "missing; say where the accessor stands and whether "
                 "data leaves");
      return;
    }
    check->Answered(path + ".accessor_place", flow.access().accessor_place());
    check->Answered(path + ".leaves_mainland", flow.access().leaves_mainland());
  } else if (flow.has_access()) {
    check->Add(path, "only for DIRECTION_ONSHORE_ACCESS; leave it out");
  }
}

void CheckPurpose(const v1::Flow& flow, const std::string& prefix,
                  Checker* check) {
  const std::string path = prefix + ".purpose";
  const v1::Purpose& purpose = flow.purpose();
  switch (purpose.kind_case()) {
    case v1::Purpose::kContractNecessity:
      check->Name(path + ".contract_necessity.activity",
                  purpose.contract_necessity().activity());
      check->Answered(path + ".contract_necessity.necessary",
                      purpose.contract_necessity().necessary());
      break;
    case v1::Purpose::kHumanResources:
      check->Answered(path + ".human_resources.necessary",
                      purpose.human_resources().necessary());
      check->Answered(path + ".human_resources.labour_rules",
                      purpose.human_resources().labour_rules());
      check->Answered(path + ".human_resources.collective_contract",
                      purpose.human_resources().collective_contract());
      break;
    case v1::Purpose::kRecruitment:
      check->Answered(path + ".recruitment.overseas_decides",
                      purpose.recruitment().overseas_decides());
      break;
    case v1::Purpose::kEmergency:
      check->Answered(path + ".emergency.evidenced",
                      purpose.emergency().evidenced());
      break;
    case v1::Purpose::kStatutoryDuty:
      check->Answered(path + ".statutory_duty.necessary",
                      purpose.statutory_duty().necessary());
      break;
    case v1::Purpose::kForeignAuthorityRequest:
      check->Answered(path + ".foreign_authority_request.approved",
                      purpose.foreign_authority_request().approved());
      break;
    case v1::Purpose::kGeneral:
      check->Answered(path + ".general", purpose.general());
      break;
    case v1::Purpose::KIND_NOT_SET:
      check->Add(path,
                 "missing; set exactly one kind, for example "
                 "general: GENERAL_PURPOSE_OTHER");
  }
}

void CheckDuties(const v1::Flow& flow, const std::string& prefix,
                 Checker* check) {
  const std::string path = prefix + ".duties";
  const v1::Duties& duties = flow.duties();
  check->Answered(path + ".notice", duties.notice());
  check->Answered(path + ".separate_consent", duties.separate_consent());
  check->Answered(path + ".legal_basis", duties.legal_basis());
  check->Answered(path + ".pipia", duties.pipia());
  check->Name(path + ".pipia_reference", duties.pipia_reference(),
              /*may_be_empty=*/true);
  check->Answered(path + ".under_14", duties.under_14());
  if (duties.under_14() != v1::FACT_NO) {
    check->Answered(path + ".guardian_consent", duties.guardian_consent());
  }
}

void CheckNew(const std::string& field, bool stated, int64_t fresh, int64_t all,
              Checker* check) {
  if (!stated) return;
  check->Count(field, fresh);
  if (fresh > all) {
    check->Add(field, absl::StrCat(fresh, " new of ", all,
                                   " people; new ones are among all"));
  }
}

// People must agree with the items that could carry them.
void CheckPeople(const v1::Flow& flow, const std::string& prefix,
                 Checker* check) {
  const std::string path = prefix + ".people.declared";
  const v1::DeclaredPeople& people = flow.people().declared();
  check->Count(path + ".persons", people.persons());
  check->Count(path + ".sensitive_persons", people.sensitive_persons());
  CheckNew(path + ".new_persons", people.has_new_persons(),
           people.new_persons(), people.persons(), check);
  CheckNew(path + ".new_sensitive_persons", people.has_new_sensitive_persons(),
           people.new_sensitive_persons(), people.sensitive_persons(), check);
  bool personal = false;
  bool anonymised = false;
  bool sensitive = false;
  for (const v1::DataItem& item : flow.items()) {
    const bool removed = item.transform() == v1::TRANSFORM_ANONYMISED;
    anonymised |= removed;
    personal |= !removed && (item.personal() != v1::FACT_NO ||
                             item.sensitive() != v1::FACT_NO);
    sensitive |= !removed && item.sensitive() == v1::FACT_YES;
  }
  const int64_t all = people.persons() + people.sensitive_persons();
  if (all > 0 && !personal && !anonymised) {
    check->Add(path,
               "people without a personal item; declare the items that "
               "are about them");
  }
  if (sensitive && people.persons() > 0 && people.sensitive_persons() == 0) {
    check->Add(path + ".sensitive_persons",
               "sensitive items without sensitive people; say whose");
  }
}

void CheckPersonalParts(const v1::Flow& flow, const std::string& prefix,
                        Checker* check) {
  bool may_be_personal = false;
  for (const v1::DataItem& item : flow.items()) {
    may_be_personal |=
        item.transform() != v1::TRANSFORM_ANONYMISED &&
        (item.personal() != v1::FACT_NO || item.sensitive() != v1::FACT_NO);
  }
  if (flow.has_people()) {
    CheckPeople(flow, prefix, check);
    if (!flow.people().has_declared()) {
      check->Add(prefix + ".people", "empty; declare how many people");
    }
  } else if (may_be_personal && LeavesMainland(flow)) {
    check->Add(prefix + ".people", "missing; say how many people");
  }
  if (flow.has_duties()) {
    CheckDuties(flow, prefix, check);
  } else if (may_be_personal && LeavesMainland(flow)) {
    check->Add(prefix + ".duties",
               "missing; notice, consent and impact assessment stay due");
  }
}

void CheckClaims(const v1::Flow& flow, const std::string& prefix,
                 Checker* check) {
  if (flow.special_regimes_size() > kMostRegimes) {
    check->Add(prefix + ".special_regimes", "more than 16");
    return;
  }
  for (int i = 0; i < flow.special_regimes_size(); ++i) {
    const std::string at = absl::StrCat(prefix, ".special_regimes[", i, "]");
    check->Answered(at + ".regime", flow.special_regimes(i).regime());
    check->Answered(at + ".licence", flow.special_regimes(i).licence());
  }
  if (flow.conditions_size() > kMostConditions) {
    check->Add(prefix + ".conditions", "more than 100");
    return;
  }
  absl::flat_hash_set<absl::string_view> answered;
  for (int i = 0; i < flow.conditions_size(); ++i) {
    const std::string at = absl::StrCat(prefix, ".conditions[", i, "]");
    check->Name(at + ".condition", flow.conditions(i).condition());
    check->Answered(at + ".holds", flow.conditions(i).holds());
    if (!answered.insert(flow.conditions(i).condition()).second) {
      check->Add(at + ".condition", "answered twice; answer it once");
    }
  }
}

void CheckHead(const v1::Flow& flow, const std::string& prefix,
               Checker* check) {
  check->Name(prefix + ".request_id", flow.request_id(),
              /*may_be_empty=*/true);
  const absl::Status uscc = CheckUscc(flow.exporter());
  if (!uscc.ok()) {
    check->Add(prefix + ".exporter", std::string(uscc.message()));
  }
  check->Name(prefix + ".system", flow.system(), /*may_be_empty=*/true);
  check->Answered(prefix + ".direction", flow.direction());
  check->Name(prefix + ".sector", flow.sector(), /*may_be_empty=*/true);
  check->Name(prefix + ".scenario", flow.scenario(), /*may_be_empty=*/true);
  check->Name(prefix + ".activity_area", flow.activity_area(),
              /*may_be_empty=*/true);
  check->Answered(prefix + ".origin", flow.origin());
  if (flow.origin() == v1::ORIGIN_OVERSEAS) {
    check->Answered(prefix + ".domestic_data_added",
                    flow.domestic_data_added());
  }
}

}  // namespace

std::vector<v1::FieldViolation> ValidateFlow(const v1::Flow& flow,
                                             const std::string& prefix) {
  std::vector<v1::FieldViolation> violations;
  Checker check(&violations);
  CheckUnknownFields(flow, prefix, &check);
  CheckHead(flow, prefix, &check);
  CheckAccess(flow, prefix, &check);
  CheckRecipient(flow, prefix, &check);
  CheckItems(flow, prefix, &check);
  CheckPersonalParts(flow, prefix, &check);
  CheckPurpose(flow, prefix, &check);
  CheckClaims(flow, prefix, &check);
  return violations;
}

absl::Status ToStatus(const std::vector<v1::FieldViolation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(
      violations, "; ", [](std::string* out, const v1::FieldViolation& v) {
        absl::StrAppend(out, v.field(), ": ", v.description());
      }));
}

}  // namespace tongguan::engine
