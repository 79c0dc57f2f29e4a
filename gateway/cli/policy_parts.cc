#include "gateway/cli/policy_parts.h"

#include <vector>

#include "absl/strings/match.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/parts.h"

namespace tongguan::cli {

bool OfRegistry(absl::string_view part_name) {
  return absl::StartsWith(part_name, "registry/");
}

absl::StatusOr<std::shared_ptr<const policy::Snapshot>> PolicyParts::Get(
    const std::string& digest) {
  const auto known = known_.find(digest);
  if (known != known_.end()) return known->second;
  TG_ASSIGN_OR_RETURN(const std::string text, read_(digest));
  TG_ASSIGN_OR_RETURN(const v1::PolicyManifest manifest,
                      policy::ParseManifest(text));
  std::vector<policy::Part> parts;
  for (const v1::PolicyPart& part : manifest.parts()) {
    absl::StatusOr<std::string> bytes = read_(part.digest());
    if (absl::IsNotFound(bytes.status()) && OfRegistry(part.name())) continue;
    TG_RETURN_IF_ERROR(bytes.status());
    parts.push_back({part.name(), *std::move(bytes)});
  }
  TG_ASSIGN_OR_RETURN(policy::Source policy, policy::SourceFromParts(parts));
  TG_ASSIGN_OR_RETURN(const auto compiled,
                      policy::Snapshot::Compile(std::move(policy)));
  known_.emplace(digest, compiled);
  return compiled;
}

}  // namespace tongguan::cli
