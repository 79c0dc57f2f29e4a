// The files of a policy folder, read. ReadPolicyDir (snapshot.h) reads them
// all.
#ifndef TONGGUAN_GATEWAY_POLICY_READ_DIR_H_
#define TONGGUAN_GATEWAY_POLICY_READ_DIR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/policy/layout.h"
#include "gateway/policy/snapshot.h"
#include "google/protobuf/arena.h"

namespace tongguan::policy {

// All but the registry.
absl::StatusOr<Source> ReadWithoutRegistry(const Layout& layout);

// Reads files of the registry, text or binary, each into the memory of the one
// before.
class ShardReader {
 public:
  // Stands until the next is read.
  absl::StatusOr<const v1::RegistryShard*> Read(const std::string& path);

 private:
  static constexpr size_t kReused = 16 << 20;  // Bytes of a message.

  std::string bytes_;
  std::unique_ptr<char[]> block_ =
      std::make_unique_for_overwrite<char[]>(kReused);
  google::protobuf::Arena arena_{block_.get(), kReused};
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_READ_DIR_H_
