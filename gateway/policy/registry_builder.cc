#include "gateway/policy/registry_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/policy/calendar.h"
#include "gateway/policy/filing.h"
#include "gateway/policy/form.h"

namespace tongguan::policy {
namespace {

constexpr char kNotInRegistry[] =
    " is not in the registry. Add the enterprise or correct the code.";

// Whether the enterprise itself was added, and not only named.
bool IsAdded(const Exporter& exporter) { return exporter.region != nullptr; }

absl::Status CheckCode(const Entry& entry, absl::string_view field,
                       absl::string_view uscc) {
  const absl::Status code = CheckUscc(uscc);
  if (code.ok()) return code;
  return Refuse(entry.Text(field), absl::StrCat(code.message(), "."));
}

absl::Status CheckName(const Entry& entry, absl::string_view field,
                       absl::string_view name) {
  if (IsIdentifier(name)) return absl::OkStatus();
  return CheckIdentifier(entry.Text(field), name);
}

absl::Status CheckPeriod(absl::string_view place, absl::string_view from_field,
                         Day from, Day to) {
  if (from <= to) return absl::OkStatus();
  return Refuse(absl::StrCat(place, ".valid_to"),
                absl::StrCat("before ", from_field, ". Correct one of them."));
}

absl::StatusOr<Delegation> CompileDelegation(const std::string& place,
                                             const v1::Delegation& source,
                                             Strings* strings) {
  const absl::Status code = CheckUscc(source.delegate());
  if (!code.ok()) {
    return Refuse(absl::StrCat(place, ".delegate"),
                  absl::StrCat(code.message(), "."));
  }
  Delegation delegation;
  delegation.delegate = strings->Keep(source.delegate());
  TG_ASSIGN_OR_RETURN(
      delegation.valid_from,
      ReadDay(absl::StrCat(place, ".valid_from"), source.valid_from()));
  TG_ASSIGN_OR_RETURN(
      delegation.valid_to,
      ReadDay(absl::StrCat(place, ".valid_to"), source.valid_to()));
  TG_RETURN_IF_ERROR(CheckPeriod(place, "valid_from", delegation.valid_from,
                                 delegation.valid_to));
  return delegation;
}

// Adds the keys of an enterprise or a group to an exporter's.
absl::Status AddKeys(
    const Entry& entry, bool shared,
    const google::protobuf::RepeatedPtrField<v1::PseudonymKey>& sources,
    std::vector<PseudonymKey>* keys) {
  for (int i = 0; i < sources.size(); ++i) {
    const v1::PseudonymKey& source = sources[i];
    const std::string at = entry.Text(absl::StrCat(".pseudonym_keys[", i, "]"));
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
  const Entry entry{"enterprise", enterprise.uscc()};
  TG_RETURN_IF_ERROR(CheckCode(entry, ".uscc", enterprise.uscc()));
  TG_RETURN_IF_ERROR(CheckName(entry, ".region", enterprise.region()));
  if (enterprise.region() != "CN" &&
      enterprise.region().compare(0, 3, "CN-") != 0) {
    return Refuse(entry.Text(".region"),
                  absl::StrCat("\"", enterprise.region(),
                               "\" is not in the mainland. Write an "
                               "ISO 3166-2 code such as CN-GD-SZ."));
  }
  for (const std::string& zone : enterprise.zones()) {
    TG_RETURN_IF_ERROR(CheckName(entry, ".zones", zone));
  }
  const std::string& credit = enterprise.credit_class();
  if (!credit.empty() &&
      (credit.size() > 1 || credit[0] < 'A' || credit[0] > 'D')) {
    return Refuse(entry.Text(".credit_class"),
                  "not known. Write A, B, C, D or nothing.");
  }
  return absl::OkStatus();
}

template <typename Entries>
void SortBySourceId(Entries* entries) {
  std::sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) {
    return a.source.id() < b.source.id();
  });
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
  absl::InlinedVector<const std::string*, 32> words;
  for (size_t i = 0; i < kFields; ++i) {
    for (const std::string& word : *fields[i]) {
      words.push_back(strings->Keep(word));
    }
    ends_[i] = static_cast<uint32_t>(words.size());
  }
  words_ = strings->KeepRow(words).data();
}

absl::Status Registry::Builder::Add(const v1::RegistryShard& shard) {
  for (const auto& enterprise : shard.enterprises()) {
    TG_RETURN_IF_ERROR(AddEnterprise(enterprise));
  }
  for (const auto& filing : shard.filings()) {
    TG_RETURN_IF_ERROR(AddFiling(filing));
  }
  for (const auto& registration : shard.registrations()) {
    TG_RETURN_IF_ERROR(AddGreenChannel(registration));
  }
  for (const auto& filing : shard.list_filings()) {
    TG_RETURN_IF_ERROR(AddListFiling(filing));
  }
  for (const auto& group : shard.groups()) {
    TG_RETURN_IF_ERROR(AddGroup(group));
  }
  for (const auto& entry : shard.restricted()) {
    TG_RETURN_IF_ERROR(AddRestricted(entry));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<const Registry>> Registry::Builder::Build() {
  TG_RETURN_IF_ERROR(CheckExporters());
  // No order of the files says anything: the first that serves is the one of
  // the first id.
  std::sort(registry_->groups_.begin(), registry_->groups_.end(),
            [](const auto& a, const auto& b) { return a->id() < b->id(); });
  for (const auto& group : registry_->groups_) {
    TG_RETURN_IF_ERROR(AddMembers(*group));
  }
  for (auto& [uscc, exporter] : registry_->exporters_) {
    exporter->filings.shrink_to_fit();
    SortBySourceId(&exporter->registrations);
    SortBySourceId(&exporter->list_filings);
    std::sort(exporter->filings.begin(), exporter->filings.end(), FilingLess);
  }
  return std::move(registry_);
}

// Of those that only something on file names, the first.
absl::Status Registry::Builder::CheckExporters() const {
  const Exporter* unknown = nullptr;
  for (const auto& [uscc, exporter] : registry_->exporters_) {
    if (IsAdded(*exporter)) continue;
    if (unknown == nullptr || uscc < unknown->uscc) unknown = exporter.get();
  }
  if (unknown == nullptr) return absl::OkStatus();
  const Entry entry =
      !unknown->filings.empty() ? Entry{"filing", unknown->filings[0].id}
      : !unknown->registrations.empty()
          ? Entry{"registration", unknown->registrations[0].source.id()}
          : Entry{"list filing", unknown->list_filings[0].source.id()};
  return Refuse(entry.Text(".exporter"),
                absl::StrCat(Quote(unknown->uscc), kNotInRegistry));
}

absl::Status Registry::Builder::CheckId(const Entry& entry,
                                        absl::string_view* kept, Ids* ids) {
  TG_RETURN_IF_ERROR(CheckName(entry, ".id", entry.id));
  *kept = registry_->strings_.KeepOnce(entry.id);
  if (ids->insert(*kept).second) return absl::OkStatus();
  return Refuse(entry.Text(), "the id stands twice. Give one a new id.");
}

Exporter* Registry::Builder::Mention(absl::string_view uscc) {
  const auto it = registry_->exporters_.find(uscc);
  if (it != registry_->exporters_.end()) return it->second.get();
  auto exporter = std::make_unique<Exporter>();
  exporter->uscc = registry_->strings_.KeepOnce(uscc);
  return registry_->exporters_.emplace(exporter->uscc, std::move(exporter))
      .first->second.get();
}

absl::StatusOr<Exporter*> Registry::Builder::FindExporter(
    const Entry& entry, const std::string& uscc) {
  // What an exporter has on file mostly stands together.
  if (last_found_ != nullptr && last_found_->uscc == uscc) return last_found_;
  TG_RETURN_IF_ERROR(CheckCode(entry, ".exporter", uscc));
  return last_found_ = Mention(uscc);
}

uint32_t Registry::Builder::AreasOf(const v1::Enterprise& enterprise) {
  std::vector<const std::string*> areas;
  absl::string_view area = enterprise.region();
  while (true) {
    areas.push_back(registry_->strings_.Keep(area));
    const size_t dash = area.rfind('-');
    if (dash == area.npos) break;
    area = area.substr(0, dash);
  }
  for (const std::string& zone : enterprise.zones()) {
    areas.push_back(registry_->strings_.Keep(zone));
  }
  if (const auto it = areas_.find(areas); it != areas_.end()) return it->second;
  const auto place = static_cast<uint32_t>(registry_->areas_.size());
  registry_->areas_.push_back(registry_->strings_.KeepRow(areas));
  return areas_[registry_->areas_.back()] = place;
}

absl::Status Registry::Builder::AddEnterprise(
    const v1::Enterprise& enterprise) {
  TG_RETURN_IF_ERROR(CheckEnterprise(enterprise));
  const Entry entry{"enterprise", enterprise.uscc()};
  Exporter& exporter = *Mention(enterprise.uscc());
  if (IsAdded(exporter)) {
    return Refuse(entry.Text(), "stands twice. Remove one.");
  }
  exporter.ciio = enterprise.ciio();
  exporter.gba_registered = enterprise.gba_registered();
  exporter.foreign_invested = enterprise.foreign_invested();
  exporter.demonstration = enterprise.demonstration();
  exporter.areas = AreasOf(enterprise);
  exporter.region = registry_->areas_[exporter.areas][0];
  exporter.delegations.reserve(enterprise.delegations_size());
  for (int i = 0; i < enterprise.delegations_size(); ++i) {
    TG_ASSIGN_OR_RETURN(
        const Delegation delegation,
        CompileDelegation(entry.Text(absl::StrCat(".delegations[", i, "]")),
                          enterprise.delegations(i), &registry_->strings_));
    exporter.delegations.push_back(delegation);
  }
  return AddKeys(entry, false, enterprise.pseudonym_keys(), &exporter.keys);
}

absl::Status Registry::Builder::AddFiling(const v1::Filing& filing) {
  const Entry entry{"filing", filing.id()};
  absl::string_view id;
  TG_RETURN_IF_ERROR(CheckId(entry, &id, &filing_ids_));
  TG_ASSIGN_OR_RETURN(Exporter * exporter,
                      FindExporter(entry, filing.exporter()));
  TG_ASSIGN_OR_RETURN(
      Filing compiled,
      CompileFiling(entry, filing, periods_, calendar_, &registry_->strings_));
  compiled.id = id;
  exporter->filings.push_back(compiled);
  ++registry_->filings_;
  return absl::OkStatus();
}

absl::Status Registry::Builder::AddGreenChannel(
    const v1::GreenChannelRegistration& source) {
  const Entry entry{"registration", source.id()};
  absl::string_view id;
  TG_RETURN_IF_ERROR(CheckId(entry, &id, &green_ids_));
  TG_ASSIGN_OR_RETURN(Exporter * exporter,
                      FindExporter(entry, source.exporter()));
  GreenChannel green{source};
  TG_ASSIGN_OR_RETURN(green.granted,
                      ReadDay(entry.Text(".granted"), source.granted()));
  TG_ASSIGN_OR_RETURN(green.valid_to,
                      ReadDay(entry.Text(".valid_to"), source.valid_to()));
  TG_RETURN_IF_ERROR(
      CheckPeriod(entry.Text(), "granted", green.granted, green.valid_to));
  exporter->registrations.push_back(std::move(green));
  return absl::OkStatus();
}

absl::Status Registry::Builder::AddListFiling(const v1::ListFiling& source) {
  const Entry entry{"list filing", source.id()};
  absl::string_view id;
  TG_RETURN_IF_ERROR(CheckId(entry, &id, &list_filing_ids_));
  TG_ASSIGN_OR_RETURN(Exporter * exporter,
                      FindExporter(entry, source.exporter()));
  TG_RETURN_IF_ERROR(CheckName(entry, ".list", source.list()));
  TG_RETURN_IF_ERROR(CheckName(entry, ".edition", source.edition()));
  ListFiling filing{source};
  TG_ASSIGN_OR_RETURN(filing.filed,
                      ReadDay(entry.Text(".filed"), source.filed()));
  if (!source.valid_to().empty()) {
    TG_ASSIGN_OR_RETURN(filing.valid_to,
                        ReadDay(entry.Text(".valid_to"), source.valid_to()));
  }
  TG_RETURN_IF_ERROR(
      CheckPeriod(entry.Text(), "filed", filing.filed, filing.valid_to));
  exporter->list_filings.push_back(std::move(filing));
  return absl::OkStatus();
}

// Its members may come later.
absl::Status Registry::Builder::AddGroup(const v1::Group& group) {
  const Entry entry{"group", group.id()};
  absl::string_view id;
  TG_RETURN_IF_ERROR(CheckId(entry, &id, &group_ids_));
  for (const std::string& overseas : group.overseas()) {
    TG_RETURN_IF_ERROR(CheckName(entry, ".overseas", overseas));
  }
  registry_->groups_.push_back(std::make_unique<v1::Group>(group));
  return absl::OkStatus();
}

absl::Status Registry::Builder::AddMembers(const v1::Group& group) {
  for (const std::string& member : group.members()) {
    TG_RETURN_IF_ERROR(AddMember({"group", group.id()}, group, member));
  }
  return absl::OkStatus();
}

absl::Status Registry::Builder::AddMember(const Entry& entry,
                                          const v1::Group& group,
                                          const std::string& member) {
  const auto it = registry_->exporters_.find(member);
  if (it == registry_->exporters_.end()) {
    return Refuse(entry.Text(".members"),
                  absl::StrCat(Quote(member), kNotInRegistry));
  }
  Exporter& exporter = *it->second;
  if (exporter.group != nullptr) {
    return Refuse(
        entry.Text(".members"),
        absl::StrCat(member, " stands already in group \"",
                     exporter.group->id(), "\". Remove it from one."));
  }
  exporter.group = &group;
  TG_RETURN_IF_ERROR(
      AddKeys(entry, true, group.pseudonym_keys(), &exporter.keys));
  for (const std::string& other : group.members()) {
    if (other != member) exporter.siblings.push_back(other);
  }
  return absl::OkStatus();
}

absl::Status Registry::Builder::AddRestricted(
    const v1::RestrictedRecipient& source) {
  const std::string& id = source.organization_id();
  const Entry entry{"restricted recipient", id};
  TG_RETURN_IF_ERROR(CheckName(entry, ".organization_id", id));
  TG_ASSIGN_OR_RETURN(const Day since,
                      ReadDay(entry.Text(".since"), source.since()));
  const std::string folded = FoldName(id);
  if (folded.empty()) {
    return Refuse(entry.Text(".organization_id"),
                  "only joiners. Name an organisation.");
  }
  if (registry_->restricted_.emplace(folded, std::make_pair(source, since))
          .second) {
    return absl::OkStatus();
  }
  return Refuse(entry.Text(),
                "stands twice; case, '_', '-' and '.' make no difference. "
                "Remove one.");
}

}  // namespace tongguan::policy
