#include "gateway/journal/tile.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/journal/subtree.h"

namespace tongguan::journal {
namespace {

// 1234067 is "x001/x234/067"; a tile that is not full ends in ".p/WIDTH".
std::string PathOf(const Tile& tile) {
  std::string path = absl::StrFormat("%03u", tile.index % 1000);
  for (uint64_t rest = tile.index / 1000; rest > 0; rest /= 1000) {
    path = absl::StrFormat("x%03u/%s", rest % 1000, path);
  }
  if (tile.width < static_cast<int>(kTileWidth)) {
    absl::StrAppend(&path, ".p/", tile.width);
  }
  return path;
}

}  // namespace

std::string TilePath(const Tile& tile) {
  return absl::StrCat("tile/", tile.level, "/", PathOf(tile));
}

std::string EntriesPath(const Tile& tile) {
  return absl::StrCat("tile/entries/", PathOf(tile));
}

std::vector<Tile> NewTiles(uint64_t old_size, uint64_t size) {
  std::vector<Tile> tiles;
  for (int level = 0; size > 0; ++level) {
    // Hashes that this level has now and had then.
    for (uint64_t at = old_size; at < size;) {
      const uint64_t index = at / kTileWidth;
      const uint64_t end = std::min(size, (index + 1) * kTileWidth);
      tiles.push_back(
          {level, index, static_cast<int>(end - index * kTileWidth)});
      at = end;
    }
    old_size /= kTileWidth;
    size /= kTileWidth;
  }
  return tiles;
}

}  // namespace tongguan::journal
