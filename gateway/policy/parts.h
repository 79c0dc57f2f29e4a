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

// The parts of the registry, made of its files one by one: by exporter, the
// groups, the restricted recipients. Keeps the entries' canonical bytes alone.
class RegistryParts {
 public:
  RegistryParts();
  void Add(const v1::RegistryShard& shard);
  // Gives the parts one by one, sorted by name.
  void ForEach(const std::function<void(Part)>& take) const;

 private:
  // The canonical bytes of an entry, and the number of its field in the shard.
  struct Entry {
    absl::string_view bytes;
    int field;
  };
  using Entries = std::vector<Entry>;
  static Part Sorted(const std::string& name, Entries entries);
  void Put(int field, const google::protobuf::Message& message, Entries* part);
  Entries* PartOf(const std::string& exporter);

  std::unique_ptr<google::protobuf::Arena> memory_;  // The entries' bytes.
  std::map<std::string, Entries> parts_;             // By name.
  std::string last_exporter_;
  Entries* last_part_ = nullptr;  // Of it.
};

// The manifest of a normalized source and of its registry; `parts`, unless
// null, gets the parts in the manifest's order.
v1::PolicyManifest MakeManifest(const Source& source,
                                const RegistryParts& registry,
                                std::vector<Part>* parts);

// The manifest's canonical text, whose SHA-256 is the policy's digest; and the
// text read again (InvalidArgument for any other).
std::string ManifestText(const v1::PolicyManifest& manifest);
absl::StatusOr<v1::PolicyManifest> ParseManifest(absl::string_view text);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_PARTS_H_
