// make_log LEDGER POLICY_DIR RECORDS [PER_COMMIT]: a signed ledger of so many
// records, decisions by the gateway's own parts, for tests and measurements.
// The key is LEDGER.key.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <future>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/sha256.h"
#include "gateway/base/uscc.h"
#include "gateway/engine/testing.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/active_policy.h"
#include "gateway/service/append.h"
#include "gateway/service/deciding.h"
#include "gateway/service/log_key.h"

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

v1::Flow MakeFlow(int64_t n) {
  v1::Flow flow = engine::TestFlow();
  flow.set_request_id(absl::StrCat("request-", n));
  flow.set_exporter(Exporter(n));
  flow.mutable_people()->mutable_declared()->set_persons(n % 50);
  engine::AddItem(&flow, "booking_no", v1::FACT_YES);
  engine::AddItem(&flow, "seat", v1::FACT_YES);
  return flow;
}

// One transaction's worth: submitted together, waited for together.
void Submit(int64_t first, int64_t count, const service::Asking& asking,
            ledger::Ledger& ledger) {
  std::deque<v1::Flow> flows;
  std::deque<service::FlowQuestion> questions;
  std::atomic<int64_t> left{count};
  std::promise<void> all;
  for (int64_t n = first; n < first + count; ++n) {
    const v1::Flow& flow = flows.emplace_back(MakeFlow(n));
    service::FlowQuestion& question = questions.emplace_back();
    question.flow = &flow;
    question.asking = &asking;
    question.question.emplace(flow, *asking.policy, asking.at);
    question.flow_bytes = flow.SerializeAsString();
    question.digest = DigestBytes(Sha256(question.flow_bytes));
    ledger::Submission submission;
    submission.owner = flow.exporter();
    submission.request_id = flow.request_id();
    submission.digest = question.digest;
    submission.make = [&question](ledger::View& view) {
      return service::MakeVerdict(question, view);
    };
    submission.done = [&](const absl::StatusOr<ledger::Stored>& stored) {
      Check(stored.status());
      if (--left == 0) all.set_value();
    };
    ledger.Submit(std::move(submission));
  }
  all.get_future().wait();
}

int Run(const std::string& path, const std::string& policy_dir, int64_t records,
        int64_t per_commit) {
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
  const auto load = [&](std::vector<policy::Part>* to) {
    return policy::LoadPolicyDir(policy_dir, to);
  };
  std::vector<policy::Part> parts;
  auto first = load(&parts);
  Check(first.status());
  auto active = service::ActivePolicy::Begin(
      *std::move(first), std::move(parts), load, ledger->get());
  Check(active.status());
  service::Asking asking;
  asking.policy = (*active)->snapshot();
  for (int64_t n = (*ledger)->size(); n < records; n += per_commit) {
    asking.at = asking.now = clock.Now();
    Submit(n, std::min(per_commit, records - n), asking, **ledger);
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
                 "usage: make_log LEDGER POLICY_DIR RECORDS [PER_COMMIT]\n");
    return 2;
  }
  return tongguan::Run(argv[1], argv[2], std::atoll(argv[3]),
                       argc > 4 ? std::atoll(argv[4]) : 50);
}
