#include "gateway/policy/patterns.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/policy/form.h"

namespace tongguan::policy {
namespace {

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  return options;
}

}  // namespace

absl::Status CheckPattern(absl::string_view place, const std::string& pattern) {
  const RE2 compiled(pattern, PatternOptions());
  if (!compiled.ok()) {
    return Refuse(place, absl::StrCat("pattern \"", pattern, "\" is not RE2: ",
                                      compiled.error(), ". Correct it."));
  }
  if (RE2::PartialMatch("", compiled)) {
    return Refuse(place, absl::StrCat("pattern \"", pattern,
                                      "\" matches every name. Narrow it."));
  }
  return absl::OkStatus();
}

void Patterns::Add(const std::string& pattern, uint32_t owner) {
  each_.emplace_back(std::make_unique<RE2>(pattern, PatternOptions()), owner);
}

absl::Status Patterns::Compile(absl::string_view place) {
  if (each_.empty()) return absl::OkStatus();
  // RE2's default budget, and as much again for each hundred patterns.
  constexpr int64_t kBudget = int64_t{8} << 20;
  RE2::Options options = PatternOptions();
  options.set_max_mem(kBudget * static_cast<int64_t>(1 + each_.size() / 100));
  set_ = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  for (const auto& [pattern, owner] : each_) {
    std::string error;
    if (set_->Add(pattern->pattern(), &error) < 0) return Refuse(place, error);
  }
  if (!set_->Compile()) {
    return Refuse(place, "the patterns are too large together. Simplify them.");
  }
  std::vector<std::string> patterns;
  for (const auto& [pattern, owner] : each_) {
    patterns.push_back(pattern->pattern());
  }
  rough_ = RoughMatch(patterns);
  return absl::OkStatus();
}

void Patterns::Match(absl::string_view name,
                     std::vector<uint32_t>* owners) const {
  if (each_.empty() || !rough_.Possible(name)) return;
  const re2::StringPiece text(name.data(), name.size());
  RE2::Set::ErrorInfo error;
  const bool any = set_->Match(text, nullptr, &error);
  if (!any && error.kind == RE2::Set::kNoError) return;
  std::vector<int> found;
  if (any && set_->Match(text, &found, &error)) {
    std::sort(found.begin(), found.end());
    for (int i : found) owners->push_back(each_[i].second);
    return;
  }
  // The set's automaton ran out of memory; a single pattern's never fails.
  for (const auto& [pattern, owner] : each_) {
    if (RE2::PartialMatch(text, *pattern)) owners->push_back(owner);
  }
}

}  // namespace tongguan::policy
