// The right edge of a growing tree: the roots of the complete subtrees that its
// leaves fall into, largest first, one for every bit that is set in its size.
// Enough to append and to have the root of all leaves.
#ifndef TONGGUAN_GATEWAY_JOURNAL_FRONTIER_H_
#define TONGGUAN_GATEWAY_JOURNAL_FRONTIER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/journal/hash.h"
#include "gateway/journal/subtree.h"

namespace tongguan::journal {

class Frontier {
 public:
  // Of a tree without leaves.
  Frontier() = default;
  // Of the tree of `size` leaves whose hashes `hashes` gives.
  static absl::StatusOr<Frontier> At(uint64_t size, const Hashes& hashes);

  // Adds a leaf. Where it completes tiles, the hashes that stand for them are
  // appended to `stored` (unless null).
  void Append(const Hash& leaf, std::vector<StoredHash>* stored);
  // Adds the complete subtree of 2^level leaves with this root; its place must
  // be there: size() is a multiple of 2^level.
  void AppendSubtree(int level, const Hash& root);

  uint64_t size() const { return size_; }
  Hash Root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Hash> roots_;
};

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_FRONTIER_H_
