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

std::vector<std::string> TermsOf(const Fact& fact) {
  std::vector<std::string> terms;
  if (!fact.exporter.empty()) terms.push_back(ExporterTerm(fact.exporter));
  if (fact.headline != 0) terms.push_back(HeadlineTerm(fact.headline));
  if (fact.verdict != 0) terms.push_back(VerdictTerm(fact.verdict));
  return terms;
}

void Run::Add(const Fact& fact) {
  const uint64_t index = end();
  marks_.push_back({fact.verdict, fact.headline});
  if (!fact.request_id.empty()) {
    uint64_t free = fact.key;
    while (!requests_.try_emplace(static_cast<int64_t>(free), index).second) {
      ++free;
    }
  }
  for (std::string& term : TermsOf(fact)) {
    terms_[std::move(term)].push_back(index);
  }
  if (fact.settles) settled_.insert_or_assign(*fact.settles, index);
}

std::optional<uint64_t> Run::AtKey(uint64_t key) const {
  auto it = requests_.find(static_cast<int64_t>(key));
  if (it == requests_.end()) return std::nullopt;
  return it->second;
}

std::optional<uint64_t> Run::SettledBy(uint64_t index) const {
  auto it = settled_.find(index);
  if (it == settled_.end()) return std::nullopt;
  return it->second;
}

void Run::Find(const Filter& filter, std::vector<uint64_t>* found) const {
  auto it = terms_.find(filter.term);
  if (it == terms_.end()) return;
  const std::vector<uint64_t>& indexes = it->second;
  auto at = std::lower_bound(indexes.begin(), indexes.end(), filter.below);
  while (at != indexes.begin() && found->size() < filter.limit) {
    const uint64_t index = *--at;
    if (index < filter.from) return;
    if (filter.Takes(index, marks_[index - begin_])) found->push_back(index);
  }
}

std::string Run::Postings(const std::vector<uint64_t>& indexes) const {
  std::string postings;
  uint64_t before = 0;
  for (uint64_t index : indexes) {
    const Mark& mark = marks_[index - begin_];
    AppendVarint(index - before, &postings);
    AppendVarint(static_cast<uint32_t>(mark.verdict), &postings);
    AppendVarint(static_cast<uint32_t>(mark.headline), &postings);
    before = index;
  }
  return postings;
}

absl::Status EachPosting(absl::string_view postings,
                         const std::function<void(const Posting&)>& visit) {
  uint64_t index = 0, distance, verdict, headline;
  while (!postings.empty()) {
    if (!TakeVarint(&postings, &distance) || !TakeVarint(&postings, &verdict) ||
        !TakeVarint(&postings, &headline)) {
      return absl::DataLossError(
          "ledger: the index is damaged: have it made again");
    }
    index += distance;
    visit({index,
           {static_cast<int32_t>(verdict), static_cast<int32_t>(headline)}});
  }
  return absl::OkStatus();
}

absl::Status FindIn(absl::string_view postings, const Filter& filter,
                    std::vector<uint64_t>* found) {
  std::vector<uint64_t> taken;
  const absl::Status read = EachPosting(postings, [&](const Posting& posting) {
    if (filter.Takes(posting.index, posting.mark)) {
      taken.push_back(posting.index);
    }
  });
  if (!read.ok()) return read;
  while (!taken.empty() && found->size() < filter.limit) {
    found->push_back(taken.back());
    taken.pop_back();
  }
  return absl::OkStatus();
}

}  // namespace tongguan::ledger
