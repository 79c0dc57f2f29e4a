#include "gateway/journal/frontier.h"

#include "gateway/base/status_macros.h"

namespace tongguan::journal {

absl::StatusOr<Frontier> Frontier::At(uint64_t size, const Hashes& hashes) {
  Frontier frontier;
  frontier.size_ = size;
  uint64_t before = 0;  // Leaves under the roots so far.
  for (int level = 63; level >= 0; --level) {
    const uint64_t width = uint64_t{1} << level;
    if ((size & width) == 0) continue;
    TG_ASSIGN_OR_RETURN(const Hash root, hashes(level, before >> level));
    frontier.roots_.push_back(root);
    before += width;
  }
  return frontier;
}

void Frontier::Append(const Hash& leaf, std::vector<StoredHash>* stored) {
  Hash root = leaf;
  int level = 0;
  // As in adding one to a binary number: each carry joins two subtrees.
  for (uint64_t carry = size_; carry & 1; carry >>= 1) {
    root = NodeHash(roots_.back(), root);
    roots_.pop_back();
    ++level;
    if (level % kTileHeight == 0 && stored != nullptr) {
      stored->push_back({level, size_ >> level, root});
    }
  }
  roots_.push_back(root);
  ++size_;
}

void Frontier::AppendSubtree(int level, const Hash& root) {
  Hash joined = root;
  for (uint64_t carry = size_ >> level; carry & 1; carry >>= 1) {
    joined = NodeHash(roots_.back(), joined);
    roots_.pop_back();
  }
  roots_.push_back(joined);
  size_ += uint64_t{1} << level;
}

Hash Frontier::Root() const {
  if (roots_.empty()) return EmptyRoot();
  Hash root = roots_.back();
  for (size_t i = roots_.size() - 1; i-- > 0;) root = NodeHash(roots_[i], root);
  return root;
}

}  // namespace tongguan::journal
