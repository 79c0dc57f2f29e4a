// Time of one decision in process: the flow read against the policy and
// decided, without its form checked or its bytes written. Beside the mean of
// the benchmark library the counters give
//   p50_ns, p99_ns  of single decisions, each with its own clock readings;
//   allocations     on the heap a decision; the answer's message is kept and
//                   filled again;
//   allowed         share of ALLOW.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "benchmark/benchmark.h"
#include "gateway/engine/validate.h"
#include "tests/bench/world.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

// Never inlined: where one of a pair is, GCC warns of a mismatch.
#define NOINLINE __attribute__((noinline))
NOINLINE void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
NOINLINE void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace tongguan::bench {
namespace {

constexpr size_t kMostSamples = 1 << 20;

// The value at `share` of the sorted samples, nearest rank.
double AtShare(const std::vector<int64_t>& sorted, double share) {
  const size_t rank = std::ceil(share * sorted.size());
  return sorted[std::max<size_t>(rank, 1) - 1];
}

// Sums up single timings of the loop's body.
class Timings {
 public:
  Timings() { samples_.reserve(kMostSamples); }

  template <typename Body>
  void Time(benchmark::State& state, Body body) {
    const int64_t allocated = allocations.load();
    const auto start = std::chrono::steady_clock::now();
    body();
    const auto taken = std::chrono::steady_clock::now() - start;
    allocated_ += allocations.load() - allocated;
    const int64_t nanoseconds = std::chrono::nanoseconds(taken).count();
    if (samples_.size() < kMostSamples) samples_.push_back(nanoseconds);
    state.SetIterationTime(nanoseconds * 1e-9);
  }

  void Report(benchmark::State& state) {
    if (samples_.empty()) return;
    std::sort(samples_.begin(), samples_.end());
    state.counters["p50_ns"] = AtShare(samples_, 0.50);
    state.counters["p99_ns"] = AtShare(samples_, 0.99);
    state.counters["allocations"] =
        static_cast<double>(allocated_) / state.iterations();
  }

 private:
  std::vector<int64_t> samples_;
  int64_t allocated_ = 0;
};

// Arguments: items, list rows, percent of names seen, filings on file.
void Decide(benchmark::State& state) {
  const int exporters = static_cast<int>(state.range(3)) / kFilingsAnExporter;
  const auto policy = MakePolicy(static_cast<int>(state.range(1)),
                                 static_cast<int>(state.range(3)));
  Names::Warm(*policy);
  Names names(static_cast<int>(state.range(2)));
  v1::Flow flow = MakeFlow(static_cast<int>(state.range(0)));
  v1::Decision decision;
  Timings timings;
  int64_t asked = 0;
  int64_t allowed = 0;
  for (auto _ : state) {
    names.Fill(&flow);
    if (exporters > 0) {  // Far from each other in memory.
      flow.set_exporter(
          ExporterCode(static_cast<int>(asked++ * 7919 % exporters)));
    }
    timings.Time(state, [&] {
      engine::Question(flow, *policy, Noon()).Decide(SmallTallies(), &decision);
    });
    allowed += decision.verdict() == v1::VERDICT_ALLOW;
  }
  timings.Report(state);
  state.counters["allowed"] = static_cast<double>(allowed) / state.iterations();
}

// Argument: items.
void Validate(benchmark::State& state) {
  v1::Flow flow = MakeFlow(static_cast<int>(state.range(0)));
  Names(80).Fill(&flow);
  Timings timings;
  for (auto _ : state) {
    timings.Time(state, [&] {
      benchmark::DoNotOptimize(engine::ValidateFlow(flow).empty());
    });
  }
  timings.Report(state);
}

void Sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"items", "rows", "seen", "filings"});
  for (int items : {1, 10, 64}) {
    for (int rows : {10, 1'000, 100'000}) bench->Args({items, rows, 80, 0});
  }
  for (int seen : {100, 0}) bench->Args({10, 1'000, seen, 0});
  bench->Args({10, 1'000, 80, 100'000});
}

BENCHMARK(Decide)->Apply(Sizes)->UseManualTime()->MinTime(0.3);
BENCHMARK(Validate)->ArgName("items")->Arg(10)->Arg(64)->UseManualTime();

}  // namespace
}  // namespace tongguan::bench
