// Data categories, and what an item's name looks like. Immutable, thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_TAXONOMY_H_
#define TONGGUAN_GATEWAY_POLICY_TAXONOMY_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/tongguan/v1/taxonomy.pb.h"

namespace tongguan::policy {

class Detectors;

class Taxonomy {
 public:
  // Refuses doubled ids, unknown sensitive kinds, bad patterns, naming them.
  static absl::StatusOr<std::unique_ptr<const Taxonomy>> Compile(
      v1::Taxonomy source);
  ~Taxonomy();

  // The category of an id, or null.
  const v1::Category* FindCategory(absl::string_view id) const;

  // The category that a name looks like (exact names first, then patterns; of
  // several the most sensitive, then the first), or null. Worked out each time:
  // Names (names.h) remembers. `folded` is FoldName of it, where that is known.
  const v1::Category* ClassifyName(absl::string_view name) const;
  const v1::Category* ClassifyName(absl::string_view name,
                                   absl::string_view folded) const;

  // What values look like; see detectors.h.
  const Detectors& detectors() const { return *detectors_; }

  const v1::Taxonomy& source() const { return source_; }

 private:
  struct Index;
  explicit Taxonomy(v1::Taxonomy source);

  const v1::Taxonomy source_;
  std::unique_ptr<Index> index_;
  std::unique_ptr<const Detectors> detectors_;
};

// Whether a category is of people under 14 (PIPL 28): of the sensitive kind
// "minor_under_14".
bool IsUnder14(const v1::Category& category);

// Whether a category is sensitive personal information in a sector.
bool IsSensitive(const v1::Category& category, absl::string_view sector);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_TAXONOMY_H_
