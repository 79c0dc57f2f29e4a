#include "gateway/people/pseudonyms.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tongguan::people {
namespace {

constexpr size_t kHmacSize = 32;  // Of both algorithms.

constexpr absl::string_view kSetDomain = "tongguan people set v1";
constexpr absl::string_view kRecordDomain = "tongguan people of record v1";

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};

// SHA-256 over parts, so that large sets are not copied together.
class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }

  void Add(absl::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  void AddNumber(uint64_t number) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) {
      bytes[i] = static_cast<char>(number >> (56 - 8 * i));
    }
    Add(absl::string_view(bytes, sizeof(bytes)));
  }
  void AddSets(const Sets& sets) {
    for (const absl::string_view part :
         {sets.key_id, sets.persons, sets.sensitive_persons}) {
      AddNumber(part.size());
      Add(part);
    }
  }
  Digest Finish() {
    Digest digest;
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return digest;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

void PseudonymKey::Free::operator()(EVP_MAC_CTX* context) const {
  EVP_MAC_CTX_free(context);
}

absl::StatusOr<PseudonymKey> PseudonymKey::Create(Algorithm algorithm,
                                                  absl::string_view key) {
  if (key.size() != kKeySize) {
    return absl::InvalidArgumentError(absl::StrCat("the key of pseudonyms has ",
                                                   key.size(), " bytes. Give ",
                                                   kKeySize, " random bytes."));
  }
  const std::unique_ptr<EVP_MAC, FreeMac> mac(
      EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
  Context context(mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac.get()));
  std::string digest = algorithm == Algorithm::kHmacSha256 ? "SHA256" : "SM3";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (context == nullptr ||
      EVP_MAC_init(context.get(), reinterpret_cast<const uint8_t*>(key.data()),
                   key.size(), params) != 1) {
    return absl::InternalError(
        absl::StrCat("OpenSSL has no HMAC with ", digest));
  }
  return PseudonymKey(std::move(context));
}

bool PseudonymKey::Make(absl::string_view identifier, Pseudonym* pseudonym) {
  uint8_t mac[kHmacSize];
  size_t size = 0;
  // A null key begins anew from the hashed key that the context keeps.
  if (EVP_MAC_init(context_.get(), nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(context_.get(),
                     reinterpret_cast<const uint8_t*>(identifier.data()),
                     identifier.size()) != 1 ||
      EVP_MAC_final(context_.get(), mac, &size, sizeof(mac)) != 1) {
    return false;
  }
  std::memcpy(pseudonym->data(), mac, kPseudonymSize);
  return true;
}

absl::Status CheckSet(absl::string_view set) {
  if (set.size() % kPseudonymSize != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(set.size(), " bytes are no whole number of ",
                     kPseudonymSize, "-byte pseudonyms. Send whole ones."));
  }
  for (size_t at = kPseudonymSize; at < set.size(); at += kPseudonymSize) {
    const int order = std::memcmp(set.data() + at - kPseudonymSize,
                                  set.data() + at, kPseudonymSize);
    if (order < 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("pseudonym ", at / kPseudonymSize,
                     order == 0 ? " stands twice" : " is out of order",
                     ". Sort them ascending, each once."));
  }
  return absl::OkStatus();
}

Digest SetDigest(const Sets& sets) {
  Hash hash;
  hash.Add(kSetDomain);
  hash.AddSets(sets);
  return hash.Finish();
}

Digest RecordDigest(uint64_t record_index, const Sets& sets) {
  Hash hash;
  hash.Add(kRecordDomain);
  hash.AddNumber(record_index);
  hash.AddSets(sets);
  return hash.Finish();
}

}  // namespace tongguan::people
