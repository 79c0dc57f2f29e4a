// Random policies and questions from a seed: small worlds in which every rule,
// every kind of filing and list row and every boundary comes up often.
#ifndef TONGGUAN_TESTS_ORACLE_RANDOM_H_
#define TONGGUAN_TESTS_ORACLE_RANDOM_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/flow.pb.h"
#include "tests/oracle/naive.h"

namespace tongguan::oracle {

// The same numbers from the same seed on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // 0 to n - 1.
  int64_t Below(int64_t n) { return engine_() % static_cast<uint64_t>(n); }
  bool Percent(int percent) { return Below(100) < percent; }

  template <typename T>
  T Pick(std::initializer_list<T> values) {
    return *(values.begin() + Below(values.size()));
  }
  template <typename Values>
  auto PickFrom(const Values& values) {
    return *(values.begin() + Below(values.size()));
  }
  template <typename Values>
  void Shuffle(Values* values) {
    for (int64_t i = static_cast<int64_t>(values->size()) - 1; i > 0; --i) {
      std::swap((*values)[i], (*values)[Below(i + 1)]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

// One question to both interpreters.
struct Asked {
  v1::Flow flow;  // Well-formed.
  Totals before;
  absl::Time at;
};

// A policy. `monotone`: its lists ask no less of more people, as published
// lists do (a contract part below a number has an assessment part from it on);
// without it any row may stand on a list.
policy::Source RandomPolicy(Random* random, bool monotone);

// A filing that may or may not cover flows of the world.
v1::Filing RandomFiling(Random* random, const policy::Source& policy,
                        const std::string& id);

// A question that fits the world of RandomPolicy.
Asked RandomQuestion(Random* random, const policy::Source& policy);

// A data item that fits it.
v1::DataItem RandomItem(Random* random, const std::string& name);

// The same policy with lists, shards and entries in another order.
policy::Source Shuffled(Random* random, policy::Source policy);

}  // namespace tongguan::oracle

#endif  // TONGGUAN_TESTS_ORACLE_RANDOM_H_
