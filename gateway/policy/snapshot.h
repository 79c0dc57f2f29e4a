// Everything the gateway knows of the law and of who has filed what, compiled
// and immutable. A decision is taken against one snapshot; a reload makes
// another and swaps the pointer. Thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_SNAPSHOT_H_
#define TONGGUAN_GATEWAY_POLICY_SNAPSHOT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/policy/calendar.h"
#include "gateway/policy/lists.h"
#include "gateway/policy/names.h"
#include "gateway/policy/registry.h"
#include "gateway/policy/taxonomy.h"
#include "proto/tongguan/v1/policy_service.pb.h"
#include "proto/tongguan/v1/regime.pb.h"

namespace tongguan::policy {

// The uncompiled policy: what the files say, in any order.
struct Source {
  v1::Regime regime;
  v1::Calendar calendar;
  v1::Taxonomy taxonomy;
  std::vector<List> lists;  // Heads and rows; the rest is worked out.
  std::vector<v1::RegistryShard> registry;
};

// A content-addressed part: its name, and the canonical bytes it is known by.
struct Part {
  std::string name;
  std::string bytes;
};
class Parts;  // parts.h

// Gives the shards of a registry one by one; null after the last. A shard
// stands until the next is asked for.
using NextShard = std::function<absl::StatusOr<const v1::RegistryShard*>()>;

class Snapshot {
 public:
  // Checks and compiles. The digest does not depend on the order of files,
  // lists, shards or entries. The snapshot does not keep its parts, as big as
  // the policy: `parts`, where given and empty, gets those of the manifest, to
  // be kept in the ledger.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(
      Source source, Parts* parts = nullptr);

  // The same where the registry does not lie in memory: `source` has none.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(
      Source source, const NextShard& next_shard, Parts* parts);

  const v1::Regime& regime() const { return regime_; }
  const Calendar& calendar() const { return calendar_; }
  const Taxonomy& taxonomy() const { return *taxonomy_; }
  const Lists& lists() const { return *lists_; }
  const Names& names() const { return *names_; }
  const Registry& registry() const { return *registry_; }

  // Lists::InAreas of the exporter's areas.
  const std::vector<uint32_t>& ListsOf(const Exporter& exporter) const {
    return lists_of_areas_[exporter.areas];
  }

  // SHA-256 of the manifest; 32 bytes.
  const std::string& digest() const { return digest_; }
  const v1::PolicyManifest& manifest() const { return manifest_; }

 private:
  Snapshot() = default;

  v1::Regime regime_;
  Calendar calendar_;
  std::unique_ptr<const Taxonomy> taxonomy_;
  std::unique_ptr<const Lists> lists_;
  std::unique_ptr<const Names> names_;
  std::unique_ptr<const Registry> registry_;
  std::vector<std::vector<uint32_t>> lists_of_areas_;  // As Registry::areas().
  std::string digest_;
  v1::PolicyManifest manifest_;
};

// Reads a policy folder (regime/, calendar/, taxonomy/, lists/, registry/).
// Errors name file, line and column, or row and column of a CSV, and the mend.
absl::StatusOr<Source> ReadPolicyDir(const std::string& dir);

// The other way: a source from the parts that the ledger kept.
absl::StatusOr<Source> SourceFromParts(const std::vector<Part>& parts);

// Reads a policy folder and compiles it, one file of the registry at a time.
absl::StatusOr<std::shared_ptr<const Snapshot>> LoadPolicyDir(
    const std::string& dir, Parts* parts = nullptr);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_SNAPSHOT_H_
