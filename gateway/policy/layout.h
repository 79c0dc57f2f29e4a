// Which files of a policy folder hold what; every other file is refused.
#ifndef TONGGUAN_GATEWAY_POLICY_LAYOUT_H_
#define TONGGUAN_GATEWAY_POLICY_LAYOUT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tongguan::policy {

// Ends the names of shards in binary form, which load much faster than text.
inline constexpr char kBinary[] = ".binpb";

// The two files of a list edition.
struct ListFiles {
  std::string head;
  std::string rows;
};

// Paths of files, sorted.
struct Layout {
  std::string regime;
  std::string calendar;
  std::vector<std::string> taxonomies;
  std::vector<std::string> shards;
  std::map<std::string, ListFiles> lists;  // By "id/edition".
};

// Finds the files below `dir`. Refuses a folder that is missing, and a file
// that is neither a README.md nor of a kind known in its place: a prohibition
// must not fall away because its file's name is mistyped.
absl::StatusOr<Layout> FindLayout(const std::string& dir);

// The bytes of a file of at most 64 MiB; into a string that may hold others'.
absl::StatusOr<std::string> ReadFile(const std::string& path);
absl::Status ReadFile(const std::string& path, std::string* text);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_LAYOUT_H_
