// Published lists, indexed so that finding an item's rows does not cost more
// with more rows. Immutable, thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_LISTS_H_
#define TONGGUAN_GATEWAY_POLICY_LISTS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/beijing.h"
#include "proto/tongguan/v1/list.pb.h"

namespace tongguan::policy {

// A list edition with its rows.
struct List {
  v1::ListHead head;
  std::vector<v1::ListRow> rows;
  std::string name;   // "id@edition".
  Day effective = 0;  // First day in force.
  Day end = kNoDay;   // First day no longer in force.
  bool InForce(Day day) const { return effective <= day && day < end; }
};

// A row of a list: indexes into Lists::all() and List::rows.
struct RowRef {
  uint32_t list;
  uint32_t row;
  friend bool operator<(const RowRef& a, const RowRef& b) {
    return std::pair(a.list, a.row) < std::pair(b.list, b.row);
  }
  friend bool operator==(const RowRef& a, const RowRef& b) {
    return a.list == b.list && a.row == b.row;
  }
};
using RowRefs = absl::InlinedVector<RowRef, 8>;

class Lists {
 public:
  // Refuses doubled list editions or row ids and bad patterns, naming them.
  static absl::StatusOr<std::unique_ptr<const Lists>> Compile(
      std::vector<List> lists);
  ~Lists();

  const std::vector<List>& all() const { return lists_; }

  // Lists that serve or were adopted by any of these areas (region, its
  // ancestors "CN-GD-SZ" → "CN-GD" → "CN", zones): indexes, ascending. A
  // snapshot has it for each exporter.
  std::vector<uint32_t> InAreas(
      const std::vector<absl::string_view>& areas) const;

  // The rows of all lists that name an item by category, exact name (folded)
  // or pattern, by list and row, each once; rows that name no item at all
  // ("headings") are not among them, and an empty category or name finds none.
  // Sector, scenario, dates and area are for the caller to weigh. Rows of a
  // name are worked out each time: Names (names.h) remembers.
  void FindRows(absl::string_view category, absl::string_view name,
                RowRefs* rows) const;
  // The same by name alone, which is not empty; `folded` is FoldName of it.
  void FindRowsOfName(absl::string_view name, absl::string_view folded,
                      RowRefs* rows) const;

  // The list's size rules: rows that speak of every personal, or every
  // sensitive, item (ListRow.every), ascending.
  const std::vector<uint32_t>& SizeRules(uint32_t list) const;

  // Whether the list has heading rows for a sector and scenario: rows that name
  // no category, item or pattern and no data class, and are no size rules.
  bool HasHeadings(uint32_t list, absl::string_view sector,
                   absl::string_view scenario) const;

  // Whether a row of any list names this sector.
  bool KnowsSector(absl::string_view sector) const;

  // Whether the list is about this sector and scenario. Where any row names a
  // sector the sector must be named; where any row of that sector names a
  // scenario the scenario must be. So a general row of all sectors beside rows
  // of named ones does not make the list cover every other sector.
  bool Covers(uint32_t list, absl::string_view sector,
              absl::string_view scenario) const;

 private:
  struct Index;
  explicit Lists(std::vector<List> lists);

  const std::vector<List> lists_;
  std::unique_ptr<Index> index_;
};

// The row's name in traces: "id@edition#row".
std::string RowName(const List& list, const v1::ListRow& row);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_LISTS_H_
