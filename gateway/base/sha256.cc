#include "gateway/base/sha256.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"

namespace tongguan {

Digest Sha256(absl::string_view bytes) {
  Digest digest;
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
         digest.data());
  return digest;
}

std::string DigestBytes(const Digest& digest) {
  return std::string(digest.begin(), digest.end());
}

std::string DigestHex(const Digest& digest) {
  return absl::BytesToHexString(DigestBytes(digest));
}

}  // namespace tongguan
