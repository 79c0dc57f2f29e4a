// Proofs of RFC 6962: that a leaf is in a tree (2.1.1), that one tree begins
// with another (2.1.2). Verifying needs nothing but what is handed in.
#ifndef TONGGUAN_GATEWAY_JOURNAL_PROOF_H_
#define TONGGUAN_GATEWAY_JOURNAL_PROOF_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/journal/hash.h"
#include "gateway/journal/subtree.h"

namespace tongguan::journal {

using Proof = std::vector<Hash>;

// The path from the sibling of leaf `index` up, in the tree of the first `size`
// leaves. OutOfRange unless index < size.
absl::StatusOr<Proof> ProveInclusion(uint64_t index, uint64_t size,
                                     const Hashes& hashes);

// From the tree of the first `old_size` leaves to that of the first `size`.
// OutOfRange unless old_size <= size; empty for 0 and for equal sizes.
absl::StatusOr<Proof> ProveConsistency(uint64_t old_size, uint64_t size,
                                       const Hashes& hashes);

// The root of the first `size` leaves.
absl::StatusOr<Hash> RootAt(uint64_t size, const Hashes& hashes);

// OK if the proof holds, else DataLoss that says what does not.
absl::Status VerifyInclusion(const Hash& leaf, uint64_t index, uint64_t size,
                             const Proof& proof, const Hash& root);
absl::Status VerifyConsistency(uint64_t old_size, const Hash& old_root,
                               uint64_t size, const Hash& root,
                               const Proof& proof);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_PROOF_H_
