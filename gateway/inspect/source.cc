#include "gateway/inspect/source.h"

#include <fcntl.h>
#include <iconv.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "gateway/base/status_macros.h"
#include "gateway/text/refusal.h"

namespace tongguan::inspect {
namespace {

// Read at once: small enough for a processor's cache.
constexpr size_t kChunk = size_t{256} << 10;
constexpr size_t kPadding = 64;  // SIMDJSON_PADDING and more.
static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
// A byte of GB18030 becomes at most three of UTF-8 (two bytes become three).
constexpr size_t kBuffer = kMaxRecordBytes + 3 * kChunk + kPadding;
// No UTF-8 has this byte: the reader above finds it and says where it stands.
constexpr char kNotUtf8 = '\xFF';

constexpr absl::string_view kUtf8Mark = "\xEF\xBB\xBF";

absl::Status Refuse(absl::string_view path, absl::string_view key) {
  return text::Refuse(absl::StatusCode::kInvalidArgument, path, key);
}

int64_t ChangedAt(const struct stat& about) {
  return int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
}

// Whether the first character beyond ASCII is one of UTF-8. In GB18030 that
// takes a rare ideograph of the second level and a chance behind it.
bool LooksLikeUtf8(absl::string_view text) {
  const auto beyond = [](char c) { return static_cast<uint8_t>(c) >= 0x80; };
  const auto first = std::find_if(text.begin(), text.end(), beyond);
  if (first == text.end()) return true;
  const auto lead = static_cast<uint8_t>(*first);
  const int64_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return text.end() - first >= length &&
         simdjson::validate_utf8(&*first, static_cast<size_t>(length));
}

}  // namespace

// Converts GB18030 to UTF-8, piece by piece.
class Source::Iconv {
 public:
  Iconv() : converter_(iconv_open("UTF-8", "GB18030")) {}
  ~Iconv() {
    if (ok()) iconv_close(converter_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;

  bool ok() const {
    // POSIX's own way to say that there is none.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    return converter_ != reinterpret_cast<iconv_t>(-1);
  }

  // Converts what it can of `from`; returns the bytes written. False in
  // `*valid` if it stopped at a byte that is no GB18030.
  size_t Convert(absl::string_view* from, char* to, size_t room, bool* valid) {
    char* in = const_cast<char*>(from->data());
    size_t in_left = from->size();
    char* out = to;
    size_t out_left = room;
    const size_t done = iconv(converter_, &in, &in_left, &out, &out_left);
    *valid = done != static_cast<size_t>(-1) || errno != EILSEQ;
    *from = absl::string_view(in, in_left);
    return room - out_left;
  }

 private:
  const iconv_t converter_;
};

absl::string_view EncodingName(Encoding encoding) {
  return encoding == Encoding::kGb18030 ? "GB18030" : "UTF-8";
}

Source::Source(std::string path, int file)
    : path_(std::move(path)), file_(file), buffer_(kBuffer) {}

Source::~Source() { close(file_); }

absl::StatusOr<std::unique_ptr<Source>> Source::Open(const std::string& path,
                                                     Encoding encoding) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return text::Refuse(absl::StatusCode::kNotFound, path, "wrong.file_open",
                        {std::strerror(errno)});
  }
  std::unique_ptr<Source> source(new Source(path, file));
  struct stat about;
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    return Refuse(path, "wrong.file_not_regular");
  }
  source->bytes_ = about.st_size;
  source->changed_at_ = ChangedAt(about);
  TG_RETURN_IF_ERROR(source->Identify(encoding));
  return source;
}

absl::Status Source::Identify(Encoding encoding) {
  TG_RETURN_IF_ERROR(Refill());
  while (!at_end_ && size() < kMaxRecordBytes) TG_RETURN_IF_ERROR(Refill());
  const absl::string_view text(data(), size());
  if (absl::StartsWith(text, "\xFF\xFE") ||
      absl::StartsWith(text, "\xFE\xFF")) {
    return Refuse(path_, "wrong.file_utf16");
  }
  const bool marked = absl::StartsWith(text, kUtf8Mark);
  if (encoding == Encoding::kDetect) {
    encoding =
        marked || LooksLikeUtf8(text) ? Encoding::kUtf8 : Encoding::kGb18030;
  }
  encoding_ = encoding;
  if (encoding == Encoding::kUtf8) {
    if (marked) Consume(kUtf8Mark.size());
    return absl::OkStatus();
  }
  iconv_ = std::make_unique<Iconv>();
  if (!iconv_->ok()) {
    return Refuse(path_, "wrong.file_no_gb18030");
  }
  // What was read is not yet converted: from the front once more.
  if (lseek(file_, 0, SEEK_SET) != 0) {
    return Refuse(path_, "wrong.file_again");
  }
  begin_ = end_ = 0;
  bytes_read_ = 0;
  at_end_ = false;
  return Refill();
}

absl::Status Source::ReadRaw(char* to, size_t room, size_t* got) {
  ssize_t done;
  do {
    done = read(file_, to, room);
  } while (done < 0 && errno == EINTR);
  if (done < 0) {
    return text::Refuse(absl::StatusCode::kUnavailable, path_,
                        "wrong.file_read", {std::strerror(errno)});
  }
  *got = static_cast<size_t>(done);
  bytes_read_ += done;
  return absl::OkStatus();
}

absl::Status Source::Refill() {
  std::memmove(buffer_.data(), data(), size());
  end_ = size();
  begin_ = 0;
  if (encoding_ == Encoding::kGb18030) return Convert();
  size_t got = 0;
  TG_RETURN_IF_ERROR(ReadRaw(buffer_.data() + end_, kChunk, &got));
  end_ += got;
  at_end_ = got == 0;
  return absl::OkStatus();
}

absl::Status Source::Convert() {
  const size_t left = raw_.size();
  raw_.resize(left + kChunk / 2);
  size_t got = 0;
  TG_RETURN_IF_ERROR(ReadRaw(raw_.data() + left, kChunk / 2, &got));
  raw_.resize(left + got);
  absl::string_view from = raw_;
  while (!from.empty()) {
    bool valid = true;
    end_ += iconv_->Convert(&from, buffer_.data() + end_,
                            kBuffer - kPadding - end_, &valid);
    const bool cut = valid && !from.empty();  // Inside a character.
    if (cut && got > 0) break;
    if (from.empty()) break;
    buffer_[end_++] = kNotUtf8;
    from.remove_prefix(1);
  }
  raw_.erase(0, raw_.size() - from.size());
  at_end_ = got == 0;
  return absl::OkStatus();
}

absl::Status Source::CheckUnchanged() const {
  struct stat about;
  if (fstat(file_, &about) == 0 && about.st_size == bytes_ &&
      ChangedAt(about) == changed_at_ && (!at_end_ || bytes_read_ == bytes_)) {
    return absl::OkStatus();
  }
  return text::Refuse(absl::StatusCode::kAborted, path_, "wrong.file_changed");
}

}  // namespace tongguan::inspect
