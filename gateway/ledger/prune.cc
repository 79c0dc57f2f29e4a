#include "gateway/ledger/prune.h"

#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/checkpointer.h"
#include "gateway/ledger/file.h"
#include "gateway/ledger/index.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/tree.h"

namespace tongguan::ledger {
namespace {

absl::Status CheckBelow(Database& db, uint64_t below) {
  TG_ASSIGN_OR_RETURN(
      const int64_t rows,
      db.Number(absl::StrCat("SELECT count(*) FROM journal WHERE first_index=",
                             below)));
  if (rows == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("ledger: no commit begins with record ", below,
                   ": records are taken out up to the end of a year"));
}

// The hashes of the records that are in one tile with the first that stays.
absl::Status KeepLeaves(Database& db, Journal& journal, uint64_t below) {
  const uint64_t tile = below / journal::kTileWidth * journal::kTileWidth;
  TG_RETURN_IF_ERROR(db.Exec(
      absl::StrCat("DELETE FROM tile WHERE level=0 AND idx<", tile).c_str()));
  TG_ASSIGN_OR_RETURN(TileHashes hashes, TileHashes::On(db));
  TG_ASSIGN_OR_RETURN(
      Statement put,
      db.Prepare("INSERT OR IGNORE INTO tile(level,idx,hash) VALUES(0,?1,?2)"));
  for (uint64_t index = tile; index < below; ++index) {
    TG_ASSIGN_OR_RETURN(const journal::Hash hash,
                        hashes.Read(journal, 0, index));
    TG_RETURN_IF_ERROR(put.Int(1, static_cast<int64_t>(index))
                           .Blob(2, DigestBytes(hash))
                           .Run());
  }
  return absl::OkStatus();
}

absl::Status Take(Database& db, Journal& journal, uint64_t below) {
  TG_RETURN_IF_ERROR(KeepLeaves(db, journal, below));
  TG_RETURN_IF_ERROR(ClearIndex(db));
  return db.Exec(
      absl::StrCat(
          "CREATE TABLE IF NOT EXISTS pruned(below INTEGER PRIMARY KEY) STRICT;"
          "INSERT INTO pruned VALUES(",
          below, ");DELETE FROM journal WHERE first_index<", below, ";COMMIT")
          .c_str());
}

}  // namespace

absl::Status Prune(const std::string& path, uint64_t below) {
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                      FileLock::Take(path));
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<Database> db, OpenFile(path));
  {
    TG_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                        Journal::On(*db));
    if (below > journal->first()) {
      TG_RETURN_IF_ERROR(CheckBelow(*db, below));
      TG_RETURN_IF_ERROR(db->Exec("BEGIN IMMEDIATE"));
      const auto undo = absl::MakeCleanup([&db] {
        if (!sqlite3_get_autocommit(db->handle())) {
          db->Exec("ROLLBACK").IgnoreError();
        }
      });
      TG_RETURN_IF_ERROR(Take(*db, *journal, below));
    }
  }
  // What is out is overwritten in the file; the log must not keep it either.
  Checkpointer::Cut(*db);
  return FillIndex(*db);
}

}  // namespace tongguan::ledger
