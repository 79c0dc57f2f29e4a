#include "gateway/cli/log_left_over.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/subtree.h"

namespace tongguan::cli {
namespace {

using journal::kTileWidth;
using journal::Tile;

enum class Kind { kHashes, kEntries, kLargeEntries };

struct TileName {
  Kind kind = Kind::kHashes;
  Tile tile;
};

std::string NameOf(const TileName& name) {
  switch (name.kind) {
    case Kind::kHashes:
      return journal::TilePath(name.tile);
    case Kind::kEntries:
      return journal::EntriesPath(name.tile);
    case Kind::kLargeEntries:
      return LargeEntriesPath(name.tile);
  }
  return "";
}

// "x001/x234/067.p/5" as index and width; whatever else it could mean, its own
// name is compared with it.
bool ParsePlace(absl::string_view path, Tile* tile) {
  tile->width = static_cast<int>(kTileWidth);
  const std::vector<absl::string_view> halves = absl::StrSplit(path, ".p/");
  if (halves.size() > 2 ||
      (halves.size() == 2 && !absl::SimpleAtoi(halves[1], &tile->width))) {
    return false;
  }
  std::string digits;
  for (absl::string_view group : absl::StrSplit(halves[0], '/')) {
    absl::ConsumePrefix(&group, "x");
    digits.append(group.data(), group.size());
  }
  return absl::SimpleAtoi(digits, &tile->index);
}

std::optional<TileName> ParseName(absl::string_view name) {
  TileName parsed;
  absl::string_view path = name;
  const bool entries = absl::ConsumePrefix(&path, "tile/entries/");
  if (entries) parsed.kind = Kind::kEntries;
  if (!entries && absl::ConsumePrefix(&path, "tile/large-entries/")) {
    parsed.kind = Kind::kLargeEntries;
  } else if (!entries) {
    if (!absl::ConsumePrefix(&path, "tile/")) return std::nullopt;
    const std::vector<absl::string_view> level =
        absl::StrSplit(path, absl::MaxSplits('/', 1));
    if (level.size() != 2 || !absl::SimpleAtoi(level[0], &parsed.tile.level)) {
      return std::nullopt;
    }
    path = level[1];
  }
  if (!ParsePlace(path, &parsed.tile) || parsed.tile.width < 1 ||
      parsed.tile.level < 0 || parsed.tile.level > 7 ||
      NameOf(parsed) != name) {
    return std::nullopt;
  }
  return parsed;
}

// Hashes that the tile has under a head of so many records.
int WidthAt(const Tile& tile, uint64_t size) {
  const uint64_t hashes = size >> (tile.level * journal::kTileHeight);
  if (tile.index > hashes / kTileWidth) return 0;
  return static_cast<int>(
      std::min(kTileWidth, hashes - tile.index * kTileWidth));
}

// Whether it is the very file that was read as the tile is now.
bool WasRead(const LogDir& dir, const TileName& name, const Tile& now) {
  return name.tile.width == now.width &&
         (name.kind != Kind::kLargeEntries ||
          absl::IsNotFound(dir.Size(journal::EntriesPath(now)).status()));
}

// What the file must hold: the beginning of the tile as it is now.
absl::StatusOr<std::string> BeginOf(const LogDir& dir, const TileName& name,
                                    const Tile& now) {
  if (name.kind == Kind::kHashes) {
    TG_ASSIGN_OR_RETURN(const std::string all,
                        dir.Read(journal::TilePath(now)));
    return all.substr(0, name.tile.width * sizeof(journal::Hash));
  }
  TG_ASSIGN_OR_RETURN(std::vector<std::string> records, dir.ReadRecords(now));
  records.resize(name.tile.width);
  return BundleOf(records, name.kind == Kind::kLargeEntries);
}

absl::StatusOr<bool> Begins(const LogDir& dir, const TileName& name,
                            const Tile& now) {
  TG_ASSIGN_OR_RETURN(const std::string begin, BeginOf(dir, name, now));
  // One of another size is not read, however large it is.
  TG_ASSIGN_OR_RETURN(const uint64_t bytes, dir.Size(NameOf(name)));
  if (bytes != begin.size()) return false;
  TG_ASSIGN_OR_RETURN(const std::string old, dir.Read(NameOf(name)));
  return old == begin;
}

MaybeFinding CheckTile(const LogDir& dir, const TileName& name, uint64_t size,
                       uint64_t* beyond) {
  Tile now = name.tile;
  now.width = WidthAt(name.tile, size);
  if (now.width < name.tile.width) {
    ++*beyond;
    return std::nullopt;
  }
  if (WasRead(dir, name, now)) return std::nullopt;
  const auto begins = Begins(dir, name, now);
  if (!begins.ok()) return Unreadable(begins.status());
  if (*begins) return std::nullopt;
  return Say("verify.left_over", NameOf(name));
}

// Parts are named by what is in them.
MaybeFinding CheckPart(const LogDir& dir, const std::string& name,
                       const std::set<std::string>& parts, uint64_t* beyond) {
  const auto bytes = dir.Read(name);
  if (!bytes.ok()) return Unreadable(bytes.status());
  const std::string digest = DigestBytes(Sha256(*bytes));
  if (name != PartPath(digest)) return Say("verify.stray", name);
  *beyond += parts.count(digest) == 0;
  return std::nullopt;
}

}  // namespace

MaybeFinding CheckLeftOver(const LogDir& dir, uint64_t size,
                           const std::set<std::string>& parts,
                           uint64_t* beyond) {
  MaybeFinding wrong;
  const absl::Status read = dir.EachFile([&](const std::string& name) {
    const std::optional<TileName> tile = ParseName(name);
    if (tile) {
      wrong = CheckTile(dir, *tile, size, beyond);
    } else if (absl::EndsWith(name, ".tmp")) {
      ++*beyond;
    } else if (absl::StartsWith(name, "part/")) {
      wrong = CheckPart(dir, name, parts, beyond);
    } else {
      wrong = Say("verify.stray", name);
    }
    return !wrong;
  });
  if (!wrong && !read.ok()) wrong = Unreadable(read);
  return wrong;
}

}  // namespace tongguan::cli
