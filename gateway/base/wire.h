// A piece of the protobuf wire format, for putting a message together from
// fields whose bytes are there already.
#ifndef TONGGUAN_GATEWAY_BASE_WIRE_H_
#define TONGGUAN_GATEWAY_BASE_WIRE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tongguan {

// Bytes before a field's own, at most: its tag and its length.
inline constexpr size_t kMostFieldHead = 10;

inline void AppendVarint(uint64_t value, std::string* bytes) {
  for (; value >= 0x80; value >>= 7) {
    bytes->push_back(static_cast<char>(value | 0x80));
  }
  bytes->push_back(static_cast<char>(value));
}

// What comes before `size` bytes of a field that is a message, text or bytes.
inline void AppendFieldHead(uint32_t field, size_t size, std::string* bytes) {
  constexpr uint32_t kLengthDelimited = 2;
  AppendVarint(field << 3 | kLengthDelimited, bytes);
  AppendVarint(size, bytes);
}

inline void AppendField(uint32_t field, absl::string_view content,
                        std::string* bytes) {
  AppendFieldHead(field, content.size(), bytes);
  bytes->append(content.data(), content.size());
}

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_WIRE_H_
