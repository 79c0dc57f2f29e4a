// kill -9 of a process that writes, while its index is written too.
#include <signal.h>
#include <sys/wait.h>

#include <random>
#include <thread>

#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

constexpr int kThreads = 4;

// One acknowledged record, as told over the pipe.
struct Told {
  int32_t thread;
  int32_t n;
  uint64_t index;
};

Submission Charging(int round, int thread, int n) {
  const std::string id = absl::StrCat(round, "-", thread, "-", n);
  Submission submission = MakeSubmission(id, "body of " + id);
  submission.make = [id](View&) -> absl::StatusOr<Entry> {
    Entry entry = MakeEntry("body of " + id);
    entry.changes = {Charge(1)};
    return entry;
  };
  return submission;
}

class KillTest : public LedgerTest {
 protected:
  // The child: writes, and tells, until it is killed.
  [[noreturn]] void WriteForEver(int round, int tell) {
    auto ledger = TryOpen();
    if (!ledger.ok()) _exit(1);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int n = 0;; ++n) {
          const auto stored = Do(**ledger, Charging(round, t, n));
          const Told told{t, n, stored.ok() ? stored->index : UINT64_MAX};
          if (write(tell, &told, sizeof(told)) != sizeof(told)) _exit(2);
        }
      });
    }
    threads[0].join();
    _exit(3);
  }

  // What was told until `kill_after` records were, and from then to the end.
  std::vector<Told> RunAndKill(int round, size_t kill_after) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) WriteForEver(round, ends[1]);
    close(ends[1]);
    std::vector<Told> all;
    Told told;
    while (read(ends[0], &told, sizeof(told)) == sizeof(told)) {
      all.push_back(told);
      if (all.size() == kill_after) kill(pid, SIGKILL);
    }
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    return all;
  }
};

TEST_F(KillTest, WhatWasToldIsThereAndNothingIsTwice) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 12; ++round) {
    options_.index_run = 1 + random() % 100;
    const std::vector<Told> all = RunAndKill(round, 1 + random() % 200);
    Open();
    for (const Told& told : all) {
      const auto again = Do(*ledger_, Charging(round, told.thread, told.n));
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(again->repeated);
      EXPECT_EQ(again->index, told.index);
    }
    const int64_t size = ledger_->size();
    EXPECT_EQ(ledger_->ReadTally(kExporter, 2026)->counted.persons, size);
    Query query;
    query.exporter = kExporter;
    query.limit = 1 << 20;
    const auto listed = ledger_->List(query);
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(listed->size(), static_cast<size_t>(size));
    ledger_ = nullptr;
  }
}

}  // namespace
}  // namespace tongguan::ledger
