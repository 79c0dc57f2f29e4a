#include "gateway/archive/zip.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::archive {
namespace {

// APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16.
constexpr char kLocal[] = "PK\x03\x04";
constexpr char kCentral[] = "PK\x01\x02";
constexpr char kEnd[] = "PK\x05\x06";
constexpr char kEnd64[] = "PK\x06\x06";
constexpr char kLocator64[] = "PK\x06\x07";
// A directory of more than a million entries is none of ours: it is held in
// memory.
constexpr uint64_t kMostDirectory = uint64_t{64} << 20;
constexpr size_t kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                 kLocator64Bytes = 20;
constexpr uint64_t kMost16 = 0xffff, kMost32 = 0xffffffff;
constexpr uint64_t kPlain = 10, kZip64 = 45;  // Versions of the form.
constexpr uint64_t kMadeBy = 3 << 8 | kZip64;
constexpr uint64_t kFirstDate = 0x21;  // 1980-01-01, the first that DOS knows.
constexpr uint64_t kMode = uint64_t{0100644} << 16;

void Put(uint64_t value, int bytes, std::string* out) {
  for (; bytes > 0; --bytes, value >>= 8) out->push_back(value & 0xff);
}

uint64_t Get(absl::string_view bytes, size_t at, int count) {
  uint64_t value = 0;
  while (count-- > 0)
    value = value << 8 | static_cast<uint8_t>(bytes[at + count]);
  return value;
}

// What header and directory say in the same words.
void PutCommon(const ZipEntry& entry, uint64_t version, std::string* out) {
  Put(version, 2, out);
  Put(0, 2, out);  // Flags.
  Put(0, 2, out);  // Stored.
  Put(0, 2, out);  // Time of day.
  Put(kFirstDate, 2, out);
  Put(entry.crc, 4, out);
  Put(entry.size, 4, out);
  Put(entry.size, 4, out);
  Put(entry.name.size(), 2, out);
}

std::string Header(const ZipEntry& entry) {
  std::string out = kLocal;
  PutCommon(entry, kPlain, &out);
  Put(0, 2, &out);  // No extra field.
  return out + entry.name;
}

// `far`: its offset does not fit.
void PutCentral(const ZipEntry& entry, bool far, std::string* out) {
  out->append(kCentral);
  Put(kMadeBy, 2, out);
  PutCommon(entry, far ? kZip64 : kPlain, out);
  Put(far ? 12 : 0, 2, out);  // Length of the extra field.
  Put(0, 2, out);             // Comment.
  Put(0, 2, out);             // Disk.
  Put(0, 2, out);             // Inner attributes.
  Put(kMode, 4, out);
  Put(far ? kMost32 : entry.offset, 4, out);
  out->append(entry.name);
  if (!far) return;
  Put(1, 2, out);
  Put(8, 2, out);
  Put(entry.offset, 8, out);
}

void PutEnd64(uint64_t count, uint64_t size, uint64_t offset,
              std::string* out) {
  out->append(kEnd64);
  Put(kEnd64Bytes - 12, 8, out);
  Put(kMadeBy, 2, out);
  Put(kZip64, 2, out);
  Put(0, 8, out);  // Disks.
  Put(count, 8, out);
  Put(count, 8, out);
  Put(size, 8, out);
  Put(offset, 8, out);
  out->append(kLocator64);
  Put(0, 4, out);
  Put(offset + size, 8, out);
  Put(1, 4, out);
}

// All that comes after the entries. `offset`: where they end; `far`: see kFar.
std::string Tail(const std::vector<ZipEntry>& entries, uint64_t offset,
                 uint64_t far) {
  std::string out;
  for (const ZipEntry& entry : entries) {
    PutCentral(entry, entry.offset >= far, &out);
  }
  const uint64_t size = out.size(), count = entries.size();
  if (count >= kMost16 || offset >= far || size >= kMost32) {
    PutEnd64(count, size, offset, &out);
  }
  out.append(kEnd);
  Put(0, 4, &out);  // Disks.
  Put(std::min(count, kMost16), 2, &out);
  Put(std::min(count, kMost16), 2, &out);
  Put(std::min(size, kMost32), 4, &out);
  Put(offset >= far ? kMost32 : offset, 4, &out);
  Put(0, 2, &out);  // No comment.
  return out;
}

uint32_t Crc(absl::string_view bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("archive: ", what));
}

bool SyncFolder(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  const int fd = open(parent.empty() ? "." : parent.c_str(),
                      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  return close(fd) == 0 && synced;
}

absl::Status Exists(const std::string& path) {
  return absl::AlreadyExistsError(absl::StrCat(
      path, ": is there already and stays as it is: name another file"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ZipWriter>> ZipWriter::Create(
    const std::string& path, uint64_t far) {
  struct stat file;
  if (lstat(path.c_str(), &file) == 0) return Exists(path);
  const std::string part = path + ".part";
  unlink(part.c_str());  // What a run that died left.
  const int fd =
      open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        part, ": cannot be made (", std::strerror(errno),
        "): name a file in a folder that is there and can be written"));
  }
  return std::unique_ptr<ZipWriter>(new ZipWriter(path, far, fd));
}

ZipWriter::~ZipWriter() {
  if (fd_ < 0) return;
  close(fd_);
  unlink((path_ + ".part").c_str());
}

absl::Status ZipWriter::CannotWrite() const {
  return absl::UnavailableError(absl::StrCat(
      path_, ": cannot be written (", std::strerror(errno), "): make room"));
}

absl::Status ZipWriter::Write(absl::string_view bytes) {
  offset_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return CannotWrite();
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status ZipWriter::Add(const std::string& name, absl::string_view bytes) {
  if (bytes.size() > kMostEntry) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", bytes.size(), " bytes are more than an entry ",
                     "of an archive may have (", kMostEntry, ")"));
  }
  entries_.push_back({name, bytes.size(), Crc(bytes), offset_});
  TG_RETURN_IF_ERROR(Write(Header(entries_.back())));
  return Write(bytes);
}

absl::Status ZipWriter::Finish() {
  TG_RETURN_IF_ERROR(Write(Tail(entries_, offset_, far_)));
  if (fsync(fd_) != 0) return CannotWrite();
  const std::string part = path_ + ".part";
  // A link replaces nothing, and what is there under both names stays whole.
  if (link(part.c_str(), path_.c_str()) != 0) {
    return errno == EEXIST ? Exists(path_) : CannotWrite();
  }
  unlink(part.c_str());
  close(fd_);
  fd_ = -1;
  return SyncFolder(path_) ? absl::OkStatus() : CannotWrite();
}

absl::StatusOr<std::unique_ptr<ZipReader>> ZipReader::Open(
    const std::string& path, uint64_t far) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat file;
  if (fd < 0 || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) {
    if (fd >= 0) close(fd);
    return absl::NotFoundError(
        absl::StrCat(path, ": cannot be read: name the archive's file"));
  }
  std::unique_ptr<ZipReader> reader(
      new ZipReader(fd, static_cast<uint64_t>(file.st_size)));
  TG_RETURN_IF_ERROR(reader->ReadDirectory(far));
  return reader;
}

ZipReader::~ZipReader() { close(fd_); }

absl::StatusOr<std::string> ZipReader::ReadAt(uint64_t offset,
                                              uint64_t size) const {
  if (offset > size_ || size > size_ - offset) return Damaged("it was cut");
  std::string bytes(size, '\0');
  for (size_t at = 0; at < size;) {
    const ssize_t got = pread(fd_, bytes.data() + at, size - at,
                              static_cast<off_t>(offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::UnavailableError("archive: cannot be read");
    at += static_cast<size_t>(got);
  }
  return bytes;
}

// What the file says is taken for names, sizes and checksums only; then all of
// it is made again and compared.
absl::Status ZipReader::ReadDirectory(uint64_t far) {
  if (size_ < kEndBytes) return Damaged("it was cut");
  TG_ASSIGN_OR_RETURN(const std::string end,
                      ReadAt(size_ - kEndBytes, kEndBytes));
  uint64_t offset = Get(end, 16, 4);
  if (offset == kMost32 || Get(end, 10, 2) == kMost16) {
    const uint64_t before = kEndBytes + kLocator64Bytes + kEnd64Bytes;
    if (size_ < before) return Damaged("it was cut");
    TG_ASSIGN_OR_RETURN(const std::string end64,
                        ReadAt(size_ - before, kEnd64Bytes));
    offset = Get(end64, 48, 8);
  }
  if (offset > size_ || size_ - offset > kMostDirectory) {
    return Damaged("its end is not that of an archive");
  }
  TG_ASSIGN_OR_RETURN(const std::string tail, ReadAt(offset, size_ - offset));
  absl::string_view rest = tail;
  uint64_t next = 0;
  while (rest.size() >= kCentralBytes && absl::StartsWith(rest, kCentral)) {
    const size_t name = Get(rest, 28, 2), extra = Get(rest, 30, 2);
    if (rest.size() < kCentralBytes + name + extra) break;
    ZipEntry entry{std::string(rest.data() + kCentralBytes, name),
                   Get(rest, 24, 4), static_cast<uint32_t>(Get(rest, 16, 4)),
                   next};
    if (entry.size > kMostEntry) return Damaged("an entry is too large");
    next += Header(entry).size() + entry.size;
    entries_.push_back(std::move(entry));
    rest.remove_prefix(kCentralBytes + name + extra);
  }
  if (next != offset || Tail(entries_, offset, far) != tail) {
    return Damaged("its directory is not that of its entries");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ZipReader::Read(const ZipEntry& entry) const {
  const std::string expected = Header(entry);
  TG_ASSIGN_OR_RETURN(const std::string header,
                      ReadAt(entry.offset, expected.size()));
  if (header != expected) {
    return Damaged(absl::StrCat("the header of ", entry.name, " was changed"));
  }
  TG_ASSIGN_OR_RETURN(std::string bytes,
                      ReadAt(entry.offset + expected.size(), entry.size));
  if (Crc(bytes) != entry.crc) {
    return Damaged(absl::StrCat(entry.name, " was changed"));
  }
  return bytes;
}

absl::StatusOr<std::string> ZipReader::ReadSome(const ZipEntry& entry,
                                                uint64_t at,
                                                uint64_t size) const {
  if (at > entry.size || size > entry.size - at) {
    return Damaged(absl::StrCat(entry.name, " is shorter"));
  }
  return ReadAt(entry.offset + Header(entry).size() + at, size);
}

bool LooksLikeZip(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto close_it = absl::MakeCleanup([fd] { close(fd); });
  char bytes[4];
  struct stat file;
  const auto is = [&](off_t at, const char* what) {
    return pread(fd, bytes, sizeof(bytes), at) == sizeof(bytes) &&
           std::memcmp(bytes, what, sizeof(bytes)) == 0;
  };
  return is(0, kLocal) ||
         (fstat(fd, &file) == 0 &&
          is(file.st_size - static_cast<off_t>(kEndBytes), kEnd));
}

}  // namespace tongguan::archive
