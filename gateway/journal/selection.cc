#include "gateway/journal/selection.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::journal {
namespace {

// The level of the largest complete subtree that begins at leaf `from` and ends
// at `to` or before. from < to.
int LevelOf(uint64_t from, uint64_t to) {
  const int fits = std::bit_width(to - from) - 1;
  return from == 0 ? fits : std::min(fits, std::countr_zero(from));
}

}  // namespace

// Two neighbours that are halves of one subtree become it.
void SelectionProver::Join(StoredHash next) {
  while (!passed_.empty() && passed_.back().level == next.level &&
         (next.index & 1) == 1) {
    next = {next.level + 1, next.index >> 1,
            NodeHash(passed_.back().hash, next.hash)};
    passed_.pop_back();
  }
  passed_.push_back(next);
}

absl::Status SelectionProver::PassTo(uint64_t index, const Hashes& hashes) {
  while (size_ < index) {
    const int level = LevelOf(size_, index);
    TG_ASSIGN_OR_RETURN(const Hash hash, hashes(level, size_ >> level));
    Join({level, size_ >> level, hash});
    size_ += uint64_t{1} << level;
  }
  return absl::OkStatus();
}

absl::Status SelectionProver::Choose() {
  TG_RETURN_IF_ERROR(Stop());
  ++size_;
  return absl::OkStatus();
}

absl::Status SelectionProver::Stop() {
  for (const StoredHash& subtree : passed_) {
    TG_RETURN_IF_ERROR(put_(subtree.hash));
  }
  passed_.clear();
  return absl::OkStatus();
}

absl::Status SelectionVerifier::PassTo(uint64_t index) {
  if (index < size()) {
    return absl::OutOfRangeError(
        absl::StrCat("record ", index, " comes before record ", size()));
  }
  while (size() < index) {
    TG_ASSIGN_OR_RETURN(const Hash hash, next_());
    frontier_.AppendSubtree(LevelOf(size(), index), hash);
  }
  return absl::OkStatus();
}

}  // namespace tongguan::journal
