// Reading and writing files of signing keys.
#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/key.h"

namespace tongguan::journal {
namespace {

constexpr char kOriginLine[] = "Origin: ";
constexpr size_t kMaxFile = 16 << 10;  // An SM2 key is about 240 bytes.

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;

absl::Status BadFile(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("log key ", path, ": ", why,
                   "; name a file that tongguan log keygen made"));
}

absl::Status CheckMode(const std::string& path, int fd) {
  struct stat file;
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) {
    return BadFile(path, "is not a file");
  }
  if ((file.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        "log key ", path,
        ": others than its owner may use it: chmod 600 it, and if someone may "
        "have read it, change the key with tongguan log rotate-key"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    const std::string why = absl::StrCat("log key ", path, ": cannot be read (",
                                         std::strerror(error), "): ");
    if (error == ENOENT) {
      return absl::NotFoundError(absl::StrCat(
          why, "name the key's file, or make one with tongguan log keygen"));
    }
    return absl::PermissionDeniedError(
        absl::StrCat(why, "run as the user who owns it"));
  }
  const auto close_it = absl::MakeCleanup([fd] { close(fd); });
  TG_RETURN_IF_ERROR(CheckMode(path, fd));
  std::string text(kMaxFile + 1, '\0');
  const ssize_t size = read(fd, text.data(), text.size());
  if (size < 0 || static_cast<size_t>(size) > kMaxFile) {
    return BadFile(path, "is too large for a key");
  }
  text.resize(size);
  return text;
}

// OpenSSL asks for a password on the terminal unless it is told otherwise.
int NoPassword(char*, int, int, void*) { return -1; }

absl::StatusOr<std::string> ToPem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0,
                                    nullptr, nullptr) != 1) {
    return absl::InternalError("OpenSSL cannot write a key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, size);
}

bool WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(written);
  }
  return fsync(fd) == 0;
}

}  // namespace

absl::StatusOr<SigningKey> SigningKey::Read(const std::string& path) {
  TG_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  const size_t line = text.find('\n');
  if (!absl::StartsWith(text, kOriginLine) || line == std::string::npos) {
    return BadFile(path, "does not begin with \"Origin: NAME\"");
  }
  const size_t begin = sizeof(kOriginLine) - 1;
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                BIO_free);
  std::shared_ptr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr),
      EVP_PKEY_free);
  if (key == nullptr) return BadFile(path, "holds no key without a password");
  absl::StatusOr<SigningKey> made =
      Of(text.substr(begin, line - begin), std::move(key));
  if (!made.ok()) return BadFile(path, made.status().message());
  return made;
}

absl::Status SigningKey::Write(const std::string& path) const {
  TG_ASSIGN_OR_RETURN(const std::string pem, ToPem(key_.get()));
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "log key ", path, ": cannot be made (", std::strerror(errno),
        "): name a file that does not exist in a folder that does; a key is "
        "never replaced"));
  }
  const bool written =
      WriteAll(fd, absl::StrCat(kOriginLine, origin(), "\n", pem));
  if (close(fd) == 0 && written) return absl::OkStatus();
  unlink(path.c_str());
  return absl::UnavailableError(absl::StrCat(
      "log key ", path, ": cannot be written: make room on the disk"));
}

}  // namespace tongguan::journal
