// Durable records under signed heads a second, 500 bytes each, one charge each,
// on the disk of TMPDIR (or /tmp).
//   Unary/N    N submitters, each waits for its answer before the next;
//   Batch/N    N submitters of 100 records at a time;
//   BatchWithoutIndex/N  the same while the index stays in memory: what writing
//              it costs is the difference.
// Counters: records a second; p50 and p99 and longest wait in milliseconds.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "benchmark/benchmark.h"
#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

constexpr int kRecordsPerRun = 400'000;
constexpr int kExporters = 1000;

Submission Charging(int64_t n) {
  Submission submission;
  const std::string exporter = absl::StrCat("91310000MA1K", n % kExporters);
  submission.owner = exporter;
  // As random as a UUID, so that the index of request ids is as costly.
  submission.request_id = DigestHex(Sha256(absl::StrCat(n))).substr(0, 36);
  submission.digest = std::string(32, 'd');
  submission.make = [exporter](View& view) -> absl::StatusOr<Entry> {
    auto tally = view.tally(exporter, 2026);
    if (!tally.ok()) return tally.status();
    Entry entry;
    entry.record = std::string(500, 'r');
    entry.changes = {Charge(1, exporter)};
    entry.index = {exporter, 1, static_cast<int32_t>(view.index() % 20)};
    return entry;
  };
  return submission;
}

struct Waits {
  std::mutex mu;
  std::vector<double> millis;
};

void Submitter(Ledger& ledger, int batch, std::atomic<int64_t>& next,
               int64_t end, Waits& waits) {
  std::vector<double> millis;
  for (;;) {
    const int64_t first = next.fetch_add(batch);
    if (first >= end) break;
    const absl::Time start = absl::Now();
    Answers answers;
    for (int i = 0; i < batch; ++i) answers.Submit(ledger, Charging(first + i));
    for (const auto& stored : answers.Wait()) {
      if (!stored.ok()) std::abort();
    }
    millis.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
  }
  std::lock_guard<std::mutex> lock(waits.mu);
  waits.millis.insert(waits.millis.end(), millis.begin(), millis.end());
}

void Run(benchmark::State& state, int batch, size_t index_run) {
  std::string folder =
      (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  Options options{.path = folder + "/ledger.db", .index_run = index_run};
  options.key = std::make_shared<journal::SigningKey>(
      *journal::SigningKey::Generate("bench", journal::Algorithm::kEd25519));
  auto ledger = OpenSqliteLedger(options, [] { return Noon(); });
  std::atomic<int64_t> next{0};
  Waits waits;
  int64_t end = 0;
  for (auto _ : state) {
    end += kRecordsPerRun;
    std::vector<std::thread> threads;
    threads.reserve(state.range(0));
    for (int i = 0; i < state.range(0); ++i) {
      threads.emplace_back(
          [&] { Submitter(**ledger, batch, next, end, waits); });
    }
    for (std::thread& thread : threads) thread.join();
    next = end;
  }
  std::sort(waits.millis.begin(), waits.millis.end());
  const auto at = [&](double q) {
    return waits.millis[static_cast<size_t>(q * (waits.millis.size() - 1))];
  };
  state.SetItemsProcessed(end);
  state.counters["p50_ms"] = at(0.50);
  state.counters["p99_ms"] = at(0.99);
  state.counters["max_ms"] = at(1);
  ledger->reset();
  std::filesystem::remove_all(folder);
}

void Unary(benchmark::State& state) { Run(state, 1, Options().index_run); }
void Batch(benchmark::State& state) { Run(state, 100, Options().index_run); }
void BatchWithoutIndex(benchmark::State& state) { Run(state, 100, SIZE_MAX); }

void Threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseRealTime()->MeasureProcessCPUTime()->Iterations(3);
}
BENCHMARK(Unary)->Arg(64)->Apply(Threads);
BENCHMARK(Batch)->Arg(4)->Apply(Threads);
BENCHMARK(BatchWithoutIndex)->Arg(4)->Apply(Threads);

}  // namespace
}  // namespace tongguan::ledger
