// Proof that chosen records are in the tree, each at its index: the hashes of
// the complete subtrees, as large as they can be, that lie between them, from
// the left to the right. With the chosen leaves they make up the whole tree, so
// its root at any size where the proof stops is known too. For a run of
// neighbours that is some dozen hashes; for single records as many as their
// separate proofs have in all, less what these share.
#ifndef TONGGUAN_GATEWAY_JOURNAL_SELECTION_H_
#define TONGGUAN_GATEWAY_JOURNAL_SELECTION_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/journal/frontier.h"
#include "gateway/journal/hash.h"
#include "gateway/journal/subtree.h"

namespace tongguan::journal {

// Makes the proof from leaves in order, each chosen or not.
class SelectionProver {
 public:
  // `put` is told each hash of the proof.
  explicit SelectionProver(std::function<absl::Status(const Hash&)> put)
      : put_(std::move(put)) {}

  // The next leaf, which is not chosen; all leaves up to `index`, which are
  // not, by the tree's own hashes; the next leaf, which is chosen.
  void Pass(const Hash& leaf) { Join({0, size_++, leaf}); }
  absl::Status PassTo(uint64_t index, const Hashes& hashes);
  absl::Status Choose();
  // What was passed is told: here is a size whose root is to be known, or the
  // end.
  absl::Status Stop();

  uint64_t size() const { return size_; }  // Leaves so far.

 private:
  void Join(StoredHash next);

  const std::function<absl::Status(const Hash&)> put_;
  uint64_t size_ = 0;
  std::vector<StoredHash> passed_;  // Since the last stop, joined.
};

// Follows the proof, from the chosen leaves alone.
class SelectionVerifier {
 public:
  // `next` gives the hashes of the proof one after another.
  explicit SelectionVerifier(std::function<absl::StatusOr<Hash>()> next)
      : next_(std::move(next)) {}

  // All leaves up to `index`, which are not chosen. OutOfRange where that lies
  // behind; else what `next` says.
  absl::Status PassTo(uint64_t index);
  // The next leaf.
  void Choose(const Hash& leaf) { frontier_.Append(leaf, nullptr); }

  uint64_t size() const { return frontier_.size(); }
  Hash Root() const { return frontier_.Root(); }  // Of the leaves so far.

 private:
  const std::function<absl::StatusOr<Hash>()> next_;
  Frontier frontier_;
};

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_SELECTION_H_
