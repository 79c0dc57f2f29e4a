// What an item's name says, worked out once a policy and remembered.
// Thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_NAMES_H_
#define TONGGUAN_GATEWAY_POLICY_NAMES_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/policy/lists.h"
#include "gateway/policy/name_memory.h"
#include "gateway/policy/taxonomy.h"

namespace tongguan::policy {

struct NameReading {
  const v1::Category* looks_like = nullptr;  // Taxonomy::ClassifyName.
  std::vector<RowRef> rows;                  // Lists::FindRows of the name.
};

class Names {
 public:
  // Both must outlive this.
  Names(const Taxonomy& taxonomy, const Lists& lists)
      : taxonomy_(taxonomy), lists_(lists) {}

  // At most 65,536 names of at most 256 bytes are remembered; another's reading
  // is worked out into `*scratch`.
  const NameReading& Read(absl::string_view name, NameReading* scratch) const;

 private:
  const Taxonomy& taxonomy_;
  const Lists& lists_;
  mutable NameMemory<NameReading> seen_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_NAMES_H_
