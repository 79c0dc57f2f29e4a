// Makes a registry of its files one by one, so that no more than one of them
// lies in memory beside what is kept of them.
#ifndef TONGGUAN_GATEWAY_POLICY_REGISTRY_BUILDER_H_
#define TONGGUAN_GATEWAY_POLICY_REGISTRY_BUILDER_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "gateway/policy/registry.h"

namespace tongguan::policy {

class Calendar;
struct Entry;

class Registry::Builder {
 public:
  // Both must outlive this.
  Builder(const FilingPeriods& periods, const Calendar& calendar)
      : periods_(periods), calendar_(calendar), registry_(new Registry()) {}

  // Refuses malformed codes and dates, doubled ids, filings without scope,
  // naming the entry. Keeps nothing of the shard itself. What it has on file
  // may come before the enterprise.
  absl::Status Add(const v1::RegistryShard& shard);

  // Refuses what is on file for an enterprise that was not added. To be called
  // once.
  absl::StatusOr<std::unique_ptr<const Registry>> Build();

 private:
  using Ids = absl::flat_hash_set<absl::string_view>;

  absl::Status CheckId(const Entry& entry, absl::string_view* kept, Ids* ids);
  // The exporter of the code, added or still to come.
  Exporter* Mention(absl::string_view uscc);
  absl::StatusOr<Exporter*> FindExporter(const Entry& entry,
                                         const std::string& uscc);
  absl::Status AddEnterprise(const v1::Enterprise& enterprise);
  absl::Status AddFiling(const v1::Filing& filing);
  absl::Status AddGreenChannel(const v1::GreenChannelRegistration& source);
  absl::Status AddListFiling(const v1::ListFiling& source);
  absl::Status AddGroup(const v1::Group& group);
  absl::Status AddMembers(const v1::Group& group);
  absl::Status AddMember(const Entry& entry, const v1::Group& group,
                         const std::string& member);
  absl::Status AddRestricted(const v1::RestrictedRecipient& entry);
  absl::Status CheckExporters() const;
  uint32_t AreasOf(const v1::Enterprise& enterprise);

  const FilingPeriods periods_;
  const Calendar& calendar_;
  std::unique_ptr<Registry> registry_;
  Exporter* last_found_ = nullptr;  // By FindExporter.
  Ids filing_ids_, green_ids_, list_filing_ids_, group_ids_;
  absl::flat_hash_map<Strings::Words, uint32_t> areas_;  // Registry::areas_.
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_REGISTRY_BUILDER_H_
