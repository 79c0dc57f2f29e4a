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
#include "gateway/engine/testing.h"
#include "gateway/ledger/disk_testing.h"
#include "gateway/service/changes.h"
#include "gateway/service/deciding.h"
#include "gateway/service/request_digest.h"
#include "gtest/gtest.h"
#include "tests/crossing/model.h"
#include "tests/crossing/requests.h"

namespace tongguan {
namespace {

using ledger::DiskFault;

constexpr int kCallers = 64;
constexpr const char* kExporter = policy::kShanghaiExporter;

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::strtoull(value, nullptr, 10);
}

// A contract is on file: only the assessment's numbers stop a flow.
std::shared_ptr<const policy::Snapshot> MakePolicy(const Scale& scale) {
  policy::Source source = policy::TestSource();
  source.regime.mutable_small_volume_persons()->set_value(1);
  source.regime.mutable_assessment_persons()->set_value(scale.thresholds[0]);
  source.regime.mutable_assessment_sensitive()->set_value(scale.thresholds[1]);
  *source.registry[0].add_filings() =
      policy::TestFiling("SC", v1::FILING_KIND_STANDARD_CONTRACT);
  v1::PseudonymKey* key =
      source.registry[0].mutable_enterprises(0)->add_pseudonym_keys();
  key->set_id("k1");
  key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SM3);
  key->set_valid_from("2026-01-01");
  return policy::MustCompile(source);
}

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
  explicit History(uint64_t seed)
      : random_(seed),
        scale_(random_() % 16 == 0 ? kLarge : kSmall),
        folder_(MakeFolder()) {
    static const auto& small = *new auto(MakePolicy(kSmall));
    static const auto& large = *new auto(MakePolicy(kLarge));
    policy_ = &scale_ == &kLarge ? large : small;
  }
  ~History() {
    disk_.Heal();
    ledger_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  void Run() {
    ASSERT_TRUE(Start());
    for (const bool sensitive : {false, true}) {
      opening_[sensitive] = static_cast<int64_t>(
          random_() % (scale_.thresholds[sensitive] * 9 / 10));
    }
    ASSERT_TRUE(Declare().ok());
    RequestMaker maker(scale_, &random_);
    for (int id = 0; id < kCallers; ++id) requests_.push_back(maker.Make(id));
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
  int64_t settled() const { return settled_; }
  int64_t corrected() const { return corrected_; }
  int64_t raised() const { return raised_; }
  int64_t staged() const { return static_cast<int64_t>(used_.size()); }

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
    if (!opened.ok()) return false;
    ledger_ = *std::move(opened);
    return true;
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
    staging_.emplace(1'000'000);  // It was in memory.
    const std::string next = MakeFolder();
    disk_.KeepAfterDeath(next);
    ledger_ = nullptr;
    disk_.Heal();
    disk_.ForgetFiles();
    std::filesystem::remove_all(folder_);
    folder_ = next;
    ASSERT_TRUE(Start());
  }

  service::Asking MakeAsking(const std::string& name = "erp") {
    service::Asking asking;
    asking.at = asking.now = clock_.Now();
    asking.caller = {service::Role::kExporter, kExporter, name};
    asking.staging = &*staging_;
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
    request.set_persons(opening_[0]);
    request.set_sensitive_persons(opening_[1]);
    const service::Asking asking = MakeAsking();
    return Do("opening", "", [&](ledger::View& view) {
      return service::MakeOpening(request, asking.caller, view);
    });
  }

  // A request's set is staged, as it has to be after a crash, or when another
  // request has the use of it.
  void Stage(const Request& request) {
    service::Staging::Upload upload(&*staging_);
    const v1::PseudonymSet set = ExactOf(request.people);
    v1::StagePeopleRequest part;
    part.mutable_head()->set_exporter(kExporter);
    part.mutable_head()->set_key_id(set.key_id());
    ASSERT_TRUE(upload.Add(part, clock_.Now()).ok());
    part.set_persons(set.persons());
    ASSERT_TRUE(upload.Add(part, clock_.Now()).ok());
    part.set_sensitive_persons(set.sensitive_persons());
    ASSERT_TRUE(upload.Add(part, clock_.Now()).ok());
    ASSERT_TRUE(staging_->Keep(&upload, clock_.Now()).ok());
  }

  // Takes a request in as the polling thread does, one at a time, and hands it
  // to the ledger. `take` returns the staged set it found, if it names one.
  Answer DoWithSet(
      const Request& request, const std::string& id,
      const std::function<service::SharedSet()>& take,
      const std::function<std::string()>& digest,
      std::function<absl::StatusOr<ledger::Entry>(ledger::View&)> make) {
    std::vector<service::SharedSet> sets;
    {
      MutexLock lock(&loop_);
      service::SharedSet set = take();
      const bool had = !request.staged ||
                       (set != nullptr && staging_->Begin({set}, id).ok());
      if (!had) {
        Stage(request);
        set = take();
        EXPECT_TRUE(staging_->Begin({set}, id).ok());
      }
      if (set != nullptr) sets.push_back(std::move(set));
    }
    Answer answer = Do(id, digest(), std::move(make));
    MutexLock lock(&loop_);
    const bool recorded = answer.ok() && !answer->repeated;
    staging_->End(sets, recorded);
    for (const service::SharedSet& set : sets) {
      if (!recorded) continue;
      EXPECT_TRUE(used_.insert(set).second) << id << ": used before";
    }
    return answer;
  }

  // Settles, proposes (no proposal) or confirms that these left.
  template <typename Said>
  Said Say(const Request& request, const std::string& id,
           const std::string& decision, const Left& left) {
    Said said;
    said.set_request_id(id);
    said.set_exporter(kExporter);
    said.set_decision_id(decision);
    if (request.exact) {
      *said.mutable_people() = request.flow.people();
      *said.mutable_left()->mutable_exact() = ExactOf(left.people);
    } else {
      said.set_persons_left(left.declared[0]);
      said.set_sensitive_persons_left(left.declared[1]);
    }
    return said;
  }
  template <typename Said, typename Make>
  Answer Tell(const Request& request, const Said& said, const std::string& name,
              Make make) {
    service::LeftPeople left;
    const service::Asking asking = MakeAsking(name);
    const Answer answer = DoWithSet(
        request, said.request_id(),
        [&]() -> service::SharedSet {
          if (!request.exact) return nullptr;
          left.Take(kExporter, &said.people(), &said.left(), &*staging_,
                    clock_.Now());
          return left.people->staged;
        },
        [&] { return service::RequestDigest(said); },
        [&](ledger::View& view) {
          return make(said, &left, asking.caller, view);
        });
    Keep(said.request_id(), answer);
    return answer;
  }

  void Ask(const Request& request) {
    const std::string& id = request.flow.request_id();
    const service::Asking asking = MakeAsking();
    std::optional<service::FlowQuestion> question;
    const Answer answer = DoWithSet(
        request, id,
        [&]() -> service::SharedSet {
          question.emplace();
          EXPECT_FALSE(service::Pose(request.flow, asking, "flow", &*question));
          return question->people ? question->people->staged : nullptr;
        },
        [&] { return question->digest; },
        [&](ledger::View& view) {
          return service::MakeVerdict(*question, view);
        });
    Keep(id, answer);
    if (!answer.ok()) return;
    v1::Decision decision;
    ASSERT_TRUE(service::ReadVerdict(*answer, &decision).ok());
    if (decision.verdict() != v1::VERDICT_ALLOW) return;
    Follow(request, decision.decision_id());
  }

  // What is said of an allowed flow: settled, then corrected by two people.
  void Follow(const Request& request, const std::string& decision) {
    const std::string number = absl::StrCat(request.number);
    if (request.settled) {
      const auto said = Say<v1::SettleRequest>(
          request, absl::StrCat("s", number), decision, *request.settled);
      if (!Tell(request, said, "erp", service::MakeSettlement).ok()) return;
    }
    if (!request.corrected) return;
    auto said = Say<v1::CorrectSettlementRequest>(
        request, absl::StrCat("p", number), decision, *request.corrected);
    const Answer proposed =
        Tell(request, said, "person/wang", service::MakeCorrection);
    if (!proposed.ok()) return;
    said.set_request_id(absl::StrCat("c", number));
    said.set_proposal_id(proposed->id);
    (void)Tell(request, said, "person/li", service::MakeCorrection);
  }

  // What was answered once is answered the same for ever.
  void Keep(const std::string& id, const Answer& answer) {
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
    Model model(scale_, opening_);
    std::map<std::string, uint64_t> seen;  // Request to index.
    for (uint64_t index = 0; index < ledger_->size(); ++index) {
      const auto stored = ledger_->Read(index);
      ASSERT_TRUE(stored.ok()) << stored.status();
      v1::DecisionRecord record;
      ASSERT_TRUE(record.ParseFromString(stored->record));
      SCOPED_TRACE(testing::Message() << "record " << index);
      const Numbers before = {model.total(false), model.total(true)};
      const std::string id = CheckRecord(record, &model);
      CheckCrossing(record, before, model);
      EXPECT_TRUE(seen.emplace(id, index).second) << id << " twice";
    }
    for (const auto& [id, answer] : answers_) {
      EXPECT_EQ(seen[id], answer->index) << id;
    }
    const auto tally = ledger_->ReadTally(kExporter, 2026);
    EXPECT_EQ(opening_[0] + tally->counted.persons, model.total(false));
    EXPECT_EQ(opening_[1] + tally->counted.sensitive, model.total(true));
  }
  // No record but a correction brings a total to the law's number: an ALLOW
  // that did would be one too many, and what had left under earlier ones is
  // said anew by people, whoever was allowed meanwhile.
  void CheckCrossing(const v1::DecisionRecord& record, const Numbers& before,
                     const Model& model) {
    for (const bool sensitive : {false, true}) {
      const int64_t after = model.total(sensitive);
      if (after <= before[sensitive] || after < scale_.thresholds[sensitive]) {
        continue;
      }
      EXPECT_TRUE(record.has_correction())
          << before[sensitive] << " to " << after;
      ++raised_;
    }
  }
  // The id of its request.
  std::string CheckRecord(const v1::DecisionRecord& record, Model* model) {
    if (record.has_verdict()) {
      CheckVerdict(record.verdict(), model);
      return record.verdict().flow().request_id();
    }
    if (record.has_settlement()) {
      const v1::SettlementRecord& settlement = record.settlement();
      const Request& request = RequestOf(settlement.request_id());
      const Numbers gained = model->Leave(request, *request.settled);
      EXPECT_EQ(settlement.persons_returned(), -gained[0]);
      EXPECT_EQ(settlement.sensitive_persons_returned(), -gained[1]);
      ++settled_;
      return settlement.request_id();
    }
    if (!record.has_correction()) return "opening";
    const v1::CorrectionRecord& correction = record.correction();
    Numbers gained = {};
    if (!correction.proposal_id().empty()) {
      const Request& request = RequestOf(correction.request_id());
      gained = model->Leave(request, *request.corrected);
      ++corrected_;
    }
    EXPECT_EQ(correction.persons_change(), gained[0]);
    EXPECT_EQ(correction.sensitive_persons_change(), gained[1]);
    return correction.request_id();
  }
  // A letter, then the number of the request whose decision it is about.
  const Request& RequestOf(const std::string& id) const {
    return requests_[std::stoi(id.substr(1))];
  }
  void CheckVerdict(const v1::VerdictRecord& verdict, Model* model) {
    const Numbers before = {model->total(false), model->total(true)};
    Numbers charged;
    const bool allowed =
        model->Asks(RequestOf(verdict.flow().request_id()), &charged);
    const v1::Decision& decision = verdict.decision();
    EXPECT_EQ(decision.verdict() == v1::VERDICT_ALLOW, allowed)
        << before[0] << ", " << before[1] << " + " << charged[0] << ", "
        << charged[1];
    EXPECT_EQ(decision.charged_persons(), charged[0]);
    EXPECT_EQ(decision.charged_sensitive_persons(), charged[1]);
    EXPECT_EQ(decision.headroom().persons().before(), before[0]);
    EXPECT_EQ(decision.headroom().sensitive_persons().before(), before[1]);
    refused_ += !allowed;
    if (decision.verdict() != v1::VERDICT_ALLOW) return;
    // By what the record itself says, whatever the model makes of it.
    const v1::Headroom& room = decision.headroom();
    EXPECT_LT(room.persons().before() + decision.charged_persons(),
              scale_.thresholds[0]);
    EXPECT_LT(room.sensitive_persons().before() +
                  decision.charged_sensitive_persons(),
              scale_.thresholds[1]);
  }

  std::mt19937_64 random_;
  const Scale& scale_;
  ledger::Disk disk_;
  std::string folder_;
  const ManualClock clock_{absl::FromUnixSeconds(1795233600)};
  std::shared_ptr<const policy::Snapshot> policy_;
  std::unique_ptr<ledger::Ledger> ledger_;
  Mutex loop_;  // What the polling thread has to itself.
  std::optional<service::Staging> staging_{1'000'000};
  std::set<service::SharedSet> used_;  // By a record.
  Numbers opening_ = {};
  std::vector<Request> requests_;
  Mutex mu_;
  std::map<std::string, Answer> answers_;
  int64_t refused_ = 0, restarts_ = 0, settled_ = 0, corrected_ = 0,
          raised_ = 0;
};

TEST(CrossingTest, TheFirstRefusedIsTheOneThatCrosses) {
  const uint64_t seed =
      FromEnvironment("TONGGUAN_SEED", std::random_device()());
  const uint64_t histories = FromEnvironment("TONGGUAN_HISTORIES", 1000);
  std::cout << "TONGGUAN_SEED=" << seed << "\n";
  int64_t refused = 0, restarts = 0, settled = 0, corrected = 0, staged = 0;
  int64_t raised = 0;
  for (uint64_t i = 0; i < histories && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message()
                 << "TONGGUAN_SEED=" << seed + i << " TONGGUAN_HISTORIES=1");
    History history(seed + i);
    history.Run();
    refused += history.refused();
    restarts += history.restarts();
    settled += history.settled();
    corrected += history.corrected();
    staged += history.staged();
    raised += history.raised();
  }
  std::cout << histories << " histories, " << refused << " refused, "
            << restarts << " restarts, " << settled << " settled, " << corrected
            << " corrected, " << raised << " of them to the law's number, "
            << staged << " staged sets used\n";
  EXPECT_GT(refused, 0);
  EXPECT_GT(restarts, 0);
  EXPECT_GT(settled, 0);
  EXPECT_GT(corrected, 0);
  EXPECT_GT(staged, 0);
}

}  // namespace
}  // namespace tongguan
