#include "gateway/journal/key.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"

namespace tongguan::journal {
namespace {

constexpr size_t kMaxOrigin = 128;
constexpr size_t kEd25519Bytes = 32;
constexpr size_t kSm2Bytes = 65;  // 0x04, x, y.
constexpr char kEd25519Type[] = "\x01";

std::string Copy(absl::string_view bytes) {
  return std::string(bytes.data(), bytes.size());
}

std::string Sm2Prefix() { return absl::StrCat("\xff", kSm2Type); }

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

absl::Status BadKey(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "key: ", why, "; use a line such as tongguan log keygen prints"));
}

// The y of the points whose order divides 8 (RFC 7748, section 5), little
// endian, the sign of x left out: 0, 1, -1 and two of order 8.
bool IsLowOrder(absl::string_view key) {
  static const std::array<std::string, 5>* const points =
      new std::array<std::string, 5>{
          std::string(32, '\0'), absl::StrCat("\x01", std::string(31, '\0')),
          absl::StrCat("\xec", std::string(30, '\xff'), "\x7f"),
          absl::HexStringToBytes("26e8958fc2b227b045c3f489f2ef98f0"
                                 "d5dfac05d3c63339b13802886d53fc05"),
          absl::HexStringToBytes("c7176a703d4dd84fba3c0b760d10670f"
                                 "2a2053fa2c39ccc64ec7fd7792ac037a")};
  std::string y = Copy(key);
  y.back() = static_cast<char>(y.back() & 0x7f);
  return std::find(points->begin(), points->end(), y) != points->end();
}

// Whether y is not below the field's prime 2^255 - 19.
bool IsNotCanonical(absl::string_view key) {
  for (size_t i = 1; i + 1 < key.size(); ++i) {
    if (key[i] != '\xff') return false;
  }
  return (key.back() & 0x7f) == 0x7f && static_cast<uint8_t>(key[0]) >= 0xed;
}

std::shared_ptr<EVP_PKEY> Own(EVP_PKEY* key) {
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

struct FreeMd {
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* c) const { EVP_PKEY_CTX_free(c); }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, FreeMd>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext>;

absl::StatusOr<std::shared_ptr<EVP_PKEY>> ToEd25519(absl::string_view key) {
  if (key.size() != kEd25519Bytes) return BadKey("has not 32 bytes");
  if (IsNotCanonical(key)) return BadKey("is not in canonical form");
  if (IsLowOrder(key)) return BadKey("is a point of low order");
  auto made = Own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                              Bytes(key), key.size()));
  if (made == nullptr) return BadKey("is no Ed25519 key");
  return made;
}

absl::StatusOr<std::shared_ptr<EVP_PKEY>> ToSm2(absl::string_view key) {
  if (key.size() != kSm2Bytes) return BadKey("has not 65 bytes");
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  char group[] = "SM2";
  std::string point = Copy(key);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string("group", group, 0),
      OSSL_PARAM_construct_octet_string("pub", point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* made = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params) !=
          1) {
    return BadKey("is no SM2 key");
  }
  return Own(made);
}

// A context that signs or verifies once. For SM2 the signer's id must be known
// before the digest is set.
struct Once {
  KeyContext key;
  MdContext md;
};
absl::StatusOr<Once> Prepare(EVP_PKEY* key, Algorithm algorithm,
                             int (*init)(EVP_MD_CTX*, EVP_PKEY_CTX**,
                                         const EVP_MD*, ENGINE*, EVP_PKEY*)) {
  const absl::Status failed = absl::InternalError("OpenSSL cannot use a key");
  Once once{nullptr, MdContext(EVP_MD_CTX_new())};
  if (once.md == nullptr) return failed;
  if (algorithm == Algorithm::kEd25519) {
    if (init(once.md.get(), nullptr, nullptr, nullptr, key) != 1) return failed;
    return once;
  }
  once.key.reset(EVP_PKEY_CTX_new(key, nullptr));
  if (once.key == nullptr ||
      EVP_PKEY_CTX_set1_id(once.key.get(), kSm2Id, sizeof(kSm2Id) - 1) != 1) {
    return failed;
  }
  EVP_MD_CTX_set_pkey_ctx(once.md.get(), once.key.get());
  if (init(once.md.get(), nullptr, EVP_sm3(), nullptr, key) != 1) return failed;
  return once;
}

// Type and key, as PublicKey keeps them.
absl::StatusOr<std::string> PublicBytes(EVP_PKEY* key) {
  uint8_t bytes[kSm2Bytes];
  size_t size = sizeof(bytes);
  if (EVP_PKEY_is_a(key, "ED25519") &&
      EVP_PKEY_get_raw_public_key(key, bytes, &size) == 1) {
    return absl::StrCat(kEd25519Type, std::string(bytes, bytes + size));
  }
  if (EVP_PKEY_is_a(key, "SM2") &&
      EVP_PKEY_get_octet_string_param(key, "pub", bytes, sizeof(bytes),
                                      &size) == 1 &&
      size == kSm2Bytes) {
    return absl::StrCat(Sm2Prefix(), std::string(bytes, bytes + size));
  }
  return BadKey("is neither Ed25519 nor SM2");
}

}  // namespace

absl::Status CheckOrigin(absl::string_view origin) {
  const bool good = !origin.empty() && origin.size() <= kMaxOrigin &&
                    std::all_of(origin.begin(), origin.end(), [](char c) {
                      return absl::ascii_isgraph(c) && c != '+';
                    });
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "origin: not 1 to ", kMaxOrigin,
      " printable ASCII characters without space and '+'; use a name such as "
      "example.cn/tongguan/shanghai"));
}

absl::StatusOr<PublicKey> PublicKey::Of(absl::string_view name,
                                        absl::string_view bytes) {
  TG_RETURN_IF_ERROR(CheckOrigin(name));
  PublicKey key;
  key.name_ = Copy(name);
  key.bytes_ = Copy(bytes);
  key.id_ = DigestBytes(Sha256(absl::StrCat(name, "\n", bytes))).substr(0, 4);
  absl::string_view rest = bytes;
  if (absl::StartsWith(rest, kEd25519Type)) {
    rest.remove_prefix(1);
    key.algorithm_ = Algorithm::kEd25519;
    TG_ASSIGN_OR_RETURN(key.key_, ToEd25519(rest));
    return key;
  }
  if (!absl::StartsWith(rest, Sm2Prefix()))
    return BadKey("is of no known type");
  rest.remove_prefix(Sm2Prefix().size());
  key.algorithm_ = Algorithm::kSm2;
  TG_ASSIGN_OR_RETURN(key.key_, ToSm2(rest));
  return key;
}

absl::StatusOr<PublicKey> PublicKey::Parse(absl::string_view text) {
  const size_t first = text.find('+');
  const size_t second =
      first == absl::string_view::npos ? first : text.find('+', first + 1);
  if (second == absl::string_view::npos) return BadKey("is not name+id+key");
  const absl::string_view coded = text.substr(second + 1);
  std::string bytes;
  if (!absl::Base64Unescape(coded, &bytes) ||
      absl::Base64Escape(bytes) != coded) {
    return BadKey("is not in base64");
  }
  TG_ASSIGN_OR_RETURN(PublicKey key, Of(text.substr(0, first), bytes));
  if (absl::BytesToHexString(key.id_) !=
      text.substr(first + 1, second - first - 1)) {
    return BadKey("has an id that is not the key's");
  }
  return key;
}

std::string PublicKey::ToString() const {
  return absl::StrCat(name_, "+", absl::BytesToHexString(id_), "+",
                      absl::Base64Escape(bytes_));
}

bool PublicKey::Verify(absl::string_view text,
                       absl::string_view signature) const {
  const auto once = Prepare(key_.get(), algorithm_, EVP_DigestVerifyInit);
  return once.ok() &&
         EVP_DigestVerify(once->md.get(), Bytes(signature), signature.size(),
                          Bytes(text), text.size()) == 1;
}

absl::StatusOr<SigningKey> SigningKey::Of(absl::string_view origin,
                                          std::shared_ptr<EVP_PKEY> key) {
  SigningKey made;
  TG_ASSIGN_OR_RETURN(const std::string bytes, PublicBytes(key.get()));
  TG_ASSIGN_OR_RETURN(made.public_key_, PublicKey::Of(origin, bytes));
  made.key_ = std::move(key);
  return made;
}

absl::StatusOr<SigningKey> SigningKey::Generate(absl::string_view origin,
                                                Algorithm algorithm) {
  const char* const name = algorithm == Algorithm::kSm2 ? "SM2" : "ED25519";
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_generate(context.get(), &key) != 1) {
    return absl::InternalError("OpenSSL cannot make a key");
  }
  return Of(origin, Own(key));
}

absl::StatusOr<std::string> SigningKey::Sign(absl::string_view text) const {
  TG_ASSIGN_OR_RETURN(
      const Once once,
      Prepare(key_.get(), public_key_.algorithm(), EVP_DigestSignInit));
  std::string signature(128, '\0');  // Ed25519: 64; SM2: at most 72.
  size_t size = signature.size();
  if (EVP_DigestSign(once.md.get(),
                     reinterpret_cast<uint8_t*>(signature.data()), &size,
                     Bytes(text), text.size()) != 1) {
    return absl::InternalError("OpenSSL cannot sign");
  }
  signature.resize(size);
  return signature;
}

}  // namespace tongguan::journal
