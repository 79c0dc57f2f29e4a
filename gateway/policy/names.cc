#include "gateway/policy/names.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "gateway/base/identifier.h"

namespace tongguan::policy {

size_t Names::HashEnds::operator()(absl::string_view id) const {
  uint64_t first = 0, last = 0;
  const size_t length = std::min(id.size(), sizeof(first));
  if (length == 0) return 0;
  if (length == sizeof(first)) {
    std::memcpy(&first, id.data(), sizeof(first));
    std::memcpy(&last, id.data() + id.size() - sizeof(last), sizeof(last));
  } else {
    for (char c : id) first = first << 8 | static_cast<uint8_t>(c);
  }
  // The high bits of a product depend on all bits of its factors.
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  const auto product =
      static_cast<unsigned __int128>(first ^ kOdd) * (last ^ id.size() ^ ~kOdd);
  return static_cast<size_t>(product >> 64) ^ static_cast<size_t>(product);
}

Names::Names(const Taxonomy& taxonomy, const Lists& lists)
    : taxonomy_(taxonomy), lists_(lists) {
  for (const v1::Category& category : taxonomy.source().categories()) {
    RowRefs rows;
    lists.FindRows(category.id(), "", &rows);
    categories_.emplace(category.id(),
                        CategoryReading{&category, {rows.begin(), rows.end()}});
  }
}

const NameReading& Names::Read(absl::string_view name,
                               NameReading* scratch) const {
  if (const NameReading* known = seen_.Find(name)) return *known;
  const std::string folded = FoldName(name);
  RowRefs rows;
  lists_.FindRowsOfName(name, folded, &rows);
  const v1::Category* const category = taxonomy_.ClassifyName(name, folded);
  *scratch = {category == nullptr ? nullptr : FindCategory(category->id()),
              {rows.begin(), rows.end()}};
  if (seen_.Takes(name)) seen_.Add(name, *scratch);
  return *scratch;
}

}  // namespace tongguan::policy
