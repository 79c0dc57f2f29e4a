#include "gateway/policy/snapshot.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/form.h"
#include "gateway/policy/locate.h"
#include "gateway/policy/parts.h"
#include "gateway/policy/regime.h"

namespace tongguan::policy {
namespace {

using Categories = google::protobuf::RepeatedPtrField<std::string>;

// Checks an entry's form; its name is written out only in a refusal.
absl::Status CheckEntry(absl::string_view what, absl::string_view id,
                        const google::protobuf::Message& entry) {
  const absl::Status form = CheckForm("", entry);
  if (form.ok()) return form;
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", Quote(id), form.message()));
}

absl::Status CheckTaxonomyForm(const v1::Taxonomy& taxonomy) {
  for (const auto& kind : taxonomy.sensitive_kinds()) {
    TG_RETURN_IF_ERROR(CheckEntry("taxonomy sensitive kind", kind.id(), kind));
  }
  for (const auto& category : taxonomy.categories()) {
    TG_RETURN_IF_ERROR(
        CheckEntry("taxonomy category", category.id(), category));
  }
  for (const auto& detector : taxonomy.detectors()) {
    TG_RETURN_IF_ERROR(
        CheckEntry("taxonomy detector", detector.id(), detector));
  }
  return absl::OkStatus();
}

absl::Status CheckListForm(const List& list) {
  const std::string name =
      absl::StrCat("lists/", list.head.id(), "/", list.head.edition());
  TG_RETURN_IF_ERROR(CheckForm(name, list.head));
  const std::string what = absl::StrCat(name, " row");
  for (const v1::ListRow& row : list.rows) {
    TG_RETURN_IF_ERROR(CheckEntry(what, row.id(), row));
  }
  return absl::OkStatus();
}

absl::Status CheckRegistryForm(const v1::RegistryShard& shard) {
  for (const auto& e : shard.enterprises()) {
    TG_RETURN_IF_ERROR(CheckEntry("registry enterprise", e.uscc(), e));
  }
  for (const auto& e : shard.groups()) {
    TG_RETURN_IF_ERROR(CheckEntry("registry group", e.id(), e));
  }
  for (const auto& e : shard.filings()) {
    TG_RETURN_IF_ERROR(CheckEntry("registry filing", e.id(), e));
  }
  for (const auto& e : shard.registrations()) {
    TG_RETURN_IF_ERROR(CheckEntry("registry registration", e.id(), e));
  }
  for (const auto& e : shard.list_filings()) {
    TG_RETURN_IF_ERROR(CheckEntry("registry list filing", e.id(), e));
  }
  for (const auto& e : shard.restricted()) {
    TG_RETURN_IF_ERROR(
        CheckEntry("registry restricted recipient", e.organization_id(), e));
  }
  return absl::OkStatus();
}

absl::Status CheckSourceForm(const Source& source) {
  TG_RETURN_IF_ERROR(CheckForm("regime", source.regime));
  TG_RETURN_IF_ERROR(CheckForm("calendar", source.calendar));
  TG_RETURN_IF_ERROR(CheckTaxonomyForm(source.taxonomy));
  for (const List& list : source.lists) {
    TG_RETURN_IF_ERROR(CheckListForm(list));
  }
  for (const v1::RegistryShard& shard : source.registry) {
    TG_RETURN_IF_ERROR(CheckRegistryForm(shard));
  }
  return absl::OkStatus();
}

// The index of the first of the categories that the taxonomy lacks, or -1.
int FindUnknown(const Taxonomy& taxonomy, const Categories& categories) {
  for (int i = 0; i < categories.size(); ++i) {
    if (taxonomy.FindCategory(categories[i]) == nullptr) return i;
  }
  return -1;
}

absl::Status UnknownCategory(const std::string& place, const std::string& id) {
  return Refuse(place, absl::StrCat(Quote(id),
                                    " is not in the taxonomy. Add it there or "
                                    "correct it."));
}

// A category that nothing can carry would silently cover or release nothing.
absl::Status CheckCategories(const Taxonomy& taxonomy, const Source& source) {
  for (const List& list : source.lists) {
    for (const v1::ListRow& row : list.rows) {
      const int unknown = FindUnknown(taxonomy, row.categories());
      if (unknown < 0) continue;
      return UnknownCategory(
          absl::StrCat("lists/", list.head.id(), "/", list.head.edition(),
                       " row ", Quote(row.id()), ".categories"),
          row.categories(unknown));
    }
  }
  for (const v1::RegistryShard& shard : source.registry) {
    for (const v1::Filing& filing : shard.filings()) {
      const int unknown = FindUnknown(taxonomy, filing.scope().categories());
      if (unknown < 0) continue;
      return UnknownCategory(
          absl::StrCat("registry filing ", Quote(filing.id()),
                       ".scope.categories[", unknown, "]"),
          filing.scope().categories(unknown));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Compile(
    Source source) {
  TG_RETURN_IF_ERROR(CheckSourceForm(source));
  TG_RETURN_IF_ERROR(CheckRegime(source.regime));
  Normalize(&source);
  std::shared_ptr<Snapshot> snapshot(new Snapshot());
  TG_ASSIGN_OR_RETURN(snapshot->calendar_, Calendar::Compile(source.calendar));
  TG_ASSIGN_OR_RETURN(snapshot->taxonomy_, Taxonomy::Compile(source.taxonomy));
  TG_RETURN_IF_ERROR(CheckCategories(*snapshot->taxonomy_, source));
  snapshot->parts_ = MakeParts(source);
  TG_ASSIGN_OR_RETURN(snapshot->lists_,
                      Lists::Compile(std::move(source.lists)));
  snapshot->names_ =
      std::make_unique<Names>(*snapshot->taxonomy_, *snapshot->lists_);
  TG_ASSIGN_OR_RETURN(
      snapshot->registry_,
      Registry::Compile(std::move(source.registry), PeriodsOf(source.regime),
                        snapshot->calendar_));
  snapshot->regime_ = std::move(source.regime);
  snapshot->manifest_ = MakeManifest(snapshot->parts_);
  snapshot->digest_ = DigestBytes(Sha256(ManifestText(snapshot->manifest_)));
  return snapshot;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> LoadPolicyDir(
    const std::string& dir) {
  TG_ASSIGN_OR_RETURN(Source source, ReadPolicyDir(dir));
  auto snapshot = Snapshot::Compile(std::move(source));
  if (!snapshot.ok()) return Locate(dir, snapshot.status());
  return snapshot;
}

}  // namespace tongguan::policy
