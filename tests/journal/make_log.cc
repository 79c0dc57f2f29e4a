// make_log LEDGER POLICY_DIR RECORDS [PER_COMMIT [SETTLED]]: a signed ledger of
// so many records, decisions by the gateway's own parts, for tests and
// measurements. With SETTLED, every decision allows a flow and charges its
// people, and so many are settled afterwards, in random order. The key is
// LEDGER.key.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gateway/base/clock.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/testing.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/active_policy.h"
#include "gateway/service/append.h"
#include "gateway/service/changes.h"
#include "gateway/service/deciding.h"
#include "gateway/service/log_key.h"
#include "gateway/service/request_digest.h"

namespace tongguan {
namespace {

constexpr int kExporters = 1000;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "make_log: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::string Exporter(int64_t n) {
  std::string code = absl::StrCat("91310000MA1K", 10000 + n % kExporters);
  return code + UsccCheckCharacter(code);
}

// A payroll of an enterprise that the policy's registry knows: exempt, so it is
// allowed however many were charged before.
constexpr char kPayroll[] = "91999999TGDE00014T";

v1::Flow MakePayroll(int64_t n) {
  v1::Flow flow = engine::TestFlow();
  flow.set_request_id(absl::StrCat("request-", n));
  flow.set_exporter(kPayroll);
  flow.set_activity_area("");
  flow.mutable_people()->mutable_declared()->set_persons(1 + n % 50);
  v1::HumanResources* hr = flow.mutable_purpose()->mutable_human_resources();
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_YES);
  return flow;
}

v1::Flow MakeFlow(int64_t n) {
  v1::Flow flow = engine::TestFlow();
  flow.set_request_id(absl::StrCat("request-", n));
  flow.set_exporter(Exporter(n));
  flow.mutable_people()->mutable_declared()->set_persons(n % 50);
  engine::AddItem(&flow, "booking_no", v1::FACT_YES);
  engine::AddItem(&flow, "seat", v1::FACT_YES);
  return flow;
}

// Submits together and waits together: one transaction's worth.
std::vector<std::string> SubmitAll(std::deque<ledger::Submission> submissions,
                                   ledger::Ledger& ledger) {
  std::atomic<size_t> left{submissions.size()};
  std::vector<std::string> ids(submissions.size());
  std::promise<void> all;
  for (size_t i = 0; i < ids.size(); ++i) {
    submissions[i].done = [&, i](const absl::StatusOr<ledger::Stored>& stored) {
      Check(stored.status());
      ids[i] = stored->id;
      if (--left == 0) all.set_value();
    };
    ledger.Submit(std::move(submissions[i]));
  }
  all.get_future().wait();
  return ids;
}

// Returns the decisions' ids.
std::vector<std::string> Decide(int64_t first, int64_t count,
                                v1::Flow (*make)(int64_t),
                                const service::Asking& asking,
                                ledger::Ledger& ledger) {
  std::deque<v1::Flow> flows;
  std::deque<service::FlowQuestion> questions;
  std::deque<ledger::Submission> submissions;
  for (int64_t n = first; n < first + count; ++n) {
    const v1::Flow& flow = flows.emplace_back(make(n));
    service::FlowQuestion& question = questions.emplace_back();
    question.flow = &flow;
    question.asking = &asking;
    question.question.emplace(flow, *asking.policy, asking.at);
    question.flow_bytes = flow.SerializeAsString();
    question.digest = service::RequestDigest(flow, question.flow_bytes);
    ledger::Submission& submission = submissions.emplace_back();
    submission.owner = flow.exporter();
    submission.request_id = flow.request_id();
    submission.digest = question.digest;
    submission.make = [&question](ledger::View& view) {
      return service::MakeVerdict(question, view);
    };
  }
  return SubmitAll(std::move(submissions), ledger);
}

// Of each decision all its people but one have left.
void Settle(absl::Span<const std::string> decisions, ledger::Ledger& ledger) {
  std::deque<v1::SettleRequest> requests;
  std::deque<service::LeftPeople> left(decisions.size());
  std::deque<ledger::Submission> submissions;
  for (const std::string& id : decisions) {
    v1::SettleRequest& request = requests.emplace_back();
    request.set_request_id(absl::StrCat("settle-", id));
    request.set_exporter(kPayroll);
    request.set_decision_id(id);
    ledger::Submission& submission = submissions.emplace_back();
    submission.owner = kPayroll;
    submission.request_id = request.request_id();
    submission.digest = service::RequestDigest(request);
    submission.make = [&request,
                       &of = left[requests.size() - 1]](ledger::View& view) {
      static const service::Identity kErp{service::Role::kExporter, kPayroll,
                                          "erp"};
      return service::MakeSettlement(request, &of, kErp, view);
    };
  }
  SubmitAll(std::move(submissions), ledger);
}

int Run(const std::string& path, const std::string& policy_dir, int64_t records,
        int64_t per_commit, int64_t settled) {
  const SystemClock clock;
  v1::GatewayConfig config;
  config.set_ledger(path);
  config.set_origin("example.cn/tongguan/made");
  std::string made;
  ledger::Options options;
  options.path = path;
  options.year_end = service::MakeYearEnd;
  const auto key = service::OpenLogKey(config, &made);
  Check(key.status());
  options.key = *key;
  auto ledger = ledger::OpenSqliteLedger(options, [&] { return clock.Now(); });
  Check(ledger.status());
  Check(service::RecordLogKey(**key, **ledger));
  const auto load = [&](policy::Parts* to) {
    return policy::LoadPolicyDir(policy_dir, to);
  };
  policy::Parts parts;
  auto first = load(&parts);
  Check(first.status());
  auto active = service::ActivePolicy::Begin(
      *std::move(first), std::move(parts), load, ledger->get());
  Check(active.status());
  std::vector<std::string> ids;  // Of decisions to be settled.
  service::Asking asking;
  asking.policy = (*active)->snapshot();
  for (int64_t n = (*ledger)->size(); n < records; n += per_commit) {
    asking.at = asking.now = clock.Now();
    const auto more =
        Decide(n, std::min(per_commit, records - n),
               settled > 0 ? MakePayroll : MakeFlow, asking, **ledger);
    if (settled > 0) ids.insert(ids.end(), more.begin(), more.end());
  }
  std::shuffle(ids.begin(), ids.end(), std::mt19937(1));
  ids.resize(std::min(ids.size(), static_cast<size_t>(settled)));
  for (size_t at = 0; at < ids.size(); at += per_commit) {
    Settle(absl::MakeSpan(ids).subspan(at, per_commit), **ledger);
  }
  std::printf("%llu records\n",
              static_cast<unsigned long long>((*ledger)->size()));
  (*ledger)->Close();
  return 0;
}

}  // namespace
}  // namespace tongguan

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr,
                 "usage: make_log LEDGER POLICY_DIR RECORDS [PER_COMMIT "
                 "[SETTLED]]\n");
    return 2;
  }
  return tongguan::Run(argv[1], argv[2], std::atoll(argv[3]),
                       argc > 4 ? std::atoll(argv[4]) : 50,
                       argc > 5 ? std::atoll(argv[5]) : 0);
}
