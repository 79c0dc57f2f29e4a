// The small world of the benchmarks that run in process: a policy with so many
// list rows and filings, flows of so many items, and names of items that were
// seen before or not.
#ifndef TONGGUAN_TESTS_BENCH_WORLD_H_
#define TONGGUAN_TESTS_BENCH_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gateway/engine/engine.h"
#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::bench {

inline constexpr int kSeenNames = 1000;
inline constexpr int kFilingsAnExporter = 5;

// 2026-11-21, noon in Beijing.
absl::Time Noon();

// A negative list of `rows` rows that serves every exporter, four of them by
// pattern, and `filings` filings of as many exporters as that takes.
std::shared_ptr<const policy::Snapshot> MakePolicy(int rows, int filings);

// The code of one of those exporters.
std::string ExporterCode(int number);

// A flow of policy::kShanghaiExporter that is well-formed and, with tallies
// below 100,000 people, allowed; its items have no names yet.
v1::Flow MakeFlow(int items);

// 1,000 people and none of them sensitive.
engine::Tallies SmallTallies();

// Names of the next flow: of a hundred, `seen` are among kSeenNames that recur;
// one in a hundred stands on the list.
class Names {
 public:
  explicit Names(int seen) : seen_(seen) {}
  void Fill(v1::Flow* flow);
  // Has the policy's memory see all that recur.
  static void Warm(const policy::Snapshot& policy);

 private:
  const int seen_;
  int64_t count_ = 0;
};

}  // namespace tongguan::bench

#endif  // TONGGUAN_TESTS_BENCH_WORLD_H_
