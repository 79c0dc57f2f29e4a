// Random histories across a threshold; README.md says what must hold.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/sha256.h"
#include "gateway/engine/testing.h"
#include "gateway/ledger/disk_testing.h"
#include "gateway/service/changes.h"
#include "gateway/service/deciding.h"
#include "gtest/gtest.h"

namespace tongguan {
namespace {

using ledger::DiskFault;

constexpr int kCallers = 64;
constexpr int64_t kThreshold = 100;
constexpr int kUniverse = 120;  // People there are.
constexpr const char* kExporter = policy::kShanghaiExporter;

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::strtoull(value, nullptr, 10);
}

std::string Person(int n) {
  return DigestBytes(Sha256(absl::StrCat("person ", n))).substr(0, 16);
}

// What one caller asks.
struct Request {
  v1::Flow flow;
  std::set<std::string> people;  // Of an exact flow,
  int64_t declared = 0;          // or how many.
  // Settles its own flow, once that was allowed: nobody left.
  bool settles = false;
};

std::string SetOf(const std::set<std::string>& people) {
  std::string set;
  for (const std::string& person : people) set += person;
  return set;
}

Request MakeRequest(int id, std::mt19937_64& random) {
  Request request;
  request.flow = engine::TestFlow();
  request.flow.set_request_id(absl::StrCat("r", id));
  if (random() % 4 == 0) {
    request.declared = 1 + static_cast<int64_t>(random() % 4);
    request.flow.mutable_people()->mutable_declared()->set_persons(
        request.declared);
    return request;
  }
  for (uint64_t n = 1 + random() % 6; n > 0; --n) {
    request.people.insert(Person(static_cast<int>(random() % kUniverse)));
  }
  v1::PseudonymSet* exact = request.flow.mutable_people()->mutable_exact();
  exact->set_key_id("k1");
  exact->set_persons(SetOf(request.people));
  request.settles = random() % 8 == 0;
  return request;
}

// The law of this test, said as simply as can be: fewer than the threshold.
class Model {
 public:
  explicit Model(int64_t opening) : total_(opening) {}

  bool Asks(const Request& request, int64_t* charged) {
    *charged = request.declared;
    for (const std::string& person : request.people) {
      *charged += flows_[person] == 0;
    }
    if (total_ + *charged >= kThreshold) return false;
    for (const std::string& person : request.people) ++flows_[person];
    total_ += *charged;
    return true;
  }
  // How many come off.
  int64_t Returns(const Request& request) {
    int64_t off = 0;
    for (const std::string& person : request.people) {
      off += --flows_[person] == 0;
    }
    total_ -= off;
    return off;
  }
  int64_t total() const { return total_; }

 private:
  int64_t total_;
  std::map<std::string, int> flows_;  // That carried a person.
};

// Where no write waits for a disk, if there is such a place.
std::string MakeFolder() {
  const std::filesystem::path memory = "/dev/shm";
  std::string folder = ((access(memory.c_str(), W_OK) == 0
                             ? memory
                             : std::filesystem::temp_directory_path()) /
                        "crossing-XXXXXX")
                           .string();
  return mkdtemp(folder.data());
}

class History {
 public:
  explicit History(uint64_t seed) : random_(seed), folder_(MakeFolder()) {
    policy::Source source = policy::TestSource();
    source.regime.mutable_small_volume_persons()->set_value(kThreshold);
    v1::PseudonymKey* key =
        source.registry[0].mutable_enterprises(0)->add_pseudonym_keys();
    key->set_id("k1");
    key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SM3);
    key->set_valid_from("2026-01-01");
    policy_ = policy::MustCompile(source);
  }
  ~History() {
    disk_.Heal();
    ledger_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  void Run() {
    ASSERT_TRUE(Start());
    opening_ = static_cast<int64_t>(random_() % 90);
    ASSERT_TRUE(Declare().ok());
    for (int id = 0; id < kCallers; ++id) {
      requests_.push_back(MakeRequest(id, random_));
    }
    // A life that ends at any file operation, or in peace; then another.
    for (int life = static_cast<int>(random_() % 3); life > 0; --life) {
      Break();
      Everybody();
      Restart();
    }
    Everybody();
    for (const auto& [id, answer] : answers_) {
      ASSERT_TRUE(answer.ok()) << id << ": " << answer.status();
    }
    Check();
  }

  int64_t refused() const { return refused_; }
  int64_t restarts() const { return restarts_; }

 private:
  using Answer = absl::StatusOr<ledger::Stored>;

  bool Start() {
    auto opened = ledger::OpenSqliteLedger(
        {.path = folder_ + "/ledger.db",
         .max_batch = 1 + random_() % 40,
         // So small that sets are merged and swept within a history.
         .people = {.slice_bytes = 200 + random_() % 2'000,
                    .slice_factor = 0,
                    .few_bytes = 200}},
        [this] { return clock_.Now(); });
    if (opened.ok()) ledger_ = *std::move(opened);
    return opened.ok();
  }
  void Break() {
    if (random_() % 3 == 0) return;
    DiskFault fault;
    fault.what = random_() % 3 == 0 ? DiskFault::kError : DiskFault::kDeath;
    fault.after = static_cast<int>(random_() % 150);
    disk_.Fail(fault);
  }
  // The process ends as it stands, and starts anew on what the disk has.
  void Restart() {
    ++restarts_;
    const std::string next = MakeFolder();
    disk_.KeepAfterDeath(next);
    ledger_ = nullptr;
    disk_.Heal();
    disk_.ForgetFiles();
    std::filesystem::remove_all(folder_);
    folder_ = next;
    ASSERT_TRUE(Start());
  }

  service::Asking MakeAsking() const {
    service::Asking asking;
    asking.at = asking.now = clock_.Now();
    asking.caller = {service::Role::kExporter, kExporter, "erp"};
    asking.policy = policy_;
    asking.flow_bytes = 1 << 20;
    return asking;
  }

  Answer Do(const std::string& id, const std::string& digest,
            std::function<absl::StatusOr<ledger::Entry>(ledger::View&)> make) {
    std::promise<Answer> done;
    ledger_->Submit(
        {kExporter, id, digest, std::move(make),
         [&done](Answer answer) { done.set_value(std::move(answer)); }});
    return done.get_future().get();
  }

  Answer Declare() {
    v1::DeclareOpeningRequest request;
    request.set_request_id("opening");
    request.set_exporter(kExporter);
    request.set_year(2026);
    request.set_persons(opening_);
    request.set_sensitive_persons(0);
    const service::Asking asking = MakeAsking();
    return Do("opening", "", [&](ledger::View& view) {
      return service::MakeOpening(request, asking.caller, view);
    });
  }

  Answer Settle(const Request& request, const std::string& decision) {
    v1::SettleRequest settle;
    settle.set_request_id(absl::StrCat("s", request.flow.request_id()));
    settle.set_exporter(kExporter);
    settle.set_decision_id(decision);
    *settle.mutable_people() = request.flow.people();
    service::LeftPeople left;
    left.Take(kExporter, &settle.people(), nullptr, nullptr, clock_.Now());
    const service::Asking asking = MakeAsking();
    return Do(settle.request_id(), "", [&](ledger::View& view) {
      return service::MakeSettlement(settle, &left, asking.caller, view);
    });
  }

  void Ask(const Request& request) {
    const service::Asking asking = MakeAsking();
    service::FlowQuestion question;
    ASSERT_FALSE(
        service::Pose(request.flow, asking, "flow", &question).has_value());
    const Answer answer =
        Do(request.flow.request_id(), question.digest, [&](ledger::View& view) {
          return service::MakeVerdict(question, view);
        });
    Tell(request.flow.request_id(), answer);
    if (!answer.ok() || !request.settles) return;
    v1::Decision decision;
    ASSERT_TRUE(service::ReadVerdict(*answer, &decision).ok());
    if (decision.verdict() != v1::VERDICT_ALLOW) return;
    Tell(absl::StrCat("s", request.flow.request_id()),
         Settle(request, decision.decision_id()));
  }

  // What was answered once is answered the same for ever.
  void Tell(const std::string& id, const Answer& answer) {
    MutexLock lock(&mu_);
    const auto told = answers_.find(id);
    if (told != answers_.end() && told->second.ok()) {
      if (!answer.ok()) return;
      EXPECT_EQ(told->second->index, answer->index) << id;
      EXPECT_EQ(told->second->record, answer->record) << id;
    }
    answers_.insert_or_assign(id, answer);
  }

  // All callers, and some twice: each thread keeps a share of them waiting.
  void Everybody() {
    std::vector<std::thread> callers;
    std::vector<const Request*> order;
    for (const Request& request : requests_) order.push_back(&request);
    for (int i = 0; i < 8; ++i) order.push_back(order[random_() % kCallers]);
    std::shuffle(order.begin(), order.end(), random_);
    callers.reserve(order.size());
    for (const Request* request : order) {
      callers.emplace_back([this, request] { Ask(*request); });
    }
    for (std::thread& caller : callers) caller.join();
  }

  // The log in its order against the model.
  void Check() {
    Model model(opening_);
    std::map<std::string, uint64_t> seen;  // Request to index.
    for (uint64_t index = 0; index < ledger_->size(); ++index) {
      const auto stored = ledger_->Read(index);
      ASSERT_TRUE(stored.ok()) << stored.status();
      v1::DecisionRecord record;
      ASSERT_TRUE(record.ParseFromString(stored->record));
      if (record.has_verdict()) CheckVerdict(record.verdict(), index, &model);
      if (record.has_settlement()) {
        CheckSettlement(record.settlement(), &model);
      }
      const std::string id =
          record.has_verdict()      ? record.verdict().flow().request_id()
          : record.has_settlement() ? record.settlement().request_id()
                                    : "opening";
      EXPECT_TRUE(seen.emplace(id, index).second) << id << " twice";
    }
    for (const auto& [id, answer] : answers_) {
      EXPECT_EQ(seen[id], answer->index) << id;
    }
    const auto tally = ledger_->ReadTally(kExporter, 2026);
    EXPECT_EQ(opening_ + tally->counted.persons, model.total());
    EXPECT_LT(model.total(), kThreshold);
  }
  const Request& RequestOf(const std::string& id) const {
    return requests_[std::stoi(id.substr(1))];
  }
  void CheckVerdict(const v1::VerdictRecord& verdict, uint64_t index,
                    Model* model) {
    const int64_t before = model->total();
    int64_t charged = 0;
    const bool allowed =
        model->Asks(RequestOf(verdict.flow().request_id()), &charged);
    EXPECT_EQ(verdict.decision().verdict() == v1::VERDICT_ALLOW, allowed)
        << "record " << index << ": " << before << " + " << charged;
    EXPECT_EQ(verdict.decision().charged_persons(), allowed ? charged : 0);
    EXPECT_EQ(verdict.decision().headroom().persons().before(), before);
    refused_ += !allowed;
  }
  void CheckSettlement(const v1::SettlementRecord& settlement, Model* model) {
    // "s" and the id of the request whose decision it settles.
    EXPECT_EQ(settlement.persons_returned(),
              model->Returns(RequestOf(settlement.request_id().substr(1))));
  }

  std::mt19937_64 random_;
  ledger::Disk disk_;
  std::string folder_;
  const ManualClock clock_{absl::FromUnixSeconds(1795233600)};
  std::shared_ptr<const policy::Snapshot> policy_;
  std::unique_ptr<ledger::Ledger> ledger_;
  int64_t opening_ = 0;
  std::vector<Request> requests_;
  Mutex mu_;
  std::map<std::string, Answer> answers_;
  int64_t refused_ = 0;
  int64_t restarts_ = 0;
};

TEST(CrossingTest, TheFirstRefusedIsTheOneThatCrosses) {
  const uint64_t seed =
      FromEnvironment("TONGGUAN_SEED", std::random_device()());
  const uint64_t histories = FromEnvironment("TONGGUAN_HISTORIES", 1000);
  std::cout << "TONGGUAN_SEED=" << seed << "\n";
  int64_t refused = 0;
  int64_t restarts = 0;
  for (uint64_t i = 0; i < histories && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message()
                 << "TONGGUAN_SEED=" << seed + i << " TONGGUAN_HISTORIES=1");
    History history(seed + i);
    history.Run();
    refused += history.refused();
    restarts += history.restarts();
  }
  std::cout << histories << " histories, " << refused << " refused, "
            << restarts << " restarts\n";
  EXPECT_GT(refused, 0);
  EXPECT_GT(restarts, 0);
}

}  // namespace
}  // namespace tongguan
