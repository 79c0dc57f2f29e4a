// A policy as content-addressed parts: the canonical bytes that its digest is
// taken over and that the ledger keeps. README.md defines both.
#ifndef TONGGUAN_GATEWAY_POLICY_PARTS_H_
#define TONGGUAN_GATEWAY_POLICY_PARTS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/policy/snapshot.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"

namespace tongguan::policy {

// Puts into order whatever's order says nothing, but for the registry. The same
// policy in files of any number and order becomes the same source.
void Normalize(Source* source);

// The parts of a policy, its registry added file by file. Of the registry the
// entries' canonical bytes are kept, once; a part is put together when it is
// asked for.
class Parts {
 public:
  Parts();
  // All but the registry. The source must be normalized.
  void Add(const Source& source);
  // The ids must have been checked.
  void Add(const v1::RegistryShard& shard);

  // The manifest, after the last was added.
  v1::PolicyManifest Finish();

  // Gives the parts one by one in the manifest's order, until one is refused.
  // The bytes stand only during the call, and may be moved from.
  using Take =
      std::function<absl::Status(absl::string_view name, std::string* bytes)>;
  absl::Status ForEach(const Take& take) const;

 private:
  struct Content {
    std::string bytes;  // Of all but the registry;
    // of the registry the entries' canonical bytes, by the shard's field.
    std::map<int, std::vector<absl::string_view>> entries;
  };
  void Put(int field, const google::protobuf::Message& message, Content* part);
  Content* PartOf(const std::string& exporter);

  std::unique_ptr<google::protobuf::Arena> memory_;  // The entries' bytes.
  std::map<std::string, Content> parts_;             // By name.
  std::string last_exporter_;
  Content* last_part_ = nullptr;  // Of it.
};

// The manifest's canonical text, whose SHA-256 is the policy's digest; and the
// text read again (InvalidArgument for any other).
std::string ManifestText(const v1::PolicyManifest& manifest);
absl::StatusOr<v1::PolicyManifest> ParseManifest(absl::string_view text);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_PARTS_H_
