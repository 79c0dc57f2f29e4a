#include "gateway/base/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"

namespace tongguan {
namespace {

// Fetching the algorithm and making a context cost more than hashing a record:
// both are made once a thread.
class Hasher {
 public:
  Digest Hash(absl::string_view bytes) {
    Digest digest;
    if (EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) {
      std::abort();  // A wrong digest must not be used.
    }
    return digest;
  }

 private:
  struct Free {
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD, Free> algorithm_{
      EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  const std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace

Digest Sha256(absl::string_view bytes) {
  thread_local Hasher hasher;
  return hasher.Hash(bytes);
}

std::string DigestBytes(const Digest& digest) {
  return std::string(digest.begin(), digest.end());
}

std::string DigestHex(const Digest& digest) {
  return absl::BytesToHexString(DigestBytes(digest));
}

}  // namespace tongguan
