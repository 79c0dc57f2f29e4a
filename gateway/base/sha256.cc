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
  Digest Hash(std::initializer_list<absl::string_view> parts) {
    bool hashed =
        EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1;
    for (const absl::string_view part : parts) {
      hashed = hashed &&
               EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1;
    }
    Digest digest;
    hashed = hashed &&
             EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1;
    if (!hashed) std::abort();  // A wrong digest must not be used.
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

Digest Sha256(absl::string_view bytes) { return Sha256({bytes}); }

Digest Sha256(std::initializer_list<absl::string_view> parts) {
  thread_local Hasher hasher;
  return hasher.Hash(parts);
}

std::string DigestBytes(const Digest& digest) {
  return std::string(digest.begin(), digest.end());
}

std::string DigestHex(const Digest& digest) {
  return absl::BytesToHexString(DigestBytes(digest));
}

}  // namespace tongguan
