#include "tests/conformance/facts.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/conformance/vocabulary.h"

namespace tongguan::conformance {

void Facts::Add(absl::string_view part, bool filing,
                std::vector<std::string>* problems) {
  // The first '=': values such as "kind:k=v" have their own.
  const std::pair<absl::string_view, absl::string_view> pair =
      absl::StrSplit(part, absl::MaxSplits('=', 1));
  if (part.find('=') == absl::string_view::npos) {
    problems->push_back(absl::StrCat("no '=' in '", part, "'"));
    return;
  }
  const absl::Status status = filing ? CheckFilingPart(pair.first, pair.second)
                                     : CheckFact(pair.first, pair.second);
  if (!status.ok()) problems->push_back(std::string(status.message()));
  if (!values_.emplace(pair.first, pair.second).second) {
    problems->push_back(absl::StrCat("key '", pair.first, "' twice"));
  }
}

Facts Facts::Parse(absl::string_view text, std::vector<std::string>* problems) {
  Facts facts;
  for (absl::string_view part : absl::StrSplit(text, ';')) {
    facts.Add(part, /*filing=*/false, problems);
  }
  if (!facts.Has("eval_time")) problems->push_back("no key 'eval_time'");
  const std::string filing = facts.Get("mechanism_on_file", "none");
  if (filing != "none") ParseFiling(filing, problems);
  return facts;
}

Facts Facts::ParseFiling(absl::string_view text,
                         std::vector<std::string>* problems) {
  Facts facts;
  std::vector<std::string> part_problems;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  facts.Add(absl::StrCat("kind=", parts[0]), /*filing=*/true, &part_problems);
  for (size_t i = 1; i < parts.size(); ++i) {
    facts.Add(parts[i], /*filing=*/true, &part_problems);
  }
  if (facts.Has("expires") && facts.Has("expired")) {
    part_problems.push_back("two last days: 'expires' and 'expired'");
  }
  for (const std::string& problem : part_problems) {
    problems->push_back(absl::StrCat("mechanism_on_file: ", problem));
  }
  return facts;
}

std::string Facts::Get(const std::string& key,
                       const std::string& absent) const {
  const auto it = values_.find(key);
  return it == values_.end() ? absent : it->second;
}

bool Facts::Is(const std::string& key, absl::string_view value) const {
  return Get(key) == value;
}

v1::Fact Facts::Fact(const std::string& key, v1::Fact absent) const {
  const std::string value = Get(key);
  if (value.empty()) return absent;
  if (value == "y") return v1::FACT_YES;
  return value == "n" ? v1::FACT_NO : v1::FACT_UNKNOWN;
}

std::optional<int64_t> Facts::Count(const std::string& key) const {
  int64_t count = 0;
  if (!absl::SimpleAtoi(Get(key, "0"), &count)) return std::nullopt;
  return count;
}

std::vector<std::string> Facts::List(const std::string& key) const {
  return absl::StrSplit(Get(key), '|', absl::SkipEmpty());
}

absl::Time Facts::EvalTime() const {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, Get("eval_time"), &time, &error)) {
    return absl::UnixEpoch();
  }
  return time;
}

}  // namespace tongguan::conformance
