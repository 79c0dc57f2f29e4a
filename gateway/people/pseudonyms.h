// Pseudonyms of people and sets of them. A set is its pseudonyms one after
// another, strictly ascending as byte strings. Integers in digests are 8 bytes,
// big-endian.
#ifndef TONGGUAN_GATEWAY_PEOPLE_PSEUDONYMS_H_
#define TONGGUAN_GATEWAY_PEOPLE_PSEUDONYMS_H_

#include <array>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/sha256.h"

struct evp_mac_ctx_st;  // OpenSSL's EVP_MAC_CTX.

namespace tongguan::people {

inline constexpr size_t kPseudonymSize = 16;
inline constexpr size_t kKeySize = 32;

using Pseudonym = std::array<uint8_t, kPseudonymSize>;

enum class Algorithm {
  kHmacSha256,  // RFC 2104 with SHA-256.
  kHmacSm3,     // RFC 2104 with SM3 (GB/T 32905).
};

// An exporter's key, ready to make pseudonyms. One thread at a time.
class PseudonymKey {
 public:
  // InvalidArgument unless `key` has 32 bytes; Internal if OpenSSL lacks the
  // algorithm.
  static absl::StatusOr<PseudonymKey> Create(Algorithm algorithm,
                                             absl::string_view key);

  // The first 16 bytes of the HMAC of a normalized identifier. False, with
  // `*pseudonym` as it was, if OpenSSL fails.
  bool Make(absl::string_view identifier, Pseudonym* pseudonym);

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_mac_ctx_st, Free>;

  explicit PseudonymKey(Context context) : context_(std::move(context)) {}

  Context context_;
};

// The people of a flow: two sets under one key.
struct Sets {
  absl::string_view key_id;
  absl::string_view persons;
  absl::string_view sensitive_persons;
};

// How many pseudonyms the bytes of a set hold.
inline int64_t CountOf(absl::string_view set) {
  return static_cast<int64_t>(set.size() / kPseudonymSize);
}

// InvalidArgument unless `set` is a multiple of 16 bytes, strictly ascending;
// the message says which pseudonym, from 0, and how to mend it. Its value is
// not in the message.
absl::Status CheckSet(absl::string_view set);

// Names sets that are staged (StagePeopleResponse.digest): SHA-256 of
// "tongguan people set v1", then key id, persons and sensitive persons, each
// after its length in bytes.
Digest SetDigest(const Sets& sets);

// Stands in a record (CountedPeople.digest): SHA-256 of "tongguan people of
// record v1", the record's index, then as SetDigest. The index is the salt: the
// same people give another digest in another record.
Digest RecordDigest(uint64_t record_index, const Sets& sets);

}  // namespace tongguan::people

#endif  // TONGGUAN_GATEWAY_PEOPLE_PSEUDONYMS_H_
