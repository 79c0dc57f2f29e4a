// The engine and the naive interpreter answer the same.
#include <array>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/policy/testing.h"
#include "gtest/gtest.h"
#include "re2/re2.h"
#include "tests/oracle/ask.h"

namespace tongguan::oracle {
namespace {

// How often each rule was the headline, and each mechanism what was told.
struct Reached {
  std::array<int64_t, v1::Rule_ARRAYSIZE> allowed{};
  std::array<int64_t, v1::Rule_ARRAYSIZE> assessed{};
  std::array<int64_t, v1::Mechanism_ARRAYSIZE> required{};
  std::array<int64_t, v1::Mechanism_ARRAYSIZE> requirement{};
  std::array<int64_t, v1::Charging_ARRAYSIZE> charging{};

  void Add(const Answer& answer) {
    auto& rules = answer.verdict == v1::VERDICT_ALLOW ? allowed : assessed;
    ++rules[answer.headline];
    ++required[answer.required_mechanism];
    ++requirement[answer.requirement];
    ++charging[answer.charging];
  }
};

void Report(const Reached& reached) {
  for (int i = v1::RULE_NOT_EXPORT; i < v1::Rule_ARRAYSIZE; ++i) {
    std::cout << v1::Rule_Name(i) << ": allowed " << reached.allowed[i]
              << ", assessed " << reached.assessed[i] << "\n";
  }
  for (int i = v1::MECHANISM_NONE; i < v1::Mechanism_ARRAYSIZE; ++i) {
    std::cout << v1::Mechanism_Name(i) << ": told " << reached.required[i]
              << ", requirement " << reached.requirement[i] << "\n";
  }
  for (int i = v1::CHARGING_NONE; i < v1::Charging_ARRAYSIZE; ++i) {
    std::cout << v1::Charging_Name(i) << ": " << reached.charging[i] << "\n";
  }
}

void ExpectAllReached(const Reached& reached) {
  for (int i = v1::RULE_NOT_EXPORT; i < v1::Rule_ARRAYSIZE; ++i) {
    EXPECT_GT(reached.allowed[i] + reached.assessed[i], 0)
        << v1::Rule_Name(i) << " was never the headline";
  }
  for (int i = v1::MECHANISM_NONE; i < v1::Mechanism_ARRAYSIZE; ++i) {
    EXPECT_GT(reached.required[i], 0)
        << v1::Mechanism_Name(i) << " was never told";
  }
  for (int i = v1::CHARGING_NONE; i < v1::Charging_ARRAYSIZE; ++i) {
    EXPECT_GT(reached.charging[i], 0)
        << v1::Charging_Name(i) << " was never charged";
  }
}

// One line a rule.
std::string Trace(const v1::Decision& decision) {
  std::string text;
  for (const v1::TraceStep& step : decision.trace()) {
    absl::StrAppend(&text, "  ", step.ShortDebugString(), "\n");
  }
  return text;
}

// The lines in which two answers differ: what kind of disagreement it is.
std::string Difference(const std::string& naive, const std::string& engine) {
  const std::vector<std::string> left = absl::StrSplit(naive, '\n');
  const std::vector<std::string> right = absl::StrSplit(engine, '\n');
  if (left.size() != right.size()) return "number of items\n";
  std::string difference;
  bool items = false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    if (absl::StartsWith(left[i], "item ") && items) continue;
    items |= absl::StartsWith(left[i], "item ");
    absl::StrAppend(&difference, left[i], " | ", right[i], "\n");
  }
  RE2::GlobalReplace(&difference, "[0-9]+", "#");
  return difference;
}

TEST(AgreementTest, EngineAndNaiveInterpreterAnswerTheSame) {
  const int64_t flows = FlowsToTry(100'000);
  int64_t tried = 0;
  std::map<std::string, int64_t> disagreements;  // By kind.
  Reached reached;
  for (uint64_t seed = FirstSeed(); tried < flows; ++seed) {
    Random random(seed);
    const policy::Source source =
        RandomPolicy(&random, /*monotone=*/random.Percent(50));
    const auto snapshot = policy::MustCompile(source);
    for (int64_t i = 0; i < kFlowsAPolicy; ++i, ++tried) {
      const Asked asked = RandomQuestion(&random, source);
      const Answer answer = Decide(source, asked.flow, asked.at, asked.before);
      reached.Add(answer);
      const v1::Decision decision = AskEngine(*snapshot, asked);
      const std::string naive = ToString(answer);
      const std::string engine = ToString(AnswerOf(decision));
      if (naive == engine) continue;
      const std::string kind = Difference(naive, engine);
      if (++disagreements[kind] > 1 || disagreements.size() > 5) continue;
      ADD_FAILURE() << Describe(seed, source, asked) << "naive:\n"
                    << naive << "engine:\n"
                    << engine << "trace:\n"
                    << Trace(decision);
    }
  }
  for (const auto& [kind, count] : disagreements) {
    ADD_FAILURE() << count << " times, naive | engine:\n" << kind;
  }
  std::cout << tried << " flows\n";
  Report(reached);
  ExpectAllReached(reached);
}

}  // namespace
}  // namespace tongguan::oracle
