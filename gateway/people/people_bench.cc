#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "gateway/people/gathered.h"
#include "gateway/people/pseudonyms.h"

namespace tongguan::people {
namespace {

void BM_Make(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  auto key = PseudonymKey::Create(algorithm, std::string(32, 'k'));
  Pseudonym pseudonym;
  for (auto _ : state) {
    benchmark::DoNotOptimize(key->Make("11010519491231002X", &pseudonym));
  }
}
BENCHMARK(BM_Make)
    ->Arg(static_cast<int>(Algorithm::kHmacSha256))
    ->Arg(static_cast<int>(Algorithm::kHmacSm3));

// All distinct: the most there is to sort.
void BM_Gather(benchmark::State& state) {
  for (auto _ : state) {
    std::mt19937_64 random(1);
    Gathered gathered(state.range(0));
    for (int64_t i = 0; i < state.range(0); ++i) {
      const uint64_t words[2] = {random(), random()};
      Pseudonym one;
      static_assert(sizeof(words) == sizeof(one));
      __builtin_memcpy(one.data(), words, sizeof(words));
      gathered.Add(one);
    }
    benchmark::DoNotOptimize(gathered.Set());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Gather)->Arg(10'000)->Arg(1'000'000)->Arg(8'000'000);

}  // namespace
}  // namespace tongguan::people
