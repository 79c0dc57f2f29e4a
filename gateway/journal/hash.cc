#include "gateway/journal/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace tongguan::journal {
namespace {

struct Free {
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};

// Kept a thread: fetching the algorithm anew costs more than hashing a node.
Hash Prefixed(uint8_t prefix, absl::string_view bytes) {
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(
      EVP_MD_CTX_new());
  Hash hash;
  if (EVP_DigestInit_ex2(context.get(), sha256, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), &prefix, 1) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) != 1) {
    std::abort();  // OpenSSL without SHA-256: nothing could be proved.
  }
  return hash;
}

}  // namespace

Hash LeafHash(absl::string_view record) { return Prefixed(0x00, record); }

Hash NodeHash(const Hash& left, const Hash& right) {
  char both[2 * sizeof(Hash)];
  std::copy(left.begin(), left.end(), both);
  std::copy(right.begin(), right.end(), both + left.size());
  return Prefixed(0x01, absl::string_view(both, sizeof(both)));
}

Hash EmptyRoot() { return Sha256(""); }

bool ReadHash(absl::string_view bytes, Hash* hash) {
  if (bytes.size() != hash->size()) return false;
  std::copy(bytes.begin(), bytes.end(), hash->begin());
  return true;
}

}  // namespace tongguan::journal
