#include "gateway/ledger/run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tongguan::ledger {

std::string ExporterTerm(absl::string_view exporter) {
  return absl::StrCat("e", exporter);
}

std::string HeadlineTerm(int32_t headline) {
  return absl::StrCat("h", headline);
}

std::string VerdictTerm(int32_t verdict) { return absl::StrCat("v", verdict); }

void Run::Add(const Fact& fact) {
  const uint64_t index = end();
  marks_.push_back({fact.verdict, fact.headline});
  if (!fact.request_id.empty()) {
    requests_.emplace_back(fact.key, index);
    uint64_t free = fact.key;
    while (!at_key_.try_emplace(free, index).second) ++free;
  }
  if (!fact.exporter.empty()) {
    by_term_[ExporterTerm(fact.exporter)].push_back(index);
  }
  if (fact.headline != 0) {
    by_term_[HeadlineTerm(fact.headline)].push_back(index);
  }
  if (fact.verdict != 0) by_term_[VerdictTerm(fact.verdict)].push_back(index);
  if (fact.settles) settled_.emplace(*fact.settles, index);
}

std::optional<uint64_t> Run::AtKey(uint64_t key) const {
  auto it = at_key_.find(key);
  if (it == at_key_.end()) return std::nullopt;
  return it->second;
}

void Run::Find(const Filter& filter, std::vector<uint64_t>* found) const {
  auto it = by_term_.find(filter.term);
  if (it == by_term_.end()) return;
  const std::vector<uint64_t>& indexes = it->second;
  auto at = std::lower_bound(indexes.begin(), indexes.end(), filter.below);
  while (at != indexes.begin() && found->size() < filter.limit) {
    const uint64_t index = *--at;
    if (index < filter.from) return;
    const Mark& mark = marks_[index - begin_];
    if ((filter.verdict == 0 || filter.verdict == mark.verdict) &&
        (filter.headline == 0 || filter.headline == mark.headline)) {
      found->push_back(index);
    }
  }
}

Run::Sorted Run::Sort() const {
  Sorted sorted;
  sorted.requests = requests_;
  // As SQLite orders them: keys are signed there.
  std::sort(sorted.requests.begin(), sorted.requests.end(),
            [](const auto& a, const auto& b) {
              return static_cast<int64_t>(a.first) <
                     static_cast<int64_t>(b.first);
            });
  std::vector<absl::string_view> terms;
  for (const auto& [term, indexes] : by_term_) terms.push_back(term);
  std::sort(terms.begin(), terms.end());
  for (absl::string_view term : terms) {
    for (uint64_t index : by_term_.find(term)->second) {
      const Mark& mark = marks_[index - begin_];
      sorted.postings.push_back({term, index, mark.verdict, mark.headline});
    }
  }
  sorted.settled.assign(settled_.begin(), settled_.end());
  std::sort(sorted.settled.begin(), sorted.settled.end());
  return sorted;
}

}  // namespace tongguan::ledger
