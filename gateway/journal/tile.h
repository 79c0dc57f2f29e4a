// C2SP tlog-tiles: which files a published log has, and where.
#ifndef TONGGUAN_GATEWAY_JOURNAL_TILE_H_
#define TONGGUAN_GATEWAY_JOURNAL_TILE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tongguan::journal {

// 256 neighbouring hashes of one level, or those there are so far.
struct Tile {
  int level = 0;       // Of tiles: hashes of 256^level leaves.
  uint64_t index = 0;  // From 0.
  int width = 0;       // 1 to 256 hashes.

  bool operator==(const Tile&) const = default;
};

// "tile/0/x001/234.p/5".
std::string TilePath(const Tile& tile);
// Records of the level-0 tile of the same index: "tile/entries/x001/234.p/5".
std::string EntriesPath(const Tile& tile);

// The tiles that a tree of `size` leaves has and one of `old_size` has not,
// lowest level first.
std::vector<Tile> NewTiles(uint64_t old_size, uint64_t size);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_TILE_H_
