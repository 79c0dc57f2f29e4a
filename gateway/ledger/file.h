// The ledger's file: held against other processes, made or recognised, set up.
#ifndef TONGGUAN_GATEWAY_LEDGER_FILE_H_
#define TONGGUAN_GATEWAY_LEDGER_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {

// What a ledger file says of itself (PRAGMA application_id, user_version).
inline constexpr int kApplicationId = 0x54474C47;  // "TGLG"
inline constexpr int kFormatVersion = 5;
inline constexpr int kPageBytes = 8192;

// Holds PATH.lock, so that a second process is refused; the kernel lets go of
// it when the process ends, however it ends.
class FileLock {
 public:
  // FailedPrecondition when another holds it, NotFound when the folder is
  // missing, PermissionDenied when it cannot be written.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(
      const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  const int fd_;
};

// Opens a ledger file for writing; makes its tables when it is missing or
// empty. The caller holds the lock. FailedPrecondition for what is no ledger or
// of a newer version, DataLoss for a damaged file.
absl::StatusOr<std::unique_ptr<Database>> OpenFile(const std::string& path);

// Opens a ledger file to read it, whether or not another process has it open;
// on a disk that cannot be written too. NotFound when there is none, else as
// OpenFile.
absl::StatusOr<std::unique_ptr<Database>> OpenToRead(const std::string& path);

// DataLoss where the file has tables, indexes, views or triggers but those that
// belong, or one of them is missing.
absl::Status CheckSchema(Database& db);

// Whether it has a ledger's tables, whatever else is wrong with it.
bool HasLedgerTables(const std::string& path);

// A further connection to a file that is open.
absl::StatusOr<std::unique_ptr<Database>> OpenAnother(const std::string& path);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_FILE_H_
