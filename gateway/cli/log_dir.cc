#include "gateway/cli/log_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/subtree.h"

namespace tongguan::cli {
namespace {

using journal::kTileWidth;

absl::Status Damaged(const std::string& name, absl::string_view how) {
  return absl::DataLossError(absl::StrCat(name, ": ", how));
}

absl::Status CannotWrite(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(
      path, ": cannot be written: make the folder writable and make room"));
}

bool SyncPath(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  return close(fd) == 0 && synced;
}

bool SyncFolder(const std::string& folder) {
  return SyncPath(folder, O_RDONLY | O_DIRECTORY);
}

// Bytes of the largest file of that name: one is held in memory.
uint64_t MostBytes(absl::string_view name) {
  if (name == "checkpoint") return 64 << 10;
  if (absl::StartsWith(name, "tile/entries/")) return kTileWidth * 0x10001;
  if (absl::StartsWith(name, "tile/large-entries/")) return 1 << 30;
  if (absl::StartsWith(name, "tile/"))
    return kTileWidth * sizeof(journal::Hash);
  return 256 << 20;
}

// Takes the records of a bundle apart; false unless they are exactly `count`.
bool SplitBundle(absl::string_view bytes, size_t length_bytes, size_t count,
                 std::vector<std::string>* records) {
  while (!bytes.empty()) {
    if (bytes.size() < length_bytes) return false;
    size_t length = 0;
    for (size_t i = 0; i < length_bytes; ++i) {
      length = length << 8 | static_cast<uint8_t>(bytes[i]);
    }
    bytes.remove_prefix(length_bytes);
    if (length > bytes.size() || records->size() == count) return false;
    records->emplace_back(bytes.data(), length);
    bytes.remove_prefix(length);
  }
  return records->size() == count;
}

}  // namespace

std::string PartPath(absl::string_view digest) {
  return absl::StrCat("part/", absl::BytesToHexString(digest));
}

Bundle MakeBundle(const journal::Tile& tile,
                  const std::vector<std::string>& records) {
  const bool large =
      std::any_of(records.begin(), records.end(),
                  [](const std::string& r) { return r.size() > 0xffff; });
  return {large ? LargeEntriesPath(tile) : journal::EntriesPath(tile),
          BundleOf(records, large)};
}

std::string BundleOf(const std::vector<std::string>& records, bool large) {
  std::string bytes;
  for (const std::string& record : records) {
    for (int shift = large ? 24 : 8; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>(record.size() >> shift));
    }
    bytes += record;
  }
  return bytes;
}

std::string LargeEntriesPath(const journal::Tile& tile) {
  return absl::StrReplaceAll(journal::EntriesPath(tile),
                             {{"tile/entries/", "tile/large-entries/"}});
}

absl::StatusOr<uint64_t> LogDir::Size(const std::string& name) const {
  struct stat file;
  if (stat((path_ + "/" + name).c_str(), &file) != 0 ||
      !S_ISREG(file.st_mode)) {
    return absl::NotFoundError(name);
  }
  return static_cast<uint64_t>(file.st_size);
}

absl::StatusOr<std::string> LogDir::Read(const std::string& name) const {
  TG_ASSIGN_OR_RETURN(const uint64_t size, Size(name));
  if (size > MostBytes(name)) {
    return Damaged(name, "is larger than any such file is");
  }
  std::ifstream in(path_ + "/" + name, std::ios::binary);
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!in.good()) return Damaged(name, "cannot be read");
  return bytes;
}

// Each is made durable in the one above, also one that is there: whoever made
// it may have been killed before that.
bool LogDir::MakeFolder(const std::string& folder) {
  if (durable_.count(folder) > 0) return true;
  const std::filesystem::path path = folder;
  const std::string above =
      path.has_parent_path() ? path.parent_path().string() : ".";
  if (folder != path_ && above != folder && !MakeFolder(above)) return false;
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return false;
  // Where the published folder itself lies may be closed to who publishes.
  if (!SyncFolder(above) && folder != path_) return false;
  durable_.insert(folder);
  return true;
}

absl::Status LogDir::Write(const std::string& name, absl::string_view bytes,
                           bool replace) {
  const absl::StatusOr<std::string> old = Read(name);
  const std::filesystem::path path = path_ + "/" + name;
  const std::string folder = path.parent_path().string();
  if (old.ok() && *old == bytes) {
    // Its name may not be durable, if the run that gave it was killed.
    const bool kept = MakeFolder(folder) && SyncFolder(folder);
    return kept ? absl::OkStatus() : CannotWrite(folder);
  }
  if (old.ok() && !replace) {
    return absl::FailedPreconditionError(absl::StrCat(
        path_, "/", name,
        ": lies there with other bytes; what is published never changes: find "
        "out who wrote it"));
  }
  const std::string tmp = path.string() + ".tmp";
  if (!MakeFolder(folder)) return CannotWrite(folder);
  {
    std::ofstream out(tmp, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) return CannotWrite(tmp);
  }
  if (!SyncPath(tmp, O_WRONLY) || rename(tmp.c_str(), path.c_str()) != 0 ||
      !SyncFolder(folder)) {
    return CannotWrite(path.string());
  }
  ++written_;
  return absl::OkStatus();
}

absl::Status LogDir::EachFile(
    const std::function<bool(const std::string& name)>& visit) const {
  for (const char* const top : {"/tile", "/part"}) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator file(path_ + top, error), end;
    if (error == std::errc::no_such_file_or_directory) continue;
    for (; !error && file != end; file.increment(error)) {
      std::string name = file->path().string().substr(path_.size() + 1);
      if (file->is_directory(error)) {
        if (!file->is_symlink(error) && !error) continue;
        name += '/';
      }
      if (!visit(name)) return absl::OkStatus();
    }
    if (error) {
      return absl::UnavailableError(absl::StrCat(
          path_, top, ": cannot be listed: make the folder readable"));
    }
  }
  return absl::OkStatus();
}

void LogDir::Remove(const std::string& name) {
  std::error_code ignored;
  std::filesystem::remove_all(path_ + "/" + name, ignored);
}

absl::StatusOr<journal::Hash> LogDir::ReadHash(int level, uint64_t index,
                                               uint64_t size) const {
  const uint64_t hashes = size >> level;  // Of this level in the tree.
  const uint64_t first = index / kTileWidth * kTileWidth;
  const journal::Tile tile{
      level / journal::kTileHeight, index / kTileWidth,
      static_cast<int>(std::min(hashes - first, kTileWidth))};
  TG_ASSIGN_OR_RETURN(const std::string bytes, Read(journal::TilePath(tile)));
  journal::Hash hash;
  if (bytes.size() != tile.width * hash.size() ||
      !journal::ReadHash(absl::string_view(bytes).substr(
                             (index - first) * hash.size(), hash.size()),
                         &hash)) {
    return Damaged(journal::TilePath(tile), "has another length");
  }
  return hash;
}

absl::StatusOr<std::vector<std::string>> LogDir::ReadBundle(
    const journal::Tile& tile) const {
  std::string name = journal::EntriesPath(tile);
  size_t length_bytes = 2;
  absl::StatusOr<std::string> bytes = Read(name);
  if (absl::IsNotFound(bytes.status())) {
    name = LargeEntriesPath(tile);
    length_bytes = 4;
    bytes = Read(name);
  }
  if (!bytes.ok()) return Damaged(journal::EntriesPath(tile), "is missing");
  std::vector<std::string> records;
  if (!SplitBundle(*bytes, length_bytes, tile.width, &records)) {
    return Damaged(name, "does not hold the records of its tile");
  }
  return records;
}

absl::StatusOr<std::string> LogDir::ReadRecord(uint64_t index,
                                               uint64_t size) const {
  const uint64_t first = index / kTileWidth * kTileWidth;
  if (index >= size) return absl::NotFoundError("no such record");
  TG_ASSIGN_OR_RETURN(
      std::vector<std::string> records,
      ReadBundle({0, index / kTileWidth,
                  static_cast<int>(std::min(size - first, kTileWidth))}));
  return std::move(records[index - first]);
}

absl::StatusOr<std::vector<std::string>> LogDir::ReadRecords(
    const journal::Tile& tile) const {
  TG_ASSIGN_OR_RETURN(std::vector<std::string> records, ReadBundle(tile));
  const auto hashes = Read(journal::TilePath(tile));
  if (!hashes.ok()) return Damaged(journal::TilePath(tile), "is missing");
  std::string expected;
  for (const std::string& record : records) {
    expected += DigestBytes(journal::LeafHash(record));
  }
  if (expected != *hashes) {
    return Damaged(journal::TilePath(tile), "is not of the records beside it");
  }
  return records;
}

}  // namespace tongguan::cli
