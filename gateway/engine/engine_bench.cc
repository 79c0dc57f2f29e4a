// What a decision costs: Question and Decide, the answer message reused, at 1,
// 10 and 64 items against a negative list of 10 to 100,000 rows. Of the item
// names a given share was seen before (is in the taxonomy's memory); the rest
// is new with every decision. Counters: median and p99 in nanoseconds, nearest
// rank; two readings of the clock (about 50 ns) are in every figure.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "benchmark/benchmark.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/engine.h"
#include "gateway/policy/testing.h"

namespace tongguan::engine {
namespace {

constexpr int kSeenNames = 1000;
constexpr size_t kMostSamples = 1 << 20;
constexpr int kFilingsAnExporter = 5;

std::string ExporterCode(int number) {
  const std::string first = absl::StrFormat("91310000%09d", number);
  return first + UsccCheckCharacter(first);
}

// The list's rows name "row_0", "row_1", ...; four name by pattern. Half of
// the rows ask for a contract, half for an assessment.
policy::List NegativeList(int rows) {
  policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
  for (int i = 0; i < rows; ++i) {
    v1::ListRow row;
    row.set_id(absl::StrCat("r", i));
    row.set_sector("retail");
    row.set_data_class("Class");
    if (i < 4) {
      row.set_pattern(absl::StrCat("^secret", i));
    } else {
      row.add_names(absl::StrCat("row_", i));
    }
    row.set_mechanism(i % 2 == 0 ? v1::ROW_MECHANISM_CONTRACT
                                 : v1::ROW_MECHANISM_ASSESSMENT);
    row.set_source("Test");
    row.set_confidence("demo");
    list.rows.push_back(std::move(row));
  }
  return list;
}

void AddExporters(int count, policy::Source* source) {
  v1::RegistryShard& shard = source->registry.emplace_back();
  for (int i = 0; i < count; ++i) {
    v1::Enterprise* enterprise = shard.add_enterprises();
    *enterprise = source->registry[0].enterprises(0);
    enterprise->set_uscc(ExporterCode(i));
    for (int k = 0; k < kFilingsAnExporter; ++k) {
      v1::Filing* filing = shard.add_filings();
      *filing =
          policy::TestFiling(absl::StrCat("f", i, "-", k),
                             k % 2 == 0 ? v1::FILING_KIND_STANDARD_CONTRACT
                                        : v1::FILING_KIND_SECURITY_ASSESSMENT);
      filing->set_exporter(enterprise->uscc());
    }
  }
}

std::shared_ptr<const policy::Snapshot> MakePolicy(int rows, int filings) {
  policy::Source source = policy::TestSource();
  source.lists.push_back(NegativeList(rows));
  AddExporters(filings / kFilingsAnExporter, &source);
  return policy::MustCompile(std::move(source));
}

std::string SeenName(int number) {
  return absl::StrCat("column_", number % kSeenNames);
}

v1::Flow MakeFlow(int items) {
  v1::Flow flow;
  flow.set_direction(v1::DIRECTION_OUTBOUND);
  flow.mutable_recipient()->set_organization_id("ACME-SG");
  flow.mutable_recipient()->set_region("SG");
  flow.mutable_recipient()->set_relation(v1::RELATION_AFFILIATE);
  flow.mutable_recipient()->set_gba_registered(v1::FACT_NO);
  flow.set_sector("retail");
  for (int i = 0; i < items; ++i) {
    v1::DataItem* item = flow.add_items();
    item->set_category(i % 2 == 0 ? "name" : "order_amount");
    item->set_personal(i % 2 == 0 ? v1::FACT_YES : v1::FACT_NO);
    item->set_sensitive(v1::FACT_NO);
    item->set_important(v1::IMPORTANT_DATA_NO);
    item->set_transform(v1::TRANSFORM_NONE);
  }
  flow.mutable_people()->mutable_declared()->set_persons(100);
  flow.mutable_purpose()->set_general(v1::GENERAL_PURPOSE_INTERNAL_REPORTING);
  v1::Duties* duties = flow.mutable_duties();
  duties->set_notice(v1::NOTICE_GIVEN);
  duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
  duties->set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  duties->set_pipia(v1::FACT_YES);
  duties->set_under_14(v1::FACT_NO);
  flow.set_origin(v1::ORIGIN_DOMESTIC);
  return flow;
}

// Names of the next flow: of a hundred, `seen` are among those seen before; one
// in a hundred stands on the list.
class Names {
 public:
  explicit Names(int seen) : seen_(seen) {}
  void Fill(v1::Flow* flow) {
    int place = 0;
    for (v1::DataItem& item : *flow->mutable_items()) {
      ++count_;
      const bool seen = count_ * 37 % 100 < seen_;
      // Distinct within the flow.
      item.set_name(count_ % 101 == 0 ? absl::StrCat("row_", 4 + place)
                    : seen            ? SeenName(count_)
                                      : absl::StrCat("fresh_", count_));
      ++place;
    }
  }

 private:
  const int seen_;
  int64_t count_ = 0;
};

// The value at `share` of the sorted samples, nearest rank.
double AtShare(const std::vector<int64_t>& sorted, double share) {
  const size_t rank = std::ceil(share * sorted.size());
  return sorted[std::max<size_t>(rank, 1) - 1];
}

void Report(std::vector<int64_t>* samples, int64_t allowed,
            benchmark::State* state) {
  if (samples->empty()) return;
  std::sort(samples->begin(), samples->end());
  state->counters["p50_ns"] = AtShare(*samples, 0.50);
  state->counters["p99_ns"] = AtShare(*samples, 0.99);
  state->counters["allowed"] =
      static_cast<double>(allowed) / state->iterations();
}

// Arguments: items, list rows, percent of names seen, filings on file.
void BM_Decide(benchmark::State& state) {
  const int filings = state.range(3);
  const auto policy = MakePolicy(state.range(1), filings);
  const absl::Time at = absl::FromUnixSeconds(1'795'200'000);  // 2026-11-21.
  Tallies tallies;
  tallies.persons = {true, 1000};
  tallies.sensitive = {true, 0};
  for (int i = 0; i < kSeenNames; ++i) {
    policy->taxonomy().ClassifyName(SeenName(i));
  }
  v1::Flow flow = MakeFlow(state.range(0));
  flow.set_exporter(policy::kShanghaiExporter);
  Names names(state.range(2));
  std::vector<int64_t> samples;
  samples.reserve(kMostSamples);
  v1::Decision decision;
  int64_t asked = 0;
  int64_t allowed = 0;
  for (auto _ : state) {
    names.Fill(&flow);
    if (filings > 0) {  // Exporters far from each other in memory.
      flow.set_exporter(
          ExporterCode(asked++ * 7919 % (filings / kFilingsAnExporter)));
    }
    const auto start = std::chrono::steady_clock::now();
    const Question question(flow, *policy, at);
    question.Decide(tallies, &decision);
    const auto taken = std::chrono::steady_clock::now() - start;
    const int64_t nanoseconds = std::chrono::nanoseconds(taken).count();
    if (samples.size() < kMostSamples) samples.push_back(nanoseconds);
    allowed += decision.verdict() == v1::VERDICT_ALLOW;
    state.SetIterationTime(nanoseconds * 1e-9);
  }
  Report(&samples, allowed, &state);
}

void Sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"items", "rows", "seen", "filings"});
  for (int items : {1, 10, 64}) {
    for (int rows : {10, 1'000, 100'000}) bench->Args({items, rows, 80, 0});
  }
  for (int seen : {100, 0}) bench->Args({10, 1'000, seen, 0});
  bench->Args({10, 1'000, 80, 100'000});
}

BENCHMARK(BM_Decide)->Apply(Sizes)->UseManualTime()->MinTime(0.3);

}  // namespace
}  // namespace tongguan::engine
