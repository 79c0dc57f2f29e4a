#include "gateway/policy/snapshot.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/form.h"
#include "gateway/policy/locate.h"
#include "gateway/policy/parts.h"
#include "gateway/policy/read_dir.h"
#include "gateway/policy/regime.h"
#include "gateway/policy/registry_builder.h"
#include "gateway/policy/registry_form.h"

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
    if (HasForm(e)) continue;
    TG_RETURN_IF_ERROR(CheckEntry("registry enterprise", e.uscc(), e));
  }
  for (const auto& e : shard.groups()) {
    TG_RETURN_IF_ERROR(CheckEntry("registry group", e.id(), e));
  }
  for (const auto& e : shard.filings()) {
    if (HasForm(e)) continue;
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
  return absl::OkStatus();
}

// The index of the first of the categories that the taxonomy lacks, or -1.
int FindUnknown(const Taxonomy& taxonomy, const Categories& categories) {
  const auto unknown = std::find_if(
      categories.begin(), categories.end(), [&](const std::string& category) {
        return taxonomy.FindCategory(category) == nullptr;
      });
  return unknown == categories.end()
             ? -1
             : static_cast<int>(unknown - categories.begin());
}

absl::Status UnknownCategory(const std::string& place, const std::string& id) {
  return Refuse(place, absl::StrCat(Quote(id),
                                    " is not in the taxonomy. Add it there or "
                                    "correct it."));
}

// A category that nothing can carry would silently cover or release nothing.
absl::Status CheckCategories(const Taxonomy& taxonomy,
                             const std::vector<List>& lists) {
  for (const List& list : lists) {
    for (const v1::ListRow& row : list.rows) {
      const int unknown = FindUnknown(taxonomy, row.categories());
      if (unknown < 0) continue;
      return UnknownCategory(
          absl::StrCat("lists/", list.head.id(), "/", list.head.edition(),
                       " row ", Quote(row.id()), ".categories"),
          row.categories(unknown));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCategories(const Taxonomy& taxonomy,
                             const v1::RegistryShard& shard) {
  for (const v1::Filing& filing : shard.filings()) {
    const int unknown = FindUnknown(taxonomy, filing.scope().categories());
    if (unknown < 0) continue;
    return UnknownCategory(Entry{"filing", filing.id()}.Text(absl::StrCat(
                               ".scope.categories[", unknown, "]")),
                           filing.scope().categories(unknown));
  }
  return absl::OkStatus();
}

// Compiles the registry shard by shard, and keeps of each what its part is.
absl::StatusOr<std::unique_ptr<const Registry>> CompileRegistry(
    const NextShard& next_shard, const Taxonomy& taxonomy,
    Registry::Builder builder, Parts* parts) {
  while (true) {
    TG_ASSIGN_OR_RETURN(const v1::RegistryShard* const shard, next_shard());
    if (shard == nullptr) return builder.Build();
    TG_RETURN_IF_ERROR(CheckRegistryForm(*shard));
    TG_RETURN_IF_ERROR(CheckCategories(taxonomy, *shard));
    TG_RETURN_IF_ERROR(builder.Add(*shard));
    parts->Add(*shard);
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Compile(
    Source source, Parts* parts) {
  std::vector<v1::RegistryShard> registry = std::move(source.registry);
  source.registry.clear();
  size_t next = 0;
  const auto next_shard = [&]() -> const v1::RegistryShard* {
    if (next > 0) registry[next - 1] = v1::RegistryShard();
    return next < registry.size() ? &registry[next++] : nullptr;
  };
  return Compile(std::move(source), next_shard, parts);
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Compile(
    Source source, const NextShard& next_shard, Parts* parts) {
  Parts own;
  if (parts == nullptr) parts = &own;
  TG_RETURN_IF_ERROR(CheckSourceForm(source));
  TG_RETURN_IF_ERROR(CheckRegime(source.regime));
  Normalize(&source);
  std::shared_ptr<Snapshot> snapshot(new Snapshot());
  TG_ASSIGN_OR_RETURN(snapshot->calendar_, Calendar::Compile(source.calendar));
  TG_ASSIGN_OR_RETURN(snapshot->taxonomy_, Taxonomy::Compile(source.taxonomy));
  TG_RETURN_IF_ERROR(CheckCategories(*snapshot->taxonomy_, source.lists));
  parts->Add(source);
  TG_ASSIGN_OR_RETURN(
      snapshot->registry_,
      CompileRegistry(
          next_shard, *snapshot->taxonomy_,
          Registry::Builder(PeriodsOf(source.regime), snapshot->calendar_),
          parts));
  snapshot->manifest_ = parts->Finish();
  TG_ASSIGN_OR_RETURN(snapshot->lists_,
                      Lists::Compile(std::move(source.lists)));
  for (Strings::Words areas : snapshot->registry_->areas()) {
    std::vector<absl::string_view> names;
    for (const std::string* area : areas) names.emplace_back(*area);
    snapshot->lists_of_areas_.push_back(snapshot->lists_->InAreas(names));
  }
  snapshot->names_ =
      std::make_unique<Names>(*snapshot->taxonomy_, *snapshot->lists_);
  snapshot->regime_ = std::move(source.regime);
  snapshot->digest_ = DigestBytes(Sha256(ManifestText(snapshot->manifest_)));
  return snapshot;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> LoadPolicyDir(
    const std::string& dir, Parts* parts) {
  TG_ASSIGN_OR_RETURN(const Layout layout, FindLayout(dir));
  TG_ASSIGN_OR_RETURN(Source source, ReadWithoutRegistry(layout));
  ShardReader reader;
  size_t next = 0;
  absl::Status unread;  // Which has its place already.
  const auto next_shard = [&]() -> absl::StatusOr<const v1::RegistryShard*> {
    if (next == layout.shards.size()) return nullptr;
    auto shard = reader.Read(layout.shards[next++]);
    unread = shard.status();
    return shard;
  };
  auto snapshot = Snapshot::Compile(std::move(source), next_shard, parts);
  if (!snapshot.ok() && unread.ok()) return Locate(dir, snapshot.status());
  return snapshot;
}

}  // namespace tongguan::policy
