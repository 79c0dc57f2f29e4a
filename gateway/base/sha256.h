// SHA-256 digests.
#ifndef TONGGUAN_GATEWAY_BASE_SHA256_H_
#define TONGGUAN_GATEWAY_BASE_SHA256_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace tongguan {

using Digest = std::array<uint8_t, 32>;

Digest Sha256(absl::string_view bytes);
// Of these on end.
Digest Sha256(std::initializer_list<absl::string_view> parts);

// The 32 bytes as a string; as 64 lower-case hex digits.
std::string DigestBytes(const Digest& digest);
std::string DigestHex(const Digest& digest);

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_SHA256_H_
