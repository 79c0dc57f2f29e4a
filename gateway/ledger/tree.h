// The log's Merkle tree: the hashes of its tiles in a table, its right edge in
// memory. Every commit stores the root over all records so far and, with a key,
// the signature of its checkpoint. Used by the committer only.
#ifndef TONGGUAN_GATEWAY_LEDGER_TREE_H_
#define TONGGUAN_GATEWAY_LEDGER_TREE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/journal/frontier.h"
#include "gateway/journal/key.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

class Tree {
 public:
  // Of the journal's `size` records; reads no more than the last few hundred.
  // DataLoss when they do not lead to the last root; FailedPrecondition when
  // the log is signed and `key` is null. `db` and `journal` must outlive it.
  static absl::StatusOr<std::unique_ptr<Tree>> On(
      Database& db, Journal& journal, uint64_t size,
      std::shared_ptr<const journal::SigningKey> key);

  // The head with the row's records. Writes the tiles that they fill inside the
  // caller's transaction, which then must be reported: Committed or RolledBack.
  absl::StatusOr<Head> Write(const Row& row);
  // The head of the last commit, without its signature.
  Head Last() const { return {edge_.size(), edge_.Root(), ""}; }
  void Committed() { edge_ = next_; }
  void RolledBack() { next_ = edge_; }

 private:
  explicit Tree(std::shared_ptr<const journal::SigningKey> key)
      : key_(std::move(key)) {}

  const std::shared_ptr<const journal::SigningKey> key_;
  Statement put_;
  journal::Frontier edge_;  // As of the last commit;
  journal::Frontier next_;  // with what was written since.
  std::vector<journal::StoredHash> filled_;
};

// The hash of a tile (level 8, 16, ...) or of a record (level 0), for any
// connection. NotFound for one that is not there, OutOfRange for a record that
// was taken out.
class TileHashes {
 public:
  static absl::StatusOr<TileHashes> On(Database& db);
  absl::StatusOr<journal::Hash> Read(Journal& journal, int level,
                                     uint64_t index);

 private:
  Statement get_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_TREE_H_
