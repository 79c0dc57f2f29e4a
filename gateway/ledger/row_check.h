// Eight bytes of SHA-256 in front of what a row keeps, over what the row says
// beside them and over them. It finds what happens to bytes by accident where
// the tree of the records does not reach; whoever forges one makes the check
// anew.
#ifndef TONGGUAN_GATEWAY_LEDGER_ROW_CHECK_H_
#define TONGGUAN_GATEWAY_LEDGER_ROW_CHECK_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/base/sha256.h"

namespace tongguan::ledger {

inline constexpr size_t kCheckBytes = 8;

inline std::string CheckOf(absl::string_view said, absl::string_view bytes) {
  return DigestBytes(Sha256({said, bytes})).substr(0, kCheckBytes);
}

// The bytes behind their check; none where it is another's.
inline std::optional<absl::string_view> Checked(absl::string_view said,
                                                absl::string_view stored) {
  if (stored.size() < kCheckBytes) return std::nullopt;
  const absl::string_view bytes = stored.substr(kCheckBytes);
  if (stored.substr(0, kCheckBytes) != CheckOf(said, bytes)) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_ROW_CHECK_H_
