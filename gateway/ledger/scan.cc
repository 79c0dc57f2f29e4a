#include "gateway/ledger/scan.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/file.h"
#include "gateway/ledger/id.h"
#include "gateway/ledger/index_check.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/packed.h"
#include "gateway/ledger/set_check.h"
#include "gateway/ledger/writer.h"

namespace tongguan::ledger {
namespace {

// Rows that one statement reads: while it runs, the write-ahead log of a
// gateway that writes cannot be started anew.
constexpr int kRowsAtOnce = 512;

absl::Status Damaged(const RawRow& row) {
  return absl::DataLossError(absl::StrCat(
      "ledger: the records from ", FormatId({row.year, row.first_index}),
      " on are damaged: keep the file as it is and restore a "
      "backup"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scan>> Scan::Open(const std::string& path) {
  std::unique_ptr<Scan> scan(new Scan);
  TG_ASSIGN_OR_RETURN(scan->db_, OpenToRead(path));
  const absl::Status ready = scan->Prepare();
  if (ready.ok()) return scan;
  // A statement that does not fit the file speaks of another table.
  TG_RETURN_IF_ERROR(CheckSchema(*scan->db_));
  return ready;
}

absl::Status Scan::Prepare() {
  TG_RETURN_IF_ERROR(ReadSnapshot());
  TG_ASSIGN_OR_RETURN(journal_, Journal::On(*db_));
  TG_ASSIGN_OR_RETURN(tiles_, TileHashes::On(*db_));
  TG_ASSIGN_OR_RETURN(
      rows_,
      db_->Prepare(
          "SELECT first_index,count,time_micros,year,root,signature,facts,"
          "records FROM journal WHERE first_index>=?1 ORDER BY first_index "
          "LIMIT ?2"));
  TG_ASSIGN_OR_RETURN(part_,
                      db_->Prepare("SELECT bytes FROM part WHERE digest=?1"));
  return absl::OkStatus();
}

// Size and tallies of one commit.
absl::Status Scan::ReadSnapshot() {
  TG_RETURN_IF_ERROR(db_->Exec("BEGIN"));
  const auto end =
      absl::MakeCleanup([this] { db_->Exec("COMMIT").IgnoreError(); });
  TG_ASSIGN_OR_RETURN(
      const int64_t size,
      db_->Number("SELECT coalesce(max(first_index+count),0) FROM (SELECT "
                  "first_index,count FROM journal ORDER BY first_index DESC "
                  "LIMIT 1)"));
  size_ = static_cast<uint64_t>(size);
  TG_RETURN_IF_ERROR(ReadSets());
  TG_RETURN_IF_ERROR(ReadDays());
  return ReadTallies();
}

absl::Status Scan::ReadSets() {
  TG_ASSIGN_OR_RETURN(const int64_t time,
                      db_->Number("SELECT coalesce((SELECT time_micros FROM "
                                  "journal ORDER BY first_index DESC LIMIT "
                                  "1),0)"));
  sets_from_ = SetsFrom(absl::FromUnixMicros(time));
  TG_ASSIGN_OR_RETURN(
      Statement rows,
      db_->Prepare("SELECT name,year,people FROM people_set WHERE year>=?1"));
  rows.Int(1, sets_from_);
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    const absl::string_view name = rows.BytesAt(0);
    sets_[{std::string(name.data(), name.size()),
           static_cast<int32_t>(rows.IntAt(1))}] = rows.IntAt(2);
  }
}

absl::Status Scan::ReadDays() {
  TG_ASSIGN_OR_RETURN(
      Statement rows,
      db_->Prepare("SELECT exporter,day,persons,sensitive FROM day"));
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    const absl::string_view exporter = rows.BytesAt(0);
    days_[{std::string(exporter.data(), exporter.size()),
           static_cast<Day>(rows.IntAt(1))}] = {rows.IntAt(2), rows.IntAt(3)};
  }
}

absl::Status Scan::ReadTallies() {
  TG_ASSIGN_OR_RETURN(Statement keys,
                      db_->Prepare("SELECT exporter,year FROM tally"));
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<TallyTable> table,
                      TallyTable::On(*db_));
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, keys.Step());
    if (!row) return absl::OkStatus();
    const absl::string_view exporter = keys.BytesAt(0);
    const TallyKey key(std::string(exporter.data(), exporter.size()),
                       static_cast<int32_t>(keys.IntAt(1)));
    TG_ASSIGN_OR_RETURN(const Tally tally, table->Read(key));
    tallies_.emplace_back(key, tally);
  }
}

absl::Status Scan::EachRow(
    uint64_t from, const std::function<absl::Status(const RawRow&)>& visit) {
  TG_ASSIGN_OR_RETURN(
      int64_t next,
      db_->Number(absl::StrCat("SELECT coalesce(max(first_index),0) FROM "
                               "journal WHERE first_index<=",
                               from)));
  for (bool more = true; more;) {
    auto reset = absl::MakeCleanup([this] { rows_.Reset(); });
    rows_.Int(1, next).Int(2, kRowsAtOnce);
    more = false;
    for (;;) {
      TG_ASSIGN_OR_RETURN(const bool row, rows_.Step());
      if (!row) break;
      RawRow raw{static_cast<uint64_t>(rows_.IntAt(0)),
                 static_cast<uint64_t>(rows_.IntAt(1)),
                 rows_.IntAt(2),
                 static_cast<int32_t>(rows_.IntAt(3)),
                 rows_.BytesAt(4),
                 rows_.BytesAt(5),
                 rows_.BytesAt(6),
                 {}};
      if (raw.first_index >= size_) return absl::OkStatus();
      const absl::StatusOr<std::string> records = Unpack(rows_.BytesAt(7));
      if (!records.ok()) return Damaged(raw);
      raw.records = *records;
      TG_RETURN_IF_ERROR(visit(raw));
      next = static_cast<int64_t>(raw.first_index) + 1;
      more = true;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint64_t>> Scan::Find(absl::string_view exporter) {
  std::vector<uint64_t> found;
  uint64_t next = first();
  TG_RETURN_IF_ERROR(journal_->EachFact(next, size_, [&](const Fact& fact) {
    if (fact.exporter == exporter) found.push_back(next);
    ++next;
  }));
  return found;
}

absl::StatusOr<std::string> Scan::ReadRecord(uint64_t index) {
  TG_ASSIGN_OR_RETURN(Stored stored, journal_->Read(index));
  return std::move(stored.record);
}

absl::StatusOr<std::string> Scan::ReadPart(absl::string_view digest) {
  auto reset = absl::MakeCleanup([this] { part_.Reset(); });
  TG_ASSIGN_OR_RETURN(const bool row, part_.Blob(1, digest).Step());
  if (!row) return absl::NotFoundError("ledger: a part of a policy is missing");
  const absl::string_view bytes = part_.BytesAt(0);
  return std::string(bytes.data(), bytes.size());
}

absl::Status Scan::CheckTables(uint64_t rows) {
  TG_RETURN_IF_ERROR(CheckSchema(*db_));
  // Whatever is written meanwhile comes behind.
  TG_ASSIGN_OR_RETURN(const int64_t all,
                      db_->Number(absl::StrCat(
                          "SELECT count(*) FROM journal WHERE first_index<",
                          size_, " OR count<=0 OR typeof(count)<>'integer'")));
  TG_ASSIGN_OR_RETURN(const int64_t leaves,
                      db_->Number("SELECT count(*) FROM tile WHERE level<=0"));
  // Made with its first row.
  TG_ASSIGN_OR_RETURN(
      const int64_t pruned,
      db_->Number("SELECT count(*) FROM sqlite_schema WHERE name='pruned'"));
  if (pruned > 0) {
    TG_ASSIGN_OR_RETURN(
        const int64_t least,
        db_->Number("SELECT coalesce(min(below),0) FROM pruned"));
    if (least <= 0) {
      return absl::DataLossError(
          "ledger: records are said to be taken out and which are not");
    }
  }
  if (all != static_cast<int64_t>(rows)) {
    return absl::DataLossError(absl::StrCat("ledger: the journal has ", all,
                                            " rows, of which ", rows,
                                            " make up the log"));
  }
  if (leaves != static_cast<int64_t>(first() % journal::kTileWidth)) {
    return absl::DataLossError("ledger: hashes that do not belong are kept");
  }
  return absl::OkStatus();
}

absl::Status Scan::CheckBeside(const std::string& path, uint64_t size,
                               int32_t sets_from) {
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<Database> db, OpenToRead(path));
  {
    TG_ASSIGN_OR_RETURN(Statement check,
                        db->Prepare("PRAGMA integrity_check(1)"));
    TG_ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row || check.BytesAt(0) != "ok") {
      return absl::DataLossError(
          absl::StrCat("ledger: SQLite finds its pages damaged: ",
                       row ? check.BytesAt(0) : "",
                       ": keep the file as it is and restore a backup"));
    }
  }
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal, Journal::On(*db));
  TG_RETURN_IF_ERROR(CheckIndex(*db, *journal, size));
  return CheckSets(*db, sets_from);
}

absl::StatusOr<int64_t> Scan::CountTiles() {
  // What was committed since is of records that are there; no others are.
  return db_->Number(absl::StrCat(
      "SELECT count(*) FROM tile WHERE level>0 AND ((idx+1)<<level<=", size_,
      " OR (idx+1)<<level>(SELECT first_index+count FROM journal ORDER BY "
      "first_index DESC LIMIT 1))"));
}

}  // namespace tongguan::ledger
