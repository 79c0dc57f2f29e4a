#include "gateway/journal/tile.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::journal {
namespace {

TEST(TileTest, HasTheNamesOfC2sp) {
  EXPECT_EQ(TilePath({0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({2, 0, 1}), "tile/2/000.p/1");
  EXPECT_EQ(TilePath({0, 1000, 255}), "tile/0/x001/000.p/255");
  EXPECT_EQ(EntriesPath({0, 273, 112}), "tile/entries/273.p/112");
}

// The example of https://c2sp.org/tlog-tiles.
TEST(TileTest, SeventyThousandLeavesMakeTheTilesOfTheExample) {
  std::map<std::pair<int, int>, int> count;  // By level and width.
  for (const Tile& tile : NewTiles(0, 70000)) {
    ++count[{tile.level, tile.width}];
  }
  const std::map<std::pair<int, int>, int> expected = {
      {{0, 256}, 273}, {{0, 112}, 1}, {{1, 256}, 1}, {{1, 17}, 1}, {{2, 1}, 1}};
  EXPECT_EQ(count, expected);
}

TEST(TileTest, OnlyNewTilesAreNamed) {
  EXPECT_TRUE(NewTiles(0, 0).empty());
  EXPECT_TRUE(NewTiles(300, 300).empty());
  EXPECT_THAT(NewTiles(255, 256),
              testing::ElementsAre(Tile{0, 0, 256}, Tile{1, 0, 1}));
  EXPECT_THAT(NewTiles(256, 257), testing::ElementsAre(Tile{0, 1, 1}));
  EXPECT_THAT(NewTiles(200, 600),
              testing::ElementsAre(Tile{0, 0, 256}, Tile{0, 1, 256},
                                   Tile{0, 2, 88}, Tile{1, 0, 2}));
}

}  // namespace
}  // namespace tongguan::journal
