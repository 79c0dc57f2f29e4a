// What an item's name says, worked out once a policy and remembered.
// Thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_NAMES_H_
#define TONGGUAN_GATEWAY_POLICY_NAMES_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/lists.h"
#include "gateway/policy/name_memory.h"
#include "gateway/policy/taxonomy.h"

namespace tongguan::policy {

// A category of the taxonomy, and what the lists say of it.
struct CategoryReading {
  const v1::Category* category = nullptr;
  std::vector<RowRef> rows;  // Lists::FindRows of the category.
};

struct NameReading {
  const CategoryReading* looks_like = nullptr;  // Taxonomy::ClassifyName.
  std::vector<RowRef> rows;                     // Lists::FindRows of the name.
};

class Names {
 public:
  // Both must outlive this.
  Names(const Taxonomy& taxonomy, const Lists& lists);

  // Null if the taxonomy lacks it.
  const CategoryReading* FindCategory(absl::string_view id) const {
    const auto it = categories_.find(id);
    return it == categories_.end() ? nullptr : &it->second;
  }

  // At most 65,536 names of at most 256 bytes are remembered; another's reading
  // is worked out into `*scratch`.
  const NameReading& Read(absl::string_view name, NameReading* scratch) const;

 private:
  // Of the ends of an id. The ids are the policy's: what is looked up makes no
  // look-up of another longer.
  struct HashEnds {
    size_t operator()(absl::string_view id) const;
  };

  const Taxonomy& taxonomy_;
  const Lists& lists_;
  // By id, which the taxonomy keeps.
  absl::flat_hash_map<absl::string_view, CategoryReading, HashEnds> categories_;
  mutable NameMemory<NameReading> seen_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_NAMES_H_
