// Random histories: against a model with ordinary maps, and under many threads.
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

constexpr int64_t kLimit = 1000;

// A random request, from few ids, exporters and bodies, so that they meet.
struct Request {
  std::string owner, id, body;
  int32_t year = 2026;
  Account account = Account::kCounted;
  int64_t persons = 0;
  std::optional<uint64_t> settles;
};

// What the ledger does, said as simply as can be.
class Model {
 public:
  // The index of its record, or an error.
  absl::StatusOr<uint64_t> Do(const Request& request) {
    const auto key = std::make_pair(request.owner, request.id);
    if (!request.id.empty() && by_id_.count(key)) {
      const uint64_t index = by_id_[key];
      if (bodies_[index] != request.body) return absl::AlreadyExistsError("");
      return index;
    }
    const TallyKeyOf tally{request.owner, request.year, request.account};
    if (counts_[tally] + request.persons > kLimit) {
      return absl::OutOfRangeError("");
    }
    if (request.settles) {
      if (*request.settles >= bodies_.size()) {
        return absl::InvalidArgumentError("");
      }
      if (settled_.count(*request.settles)) {
        return absl::FailedPreconditionError("");
      }
    }
    if (counts_[tally] + request.persons < 0) {
      return absl::FailedPreconditionError("");
    }
    counts_[tally] += request.persons;
    if (request.settles) settled_.insert(*request.settles);
    if (!request.id.empty()) by_id_[key] = bodies_.size();
    owners_.push_back(request.owner);
    bodies_.push_back(request.body);
    return bodies_.size() - 1;
  }
  int64_t Count(const std::string& owner, int32_t year, Account account) {
    return counts_[{owner, year, account}];
  }
  std::vector<uint64_t> Of(const std::string& owner) const {
    std::vector<uint64_t> found;
    for (size_t i = owners_.size(); i-- > 0;) {
      if (owners_[i] == owner) found.push_back(i);
    }
    return found;
  }
  size_t size() const { return bodies_.size(); }
  const std::string& body(uint64_t index) const { return bodies_[index]; }

 private:
  using TallyKeyOf = std::tuple<std::string, int32_t, Account>;
  std::map<std::pair<std::string, std::string>, uint64_t> by_id_;
  std::map<TallyKeyOf, int64_t> counts_;
  std::set<uint64_t> settled_;
  std::vector<std::string> bodies_, owners_;
};

Submission ToSubmission(const Request& request) {
  Submission submission;
  submission.owner = request.owner;
  submission.request_id = request.id;
  submission.digest = DigestBytes(Sha256(request.body));
  submission.make = [request](View& view) -> absl::StatusOr<Entry> {
    const auto tally = view.tally(request.owner, request.year);
    if (!tally.ok()) return tally.status();
    const People& people =
        request.account == Account::kCounted ? tally->counted : tally->exempt;
    if (people.persons + request.persons > kLimit) {
      return absl::OutOfRangeError("limit");
    }
    Entry entry;
    entry.record = request.body;
    entry.index = {request.owner, 1, 2};
    entry.settles = request.settles;
    Change change = Charge(request.persons, request.owner);
    change.year = request.year;
    change.account = request.account;
    entry.changes = {change};
    return entry;
  };
  return submission;
}

Request RandomRequest(std::mt19937_64& random, uint64_t size) {
  const auto below = [&](uint64_t n) { return random() % n; };
  Request request;
  request.owner = absl::StrCat("owner", below(3));
  if (below(8) != 0) request.id = absl::StrCat("id", below(150));
  request.body = absl::StrCat("body", below(2), std::string(below(300), '.'));
  if (below(3) != 0) request.body = absl::StrCat("body of ", request.id);
  request.year = 2025 + static_cast<int32_t>(below(2));
  request.account = below(2) == 0 ? Account::kCounted : Account::kExempt;
  request.persons = static_cast<int64_t>(below(250)) - 60;
  if (below(4) == 0) request.settles = below(size + 2);
  return request;
}

class HistoryTest : public LedgerTest {
 protected:
  void ExpectAsModel(Model& model) {
    ASSERT_EQ(ledger_->size(), model.size());
    for (int owner = 0; owner < 3; ++owner) {
      const std::string name = absl::StrCat("owner", owner);
      for (int32_t year : {2025, 2026}) {
        const Tally tally = *ledger_->ReadTally(name, year);
        ASSERT_EQ(tally.counted.persons,
                  model.Count(name, year, Account::kCounted));
        ASSERT_EQ(tally.exempt.persons,
                  model.Count(name, year, Account::kExempt));
      }
      Query query;
      query.exporter = name;
      query.limit = 1 << 20;
      std::vector<uint64_t> found;
      const auto listed = ledger_->List(query);
      ASSERT_TRUE(listed.ok()) << listed.status();
      for (const Stored& stored : *listed) {
        ASSERT_EQ(stored.record, model.body(stored.index));
        found.push_back(stored.index);
      }
      ASSERT_EQ(found, model.Of(name));
    }
  }

  // Some hundred requests in bursts that queue together, and reopenings.
  void RunHistory(uint64_t seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    options_.path = absl::StrCat(folder_, "/", seed, ".db");
    options_.index_run = 1 + random() % 60;
    options_.max_batch = 1 + random() % 20;
    Open();
    Model model;
    for (int burst = 0; burst < 12; ++burst) {
      std::vector<absl::StatusOr<uint64_t>> expected;
      Answers answers;
      Gate gate(*ledger_);
      for (int i = random() % 40; i >= 0; --i) {
        const Request request = RandomRequest(random, model.size());
        expected.push_back(model.Do(request));
        answers.Submit(*ledger_, ToSubmission(request));
      }
      gate.Open();
      const auto got = answers.Wait();
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].status().code(), expected[i].status().code())
            << got[i].status();
        if (got[i].ok()) {
          ASSERT_EQ(got[i]->index, *expected[i]);
          ASSERT_EQ(got[i]->record, model.body(*expected[i]));
        }
      }
      ASSERT_NO_FATAL_FAILURE(ExpectAsModel(model));
      if (random() % 3 == 0) Reopen();
    }
    ledger_ = nullptr;
  }
};

TEST_F(HistoryTest, FixedSeedsGiveWhatTheModelGives) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    ASSERT_NO_FATAL_FAILURE(RunHistory(seed));
  }
}

TEST_F(HistoryTest, ARandomSeedGivesWhatTheModelGives) {
  const uint64_t seed = std::random_device{}();
  RecordProperty("seed", absl::StrCat(seed));
  ASSERT_NO_FATAL_FAILURE(RunHistory(seed));
}

// One exporter, 64 threads, a limit inside the transaction, and readers.
TEST_F(HistoryTest, SixtyFourThreadsNeverPassALimitAndLeaveNoGap) {
  constexpr int kThreads = 64, kEach = 40;
  options_.index_run = 100;
  Open();
  std::atomic<int64_t> allowed{0};
  std::atomic<int> running{kThreads};
  Mutex mu;
  std::set<uint64_t> indexes;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Request request;
        request.owner = kExporter;
        request.id = absl::StrCat(t, "-", i);
        request.persons = 1 + (t + i) % 3;
        const auto stored = Do(*ledger_, ToSubmission(request));
        if (!stored.ok()) {
          EXPECT_TRUE(absl::IsOutOfRange(stored.status())) << stored.status();
          continue;
        }
        allowed += request.persons;
        MutexLock lock(&mu);
        EXPECT_TRUE(indexes.insert(stored->index).second);
      }
      --running;
    });
  }
  Query query;
  query.exporter = kExporter;
  while (running > 0) {
    const Tally tally = *ledger_->ReadTally(kExporter, 2026);
    EXPECT_LE(tally.counted.persons, kLimit);
    const auto listed = ledger_->List(query);
    ASSERT_TRUE(listed.ok());
    for (size_t i = 1; i < listed->size(); ++i) {
      EXPECT_EQ(listed->at(i).index + 1, listed->at(i - 1).index);
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ledger_->ReadTally(kExporter, 2026)->counted.persons, allowed);
  EXPECT_GT(allowed, kLimit - 3);
  EXPECT_LE(allowed, kLimit);
  EXPECT_EQ(indexes.size(), ledger_->size());
  EXPECT_EQ(*indexes.rbegin() + 1, ledger_->size());
}

}  // namespace
}  // namespace tongguan::ledger
