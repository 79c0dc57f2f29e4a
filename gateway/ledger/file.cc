#include "gateway/ledger/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/status_macros.h"

namespace tongguan::ledger {
namespace {

// README.md says what each table is for.
constexpr char kTables[] = R"(
CREATE TABLE journal(
  first_index INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  time_micros INTEGER NOT NULL,
  year INTEGER NOT NULL,
  root BLOB,
  signature BLOB,
  facts BLOB NOT NULL,
  records BLOB NOT NULL) STRICT;
CREATE TABLE tile(
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY(level, idx)) WITHOUT ROWID, STRICT;
CREATE TABLE tally(
  exporter TEXT NOT NULL,
  year INTEGER NOT NULL,
  opening_persons INTEGER,
  opening_sensitive INTEGER,
  counted_persons INTEGER NOT NULL,
  counted_sensitive INTEGER NOT NULL,
  exempt_persons INTEGER NOT NULL,
  exempt_sensitive INTEGER NOT NULL,
  list_exempt_persons INTEGER NOT NULL,
  list_exempt_sensitive INTEGER NOT NULL,
  gba_persons INTEGER NOT NULL,
  gba_sensitive INTEGER NOT NULL,
  counted_exact_persons INTEGER NOT NULL,
  counted_exact_sensitive INTEGER NOT NULL,
  exempt_exact_persons INTEGER NOT NULL,
  exempt_exact_sensitive INTEGER NOT NULL,
  list_exempt_exact_persons INTEGER NOT NULL,
  list_exempt_exact_sensitive INTEGER NOT NULL,
  gba_exact_persons INTEGER NOT NULL,
  gba_exact_sensitive INTEGER NOT NULL,
  PRIMARY KEY(exporter, year)) WITHOUT ROWID, STRICT;
CREATE TABLE day(
  exporter TEXT NOT NULL,
  day INTEGER NOT NULL,
  persons INTEGER NOT NULL,
  sensitive INTEGER NOT NULL,
  PRIMARY KEY(exporter, day)) WITHOUT ROWID, STRICT;
CREATE TABLE people_set(
  id INTEGER PRIMARY KEY,
  year INTEGER NOT NULL,
  name TEXT NOT NULL,
  people INTEGER NOT NULL,
  newest BLOB NOT NULL,
  UNIQUE(year, name)) STRICT;
CREATE TABLE people_part(
  key INTEGER PRIMARY KEY,
  start BLOB NOT NULL,
  merged INTEGER NOT NULL,
  counts BLOB NOT NULL) STRICT;
CREATE TABLE people_change(key INTEGER PRIMARY KEY, counts BLOB NOT NULL) STRICT;
CREATE TABLE part(digest BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;
CREATE TABLE request(key INTEGER PRIMARY KEY, idx INTEGER NOT NULL) STRICT;
CREATE TABLE entry(
  term TEXT NOT NULL,
  run INTEGER NOT NULL,
  postings BLOB NOT NULL,
  PRIMARY KEY(term, run)) WITHOUT ROWID, STRICT;
CREATE TABLE settled(idx INTEGER PRIMARY KEY, by INTEGER NOT NULL) STRICT;
CREATE TABLE indexed(one INTEGER PRIMARY KEY CHECK(one=1),
                     below INTEGER NOT NULL) STRICT;
)";

// Made when records are first taken out.
constexpr char kPrunedTable[] =
    "CREATE TABLE pruned(below INTEGER PRIMARY KEY) STRICT";

absl::Status CannotMake(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return absl::NotFoundError(
        absl::StrCat("ledger ", path,
                     ": its folder does not exist: make the folder or "
                     "name another file"));
  }
  return absl::PermissionDeniedError(absl::StrCat(
      "ledger ", path, ": cannot be written (", std::strerror(error),
      "): make the file and its folder writable for this user"));
}

absl::Status NoLedger(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("ledger ", path,
                   ": this file is not a Tongguan ledger: name another "
                   "file; it was not changed"));
}

// Makes the file if it is missing, and its name in the folder durable: SQLite
// syncs what is in a database, not that there is one. SQLite would make it
// readable by all; its other files follow this mode.
absl::Status MakeEntry(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return CannotMake(path, errno);
  close(fd);
  const std::string parent = std::filesystem::path(path).parent_path();
  const int folder =
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC);
  if (folder < 0) return CannotMake(path, errno);
  const int synced = fsync(folder);
  const int error = errno;
  close(folder);
  return synced == 0 ? absl::OkStatus() : CannotMake(path, error);
}

// The kept version, or 0 for a file without anything in it.
absl::StatusOr<int64_t> ReadVersion(Database& db, const std::string& path) {
  auto application = db.Number("PRAGMA application_id");
  if (!application.ok()) {
    const int code = sqlite3_errcode(db.handle());
    if (code == SQLITE_NOTADB) return NoLedger(path);
    return application.status();
  }
  const auto tables = db.Number("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) {
    // SQLite read the first page and does not know what it says.
    const bool unknown = sqlite3_errcode(db.handle()) == SQLITE_ERROR;
    return unknown ? absl::DataLossError(tables.status().message())
                   : tables.status();
  }
  if (*application == 0 && *tables == 0) return 0;
  if (*application != kApplicationId) return NoLedger(path);
  return db.Number("PRAGMA user_version");
}

absl::Status Make(Database& db) {
  TG_RETURN_IF_ERROR(db.Exec(
      absl::StrCat("PRAGMA page_size=", kPageBytes, ";PRAGMA journal_mode=WAL")
          .c_str()));
  return db.Exec(absl::StrCat("BEGIN IMMEDIATE;", kTables,
                              "PRAGMA application_id=", kApplicationId,
                              ";PRAGMA user_version=", kFormatVersion,
                              ";COMMIT")
                     .c_str());
}

// More bytes than pages: something was put behind the ledger. Fewer are found
// by SQLite itself.
absl::Status CheckLength(Database& db, const std::string& path) {
  TG_ASSIGN_OR_RETURN(const int64_t pages, db.Number("PRAGMA page_count"));
  TG_ASSIGN_OR_RETURN(const int64_t page, db.Number("PRAGMA page_size"));
  struct stat file;
  if (stat(path.c_str(), &file) != 0) return CannotMake(path, errno);
  if (file.st_size > pages * page) {
    return absl::DataLossError(absl::StrCat(
        "ledger ", path, ": has ", file.st_size, " bytes where ", pages * page,
        " belong to it: keep the file as it is and restore a backup"));
  }
  return absl::OkStatus();
}

absl::Status CheckVersion(int64_t version, const std::string& path) {
  if (version == kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "ledger ", path, ": has format ", version, " and this program knows ",
      kFormatVersion, ": use the program that wrote it",
      version > kFormatVersion ? ", or a newer one" : ""));
}

// Checkpoints are planned: see checkpointer.h. Who writes comes back to pages
// of tallies and of the index: 16 MiB of pages are kept there, 4 MiB elsewhere.
// What is deleted is overwritten: people are erased with their year.
constexpr char kWritersPages[] = "PRAGMA cache_size=-16384";
absl::Status SetUp(Database& db) {
  {
    TG_ASSIGN_OR_RETURN(Statement mode, db.Prepare("PRAGMA journal_mode=WAL"));
    TG_ASSIGN_OR_RETURN(const bool row, mode.Step());
    if (!row || mode.BytesAt(0) != "wal") {
      return absl::FailedPreconditionError(
          "ledger: its file system cannot hold a write-ahead log: put the file "
          "on a local disk");
    }
  }
  return db.Exec(
      "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
      "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;"
      "PRAGMA secure_delete=ON");
}

// What the file is made of, a line each, blanks aside.
absl::StatusOr<std::set<std::string>> ReadSchema(Database& db) {
  TG_ASSIGN_OR_RETURN(
      Statement read,
      db.Prepare("SELECT type,name,tbl_name,coalesce(sql,''),typeof(type)||"
                 "typeof(name)||typeof(tbl_name)||typeof(sql) FROM "
                 "sqlite_schema"));
  std::set<std::string> schema;
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, read.Step());
    if (!row) return schema;
    std::string line;
    for (int column = 0; column < 5; ++column) {
      absl::StrAppend(&line, read.BytesAt(column), " ");
    }
    schema.insert(absl::StrReplaceAll(line, {{"\n", ""}, {" ", ""}}));
  }
}

}  // namespace

absl::Status CheckSchema(Database& db) {
  TG_ASSIGN_OR_RETURN(const auto model, Database::Open(":memory:"));
  TG_RETURN_IF_ERROR(model->Exec(absl::StrCat(kTables, kPrunedTable).c_str()));
  TG_ASSIGN_OR_RETURN(std::set<std::string> belongs, ReadSchema(*model));
  TG_ASSIGN_OR_RETURN(std::set<std::string> there, ReadSchema(db));
  TG_RETURN_IF_ERROR(model->Exec("DROP TABLE pruned"));
  TG_ASSIGN_OR_RETURN(const std::set<std::string> needed, ReadSchema(*model));
  for (const std::string& line : there) {
    if (belongs.count(line) == 0) {
      return absl::DataLossError(
          absl::StrCat("ledger: what does not belong is in the file: ", line));
    }
  }
  for (const std::string& line : needed) {
    if (there.count(line) == 0) {
      return absl::DataLossError(
          absl::StrCat("ledger: missing in the file: ", line));
    }
  }
  return absl::OkStatus();
}

bool HasLedgerTables(const std::string& path) {
  const auto db = Database::Open(path, SQLITE_OPEN_READONLY);
  return db.ok() && CheckSchema(**db).ok();
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Take(
    const std::string& path) {
  const std::string name = path + ".lock";
  const int fd = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return CannotMake(path, errno);
  std::unique_ptr<FileLock> lock(new FileLock(fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("ledger ", path,
                     ": another process has it open: stop that process or "
                     "name another file"));
  }
  return lock;
}

FileLock::~FileLock() { close(fd_); }

absl::StatusOr<std::unique_ptr<Database>> OpenFile(const std::string& path) {
  TG_RETURN_IF_ERROR(MakeEntry(path));
  TG_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path));
  TG_ASSIGN_OR_RETURN(const int64_t version, ReadVersion(*db, path));
  if (version == 0) {
    TG_RETURN_IF_ERROR(Make(*db));
  } else {
    TG_RETURN_IF_ERROR(CheckVersion(version, path));
  }
  TG_RETURN_IF_ERROR(CheckLength(*db, path));
  TG_RETURN_IF_ERROR(SetUp(*db));
  TG_RETURN_IF_ERROR(db->Exec(kWritersPages));
  return db;
}

absl::StatusOr<std::unique_ptr<Database>> OpenToRead(const std::string& path) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) {
    return absl::NotFoundError(absl::StrCat(
        "ledger ", path, ": cannot be read: name the ledger's file"));
  }
  TG_ASSIGN_OR_RETURN(std::unique_ptr<Database> db,
                      Database::Open(path, SQLITE_OPEN_READONLY));
  absl::StatusOr<int64_t> version = ReadVersion(*db, path);
  if (absl::IsUnavailable(version.status()) &&
      stat((path + "-wal").c_str(), &file) != 0) {
    // Its folder cannot be written, so nothing writes the file either.
    const std::string name =
        absl::StrReplaceAll(path, {{"%", "%25"}, {"?", "%3f"}, {"#", "%23"}});
    TG_ASSIGN_OR_RETURN(db,
                        Database::Open("file:" + name + "?immutable=1",
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI));
    version = ReadVersion(*db, path);
  }
  TG_RETURN_IF_ERROR(version.status());
  TG_RETURN_IF_ERROR(CheckVersion(*version, path));
  TG_RETURN_IF_ERROR(CheckLength(*db, path));
  return db;
}

absl::StatusOr<std::unique_ptr<Database>> OpenAnother(const std::string& path) {
  TG_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path));
  TG_RETURN_IF_ERROR(SetUp(*db));
  return db;
}

}  // namespace tongguan::ledger
