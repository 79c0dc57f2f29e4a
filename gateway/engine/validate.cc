#include "gateway/engine/validate.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "gateway/base/sha256.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/checker.h"
#include "gateway/engine/known_fields.h"
#include "gateway/people/pseudonyms.h"

namespace tongguan::engine {
namespace {

constexpr int kMostOnward = 100;
constexpr int kMostRegimes = 16;
constexpr int kMostConditions = 100;

// A key, by its last bytes first, which tell most of them apart in one step.
struct Key {
  Key(absl::string_view key, int entry) : text(key), at(entry) {
    const size_t bytes = std::min(text.size(), sizeof(tail));
    std::memcpy(&tail, text.data() + text.size() - bytes, bytes);
  }
  bool operator<(const Key& other) const {
    if (tail != other.tail) return tail < other.tail;
    const int order = text.compare(other.text);
    return order != 0 ? order < 0 : at < other.at;
  }

  uint64_t tail = 0;
  absl::string_view text;
  int at;
};

// Those of the entries whose key an earlier one has: indexes, ascending.
template <typename Entries, typename KeyOf>
absl::InlinedVector<int, 4> Repeated(const Entries& entries, KeyOf key_of) {
  absl::InlinedVector<Key, 64> sorted;  // No memory from the heap, as a rule.
  for (int i = 0; i < entries.size(); ++i) {
    sorted.emplace_back(key_of(entries.Get(i)), i);
  }
  std::sort(sorted.begin(), sorted.end());
  absl::InlinedVector<int, 4> repeated;
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].tail == sorted[i - 1].tail &&
        sorted[i].text == sorted[i - 1].text) {
      repeated.push_back(sorted[i].at);
    }
  }
  std::sort(repeated.begin(), repeated.end());
  return repeated;
}

void CheckItem(const v1::DataItem& item, const Path& path, Checker* check) {
  check->Name(path, ".name", item.name());
  check->Name(path, ".category", item.category(), /*may_be_empty=*/true);
  check->Name(path, ".override_reason", item.override_reason(),
              /*may_be_empty=*/true);
  check->Answered(path, ".personal", item.personal());
  check->Answered(path, ".sensitive", item.sensitive());
  check->Answered(path, ".important", item.important());
  check->Answered(path, ".transform", item.transform());
  if (item.sensitive() == v1::FACT_YES && item.personal() == v1::FACT_NO) {
    check->Add({path, ".personal"}, "wrong.sensitive_is_personal");
  }
}

void CheckItems(const v1::Flow& flow, const Path& prefix, Checker* check) {
  if (flow.items().empty()) {
    check->Add({prefix, ".items"}, "wrong.no_items");
  }
  if (flow.items_size() > kMaxItems) {
    check->Add({prefix, ".items"}, "wrong.too_many_items", kMaxItems);
    return;
  }
  for (int i = 0; i < flow.items_size(); ++i) {
    CheckItem(flow.items(i), {prefix, ".items", i}, check);
  }
  const auto name = [](const v1::DataItem& item) {
    return absl::string_view(item.name());
  };
  for (int i : Repeated(flow.items(), name)) {
    check->Add({Path(prefix, ".items", i), ".name"}, "wrong.named_twice");
  }
}

bool LeavesMainland(const v1::Flow& flow) {
  if (flow.direction() == v1::DIRECTION_INBOUND) return false;
  return flow.direction() != v1::DIRECTION_ONSHORE_ACCESS ||
         flow.access().leaves_mainland() != v1::FACT_NO ||
         flow.access().accessor_place() != v1::PLACE_MAINLAND;
}

void CheckRecipient(const v1::Flow& flow, const Path& prefix, Checker* check) {
  const Path path(prefix, ".recipient");
  if (!flow.has_recipient()) {
    if (LeavesMainland(flow)) check->Add(path, "wrong.no_recipient");
    return;
  }
  const v1::Recipient& recipient = flow.recipient();
  check->Name(path, ".organization_id", recipient.organization_id());
  check->Name(path, ".name", recipient.name(), /*may_be_empty=*/true);
  check->Region(path, ".region", recipient.region());
  if (LeavesMainland(flow) && recipient.region() == "CN") {
    check->Add({path, ".region"}, "wrong.mainland_recipient");
  }
  check->Answered(path, ".relation", recipient.relation());
  check->Answered(path, ".gba_registered", recipient.gba_registered());
  if (recipient.onward_size() > kMostOnward) {
    check->Add({path, ".onward"}, "wrong.too_many", kMostOnward);
    return;
  }
  for (int i = 0; i < recipient.onward_size(); ++i) {
    const Path at(path, ".onward", i);
    check->Name(at, ".organization_id", recipient.onward(i).organization_id());
    check->Region(at, ".region", recipient.onward(i).region());
  }
}

void CheckAccess(const v1::Flow& flow, const Path& prefix, Checker* check) {
  const Path path(prefix, ".access");
  if (flow.direction() == v1::DIRECTION_ONSHORE_ACCESS) {
    if (!flow.has_access()) {
      check->Add(path, "wrong.no_access");
      return;
    }
    check->Answered(path, ".accessor_place", flow.access().accessor_place());
    check->Answered(path, ".leaves_mainland", flow.access().leaves_mainland());
  } else if (flow.has_access()) {
    check->Add(path, "wrong.access_not_onshore");
  }
}

void CheckPurpose(const v1::Flow& flow, const Path& prefix, Checker* check) {
  const Path path(prefix, ".purpose");
  const v1::Purpose& purpose = flow.purpose();
  switch (purpose.kind_case()) {
    case v1::Purpose::kContractNecessity:
      check->Name(path, ".contract_necessity.activity",
                  purpose.contract_necessity().activity());
      check->Answered(path, ".contract_necessity.necessary",
                      purpose.contract_necessity().necessary());
      break;
    case v1::Purpose::kHumanResources:
      check->Answered(path, ".human_resources.necessary",
                      purpose.human_resources().necessary());
      check->Answered(path, ".human_resources.labour_rules",
                      purpose.human_resources().labour_rules());
      check->Answered(path, ".human_resources.collective_contract",
                      purpose.human_resources().collective_contract());
      break;
    case v1::Purpose::kRecruitment:
      check->Answered(path, ".recruitment.overseas_decides",
                      purpose.recruitment().overseas_decides());
      break;
    case v1::Purpose::kEmergency:
      check->Answered(path, ".emergency.evidenced",
                      purpose.emergency().evidenced());
      break;
    case v1::Purpose::kStatutoryDuty:
      check->Answered(path, ".statutory_duty.necessary",
                      purpose.statutory_duty().necessary());
      break;
    case v1::Purpose::kForeignAuthorityRequest:
      check->Answered(path, ".foreign_authority_request.approved",
                      purpose.foreign_authority_request().approved());
      break;
    case v1::Purpose::kGeneral:
      check->Answered(path, ".general", purpose.general());
      break;
    case v1::Purpose::KIND_NOT_SET:
      check->Add(path, "wrong.no_purpose");
  }
}

void CheckDuties(const v1::Flow& flow, const Path& prefix, Checker* check) {
  const Path path(prefix, ".duties");
  const v1::Duties& duties = flow.duties();
  check->Answered(path, ".notice", duties.notice());
  check->Answered(path, ".separate_consent", duties.separate_consent());
  check->Answered(path, ".legal_basis", duties.legal_basis());
  check->Answered(path, ".pipia", duties.pipia());
  check->Name(path, ".pipia_reference", duties.pipia_reference(),
              /*may_be_empty=*/true);
  check->Answered(path, ".under_14", duties.under_14());
  if (duties.under_14() != v1::FACT_NO) {
    check->Answered(path, ".guardian_consent", duties.guardian_consent());
  }
}

void CheckNew(const Path& path, absl::string_view field, bool stated,
              int64_t fresh, int64_t all, Checker* check) {
  if (!stated) return;
  check->Count(path, field, fresh);
  if (fresh > all) {
    check->Add({path, field}, "wrong.new_above_all", fresh, all);
  }
}

void CheckDeclared(const v1::DeclaredPeople& people, const Path& path,
                   Checker* check) {
  check->Count(path, ".persons", people.persons());
  check->Count(path, ".sensitive_persons", people.sensitive_persons());
  CheckNew(path, ".new_persons", people.has_new_persons(), people.new_persons(),
           people.persons(), check);
  CheckNew(path, ".new_sensitive_persons", people.has_new_sensitive_persons(),
           people.new_sensitive_persons(), people.sensitive_persons(), check);
}

void CheckExact(const v1::PseudonymSet& people, const Path& path,
                Checker* check) {
  check->Name(path, ".key_id", people.key_id());
  const absl::Status persons = people::CheckSet(people.persons());
  if (!persons.ok()) {
    check->Add({path, ".persons"}, "wrong.people_set", persons.message());
  }
  const absl::Status sensitive = people::CheckSet(people.sensitive_persons());
  if (!sensitive.ok()) {
    check->Add({path, ".sensitive_persons"}, "wrong.people_set",
               sensitive.message());
  }
  const int64_t both = people::CountOf(people.persons()) +
                       people::CountOf(people.sensitive_persons());
  if (both > kMaxInlinePeople) {
    check->Add(
        path, absl::StrCat(both, " pseudonyms; send at most ", kMaxInlinePeople,
                           " inline, and stage more by StagePeople"));
  }
}

void CheckCounted(const v1::CountedPeople& people, const Path& path,
                  Checker* check) {
  check->Count(path, ".persons", people.persons());
  check->Count(path, ".sensitive_persons", people.sensitive_persons());
  CheckNew(path, ".new_persons", true, people.new_persons(), people.persons(),
           check);
  // People under 14 are all sensitive ones.
  CheckNew(path, ".new_sensitive_persons", true, people.new_sensitive_persons(),
           people.persons() + people.sensitive_persons(), check);
}

// How many are spoken of.
struct Numbers {
  int64_t persons = 0;
  int64_t sensitive = 0;
};

absl::string_view PathOf(const v1::People& people) {
  switch (people.people_case()) {
    case v1::People::kDeclared:
      return ".people.declared";
    case v1::People::kExact:
      return ".people.exact";
    case v1::People::kStaged:
      return ".people.staged";
    case v1::People::kCounted:
      return ".people.counted";
    case v1::People::PEOPLE_NOT_SET:
      break;
  }
  return ".people";
}

// Of staged people nothing is known yet.
std::optional<Numbers> CheckPeopleForm(const v1::People& people,
                                       const Path& path, Checker* check) {
  switch (people.people_case()) {
    case v1::People::kDeclared:
      CheckDeclared(people.declared(), path, check);
      return Numbers{people.declared().persons(),
                     people.declared().sensitive_persons()};
    case v1::People::kExact:
      CheckExact(people.exact(), path, check);
      return Numbers{people::CountOf(people.exact().persons()),
                     people::CountOf(people.exact().sensitive_persons())};
    case v1::People::kStaged:
      if (people.staged().digest().size() != sizeof(Digest)) {
        check->Add({path, ".digest"}, "wrong.staged_digest");
      }
      return std::nullopt;
    case v1::People::kCounted:
      CheckCounted(people.counted(), path, check);
      return Numbers{people.counted().persons(),
                     people.counted().sensitive_persons()};
    case v1::People::PEOPLE_NOT_SET:
      check->Add(path, "wrong.no_people");
  }
  return std::nullopt;
}

// Whose data leaves must be said: nobody's would add nothing to a total.
void CheckSomebody(const v1::Flow& flow, const Path& path, Numbers people,
                   Checker* check) {
  bool ordinary = false;
  bool sensitive = false;
  for (const v1::DataItem& item : flow.items()) {
    if (item.transform() == v1::TRANSFORM_ANONYMISED) continue;
    sensitive |= item.sensitive() == v1::FACT_YES;
    ordinary |=
        item.personal() == v1::FACT_YES && item.sensitive() == v1::FACT_NO;
  }
  if (flow.has_duties() && flow.duties().under_14() != v1::FACT_NO) {
    // PIPL 28: all their data is sensitive, so either number says whose.
    if (people.persons == 0) people.persons = people.sensitive;
    if (people.sensitive == 0) people.sensitive = people.persons;
  }
  if (ordinary && people.persons == 0) {
    check->Add({path, ".persons"}, "wrong.no_ordinary_people");
  }
  if (sensitive && people.sensitive == 0) {
    check->Add({path, ".sensitive_persons"}, "wrong.no_sensitive_people");
  }
}

// People must agree with the items that could carry them.
void CheckPeople(const v1::Flow& flow, const Path& prefix, Checker* check) {
  const Path path(prefix, PathOf(flow.people()));
  const std::optional<Numbers> people =
      CheckPeopleForm(flow.people(), path, check);
  if (!people.has_value()) return;
  const auto carries = [](const v1::DataItem& item) {
    return item.transform() == v1::TRANSFORM_ANONYMISED ||
           item.personal() != v1::FACT_NO || item.sensitive() != v1::FACT_NO;
  };
  if ((people->persons > 0 || people->sensitive > 0) &&
      std::none_of(flow.items().begin(), flow.items().end(), carries)) {
    check->Add(path, "wrong.people_without_item");
  }
  if (LeavesMainland(flow)) CheckSomebody(flow, path, *people, check);
}

void CheckPersonalParts(const v1::Flow& flow, const Path& prefix,
                        Checker* check) {
  bool may_be_personal = false;
  for (const v1::DataItem& item : flow.items()) {
    may_be_personal |=
        item.transform() != v1::TRANSFORM_ANONYMISED &&
        (item.personal() != v1::FACT_NO || item.sensitive() != v1::FACT_NO);
  }
  if (flow.has_people()) {
    CheckPeople(flow, prefix, check);
  } else if (may_be_personal && LeavesMainland(flow)) {
    check->Add({prefix, ".people"}, "wrong.no_people");
  }
  if (flow.has_duties()) {
    CheckDuties(flow, prefix, check);
  } else if (may_be_personal && LeavesMainland(flow)) {
    check->Add({prefix, ".duties"}, "wrong.no_duties");
  }
}

// Whether a claim before this one says of the same regime the contrary.
bool ContradictsEarlier(const v1::Flow& flow, int at) {
  const v1::SpecialRegimeClaim& claim = flow.special_regimes(at);
  for (int i = 0; i < at; ++i) {
    const v1::SpecialRegimeClaim& earlier = flow.special_regimes(i);
    if (earlier.regime() == claim.regime() &&
        earlier.does_not_apply() != claim.does_not_apply()) {
      return true;
    }
  }
  return false;
}

void CheckClaims(const v1::Flow& flow, const Path& prefix, Checker* check) {
  if (flow.special_regimes_size() > kMostRegimes) {
    check->Add({prefix, ".special_regimes"}, "wrong.too_many", kMostRegimes);
    return;
  }
  for (int i = 0; i < flow.special_regimes_size(); ++i) {
    const Path at(prefix, ".special_regimes", i);
    const v1::SpecialRegimeClaim& claim = flow.special_regimes(i);
    check->Answered(at, ".regime", claim.regime());
    if (!claim.does_not_apply() || claim.licence() != v1::FACT_UNSPECIFIED) {
      check->Answered(at, ".licence", claim.licence());
    }
    if (ContradictsEarlier(flow, i)) {
      check->Add({at, ".does_not_apply"}, "wrong.regime_denied");
    }
  }
  if (flow.conditions_size() > kMostConditions) {
    check->Add({prefix, ".conditions"}, "wrong.too_many", kMostConditions);
    return;
  }
  for (int i = 0; i < flow.conditions_size(); ++i) {
    const Path at(prefix, ".conditions", i);
    check->Name(at, ".condition", flow.conditions(i).condition());
    check->Answered(at, ".holds", flow.conditions(i).holds());
  }
  const auto condition = [](const v1::ConditionAnswer& answer) {
    return absl::string_view(answer.condition());
  };
  for (int i : Repeated(flow.conditions(), condition)) {
    check->Add({Path(prefix, ".conditions", i), ".condition"},
               "wrong.answered_twice");
  }
}

void CheckHead(const v1::Flow& flow, const Path& prefix, Checker* check) {
  check->Name(prefix, ".request_id", flow.request_id(),
              /*may_be_empty=*/true);
  const absl::Status uscc = CheckUscc(flow.exporter());
  if (!uscc.ok()) {
    check->Add({prefix, ".exporter"}, "wrong.not_uscc");
  }
  check->Name(prefix, ".system", flow.system(), /*may_be_empty=*/true);
  check->Answered(prefix, ".direction", flow.direction());
  check->Name(prefix, ".sector", flow.sector(), /*may_be_empty=*/true);
  check->Name(prefix, ".scenario", flow.scenario(), /*may_be_empty=*/true);
  check->Name(prefix, ".activity_area", flow.activity_area(),
              /*may_be_empty=*/true);
  check->Answered(prefix, ".origin", flow.origin());
  if (flow.origin() == v1::ORIGIN_OVERSEAS) {
    check->Answered(prefix, ".domestic_data_added", flow.domestic_data_added());
  }
}

}  // namespace

std::vector<v1::FieldViolation> ValidateFlow(const v1::Flow& flow,
                                             const std::string& prefix) {
  std::vector<v1::FieldViolation> violations;
  Checker check(&violations);
  const Path path(prefix);
  CheckKnownFields(flow, path, &check);
  CheckHead(flow, path, &check);
  CheckAccess(flow, path, &check);
  CheckRecipient(flow, path, &check);
  CheckItems(flow, path, &check);
  CheckPersonalParts(flow, path, &check);
  CheckPurpose(flow, path, &check);
  CheckClaims(flow, path, &check);
  return violations;
}

}  // namespace tongguan::engine
