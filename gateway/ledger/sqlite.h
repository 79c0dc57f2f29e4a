// SQLite's C interface with owners and statuses; nothing of it is hidden but
// error codes. Not thread-safe: one connection, one thread at a time.
#ifndef TONGGUAN_GATEWAY_LEDGER_SQLITE_H_
#define TONGGUAN_GATEWAY_LEDGER_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tongguan::ledger {

// How long a statement waits for a lock that another program holds.
inline constexpr int kBusyMillis = 2000;

// The last error of a connection, with file, what was being done and the mend:
// DataLoss (damaged file), FailedPrecondition (rights), else Unavailable.
absl::Status SqliteError(sqlite3* db, absl::string_view doing);
// The same of a call that returned `code` without making it the last error.
absl::Status SqliteError(sqlite3* db, int code, absl::string_view doing);

// A prepared statement. Bound bytes are not copied: they must live until the
// statement has been stepped. Between uses it is reset, so that no read
// transaction stays open.
class Statement {
 public:
  Statement& Int(int at, int64_t value);
  Statement& Text(int at, absl::string_view value);
  Statement& Blob(int at, absl::string_view value);
  Statement& Null(int at);

  // True: there is a row. False: it has ended and is reset.
  absl::StatusOr<bool> Step();
  // Steps to the end, whatever rows come.
  absl::Status Run();
  void Reset();

  // Columns of the row, from 0; bytes live until the next step or reset.
  int64_t IntAt(int column) const;
  absl::string_view BytesAt(int column) const;
  bool NullAt(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> stmt_;
};

// A connection.
class Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      const std::string& path, int flags = SQLITE_OPEN_READWRITE);

  absl::Status Exec(const char* sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // The single number that `sql` selects.
  absl::StatusOr<int64_t> Number(absl::string_view sql);
  sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_SQLITE_H_
