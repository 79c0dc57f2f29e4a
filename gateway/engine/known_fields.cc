#include "gateway/engine/known_fields.h"

namespace tongguan::engine {
namespace {

void CheckKnownPurpose(const v1::Purpose& purpose, const Path& path,
                       Checker* check) {
  check->Known(path, purpose);
  switch (purpose.kind_case()) {
    case v1::Purpose::kContractNecessity:
      check->Known({path, ".contract_necessity"}, purpose.contract_necessity());
      break;
    case v1::Purpose::kHumanResources:
      check->Known({path, ".human_resources"}, purpose.human_resources());
      break;
    case v1::Purpose::kRecruitment:
      check->Known({path, ".recruitment"}, purpose.recruitment());
      break;
    case v1::Purpose::kEmergency:
      check->Known({path, ".emergency"}, purpose.emergency());
      break;
    case v1::Purpose::kStatutoryDuty:
      check->Known({path, ".statutory_duty"}, purpose.statutory_duty());
      break;
    case v1::Purpose::kForeignAuthorityRequest:
      check->Known({path, ".foreign_authority_request"},
                   purpose.foreign_authority_request());
      break;
    case v1::Purpose::kGeneral:
    case v1::Purpose::KIND_NOT_SET:
      break;
  }
}

void CheckKnownPeople(const v1::People& people, const Path& path,
                      Checker* check) {
  check->Known(path, people);
  switch (people.people_case()) {
    case v1::People::kDeclared:
      check->Known({path, ".declared"}, people.declared());
      break;
    case v1::People::kExact:
      check->Known({path, ".exact"}, people.exact());
      break;
    case v1::People::kStaged:
      check->Known({path, ".staged"}, people.staged());
      break;
    case v1::People::kCounted:
      check->Known({path, ".counted"}, people.counted());
      break;
    case v1::People::PEOPLE_NOT_SET:
      break;
  }
}

}  // namespace

void CheckKnownFields(const v1::Flow& flow, const Path& path, Checker* check) {
  check->Known(path, flow);
  if (flow.has_access()) check->Known({path, ".access"}, flow.access());
  if (flow.has_recipient()) {
    const Path recipient(path, ".recipient");
    check->Known(recipient, flow.recipient());
    for (int i = 0; i < flow.recipient().onward_size(); ++i) {
      check->Known({recipient, ".onward", i}, flow.recipient().onward(i));
    }
  }
  for (int i = 0; i < flow.items_size(); ++i) {
    check->Known({path, ".items", i}, flow.items(i));
  }
  if (flow.has_people()) {
    CheckKnownPeople(flow.people(), {path, ".people"}, check);
  }
  if (flow.has_purpose()) {
    CheckKnownPurpose(flow.purpose(), {path, ".purpose"}, check);
  }
  if (flow.has_duties()) check->Known({path, ".duties"}, flow.duties());
  for (int i = 0; i < flow.special_regimes_size(); ++i) {
    check->Known({path, ".special_regimes", i}, flow.special_regimes(i));
  }
  for (int i = 0; i < flow.conditions_size(); ++i) {
    check->Known({path, ".conditions", i}, flow.conditions(i));
  }
}

}  // namespace tongguan::engine
