// The bytes of a file as UTF-8, in a window that slides over it once. Memory
// does not depend on the file. One thread at a time.
#ifndef TONGGUAN_GATEWAY_INSPECT_SOURCE_H_
#define TONGGUAN_GATEWAY_INSPECT_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tongguan::inspect {

// A record (a row, a line of JSON) may be this long. No table that people or
// programs make has longer ones; a file that is not a table soon has.
inline constexpr size_t kMaxRecordBytes = size_t{1} << 20;

enum class Encoding {
  kDetect,  // By the first character beyond ASCII.
  kUtf8,
  kGb18030,
};

// "UTF-8" or "GB18030".
absl::string_view EncodingName(Encoding encoding);

class Source {
 public:
  // Opens a regular file; a byte order mark is skipped. Refuses what cannot be
  // read, UTF-16, and what is in no encoding that is known.
  static absl::StatusOr<std::unique_ptr<Source>> Open(const std::string& path,
                                                      Encoding encoding);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // What was read and not consumed. 64 bytes behind it may be read and mean
  // nothing (simdjson asks for that). Its bytes may be changed.
  char* data() { return buffer_.data() + begin_; }
  size_t size() const { return end_ - begin_; }
  // The window reaches to the end of the file.
  bool at_end() const { return at_end_; }

  void Consume(size_t bytes) { begin_ += bytes; }
  // Reads more behind what is there; the window moves. A byte that is not of
  // the encoding comes as one that is not UTF-8. At most kMaxRecordBytes may
  // be left over.
  absl::Status Refill();

  Encoding encoding() const { return encoding_; }
  int64_t bytes_read() const { return bytes_read_; }
  int64_t bytes() const { return bytes_; }
  // Says so if the file is no longer the one that was opened.
  absl::Status CheckUnchanged() const;

 private:
  class Iconv;

  Source(std::string path, int file);
  absl::Status Identify(Encoding encoding);
  absl::Status ReadRaw(char* to, size_t room, size_t* got);
  absl::Status Convert();

  const std::string path_;
  const int file_;
  int64_t bytes_ = 0;       // Size and time of change when opened.
  int64_t changed_at_ = 0;  // Nanoseconds since the epoch.
  Encoding encoding_ = Encoding::kUtf8;
  std::unique_ptr<Iconv> iconv_;  // For GB18030.
  std::string raw_;               // Not yet converted.
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t bytes_read_ = 0;
  bool at_end_ = false;
};

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_SOURCE_H_
