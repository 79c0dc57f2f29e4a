#include "gateway/service/page_token.h"

#include "absl/strings/escaping.h"
#include "gateway/base/sha256.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

constexpr size_t kIndexBytes = 8;
constexpr size_t kFilterBytes = 8;

std::string FilterMark(const v1::ListDecisionsRequest& filters) {
  return DigestBytes(Sha256(filters.SerializeAsString()))
      .substr(0, kFilterBytes);
}

}  // namespace

std::string PageToken(uint64_t last, const v1::ListDecisionsRequest& filters) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(last >> shift & 0xFF));
  }
  return absl::WebSafeBase64Escape(bytes + FilterMark(filters));
}

absl::StatusOr<uint64_t> ReadPageToken(
    const std::string& token, const v1::ListDecisionsRequest& filters) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() != kIndexBytes + kFilterBytes ||
      bytes.substr(kIndexBytes) != FilterMark(filters)) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "page_token",
                        "wrong.page_token");
  }
  uint64_t last = 0;
  for (size_t i = 0; i < kIndexBytes; ++i) {
    last = last << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return last;
}

}  // namespace tongguan::service
