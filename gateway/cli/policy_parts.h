// Policies by their digests, from kept parts: those of a ledger, of a published
// log, of an archive.
#ifndef TONGGUAN_GATEWAY_CLI_POLICY_PARTS_H_
#define TONGGUAN_GATEWAY_CLI_POLICY_PARTS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/snapshot.h"

namespace tongguan::cli {

// The bytes of a part by its SHA-256; NotFound for one that is not there.
using ReadPart = std::function<absl::StatusOr<std::string>(absl::string_view)>;

// Whether a part is of the registry, which an archive of one exporter's records
// may lack: it speaks of others.
bool OfRegistry(absl::string_view part_name);

class PolicyParts {
 public:
  explicit PolicyParts(ReadPart read) : read_(std::move(read)) {}

  // Compiled once. Parts of the registry may be missing.
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> Get(
      const std::string& digest);

 private:
  const ReadPart read_;
  absl::flat_hash_map<std::string, std::shared_ptr<const policy::Snapshot>>
      known_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_POLICY_PARTS_H_
