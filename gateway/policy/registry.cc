#include "gateway/policy/registry.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"

namespace tongguan::policy {

const Exporter* Registry::Find(absl::string_view uscc) const {
  const auto it = exporters_.find(uscc);
  return it == exporters_.end() ? nullptr : it->second.get();
}

bool Registry::MayAsk(absl::string_view delegate, absl::string_view exporter,
                      Day day) const {
  const Exporter* found = Find(exporter);
  if (found == nullptr) return false;
  if (delegate == exporter) return true;
  return std::any_of(found->delegations.begin(), found->delegations.end(),
                     [delegate, day](const Delegation& d) {
                       return delegate == absl::string_view(*d.delegate) &&
                              d.valid_from <= day && day <= d.valid_to;
                     });
}

absl::StatusOr<const PseudonymKey*> Registry::FindKey(
    absl::string_view exporter, absl::string_view id, Day day) const {
  const Exporter* const found = Find(exporter);
  if (found != nullptr) {
    for (const PseudonymKey& key : found->keys) {
      if (key.id != id) continue;
      if (key.valid_from <= day && day <= key.valid_to) return &key;
      return absl::InvalidArgumentError(
          absl::StrCat("key \"", id, "\" is not valid on ", FormatDay(day),
                       "; use one that is, or have its dates corrected"));
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no key \"", id, "\" is registered for exporter ", exporter,
                   " or its group; register it, or use one that is"));
}

const v1::RestrictedRecipient* Registry::FindRestricted(
    absl::string_view organization, Day day) const {
  if (restricted_.empty()) return nullptr;
  const auto it = restricted_.find(FoldName(organization));
  if (it == restricted_.end() || day < it->second.second) return nullptr;
  return &it->second.first;
}

}  // namespace tongguan::policy
