// The keys that sign a log's heads, named by the log's origin as C2SP
// signed-note names them. Immutable; signing and verifying from any thread.
#ifndef TONGGUAN_GATEWAY_JOURNAL_KEY_H_
#define TONGGUAN_GATEWAY_JOURNAL_KEY_H_

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tongguan::journal {

enum class Algorithm {
  kEd25519,  // Signature type 0x01, RFC 8032.
  kSm2,      // Type 0xff and kSm2Type; SM3, GB/T 32918, DER.
};

// What follows 0xff in an SM2 key and its key id; C2SP has no byte for SM2.
inline constexpr char kSm2Type[] = "tongguan/sm2-sm3/v1";
// The distinguishing id that the signer is hashed with, GM/T 0009.
inline constexpr char kSm2Id[] = "1234567812345678";

// 1 to 128 printable ASCII characters without space and plus.
absl::Status CheckOrigin(absl::string_view origin);

class PublicKey {
 public:
  // From "name+8 hex digits+base64", one line. InvalidArgument for a bad form,
  // an id that is not the key's, or an Ed25519 key of low order or not
  // canonical (under such a key one signature fits many texts).
  static absl::StatusOr<PublicKey> Parse(absl::string_view text);

  std::string ToString() const;
  const std::string& name() const { return name_; }
  Algorithm algorithm() const { return algorithm_; }
  // The 4 bytes that signature lines begin with.
  const std::string& id() const { return id_; }
  bool Verify(absl::string_view text, absl::string_view signature) const;

  bool operator==(const PublicKey& other) const {
    return name_ == other.name_ && bytes_ == other.bytes_;
  }

 private:
  friend class SigningKey;
  static absl::StatusOr<PublicKey> Of(absl::string_view name,
                                      absl::string_view bytes);

  std::string name_;
  std::string bytes_;  // Type, then the key.
  std::string id_;
  Algorithm algorithm_ = Algorithm::kEd25519;
  std::shared_ptr<EVP_PKEY> key_;
};

class SigningKey {
 public:
  static absl::StatusOr<SigningKey> Generate(absl::string_view origin,
                                             Algorithm algorithm);

  // A file: the line "Origin: NAME", then the key as PKCS #8 in PEM. Writing
  // never replaces a file; its mode is 0600. PermissionDenied for reading a
  // file that others than its owner may read, NotFound for none.
  static absl::StatusOr<SigningKey> Read(const std::string& path);
  absl::Status Write(const std::string& path) const;

  const PublicKey& public_key() const { return public_key_; }
  const std::string& origin() const { return public_key_.name(); }

  // The signature without the key's id.
  absl::StatusOr<std::string> Sign(absl::string_view text) const;

 private:
  static absl::StatusOr<SigningKey> Of(absl::string_view origin,
                                       std::shared_ptr<EVP_PKEY> key);

  PublicKey public_key_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_KEY_H_
