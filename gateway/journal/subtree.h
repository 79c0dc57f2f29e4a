// Hashes of complete subtrees, of which only every eighth level is kept: level
// 0 are the leaves, level 8 the roots of 256 of them, and so on. These are the
// hashes of tlog-tiles; any other is made of at most 128 of them.
#ifndef TONGGUAN_GATEWAY_JOURNAL_SUBTREE_H_
#define TONGGUAN_GATEWAY_JOURNAL_SUBTREE_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "gateway/journal/hash.h"

namespace tongguan::journal {

inline constexpr int kTileHeight = 8;
inline constexpr uint64_t kTileWidth = 256;

// Gives the root of the complete subtree number `index` (from 0) of 2^level
// leaves.
using Hashes = std::function<absl::StatusOr<Hash>(int level, uint64_t index)>;

// One of the hashes that are kept, with its place.
struct StoredHash {
  int level = 0;  // A multiple of kTileHeight.
  uint64_t index = 0;
  Hash hash = {};
};

// All hashes, from those that are kept: `stored` is asked for levels that are
// multiples of kTileHeight only.
Hashes FromStored(Hashes stored);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_SUBTREE_H_
