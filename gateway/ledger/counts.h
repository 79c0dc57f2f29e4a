// How many records put each person into a set, as bytes: entries of a
// pseudonym (16 bytes) and a count (4 bytes, little-endian, signed), strictly
// ascending by pseudonym, no count 0. A change of such counts has the same
// form, so a set is a sum of them. Counts stop at the ends of 32 bits.
#ifndef TONGGUAN_GATEWAY_LEDGER_COUNTS_H_
#define TONGGUAN_GATEWAY_LEDGER_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tongguan::ledger {

inline constexpr size_t kPersonBytes = 16;
inline constexpr size_t kEntryBytes = 20;

// Whole entries, strictly ascending, none 0.
bool AreCounts(absl::string_view bytes);

// `each` for every pseudonym of a set (strictly ascending).
std::string ToCounts(absl::string_view people, int32_t each);

// The sum.
std::string AddCounts(absl::string_view a, absl::string_view b);

// The part of `sorted`, whose elements of `size` bytes begin with a pseudonym,
// from pseudonym `from` on.
absl::string_view From(absl::string_view sorted, size_t size,
                       absl::string_view from);

// Adds to known[i] what `counts` says of the i-th pseudonym of a set.
void LookUp(absl::string_view counts, absl::string_view people, int32_t* known);

// A sum that grows: a few counts, each at least twice as long as the next, so
// that adding and looking up stay cheap.
class Pile {
 public:
  void Add(std::string counts);
  void LookUp(absl::string_view people, int32_t* known) const;
  std::string Sum() const;
  bool empty() const { return counts_.empty(); }
  size_t bytes() const;

 private:
  std::vector<std::string> counts_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_COUNTS_H_
