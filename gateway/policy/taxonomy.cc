#include "gateway/policy/taxonomy.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/detectors.h"
#include "gateway/policy/form.h"
#include "gateway/policy/patterns.h"

namespace tongguan::policy {
namespace {

using Ids = absl::flat_hash_set<absl::string_view>;

// "taxonomy category "name"".
std::string Place(absl::string_view what, absl::string_view id) {
  return absl::StrCat("taxonomy ", what, " ", Quote(id));
}

absl::Status CheckId(absl::string_view what, absl::string_view id, Ids* ids) {
  TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(Place(what, id), ".id"), id));
  if (ids->insert(id).second) return absl::OkStatus();
  return Refuse(Place(what, id), "stands twice. Rename or remove one.");
}

absl::Status CheckCategory(const v1::Category& category, const Ids& kinds) {
  const std::string place = Place("category", category.id());
  const std::string& kind = category.sensitive_kind();
  if (category.data_class() == v1::DATA_CLASS_SENSITIVE && kind.empty()) {
    return Refuse(absl::StrCat(place, ".sensitive_kind"),
                  "missing for a sensitive category. Name its kind.");
  }
  if (!kind.empty() && !kinds.contains(kind)) {
    return Refuse(absl::StrCat(place, ".sensitive_kind"),
                  absl::StrCat("\"", kind,
                               "\" is not a sensitive kind. Add it to "
                               "sensitive_kinds or correct it."));
  }
  for (int i = 0; i < category.names_size(); ++i) {
    const std::string field = absl::StrCat(place, ".names[", i, "]");
    TG_RETURN_IF_ERROR(CheckIdentifier(field, category.names(i)));
    if (FoldName(category.names(i)).empty()) {
      return Refuse(field, "only joiners. Name a field.");
    }
  }
  for (int i = 0; i < category.patterns_size(); ++i) {
    TG_RETURN_IF_ERROR(CheckPattern(absl::StrCat(place, ".patterns[", i, "]"),
                                    category.patterns(i)));
  }
  return absl::OkStatus();
}

absl::Status CheckDetector(const v1::Detector& detector,
                           const Ids& categories) {
  const std::string place = Place("detector", detector.id());
  if (!categories.contains(detector.category())) {
    return Refuse(absl::StrCat(place, ".category"),
                  absl::StrCat("\"", detector.category(),
                               "\" is not a category. Add it or correct it."));
  }
  return CheckPattern(absl::StrCat(place, ".pattern"), detector.pattern());
}

absl::Status Check(const v1::Taxonomy& source) {
  Ids kinds, categories, detectors;
  for (const v1::SensitiveKind& kind : source.sensitive_kinds()) {
    TG_RETURN_IF_ERROR(CheckId("sensitive kind", kind.id(), &kinds));
  }
  for (const v1::Category& category : source.categories()) {
    TG_RETURN_IF_ERROR(CheckId("category", category.id(), &categories));
    TG_RETURN_IF_ERROR(CheckCategory(category, kinds));
  }
  for (const v1::Detector& detector : source.detectors()) {
    TG_RETURN_IF_ERROR(CheckId("detector", detector.id(), &detectors));
    TG_RETURN_IF_ERROR(CheckDetector(detector, categories));
  }
  return absl::OkStatus();
}

}  // namespace

struct Taxonomy::Index {
  absl::flat_hash_map<std::string, const v1::Category*> by_id;
  absl::flat_hash_map<std::string, const v1::Category*> by_name;  // Folded.
  Patterns patterns;  // Owners are indexes of categories.
};

Taxonomy::Taxonomy(v1::Taxonomy source)
    : source_(std::move(source)), index_(std::make_unique<Index>()) {}

Taxonomy::~Taxonomy() = default;

absl::StatusOr<std::unique_ptr<const Taxonomy>> Taxonomy::Compile(
    v1::Taxonomy source) {
  TG_RETURN_IF_ERROR(Check(source));
  std::unique_ptr<Taxonomy> taxonomy(new Taxonomy(std::move(source)));
  Index& index = *taxonomy->index_;
  for (int i = 0; i < taxonomy->source_.categories_size(); ++i) {
    const v1::Category& category = taxonomy->source_.categories(i);
    index.by_id.emplace(category.id(), &category);
    for (const std::string& name : category.names()) {
      const v1::Category*& there = index.by_name[FoldName(name)];
      if (there == nullptr || there->data_class() < category.data_class()) {
        there = &category;
      }
    }
    for (const std::string& pattern : category.patterns()) {
      index.patterns.Add(pattern, i);
    }
  }
  TG_RETURN_IF_ERROR(index.patterns.Compile("taxonomy"));
  TG_ASSIGN_OR_RETURN(Detectors detectors, Detectors::Compile(*taxonomy));
  taxonomy->detectors_ = std::make_unique<Detectors>(std::move(detectors));
  return taxonomy;
}

const v1::Category* Taxonomy::FindCategory(absl::string_view id) const {
  const auto it = index_->by_id.find(id);
  return it == index_->by_id.end() ? nullptr : it->second;
}

const v1::Category* Taxonomy::ClassifyName(absl::string_view name) const {
  return ClassifyName(name, FoldName(name));
}

const v1::Category* Taxonomy::ClassifyName(absl::string_view name,
                                           absl::string_view folded) const {
  const v1::Category* best = nullptr;
  const auto exact = index_->by_name.find(folded);
  if (exact != index_->by_name.end()) {
    best = exact->second;
  } else {
    std::vector<uint32_t> matching;
    index_->patterns.Match(name, &matching);
    for (uint32_t i : matching) {
      const v1::Category& category = source_.categories(i);
      if (best == nullptr || best->data_class() < category.data_class()) {
        best = &category;
      }
    }
  }
  return best;
}

bool IsUnder14(const v1::Category& category) {
  return category.sensitive_kind() == "minor_under_14";
}

bool IsSensitive(const v1::Category& category, absl::string_view sector) {
  if (category.data_class() == v1::DATA_CLASS_SENSITIVE) return true;
  if (category.data_class() != v1::DATA_CLASS_PERSONAL) return false;
  for (const std::string& s : category.sensitive_in_sectors()) {
    if (sector == s) return true;
  }
  return false;
}

}  // namespace tongguan::policy
