#include "gateway/policy/registry.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/policy/calendar.h"
#include "gateway/policy/filing.h"
#include "gateway/policy/form.h"

namespace tongguan::policy {
namespace {

// "registry filing "F-1"".
std::string Place(absl::string_view what, absl::string_view id) {
  return absl::StrCat("registry ", what, " ", Quote(id));
}

absl::Status CheckCode(absl::string_view place, absl::string_view uscc) {
  const absl::Status code = CheckUscc(uscc);
  if (code.ok()) return code;
  return Refuse(place, absl::StrCat(code.message(), "."));
}

absl::Status CheckPeriod(absl::string_view place, absl::string_view from_field,
                         Day from, Day to) {
  if (from <= to) return absl::OkStatus();
  return Refuse(absl::StrCat(place, ".valid_to"),
                absl::StrCat("before ", from_field, ". Correct one of them."));
}

absl::Status CheckDelegations(absl::string_view place,
                              const v1::Enterprise& enterprise) {
  for (int i = 0; i < enterprise.delegations_size(); ++i) {
    const v1::Delegation& d = enterprise.delegations(i);
    const std::string at = absl::StrCat(place, ".delegations[", i, "]");
    TG_RETURN_IF_ERROR(CheckCode(absl::StrCat(at, ".delegate"), d.delegate()));
    TG_ASSIGN_OR_RETURN(const Day from, ReadDay(absl::StrCat(at, ".valid_from"),
                                                d.valid_from()));
    TG_ASSIGN_OR_RETURN(const Day to,
                        ReadDay(absl::StrCat(at, ".valid_to"), d.valid_to()));
    TG_RETURN_IF_ERROR(CheckPeriod(at, "valid_from", from, to));
  }
  return absl::OkStatus();
}

// Adds the keys of an enterprise or a group to an exporter's.
absl::Status AddKeys(
    absl::string_view place, bool shared,
    const google::protobuf::RepeatedPtrField<v1::PseudonymKey>& sources,
    std::vector<PseudonymKey>* keys) {
  for (int i = 0; i < sources.size(); ++i) {
    const v1::PseudonymKey& source = sources[i];
    const std::string at = absl::StrCat(place, ".pseudonym_keys[", i, "]");
    TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(at, ".id"), source.id()));
    for (const PseudonymKey& key : *keys) {
      if (key.id != source.id()) continue;
      return Refuse(absl::StrCat(at, ".id"),
                    absl::StrCat(Quote(key.id),
                                 " names a key already. Take another id."));
    }
    if (source.algorithm() == v1::PSEUDONYM_ALGORITHM_UNSPECIFIED ||
        !v1::PseudonymAlgorithm_IsValid(source.algorithm())) {
      return Refuse(absl::StrCat(at, ".algorithm"),
                    "missing or not known. Write "
                    "PSEUDONYM_ALGORITHM_HMAC_SHA256 or "
                    "PSEUDONYM_ALGORITHM_HMAC_SM3.");
    }
    PseudonymKey key{source.id(), 0, kNoDay, shared};
    TG_ASSIGN_OR_RETURN(key.valid_from, ReadDay(absl::StrCat(at, ".valid_from"),
                                                source.valid_from()));
    if (!source.valid_to().empty()) {
      TG_ASSIGN_OR_RETURN(key.valid_to, ReadDay(absl::StrCat(at, ".valid_to"),
                                                source.valid_to()));
    }
    TG_RETURN_IF_ERROR(
        CheckPeriod(at, "valid_from", key.valid_from, key.valid_to));
    keys->push_back(std::move(key));
  }
  return absl::OkStatus();
}

absl::Status CheckEnterprise(const v1::Enterprise& enterprise) {
  const std::string place = Place("enterprise", enterprise.uscc());
  TG_RETURN_IF_ERROR(
      CheckCode(absl::StrCat(place, ".uscc"), enterprise.uscc()));
  const std::string region = absl::StrCat(place, ".region");
  TG_RETURN_IF_ERROR(CheckIdentifier(region, enterprise.region()));
  if (enterprise.region() != "CN" &&
      enterprise.region().compare(0, 3, "CN-") != 0) {
    return Refuse(region, absl::StrCat("\"", enterprise.region(),
                                       "\" is not in the mainland. Write an "
                                       "ISO 3166-2 code such as CN-GD-SZ."));
  }
  for (const std::string& zone : enterprise.zones()) {
    TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(place, ".zones"), zone));
  }
  const std::string& credit = enterprise.credit_class();
  if (!credit.empty() &&
      (credit.size() > 1 || credit[0] < 'A' || credit[0] > 'D')) {
    return Refuse(absl::StrCat(place, ".credit_class"),
                  "not known. Write A, B, C, D or nothing.");
  }
  return CheckDelegations(place, enterprise);
}

// Region, its ancestors ("CN-GD-SZ", "CN-GD", "CN"), zones.
std::vector<std::string> AreasOf(const v1::Enterprise& enterprise) {
  std::vector<std::string> areas;
  std::string area = enterprise.region();
  while (true) {
    areas.push_back(area);
    const size_t dash = area.rfind('-');
    if (dash == std::string::npos) break;
    area.resize(dash);
  }
  for (const std::string& zone : enterprise.zones()) areas.push_back(zone);
  return areas;
}

bool FilingLess(const Filing& a, const Filing& b) {
  return a.kind != b.kind ? a.kind < b.kind : a.id < b.id;
}

}  // namespace

FilingScope::FilingScope(const v1::FilingScope& source, Strings* strings) {
  const google::protobuf::RepeatedPtrField<std::string>* const fields[] = {
      &source.recipients(), &source.purposes(), &source.scenarios(),
      &source.categories(), &source.items(),    &source.onward()};
  static_assert(std::size(fields) == kFields);
  size_t count = 0;
  for (const auto* field : fields) count += field->size();
  words_.reserve(count);
  for (size_t i = 0; i < kFields; ++i) {
    for (const std::string& word : *fields[i]) {
      words_.push_back(strings->Keep(word));
    }
    ends_[i] = static_cast<uint32_t>(words_.size());
  }
}

// Fills a registry, remembering the ids it has seen.
class Registry::Builder {
 public:
  Builder(const FilingPeriods& periods, const Calendar& calendar)
      : periods_(periods), calendar_(calendar), registry_(new Registry()) {}

  absl::Status AddEnterprises(v1::RegistryShard* shard) {
    for (v1::Enterprise& enterprise : *shard->mutable_enterprises()) {
      TG_RETURN_IF_ERROR(CheckEnterprise(enterprise));
      auto exporter = std::make_unique<Exporter>();
      exporter->areas = AreasOf(enterprise);
      TG_RETURN_IF_ERROR(AddKeys(Place("enterprise", enterprise.uscc()), false,
                                 enterprise.pseudonym_keys(), &exporter->keys));
      const std::string uscc = enterprise.uscc();
      exporter->enterprise = std::move(enterprise);
      if (!registry_->exporters_.emplace(uscc, std::move(exporter)).second) {
        return Refuse(Place("enterprise", uscc), "stands twice. Remove one.");
      }
    }
    return absl::OkStatus();
  }

  // Everything else; the enterprises of all shards must be in.
  absl::Status AddRest(v1::RegistryShard* shard) {
    for (const v1::Filing& filing : shard->filings()) {
      TG_RETURN_IF_ERROR(AddFiling(filing));
    }
    for (auto& registration : *shard->mutable_registrations()) {
      TG_RETURN_IF_ERROR(AddGreenChannel(std::move(registration)));
    }
    for (v1::ListFiling& filing : *shard->mutable_list_filings()) {
      TG_RETURN_IF_ERROR(AddListFiling(std::move(filing)));
    }
    for (v1::Group& group : *shard->mutable_groups()) {
      TG_RETURN_IF_ERROR(AddGroup(std::move(group)));
    }
    for (v1::RestrictedRecipient& entry : *shard->mutable_restricted()) {
      TG_RETURN_IF_ERROR(AddRestricted(std::move(entry)));
    }
    return absl::OkStatus();
  }

  std::unique_ptr<const Registry> Build() {
    for (auto& [uscc, exporter] : registry_->exporters_) {
      exporter->filings.shrink_to_fit();
      std::sort(exporter->filings.begin(), exporter->filings.end(), FilingLess);
    }
    return std::move(registry_);
  }

 private:
  using Ids = absl::flat_hash_set<std::string>;

  static absl::Status CheckId(absl::string_view what, const std::string& id,
                              Ids* ids) {
    const std::string place = Place(what, id);
    TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(place, ".id"), id));
    if (ids->insert(id).second) return absl::OkStatus();
    return Refuse(place, "the id stands twice. Give one a new id.");
  }

  absl::StatusOr<Exporter*> FindExporter(const std::string& place,
                                         const std::string& uscc) {
    const std::string field = absl::StrCat(place, ".exporter");
    TG_RETURN_IF_ERROR(CheckCode(field, uscc));
    const auto it = registry_->exporters_.find(uscc);
    if (it != registry_->exporters_.end()) return it->second.get();
    return Refuse(field, absl::StrCat(Quote(uscc),
                                      " is not in the registry. Add the "
                                      "enterprise or correct the code."));
  }

  absl::Status AddFiling(const v1::Filing& filing) {
    TG_RETURN_IF_ERROR(CheckId("filing", filing.id(), &filing_ids_));
    const std::string place = Place("filing", filing.id());
    TG_ASSIGN_OR_RETURN(Exporter * exporter,
                        FindExporter(place, filing.exporter()));
    TG_ASSIGN_OR_RETURN(Filing compiled,
                        CompileFiling(place, filing, periods_, calendar_,
                                      &registry_->strings_));
    exporter->filings.push_back(std::move(compiled));
    ++registry_->filings_;
    return absl::OkStatus();
  }

  absl::Status AddGreenChannel(v1::GreenChannelRegistration source) {
    TG_RETURN_IF_ERROR(CheckId("registration", source.id(), &green_ids_));
    const std::string place = Place("registration", source.id());
    TG_ASSIGN_OR_RETURN(Exporter * exporter,
                        FindExporter(place, source.exporter()));
    GreenChannel green;
    TG_ASSIGN_OR_RETURN(green.granted, ReadDay(absl::StrCat(place, ".granted"),
                                               source.granted()));
    TG_ASSIGN_OR_RETURN(
        green.valid_to,
        ReadDay(absl::StrCat(place, ".valid_to"), source.valid_to()));
    TG_RETURN_IF_ERROR(
        CheckPeriod(place, "granted", green.granted, green.valid_to));
    green.source = std::move(source);
    exporter->registrations.push_back(std::move(green));
    return absl::OkStatus();
  }

  absl::Status AddListFiling(v1::ListFiling source) {
    TG_RETURN_IF_ERROR(CheckId("list filing", source.id(), &list_filing_ids_));
    const std::string place = Place("list filing", source.id());
    TG_ASSIGN_OR_RETURN(Exporter * exporter,
                        FindExporter(place, source.exporter()));
    TG_RETURN_IF_ERROR(
        CheckIdentifier(absl::StrCat(place, ".list"), source.list()));
    TG_RETURN_IF_ERROR(
        CheckIdentifier(absl::StrCat(place, ".edition"), source.edition()));
    ListFiling filing;
    TG_ASSIGN_OR_RETURN(filing.filed,
                        ReadDay(absl::StrCat(place, ".filed"), source.filed()));
    if (!source.valid_to().empty()) {
      TG_ASSIGN_OR_RETURN(
          filing.valid_to,
          ReadDay(absl::StrCat(place, ".valid_to"), source.valid_to()));
    }
    TG_RETURN_IF_ERROR(
        CheckPeriod(place, "filed", filing.filed, filing.valid_to));
    filing.source = std::move(source);
    exporter->list_filings.push_back(std::move(filing));
    return absl::OkStatus();
  }

  absl::Status AddGroup(v1::Group source) {
    TG_RETURN_IF_ERROR(CheckId("group", source.id(), &group_ids_));
    const std::string place = Place("group", source.id());
    for (const std::string& id : source.overseas()) {
      TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(place, ".overseas"), id));
    }
    registry_->groups_.push_back(
        std::make_unique<v1::Group>(std::move(source)));
    const v1::Group& group = *registry_->groups_.back();
    for (const std::string& member : group.members()) {
      TG_RETURN_IF_ERROR(AddMember(place, group, member));
    }
    return absl::OkStatus();
  }

  absl::Status AddMember(const std::string& place, const v1::Group& group,
                         const std::string& member) {
    const std::string field = absl::StrCat(place, ".members");
    const auto it = registry_->exporters_.find(member);
    if (it == registry_->exporters_.end()) {
      return Refuse(field, absl::StrCat(Quote(member),
                                        " is not in the registry. Add the "
                                        "enterprise or correct the code."));
    }
    Exporter& exporter = *it->second;
    if (exporter.group != nullptr) {
      return Refuse(
          field, absl::StrCat(member, " stands already in group \"",
                              exporter.group->id(), "\". Remove it from one."));
    }
    exporter.group = &group;
    TG_RETURN_IF_ERROR(
        AddKeys(place, true, group.pseudonym_keys(), &exporter.keys));
    if (!group.sums_totals()) return absl::OkStatus();
    for (const std::string& other : group.members()) {
      if (other != member) exporter.siblings.push_back(other);
    }
    return absl::OkStatus();
  }

  absl::Status AddRestricted(v1::RestrictedRecipient entry) {
    const std::string id = entry.organization_id();
    const std::string place = Place("restricted recipient", id);
    TG_RETURN_IF_ERROR(
        CheckIdentifier(absl::StrCat(place, ".organization_id"), id));
    TG_ASSIGN_OR_RETURN(const Day since,
                        ReadDay(absl::StrCat(place, ".since"), entry.since()));
    const std::string folded = FoldName(id);
    if (folded.empty()) {
      return Refuse(absl::StrCat(place, ".organization_id"),
                    "only joiners. Name an organisation.");
    }
    if (registry_->restricted_
            .emplace(folded, std::make_pair(std::move(entry), since))
            .second) {
      return absl::OkStatus();
    }
    return Refuse(place,
                  "stands twice; case, '_', '-' and '.' make no difference. "
                  "Remove one.");
  }

  const FilingPeriods& periods_;
  const Calendar& calendar_;
  std::unique_ptr<Registry> registry_;
  Ids filing_ids_, green_ids_, list_filing_ids_, group_ids_;
};

absl::StatusOr<std::unique_ptr<const Registry>> Registry::Compile(
    std::vector<v1::RegistryShard> shards, const FilingPeriods& periods,
    const Calendar& calendar) {
  Builder builder(periods, calendar);
  for (v1::RegistryShard& shard : shards) {
    TG_RETURN_IF_ERROR(builder.AddEnterprises(&shard));
  }
  for (v1::RegistryShard& shard : shards) {
    TG_RETURN_IF_ERROR(builder.AddRest(&shard));
    shard.Clear();
  }
  return builder.Build();
}

const Exporter* Registry::Find(absl::string_view uscc) const {
  const auto it = exporters_.find(uscc);
  return it == exporters_.end() ? nullptr : it->second.get();
}

bool Registry::MayAsk(absl::string_view delegate, absl::string_view exporter,
                      Day day) const {
  const Exporter* found = Find(exporter);
  if (found == nullptr) return false;
  if (delegate == exporter) return true;
  for (const v1::Delegation& d : found->enterprise.delegations()) {
    // Compile has checked the dates.
    if (delegate == d.delegate() && *ParseDay(d.valid_from()) <= day &&
        day <= *ParseDay(d.valid_to())) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<const PseudonymKey*> Registry::FindKey(
    absl::string_view exporter, absl::string_view id, Day day) const {
  const Exporter* const found = Find(exporter);
  if (found != nullptr) {
    for (const PseudonymKey& key : found->keys) {
      if (key.id != id) continue;
      if (key.valid_from <= day && day <= key.valid_to) return &key;
      return absl::InvalidArgumentError(
          absl::StrCat("key \"", id, "\" is not valid on ", FormatDay(day),
                       "; use one that is, or have its dates corrected"));
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no key \"", id, "\" is registered for exporter ", exporter,
                   " or its group; register it, or use one that is"));
}

const v1::RestrictedRecipient* Registry::FindRestricted(
    absl::string_view organization, Day day) const {
  if (restricted_.empty()) return nullptr;
  const auto it = restricted_.find(FoldName(organization));
  if (it == restricted_.end() || day < it->second.second) return nullptr;
  return &it->second.first;
}

}  // namespace tongguan::policy
