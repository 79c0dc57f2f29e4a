#include "gateway/journal/checkpoint.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/key.h"

namespace tongguan::journal {
namespace {

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a checkpoint: ", why));
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      absl::Base64Escape(DigestBytes(checkpoint.root)), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.size() != 4 || !lines[3].empty()) return Bad("not three lines");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  TG_RETURN_IF_ERROR(CheckOrigin(lines[0]));
  // The one decimal form of the number: no sign, space or leading zero.
  if (!absl::SimpleAtoi(lines[1], &checkpoint.size) ||
      absl::StrCat(checkpoint.size) != lines[1]) {
    return Bad("its size is not a number");
  }
  std::string root;
  if (!absl::Base64Unescape(lines[2], &root) ||
      absl::Base64Escape(root) != lines[2] ||
      !ReadHash(root, &checkpoint.root)) {
    return Bad("its root is not 32 bytes in base64");
  }
  return checkpoint;
}

}  // namespace tongguan::journal
