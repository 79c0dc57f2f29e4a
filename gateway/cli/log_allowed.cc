#include "gateway/cli/log_allowed.h"

#include <algorithm>

#include "gateway/service/charging.h"

namespace tongguan::cli {

Allowed AllowedOf(uint64_t index, const v1::DecisionRecord& record) {
  const v1::Decision& decision = record.verdict().decision();
  const v1::Flow& flow = record.verdict().flow();
  const v1::CountedPeople& people = flow.people().counted();
  Allowed allowed;
  allowed.index = index;
  allowed.year = record.year();
  allowed.also_year = record.also_year();
  allowed.exporter = flow.exporter();
  allowed.key_id = people.key_id();
  allowed.charged = {decision.charged_persons(),
                     decision.charged_sensitive_persons()};
  allowed.also = {record.also_persons(), record.also_sensitive_persons()};
  allowed.there = {people.persons(), people.sensitive_persons()};
  allowed.charging = decision.charging();
  allowed.counted = flow.people().has_counted();
  allowed.all_sensitive =
      flow.has_duties() && flow.duties().under_14() != v1::FACT_NO;
  return allowed;
}

absl::string_view AllowedDecisions::Own(absl::string_view text) {
  auto own = texts_.find(text);
  if (own == texts_.end()) {
    own = texts_.emplace(text.data(), text.size()).first;
  }
  return *own;
}

void AllowedDecisions::Keep(const Allowed& allowed) {
  if (service::AccountsOf(allowed.charging).empty()) return;
  if (kept_.size() == most_) {
    kept_.pop_front();
    dropped_ = true;
  }
  Allowed& kept = kept_.emplace_back(allowed);
  kept.exporter = Own(allowed.exporter);
  kept.key_id = Own(allowed.key_id);
}

const Allowed* AllowedDecisions::Find(uint64_t index) {
  if (!dropped_ || (!kept_.empty() && index >= kept_.front().index)) {
    const auto at = std::lower_bound(
        kept_.begin(), kept_.end(), index,
        [](const Allowed& kept, uint64_t than) { return kept.index < than; });
    return at != kept_.end() && at->index == index ? &*at : nullptr;
  }
  const auto bytes = source_.record(index);
  if (!bytes.ok() || !read_.ParseFromString(*bytes) ||
      read_.verdict().decision().verdict() != v1::VERDICT_ALLOW) {
    return nullptr;
  }
  of_read_ = AllowedOf(index, read_);
  return service::AccountsOf(of_read_.charging).empty() ? nullptr : &of_read_;
}

}  // namespace tongguan::cli
