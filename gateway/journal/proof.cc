#include "gateway/journal/proof.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::journal {
namespace {

// The largest power of two below `n`, as its exponent. `n` > 1.
int SplitLevel(uint64_t n) { return std::bit_width(n - 1) - 1; }

// The root over the leaves [begin, end). Between two leaves of a proof, begin
// is a multiple of the smallest power of two that is not below end - begin, so
// every part is a complete subtree.
absl::StatusOr<Hash> RangeRoot(uint64_t begin, uint64_t end,
                               const Hashes& hashes) {
  std::vector<Hash> parts;
  while (begin < end) {
    const int level = std::bit_width(end - begin) - 1;
    TG_ASSIGN_OR_RETURN(const Hash part, hashes(level, begin >> level));
    parts.push_back(part);
    begin += uint64_t{1} << level;
  }
  Hash root = parts.back();
  for (size_t i = parts.size() - 1; i-- > 0;) root = NodeHash(parts[i], root);
  return root;
}

absl::Status Wrong(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the proof ", what));
}

absl::Status BeyondEnd(uint64_t index, uint64_t size) {
  return absl::OutOfRangeError(
      absl::StrCat(index, " lies beyond the ", size, " records asked about"));
}

}  // namespace

absl::StatusOr<Proof> ProveInclusion(uint64_t index, uint64_t size,
                                     const Hashes& hashes) {
  if (index >= size) return BeyondEnd(index, size);
  Proof proof;
  uint64_t begin = 0, end = size;  // Down to the leaf; siblings top first.
  while (end - begin > 1) {
    const uint64_t middle = begin + (uint64_t{1} << SplitLevel(end - begin));
    const bool left = index < middle;
    TG_ASSIGN_OR_RETURN(const Hash sibling,
                        left ? RangeRoot(middle, end, hashes)
                             : RangeRoot(begin, middle, hashes));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<Proof> ProveConsistency(uint64_t old_size, uint64_t size,
                                       const Hashes& hashes) {
  if (old_size > size) return BeyondEnd(old_size, size);
  Proof proof;
  if (old_size == 0 || old_size == size) return proof;
  uint64_t begin = 0, end = size;
  bool on_edge = true;  // [begin, end) begins at 0: the verifier has its root.
  while (old_size != end) {
    const uint64_t middle = begin + (uint64_t{1} << SplitLevel(end - begin));
    const bool left = old_size <= middle;
    TG_ASSIGN_OR_RETURN(const Hash sibling,
                        left ? RangeRoot(middle, end, hashes)
                             : RangeRoot(begin, middle, hashes));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
    on_edge &= left;
  }
  if (!on_edge) {
    TG_ASSIGN_OR_RETURN(const Hash rest, RangeRoot(begin, end, hashes));
    proof.push_back(rest);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<Hash> RootAt(uint64_t size, const Hashes& hashes) {
  if (size == 0) return EmptyRoot();
  return RangeRoot(0, size, hashes);
}

// RFC 9162, section 2.1.3.2, which is the verification of RFC 6962's proofs.
absl::Status VerifyInclusion(const Hash& leaf, uint64_t index, uint64_t size,
                             const Proof& proof, const Hash& root) {
  if (index >= size) return Wrong("is of a record beyond the tree's size");
  uint64_t at = index, last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return Wrong("has too many hashes");
    if ((at & 1) || at == last) {
      hash = NodeHash(sibling, hash);
      while (at != 0 && !(at & 1)) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0) return Wrong("has too few hashes");
  if (hash != root) return Wrong("does not lead to the root");
  return absl::OkStatus();
}

// RFC 9162, section 2.1.4.2.
absl::Status VerifyConsistency(uint64_t old_size, const Hash& old_root,
                               uint64_t size, const Hash& root,
                               const Proof& proof) {
  if (old_size > size) return Wrong("is of a tree that became smaller");
  if (old_size == 0 || old_size == size) {
    if (!proof.empty()) return Wrong("has too many hashes");
    if (old_size == 0 ? old_root != EmptyRoot() : old_root != root) {
      return Wrong("is of two roots that differ");
    }
    return absl::OkStatus();
  }
  uint64_t at = old_size - 1, last = size - 1;
  while (at & 1) {
    at >>= 1;
    last >>= 1;
  }
  auto next = proof.begin();
  if (at != 0 && next == proof.end()) return Wrong("has too few hashes");
  Hash before = at == 0 ? old_root : *next++;
  Hash after = before;
  for (; next != proof.end(); ++next) {
    if (last == 0) return Wrong("has too many hashes");
    if ((at & 1) || at == last) {
      before = NodeHash(*next, before);
      after = NodeHash(*next, after);
      while (at != 0 && !(at & 1)) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      after = NodeHash(after, *next);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0) return Wrong("has too few hashes");
  if (before != old_root) return Wrong("does not lead to the earlier root");
  if (after != root) return Wrong("does not lead to the later root");
  return absl::OkStatus();
}

}  // namespace tongguan::journal
