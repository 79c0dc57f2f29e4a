// scale --records N [--ahead 64] [--path FILE]: fills a ledger and asks it; see
// README.md.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/base/sha256.h"
#include "gateway/journal/key.h"
#include "gateway/ledger/ledger.h"

namespace tongguan::ledger {
namespace {

constexpr int kExporters = 1000;
constexpr int kAllow = 1, kAssess = 2;
constexpr int kCommonRule = 14, kRareRule = 3;
constexpr uint64_t kRare = 10'000;  // One record in so many.

struct Kind {
  std::string exporter;
  int verdict = kAllow;
  int headline = kCommonRule;
};

// What record `n` is about.
Kind KindOf(uint64_t n) {
  Kind kind;
  // Spread, so that an exporter's records lie all over the log.
  kind.exporter = absl::StrFormat("91310000MA1K%06d", n * 7919 % kExporters);
  if (n % 50 == 7) kind.verdict = kAssess;
  if (n % kRare == 7) kind.headline = kRareRule;
  return kind;
}

[[noreturn]] void Fail(const absl::Status& status) {
  std::cerr << "scale: " << status << "\n";
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

double Seconds(absl::Time since) {
  return absl::ToDoubleSeconds(absl::Now() - since);
}

// Submits `records` records, `ahead` of them before their answers: at most so
// many lie in one row.
void Fill(Ledger& ledger, uint64_t records, uint64_t ahead) {
  Mutex mu;
  CondVar answered;
  uint64_t open = 0;
  const absl::Time start = absl::Now();
  for (uint64_t n = 0; n < records; ++n) {
    {
      MutexLock lock(&mu);
      while (open >= ahead) answered.Wait(&mu);
      ++open;
    }
    const Kind kind = KindOf(n);
    Submission submission;
    submission.owner = kind.exporter;
    submission.request_id = absl::StrCat("request-", n);
    submission.digest = std::string(32, 'd');
    submission.make = [kind, n](View&) -> absl::StatusOr<Entry> {
      Entry entry;
      entry.record = absl::StrCat(n, " ", std::string(380, 'r'));
      entry.index = {kind.exporter, kind.verdict, kind.headline};
      return entry;
    };
    submission.done = [&](const absl::StatusOr<Stored>& stored) {
      if (!stored.ok()) Fail(stored.status());
      MutexLock lock(&mu);
      --open;
      answered.NotifyOne();
    };
    ledger.Submit(std::move(submission));
    if (n % 1'000'000 == 999'999) {
      std::cerr << absl::StrFormat("%d records, %.0f/s\n", n + 1,
                                   (n + 1) / Seconds(start));
    }
  }
  MutexLock lock(&mu);
  while (open > 0) answered.Wait(&mu);
}

// A page must hold the newest records that the question is about, in order.
void Check(const Query& query, const std::vector<Stored>& page) {
  uint64_t before = query.before.value_or(UINT64_MAX);
  for (const Stored& stored : page) {
    const Kind kind = KindOf(stored.index);
    const bool wanted =
        stored.index < before && stored.time >= query.since &&
        stored.time < query.until &&
        (query.exporter.empty() || query.exporter == kind.exporter) &&
        (query.verdict == 0 || query.verdict == kind.verdict) &&
        (query.headline == 0 || query.headline == kind.headline);
    if (!wanted) Fail(absl::InternalError("a page holds another's record"));
    before = stored.index;
  }
}

struct Question {
  const char* name;
  bool exporter, verdict, rule, time;
};

void Ask(Ledger& ledger, const Question& question, absl::Time from,
         absl::Time to) {
  std::mt19937_64 random(1);
  std::vector<double> millis;
  size_t found = 0;
  for (int i = 0; i < 40; ++i) {
    Query query;
    const Kind kind = KindOf(random() % ledger.size());
    if (question.exporter) query.exporter = kind.exporter;
    if (question.verdict) query.verdict = kAssess;
    if (question.rule) query.headline = kRareRule;
    if (question.time) {
      query.since = from + (to - from) * (static_cast<double>(i) / 50);
      query.until = query.since + (to - from) / 10;
    }
    if (i % 2 == 1) query.before = random() % ledger.size();
    const absl::Time start = absl::Now();
    const std::vector<Stored> page = Must(ledger.List(query));
    millis.push_back(1000 * Seconds(start));
    Check(query, page);
    found += page.size();
  }
  std::sort(millis.begin(), millis.end());
  std::cout << absl::StrFormat(
      "page by %-32s p50 %6.2f ms  longest %6.2f ms  (%d records)\n",
      question.name, millis[millis.size() / 2], millis.back(), found);
}

int Main(uint64_t records, uint64_t ahead, std::string path) {
  std::string folder =
      (std::filesystem::temp_directory_path() / "scale-XXXXXX").string();
  if (path.empty()) {
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    path = folder + "/ledger.db";
  }
  Options options;
  options.path = path;
  options.key = std::make_shared<const journal::SigningKey>(
      Must(journal::SigningKey::Generate("example.cn/tongguan/scale",
                                         journal::Algorithm::kEd25519)));
  // A year of records.
  const absl::Time year = absl::FromUnixSeconds(1767196800);
  const absl::Duration step = absl::Hours(24 * 364) / records;
  std::atomic<uint64_t> ticks{0};
  const auto now = [&] { return year + step * ticks.load(); };
  absl::Time start = absl::Now();
  {
    auto ledger = Must(OpenSqliteLedger(
        options, [&] { return year + step * (ticks += 250); }));
    Fill(*ledger, records, ahead);
    std::cout << absl::StrFormat(
        "filled %d records: %.0f/s, %.0f bytes each\n", records,
        records / Seconds(start),
        1.0 * std::filesystem::file_size(path) / records);
  }
  start = absl::Now();
  auto ledger = Must(OpenSqliteLedger(options, now));
  std::cout << absl::StrFormat("opened in %.2f s\n", Seconds(start));
  constexpr Question kQuestions[] = {
      {"nothing", false, false, false, false},
      {"exporter", true, false, false, false},
      {"verdict", false, true, false, false},
      {"rule", false, false, true, false},
      {"time", false, false, false, true},
      {"exporter, verdict", true, true, false, false},
      {"exporter, verdict, rule", true, true, true, false},
      {"exporter, verdict, rule, time", true, true, true, true}};
  for (const Question& question : kQuestions) {
    Ask(*ledger, question, year, now());
  }
  ledger = nullptr;
  start = absl::Now();
  const absl::Status rebuilt = RebuildIndex(path);
  if (!rebuilt.ok()) Fail(rebuilt);
  std::cout << absl::StrFormat("index made again in %.1f s\n", Seconds(start));
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace tongguan::ledger

int main(int argc, char** argv) {
  uint64_t records = 0, ahead = 64;
  std::string path;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--path") path = argv[i + 1];
    if (flag == "--records" && !absl::SimpleAtoi(argv[i + 1], &records)) {
      records = 0;
    }
    if (flag == "--ahead" && !absl::SimpleAtoi(argv[i + 1], &ahead)) ahead = 0;
  }
  if (records == 0 || ahead == 0) {
    std::cerr << "usage: scale --records N [--ahead 64] [--path FILE]\n";
    return 2;
  }
  return tongguan::ledger::Main(records, ahead, path);
}
