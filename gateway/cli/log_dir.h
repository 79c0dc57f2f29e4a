// A published log: static files as C2SP tlog-tiles names them. The policies'
// parts lie beside, as part/HEX. Reading and writing of single files.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_DIR_H_
#define TONGGUAN_GATEWAY_CLI_LOG_DIR_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/journal/hash.h"
#include "gateway/journal/tile.h"

namespace tongguan::cli {

class LogDir {
 public:
  explicit LogDir(std::string path) : path_(std::move(path)) {
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  }

  // NotFound when there is none. Size: in bytes.
  absl::StatusOr<std::string> Read(const std::string& name) const;
  absl::StatusOr<uint64_t> Size(const std::string& name) const;
  // The whole file or nothing appears, durably; an existing one with the same
  // bytes is left alone, and made durable if it is not. FailedPrecondition
  // where other bytes lie, unless it may be replaced.
  absl::Status Write(const std::string& name, absl::string_view bytes,
                     bool replace);
  void Remove(const std::string& name);
  int written() const { return written_; }

  // Names of the files under tile/ and part/, in any order, until `visit` is
  // false. A link to a folder is not gone into: it is named with a slash at the
  // end, as no file is. Unavailable where a folder cannot be listed.
  absl::Status EachFile(
      const std::function<bool(const std::string& name)>& visit) const;

  // The hash at a place of the tiles, those of the tree of `size` leaves.
  absl::StatusOr<journal::Hash> ReadHash(int level, uint64_t index,
                                         uint64_t size) const;
  // Records of a tile, each checked against the tile's hash. DataLoss for a
  // file that is missing, malformed or of other records.
  absl::StatusOr<std::vector<std::string>> ReadRecords(
      const journal::Tile& tile) const;
  // One of `size` records, of a tile that ReadRecords found right.
  absl::StatusOr<std::string> ReadRecord(uint64_t index, uint64_t size) const;

 private:
  absl::StatusOr<std::vector<std::string>> ReadBundle(
      const journal::Tile& tile) const;

  bool MakeFolder(const std::string& folder);

  std::string path_;
  int written_ = 0;
  std::set<std::string> durable_;  // Folders, in the one above.
};

std::string PartPath(absl::string_view digest);

// Records with their lengths in 2 bytes, the more significant first, as C2SP
// says; in 4 bytes (and another file) where one is longer than 65,535.
struct Bundle {
  std::string name;
  std::string bytes;
};
Bundle MakeBundle(const journal::Tile& tile,
                  const std::vector<std::string>& records);
// The bytes of such a file; and where the other one lies.
std::string BundleOf(const std::vector<std::string>& records, bool large);
std::string LargeEntriesPath(const journal::Tile& tile);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_DIR_H_
