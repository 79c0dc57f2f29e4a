#include "gateway/ledger/tree.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/ledger/rows.h"

namespace tongguan::ledger {
namespace {

absl::string_view BytesOf(const journal::Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

absl::Status CheckLast(const Head& last, const journal::Hash& root,
                       bool has_key) {
  if (last.root != root) {
    return absl::DataLossError(absl::StrCat(
        "ledger: its last records are not those of its head of ", last.size,
        " records: keep the file as it is, and see with tongguan log verify "
        "which record is the first that is wrong"));
  }
  if (!last.signature.empty() && !has_key) {
    return absl::FailedPreconditionError(
        "ledger: its log is signed and no key was given: name the key's file");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tree>> Tree::On(
    Database& db, Journal& journal, uint64_t size,
    std::shared_ptr<const journal::SigningKey> key) {
  const bool has_key = key != nullptr;
  std::unique_ptr<Tree> tree(new Tree(std::move(key)));
  TG_ASSIGN_OR_RETURN(
      tree->put_,
      db.Prepare("INSERT INTO tile(level,idx,hash) VALUES(?1,?2,?3)"));
  TG_ASSIGN_OR_RETURN(TileHashes hashes, TileHashes::On(db));
  TG_ASSIGN_OR_RETURN(
      tree->edge_,
      journal::Frontier::At(size,
                            journal::FromStored([&](int level, uint64_t index) {
                              return hashes.Read(journal, level, index);
                            })));
  tree->next_ = tree->edge_;
  TG_ASSIGN_OR_RETURN(const Head last, journal.LastHead());
  TG_RETURN_IF_ERROR(CheckLast(last, tree->edge_.Root(), has_key));
  return tree;
}

absl::StatusOr<Head> Tree::Write(const Row& row) {
  filled_.clear();
  absl::string_view records = row.records;
  absl::string_view record;
  while (TakeFrame(&records, &record)) {
    next_.Append(journal::LeafHash(record), &filled_);
  }
  for (const journal::StoredHash& tile : filled_) {
    TG_RETURN_IF_ERROR(put_.Int(1, tile.level)
                           .Int(2, static_cast<int64_t>(tile.index))
                           .Blob(3, BytesOf(tile.hash))
                           .Run());
  }
  Head head{next_.size(), next_.Root(), ""};
  if (key_ == nullptr) return head;
  TG_ASSIGN_OR_RETURN(const std::string signature,
                      key_->Sign(journal::FormatCheckpoint(
                          {key_->origin(), head.size, head.root})));
  head.signature = key_->public_key().id() + signature;
  return head;
}

absl::StatusOr<TileHashes> TileHashes::On(Database& db) {
  TileHashes hashes;
  TG_ASSIGN_OR_RETURN(hashes.get_,
                      db.Prepare("SELECT hash FROM tile WHERE level=?1 AND "
                                 "idx=?2"));
  return hashes;
}

absl::StatusOr<journal::Hash> TileHashes::Read(Journal& journal, int level,
                                               uint64_t index) {
  if (level == 0) {
    const absl::StatusOr<Stored> stored = journal.Read(index);
    if (stored.ok()) return journal::LeafHash(stored->record);
    if (!absl::IsOutOfRange(stored.status())) return stored.status();
  }
  auto reset = absl::MakeCleanup([this] { get_.Reset(); });
  TG_ASSIGN_OR_RETURN(
      const bool row,
      get_.Int(1, level).Int(2, static_cast<int64_t>(index)).Step());
  journal::Hash hash;
  if (!row && level == 0) {
    return absl::OutOfRangeError(
        absl::StrCat("record ", index,
                     " was taken out of the ledger with its year, and "
                     "what is asked needs it: ask about ",
                     journal.first(), " records or more"));
  }
  if (!row || !journal::ReadHash(get_.BytesAt(0), &hash)) {
    return absl::DataLossError(absl::StrCat(
        "ledger: the hash of tile ", level, "/", index,
        " is missing: keep the file as it is and restore a backup"));
  }
  return hash;
}

}  // namespace tongguan::ledger
