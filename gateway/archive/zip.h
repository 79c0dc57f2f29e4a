// A ZIP file in one form: entries stored one after another, nothing compressed,
// no date, no comment, no extra field but ZIP64's where one is needed. Every
// byte follows from the names and contents, so a reader makes it again and
// compares: nothing can hide between the entries.
#ifndef TONGGUAN_GATEWAY_ARCHIVE_ZIP_H_
#define TONGGUAN_GATEWAY_ARCHIVE_ZIP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tongguan::archive {

// Bytes of the largest entry: one is held in memory.
inline constexpr uint64_t kMostEntry = uint64_t{256} << 20;

// Offsets from here on do not fit into 32 bits and take ZIP64. Tests of what is
// larger than a test can write name a lower one.
inline constexpr uint64_t kFar = 0xffffffff;

struct ZipEntry {
  std::string name;
  uint64_t size = 0;
  uint32_t crc = 0;
  uint64_t offset = 0;  // Of its header.
};

class ZipWriter {
 public:
  // Into PATH.part; the file appears under its name when it is whole.
  // AlreadyExists where something lies under the name.
  static absl::StatusOr<std::unique_ptr<ZipWriter>> Create(
      const std::string& path, uint64_t far = kFar);
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  absl::Status Add(const std::string& name, absl::string_view bytes);
  // Durable under its name, then.
  absl::Status Finish();

 private:
  ZipWriter(std::string path, uint64_t far, int fd)
      : path_(std::move(path)), far_(far), fd_(fd) {}
  absl::Status Write(absl::string_view bytes);
  absl::Status CannotWrite() const;

  const std::string path_;
  const uint64_t far_;
  int fd_;
  uint64_t offset_ = 0;
  std::vector<ZipEntry> entries_;
};

class ZipReader {
 public:
  // NotFound for no file; DataLoss for one that is not of this form.
  static absl::StatusOr<std::unique_ptr<ZipReader>> Open(
      const std::string& path, uint64_t far = kFar);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<ZipEntry>& entries() const { return entries_; }
  // Its contents. DataLoss where they, or the header before them, are not those
  // that were written.
  absl::StatusOr<std::string> Read(const ZipEntry& entry) const;
  // Some of them, unchecked: of an entry that Read found right. DataLoss where
  // it is shorter.
  absl::StatusOr<std::string> ReadSome(const ZipEntry& entry, uint64_t at,
                                       uint64_t size) const;

 private:
  ZipReader(int fd, uint64_t size) : fd_(fd), size_(size) {}
  absl::Status ReadDirectory(uint64_t far);
  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t size) const;

  const int fd_;
  const uint64_t size_;
  std::vector<ZipEntry> entries_;
};

// Whether the file begins or ends as such an archive does.
bool LooksLikeZip(const std::string& path);

}  // namespace tongguan::archive

#endif  // TONGGUAN_GATEWAY_ARCHIVE_ZIP_H_
