#include "gateway/ledger/sqlite.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::ledger {
namespace {

absl::string_view Mend(int primary) {
  switch (primary) {
    case SQLITE_FULL:
      return "free space on its disk";
    case SQLITE_IOERR:
      return "check the disk and the system log";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "end the other program that writes to it";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "keep the file as it is and restore a backup";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "make the file and its folder writable for this user";
    default:
      return "see the system log";
  }
}

absl::StatusCode Code(int primary) {
  switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

absl::Status MakeError(sqlite3* db, int code, const char* what,
                       absl::string_view doing) {
  const char* file = sqlite3_db_filename(db, "main");
  return absl::Status(
      Code(code & 0xff),
      absl::StrCat("ledger ", file == nullptr ? "" : file, ": ", doing, ": ",
                   what, " (SQLite code ", code, "): ", Mend(code & 0xff)));
}

}  // namespace

absl::Status SqliteError(sqlite3* db, absl::string_view doing) {
  return MakeError(db, sqlite3_extended_errcode(db), sqlite3_errmsg(db), doing);
}

absl::Status SqliteError(sqlite3* db, int code, absl::string_view doing) {
  return MakeError(db, code, sqlite3_errstr(code), doing);
}

Statement& Statement::Int(int at, int64_t value) {
  sqlite3_bind_int64(stmt_.get(), at, value);
  return *this;
}

Statement& Statement::Text(int at, absl::string_view value) {
  sqlite3_bind_text64(stmt_.get(), at, value.empty() ? "" : value.data(),
                      value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::Blob(int at, absl::string_view value) {
  sqlite3_bind_blob64(stmt_.get(), at, value.empty() ? "" : value.data(),
                      value.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::Null(int at) {
  sqlite3_bind_null(stmt_.get(), at);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(stmt_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  absl::Status error =
      SqliteError(sqlite3_db_handle(stmt_.get()), sqlite3_sql(stmt_.get()));
  Reset();
  return error;
}

absl::Status Statement::Run() {
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  sqlite3_reset(stmt_.get());
  sqlite3_clear_bindings(stmt_.get());
}

int64_t Statement::IntAt(int column) const {
  return sqlite3_column_int64(stmt_.get(), column);
}

absl::string_view Statement::BytesAt(int column) const {
  const void* bytes = sqlite3_column_blob(stmt_.get(), column);
  return absl::string_view(static_cast<const char*>(bytes),
                           sqlite3_column_bytes(stmt_.get(), column));
}

bool Statement::NullAt(int column) const {
  return sqlite3_column_type(stmt_.get(), column) == SQLITE_NULL;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    const std::string& path, int flags) {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  auto database = std::make_unique<Database>();
  database->db_.reset(db);
  if (db == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("ledger ", path, ": no memory to open it"));
  }
  if (code != SQLITE_OK) return SqliteError(db, "open");
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyMillis);
  return database;
}

absl::Status Database::Exec(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return SqliteError(db_.get(), sql);
  }
  return absl::OkStatus();
}

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  sqlite3_stmt* stmt = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &stmt,
                         nullptr) != SQLITE_OK) {
    return SqliteError(db_.get(), sql);
  }
  Statement statement;
  statement.stmt_.reset(stmt);
  return statement;
}

absl::StatusOr<int64_t> Database::Number(absl::string_view sql) {
  TG_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  TG_ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return absl::InternalError(absl::StrCat("no row: ", sql));
  return statement.IntAt(0);
}

}  // namespace tongguan::ledger
