// What the parts of `tongguan log verify` have in common: what they read, and
// how they say what is wrong.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_SOURCE_H_
#define TONGGUAN_GATEWAY_CLI_LOG_SOURCE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/journal/hash.h"
#include "gateway/text/text.h"

namespace tongguan::cli {

// Something that is said: a key of the catalogue and what goes into it. {0} is
// the record concerned, where there is one.
struct Finding {
  std::string key;
  text::Args args;
};
using MaybeFinding = std::optional<Finding>;

inline Finding Say(absl::string_view key, const std::string& id = "",
                   const std::string& more = "") {
  return {std::string(key.data(), key.size()), {{"0", id}, {"1", more}}};
}

inline Finding Unreadable(const absl::Status& status) {
  return Say("verify.unreadable", std::string(status.message()));
}

// What an audit reads beside the commits themselves.
struct LogSource {
  std::function<absl::StatusOr<std::string>(uint64_t index)> record;
  std::function<absl::StatusOr<std::string>(absl::string_view digest)> part;
  // The kept hash of a tile; null where no tiles are kept.
  std::function<absl::StatusOr<journal::Hash>(int level, uint64_t index)> tile;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_SOURCE_H_
