// The files of a policy folder, read. ReadPolicyDir (snapshot.h) reads them
// all.
#ifndef TONGGUAN_GATEWAY_POLICY_READ_DIR_H_
#define TONGGUAN_GATEWAY_POLICY_READ_DIR_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/policy/layout.h"
#include "gateway/policy/snapshot.h"

namespace tongguan::policy {

// All but the registry.
absl::StatusOr<Source> ReadWithoutRegistry(const Layout& layout);

// One file of the registry, text or binary, into an empty message.
absl::Status ReadShard(const std::string& path, v1::RegistryShard* shard);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_READ_DIR_H_
