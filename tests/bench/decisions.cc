// Makes so many decisions, always the same ones, to be counted by callgrind:
// the difference between two counts is what a decision costs in instructions.
//
//   decisions WHAT COUNT
//   validate     form of a flow of 10 items
//   engine       reading and deciding, 10 items, 80 % of names seen before
//   engine-new   the same, no name seen before
//   engine-64    64 items, 80 % seen
//   engine-hold  10 items, held: with the smallest change
//   commit       from the parsed flow to the durable, signed record and the
//                answer, 10 items, 100 a commit
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/engine/validate.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/policy/testing.h"
#include "gateway/service/deciding.h"
#include "tests/bench/world.h"

namespace tongguan::bench {
namespace {

constexpr int kListRows = 1000;
constexpr int kACommit = 100;

int Validate(int count) {
  v1::Flow flow = MakeFlow(10);
  Names names(80);
  int wrong = 0;
  for (int i = 0; i < count; ++i) {
    names.Fill(&flow);
    wrong += engine::ValidateFlow(flow).empty() ? 0 : 1;
  }
  return wrong;
}

int Engine(int items, int seen, bool hold, int count) {
  const auto policy = MakePolicy(kListRows, 0);
  Names::Warm(*policy);
  v1::Flow flow = MakeFlow(items);
  if (hold) flow.mutable_duties()->set_pipia(v1::FACT_NO);
  Names names(seen);
  v1::Decision decision;
  int undecided = 0;
  for (int i = 0; i < count; ++i) {
    names.Fill(&flow);
    engine::Question(flow, *policy, Noon()).Decide(SmallTallies(), &decision);
    undecided += decision.verdict() == v1::VERDICT_UNSPECIFIED ? 1 : 0;
  }
  return undecided;
}

class Committing {
 public:
  Committing() : policy_(MakePolicy(kListRows, 0)) {
    Names::Warm(*policy_);
    ledger_ = *ledger::OpenSqliteLedger({.path = folder_ + "/ledger.db"},
                                        [] { return Noon(); });
    asking_.at = asking_.now = Noon();
    asking_.caller = {service::Role::kExporter, policy::kShanghaiExporter,
                      "bench"};
    asking_.policy = policy_;
    asking_.flow_bytes = 1 << 18;
    flows_.resize(kACommit, MakeFlow(10));
    Open();
  }
  ~Committing() {
    ledger_.reset();
    std::filesystem::remove_all(folder_);
  }

  // One commit; how many of its flows were not answered with a decision.
  int Commit() {
    std::vector<service::FlowQuestion> questions(flows_.size());
    ledger::Answers answers;
    int wrong = 0;
    ledger::Gate gate(*ledger_);  // What is queued behind it is one commit.
    for (size_t i = 0; i < flows_.size(); ++i) {
      names_.Fill(&flows_[i]);
      flows_[i].set_request_id(absl::StrCat("request-", asked_++));
      const auto refusal =
          service::Pose(flows_[i], asking_, "flow", &questions[i]);
      wrong += refusal.has_value() ? 1 : 0;
      answers.Submit(*ledger_, Asked(questions[i]));
    }
    gate.Open();
    v1::Decision head;
    for (const absl::StatusOr<ledger::Stored>& stored : answers.Wait()) {
      std::string answer;
      const bool right =
          stored.ok() && service::QuoteVerdict(*stored, &answer, &head).ok();
      wrong += right ? 0 : 1;
    }
    return wrong;
  }

 private:
  static std::string TemporaryFolder() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "decisions-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    return folder;
  }

  static ledger::Submission Asked(const service::FlowQuestion& question) {
    ledger::Submission submission;
    submission.owner = question.flow->exporter();
    submission.request_id = question.flow->request_id();
    submission.digest = question.digest;
    submission.make = [&question](ledger::View& view) {
      return service::MakeVerdict(question, view);
    };
    return submission;
  }

  // Declares the year's opening: without it every flow is held.
  void Open() {
    ledger::Submission submission = ledger::MakeSubmission("open", "opening");
    submission.make = [](ledger::View&) {
      ledger::Change change;
      change.exporter = policy::kShanghaiExporter;
      change.year = 2026;
      change.opening_persons = change.opening_sensitive = 0;
      ledger::Entry entry;
      entry.record = "opening";
      entry.changes = {change};
      return entry;
    };
    if (!ledger::Do(*ledger_, std::move(submission)).ok()) std::abort();
  }

  const std::string folder_ = TemporaryFolder();
  const std::shared_ptr<const policy::Snapshot> policy_;
  std::unique_ptr<ledger::Ledger> ledger_;
  service::Asking asking_;
  std::vector<v1::Flow> flows_;
  Names names_{80};
  int64_t asked_ = 0;
};

int Commit(int count) {
  Committing committing;
  int wrong = 0;
  for (int i = 0; i < count; i += kACommit) wrong += committing.Commit();
  return wrong;
}

// How many came out wrong: 0, or the figure means nothing.
int Run(const std::string& what, int count) {
  if (what == "validate") return Validate(count);
  if (what == "engine") return Engine(10, 80, false, count);
  if (what == "engine-new") return Engine(10, 0, false, count);
  if (what == "engine-64") return Engine(64, 80, false, count);
  if (what == "engine-hold") return Engine(10, 80, true, count);
  if (what == "commit") return Commit(count);
  std::cerr << "decisions: no such thing: " << what << "\n";
  return 1;
}

}  // namespace
}  // namespace tongguan::bench

int main(int argc, char** argv) {
  int count = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &count) || count < 0) {
    std::cerr << "usage: decisions WHAT COUNT\n";
    return 2;
  }
  return tongguan::bench::Run(argv[1], count) == 0 ? 0 : 1;
}
