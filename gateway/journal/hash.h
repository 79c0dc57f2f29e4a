// The two hashes of an RFC 6962 tree (section 2.1), over SHA-256.
#ifndef TONGGUAN_GATEWAY_JOURNAL_HASH_H_
#define TONGGUAN_GATEWAY_JOURNAL_HASH_H_

#include "absl/strings/string_view.h"
#include "gateway/base/sha256.h"

namespace tongguan::journal {

using Hash = Digest;

// SHA-256 over 0x00 and the record's stored bytes.
Hash LeafHash(absl::string_view record);

// SHA-256 over 0x01 and both hashes.
Hash NodeHash(const Hash& left, const Hash& right);

// The root of a tree without leaves: SHA-256 over nothing.
Hash EmptyRoot();

// 32 bytes as a hash; false for any other length.
bool ReadHash(absl::string_view bytes, Hash* hash);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_HASH_H_
