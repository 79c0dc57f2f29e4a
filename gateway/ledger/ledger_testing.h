// For the tests of the ledger: a folder that goes away, a clock, submissions.
#ifndef TONGGUAN_GATEWAY_LEDGER_LEDGER_TESTING_H_
#define TONGGUAN_GATEWAY_LEDGER_LEDGER_TESTING_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/base/sha256.h"
#include "gateway/ledger/ledger.h"
#include "gtest/gtest.h"

namespace tongguan::ledger {

inline constexpr char kExporter[] = "91310000MA1K35X52M";

// 2026-03-01T12:00:00 in Beijing.
inline absl::Time Noon() { return absl::FromUnixSeconds(1772337600); }

inline Entry MakeEntry(const std::string& record) {
  Entry entry;
  entry.record = record;
  entry.index = {kExporter, 1, 14};
  return entry;
}

inline Change Charge(int64_t persons, const std::string& exporter = kExporter) {
  Change change;
  change.exporter = exporter;
  change.year = 2026;
  change.people.persons = persons;
  return change;
}

// A pseudonym, as random as an HMAC's bytes.
inline std::string Person(uint64_t n) {
  return DigestBytes(Sha256(absl::StrCat("person ", n))).substr(0, 16);
}

inline std::string SetOf(const std::set<uint64_t>& people) {
  std::set<std::string> sorted;
  for (uint64_t n : people) sorted.insert(Person(n));
  std::string set;
  for (const std::string& person : sorted) set += person;
  return set;
}

// A submission whose record is `record`; its digest is the record's.
inline Submission MakeSubmission(const std::string& request_id,
                                 const std::string& record) {
  Submission submission;
  submission.owner = kExporter;
  submission.request_id = request_id;
  submission.digest = DigestBytes(Sha256(record));
  submission.make = [record](View&) -> absl::StatusOr<Entry> {
    return MakeEntry(record);
  };
  return submission;
}

// Answers to submissions made together.
class Answers {
 public:
  void Submit(Ledger& ledger, Submission submission) {
    const size_t at = size_++;
    {
      MutexLock lock(&mu_);
      stored_.resize(size_, absl::UnknownError("not answered"));
    }
    submission.done = [this, at](absl::StatusOr<Stored> stored) {
      MutexLock lock(&mu_);
      EXPECT_EQ(stored_[at].status().code(), absl::StatusCode::kUnknown);
      stored_[at] = std::move(stored);
      if (++answered_ == stored_.size()) all_.NotifyAll();
    };
    ledger.Submit(std::move(submission));
  }

  // In the order of submission.
  std::vector<absl::StatusOr<Stored>> Wait() {
    MutexLock lock(&mu_);
    while (answered_ < size_) all_.Wait(&mu_);
    return stored_;
  }

 private:
  size_t size_ = 0;
  Mutex mu_;
  CondVar all_;
  std::vector<absl::StatusOr<Stored>> stored_ ABSL_GUARDED_BY(mu_);
  size_t answered_ ABSL_GUARDED_BY(mu_) = 0;
};

inline absl::StatusOr<Stored> Do(Ledger& ledger, Submission submission) {
  Answers answers;
  answers.Submit(ledger, std::move(submission));
  return answers.Wait()[0];
}

// Occupies the committer until it is let go, so that a test can fill the queue.
class Gate {
 public:
  explicit Gate(Ledger& ledger) {
    Submission submission = MakeSubmission("", "gate");
    submission.make = [this](View&) -> absl::StatusOr<Entry> {
      closed_.set_value();
      open_.get_future().wait();
      return absl::AbortedError("the gate");
    };
    answers_.Submit(ledger, std::move(submission));
    closed_.get_future().wait();
  }
  void Open() {
    open_.set_value();
    EXPECT_FALSE(answers_.Wait()[0].ok());
  }

 private:
  std::promise<void> closed_, open_;
  Answers answers_;
};

// A folder of the test's own, and ledgers in it.
class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    options_.path = folder_ + "/ledger.db";
  }
  ~LedgerTest() override {
    ledger_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  absl::StatusOr<std::unique_ptr<Ledger>> TryOpen() {
    return OpenSqliteLedger(options_, [this] { return clock_.Now(); });
  }
  void Open() {
    auto ledger = TryOpen();
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
  }
  void Reopen() {
    ledger_ = nullptr;
    Open();
  }
  // Submits and expects it to be recorded.
  Stored Put(const std::string& request_id, const std::string& record) {
    auto stored = Do(*ledger_, MakeSubmission(request_id, record));
    EXPECT_TRUE(stored.ok()) << stored.status();
    return stored.ok() ? *stored : Stored{};
  }

  std::string folder_;
  Options options_;
  ManualClock clock_{Noon()};
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_LEDGER_TESTING_H_
