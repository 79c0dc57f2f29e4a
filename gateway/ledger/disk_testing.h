// A disk of the tests: a SQLite VFS over the system's that counts every file
// operation, fails chosen ones, lets the process die at one, and knows which
// bytes a loss of power would leave. It never syncs really.
#ifndef TONGGUAN_GATEWAY_LEDGER_DISK_TESTING_H_
#define TONGGUAN_GATEWAY_LEDGER_DISK_TESTING_H_

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "gateway/base/mutex.h"

namespace tongguan::ledger {

enum class DiskOp { kOpen, kRead, kWrite, kTruncate, kSync, kSize, kDelete };

struct DiskFault {
  enum What {
    kError,  // EIO.
    kFull,   // ENOSPC.
    kShort,  // A write that writes half; other operations: EIO.
    kDeath,  // The process dies: nothing works from here on.
  };
  What what = kError;
  int after = 0;  // So many matching operations still succeed,
  int times = 1;  // then so many fail.
  // Which operations match; `log`: on the write-ahead log.
  std::function<bool(DiskOp, bool log)> matches = [](DiskOp, bool) {
    return true;
  };
};

// What is left of the writes since the last sync when the power goes.
enum class PowerLoss {
  kNothing,     // None of them.
  kEverything,  // All: the power went, the disk was quick.
  kSome,        // Any of their sectors, some of them torn.
};

// The default VFS while it lives; one at a time. Files must be closed before it
// goes.
class Disk {
 public:
  Disk() {
    vfs_ = *System();
    vfs_.zName = "tongguan-test-disk";
    vfs_.szOsFile += sizeof(File);
    vfs_.pAppData = this;
    vfs_.xOpen = Open;
    vfs_.xDelete = Delete;
    sqlite3_vfs_register(&vfs_, /*makeDflt=*/1);
  }
  ~Disk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(System(), 1);
  }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  void Fail(DiskFault fault) {
    MutexLock lock(&mu_);
    fault_ = std::move(fault);
    armed_ = true;
  }
  void Heal() {
    MutexLock lock(&mu_);
    armed_ = dead_ = false;
  }
  // For a new start: nothing was ever written.
  void ForgetFiles() {
    MutexLock lock(&mu_);
    files_.clear();
  }
  // Operations that matched since the last call.
  int Count(const std::function<bool(DiskOp, bool log)>& matches) {
    MutexLock lock(&mu_);
    int count = 0;
    for (const auto& [op, log] : seen_) count += matches(op, log);
    seen_.clear();
    return count;
  }
  bool dead() const {
    MutexLock lock(&mu_);
    return dead_;
  }

  // Writes into `folder` the files that the next start would find: after the
  // death of the process, or after a loss of power. Shared memory is lost.
  void KeepAfterDeath(const std::string& folder) {
    MutexLock lock(&mu_);
    for (const auto& [path, state] : files_) Write(folder, path, Bytes(path));
  }
  void KeepAfterPowerLoss(const std::string& folder, PowerLoss loss,
                          std::mt19937_64& random) {
    MutexLock lock(&mu_);
    for (const auto& [path, state] : files_) {
      Write(folder, path, state.Left(Bytes(path), loss, random));
    }
  }

 private:
  static constexpr int64_t kSector = 512;

  // What a file held at its last sync, where that differs from now.
  struct Unsynced {
    std::map<int64_t, std::string> sectors;  // By number; as they were.
    int64_t size = 0;                        // As it was.

    std::string Left(std::string bytes, PowerLoss loss,
                     std::mt19937_64& random) const {
      if (loss == PowerLoss::kEverything) return bytes;
      const bool all = loss == PowerLoss::kNothing;
      const int64_t now = static_cast<int64_t>(bytes.size());
      int64_t end = all || random() % 2 ? size : now;
      bytes.resize(std::max(now, size));
      for (const auto& [number, was] : sectors) {
        size_t kept = all ? 0 : random() % 3 * kSector / 2;  // 0, half, all.
        if (kept > 0)
          end = std::max(end, std::min(now, (number + 1) * kSector));
        const size_t at = number * kSector;
        for (size_t i = kept; i < was.size() && at + i < bytes.size(); ++i) {
          bytes[at + i] = was[i];
        }
      }
      bytes.resize(end);
      return bytes;
    }
  };

  struct File {
    sqlite3_file base;
    Disk* disk;
    const char* path;
    bool log;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods& methods() { return *real()->pMethods; }
  };
  static File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

  static sqlite3_vfs* System() {
    static sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
    return vfs;
  }

  static std::string Bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void Write(const std::string& folder, const std::string& path,
                    const std::string& bytes) {
    if (!std::filesystem::exists(path)) return;
    const auto to = folder / std::filesystem::path(path).filename();
    std::ofstream(to, std::ios::binary) << bytes;
  }

  static int CodeOf(DiskOp op) {
    switch (op) {
      case DiskOp::kOpen:
        return SQLITE_CANTOPEN;
      case DiskOp::kRead:
        return SQLITE_IOERR_READ;
      case DiskOp::kWrite:
        return SQLITE_IOERR_WRITE;
      case DiskOp::kTruncate:
        return SQLITE_IOERR_TRUNCATE;
      case DiskOp::kSync:
        return SQLITE_IOERR_FSYNC;
      case DiskOp::kSize:
        return SQLITE_IOERR_FSTAT;
      case DiskOp::kDelete:
        return SQLITE_IOERR_DELETE;
    }
    return SQLITE_IOERR;
  }

  // SQLITE_OK, or what the operation is to return; `half`: of a write, do half.
  int Try(DiskOp op, bool log, bool* half) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    seen_.emplace_back(op, log);
    if (dead_) return CodeOf(op);
    if (!armed_ || !fault_.matches(op, log)) return SQLITE_OK;
    if (fault_.after > 0) {
      --fault_.after;
      return SQLITE_OK;
    }
    if (--fault_.times <= 0) armed_ = false;
    const bool write = op == DiskOp::kWrite;
    dead_ = fault_.what == DiskFault::kDeath;
    if (fault_.what == DiskFault::kShort && write) *half = true;
    const bool full = fault_.what == DiskFault::kFull || *half;
    return write && full ? SQLITE_FULL : CodeOf(op);
  }

  // Keeps what the sectors of a write held.
  void Remember(File* file, int64_t at, int64_t size)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    Unsynced& unsynced = files_[file->path];
    for (int64_t s = at / kSector; s * kSector < at + size; ++s) {
      if (unsynced.sectors.count(s)) continue;
      std::string was(kSector, '\0');
      file->methods().xRead(file->real(), was.data(), kSector, s * kSector);
      unsynced.sectors.emplace(s, std::move(was));
    }
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file,
                  int flags, int* out_flags) {
    Disk* disk = static_cast<Disk*>(vfs->pAppData);
    File* own = Of(file);
    own->base.pMethods = nullptr;
    own->disk = disk;
    own->path = name;  // SQLite keeps it as long as the file is open.
    own->log = (flags & SQLITE_OPEN_WAL) != 0;
    MutexLock lock(&disk->mu_);
    bool half = false;
    const int refused = disk->Try(DiskOp::kOpen, own->log, &half);
    if (refused != SQLITE_OK) return refused;
    const int code =
        System()->xOpen(System(), name, own->real(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    if (name != nullptr) disk->files_.try_emplace(name);
    static const sqlite3_io_methods methods = Methods();
    own->base.pMethods = &methods;
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    Disk* disk = static_cast<Disk*>(vfs->pAppData);
    MutexLock lock(&disk->mu_);
    bool half = false;
    const int refused = disk->Try(DiskOp::kDelete, false, &half);
    if (refused != SQLITE_OK) return refused;
    disk->files_.erase(name);
    return System()->xDelete(System(), name, sync_folder);
  }

  static int Write(sqlite3_file* file, const void* bytes, int size,
                   sqlite3_int64 at) {
    Disk& disk = *Of(file)->disk;
    MutexLock lock(&disk.mu_);
    bool half = false;
    const int refused = disk.Try(DiskOp::kWrite, Of(file)->log, &half);
    if (refused != SQLITE_OK && !half) return refused;
    if (half) size /= 2;
    disk.Remember(Of(file), at, size);
    const int code =
        Of(file)->methods().xWrite(Of(file)->real(), bytes, size, at);
    return half ? refused : code;
  }

  static int Sync(sqlite3_file* file, int) {
    Disk& disk = *Of(file)->disk;
    MutexLock lock(&disk.mu_);
    bool half = false;
    const int refused = disk.Try(DiskOp::kSync, Of(file)->log, &half);
    if (refused != SQLITE_OK) return refused;
    Unsynced& unsynced = disk.files_[Of(file)->path];
    unsynced.sectors.clear();
    sqlite3_int64 size = 0;
    const int code = Of(file)->methods().xFileSize(Of(file)->real(), &size);
    unsynced.size = size;
    return code;
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    Disk& disk = *Of(file)->disk;
    MutexLock lock(&disk.mu_);
    bool half = false;
    const int refused = disk.Try(DiskOp::kTruncate, Of(file)->log, &half);
    if (refused != SQLITE_OK) return refused;
    sqlite3_int64 was = 0;
    Of(file)->methods().xFileSize(Of(file)->real(), &was);
    if (was > size) disk.Remember(Of(file), size, was - size);
    return Of(file)->methods().xTruncate(Of(file)->real(), size);
  }

  static int Read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
    Disk& disk = *Of(file)->disk;
    MutexLock lock(&disk.mu_);
    bool half = false;
    const int refused = disk.Try(DiskOp::kRead, Of(file)->log, &half);
    if (refused != SQLITE_OK) return refused;
    return Of(file)->methods().xRead(Of(file)->real(), bytes, size, at);
  }

  static int Size(sqlite3_file* file, sqlite3_int64* size) {
    Disk& disk = *Of(file)->disk;
    MutexLock lock(&disk.mu_);
    bool half = false;
    const int refused = disk.Try(DiskOp::kSize, Of(file)->log, &half);
    if (refused != SQLITE_OK) return refused;
    return Of(file)->methods().xFileSize(Of(file)->real(), size);
  }

  // What is no file operation goes straight through: closing, locks, memory.
  static sqlite3_io_methods Methods() {
    sqlite3_io_methods methods = {};
    methods.iVersion = 2;
    methods.xRead = Read;
    methods.xWrite = Write;
    methods.xTruncate = Truncate;
    methods.xSync = Sync;
    methods.xFileSize = Size;
    methods.xClose = [](sqlite3_file* f) {
      return Of(f)->methods().xClose(Of(f)->real());
    };
    methods.xLock = [](sqlite3_file* f, int level) {
      return Of(f)->methods().xLock(Of(f)->real(), level);
    };
    methods.xUnlock = [](sqlite3_file* f, int level) {
      return Of(f)->methods().xUnlock(Of(f)->real(), level);
    };
    methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return Of(f)->methods().xCheckReservedLock(Of(f)->real(), out);
    };
    methods.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      return Of(f)->methods().xFileControl(Of(f)->real(), op, arg);
    };
    methods.xSectorSize = [](sqlite3_file* f) {
      return Of(f)->methods().xSectorSize(Of(f)->real());
    };
    methods.xDeviceCharacteristics = [](sqlite3_file* f) {
      return Of(f)->methods().xDeviceCharacteristics(Of(f)->real());
    };
    methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                         void volatile** out) {
      return Of(f)->methods().xShmMap(Of(f)->real(), page, size, extend, out);
    };
    methods.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      return Of(f)->methods().xShmLock(Of(f)->real(), offset, n, flags);
    };
    methods.xShmBarrier = [](sqlite3_file* f) {
      Of(f)->methods().xShmBarrier(Of(f)->real());
    };
    methods.xShmUnmap = [](sqlite3_file* f, int remove) {
      return Of(f)->methods().xShmUnmap(Of(f)->real(), remove);
    };
    return methods;
  }

  sqlite3_vfs vfs_;
  mutable Mutex mu_;
  DiskFault fault_ ABSL_GUARDED_BY(mu_);
  bool armed_ ABSL_GUARDED_BY(mu_) = false;
  bool dead_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::pair<DiskOp, bool>> seen_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Unsynced> files_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_DISK_TESTING_H_
