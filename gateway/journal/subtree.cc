#include "gateway/journal/subtree.h"

#include <utility>

#include "gateway/base/status_macros.h"

namespace tongguan::journal {
namespace {

// NOLINTNEXTLINE(misc-no-recursion): at most kTileHeight - 1 deep.
absl::StatusOr<Hash> Join(int level, uint64_t index, const Hashes& stored) {
  if (level % kTileHeight == 0) return stored(level, index);
  TG_ASSIGN_OR_RETURN(const Hash left, Join(level - 1, 2 * index, stored));
  TG_ASSIGN_OR_RETURN(const Hash right, Join(level - 1, 2 * index + 1, stored));
  return NodeHash(left, right);
}

}  // namespace

Hashes FromStored(Hashes stored) {
  return [stored = std::move(stored)](int level, uint64_t index) {
    return Join(level, index, stored);
  };
}

}  // namespace tongguan::journal
