#include "gateway/policy/names.h"

#include <utility>

namespace tongguan::policy {

const NameReading& Names::Read(absl::string_view name,
                               NameReading* scratch) const {
  if (const NameReading* known = seen_.Find(name)) return *known;
  RowRefs rows;
  lists_.FindRows("", name, &rows);
  *scratch = {taxonomy_.ClassifyName(name), {rows.begin(), rows.end()}};
  if (seen_.Takes(name)) seen_.Add(name, *scratch);
  return *scratch;
}

}  // namespace tongguan::policy
