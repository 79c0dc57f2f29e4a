// crash --cycles N [--seed N] [--policy-dir DIR]
//
// Each cycle: 64 clients ask a gateway over mTLS; at a random moment it is
// killed with -9; it is started again on the same ledger; its log must be what
// the clients were told. Ends with "N passed, N failed".
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/base/beijing.h"
#include "tests/crash/book.h"
#include "tests/crash/check.h"
#include "tests/crash/clients.h"
#include "tests/crash/process.h"

namespace tongguan::crash {
namespace {

constexpr int kClients = 64;
constexpr size_t kSample = 100;      // Answers asked for again each cycle.
constexpr int kCyclesPerLedger = 5;  // Then an empty one: keeps readings short.
constexpr int kMostMillis = 400;     // The kill comes within this of the first
                                     // answer.
constexpr int kMostStartMillis = 60;  // And sometimes within this of the start.

struct Totals {
  int passed = 0, failed = 0;
  int64_t acknowledged = 0, unacknowledged = 0, allowed = 0, assessed = 0;
  absl::Duration longest_start;
};

class CrashTest {
 public:
  CrashTest(uint64_t seed, std::string policy_dir)
      : random_(seed), policy_dir_(std::move(policy_dir)) {}

  void RunCycle(int cycle) {
    if (cycle % kCyclesPerLedger == 0) Renew(cycle);
    const std::string prefix = absl::StrCat("c", cycle);
    const int64_t acknowledged = Load(prefix);
    if (random_() % 4 == 0) DieWhileStarting();
    const bool up = Start();
    Seen seen;
    if (up) {
      seen = CheckLog(pki_, port_, *book_);
      CheckRepeats(pki_, port_, prefix + "-", kSample, *book_);
      CheckLog(pki_, port_, *book_);
    }
    Report(cycle, acknowledged, seen);
  }

  const Totals& totals() const { return totals_; }

 private:
  // A new ledger and a new book, with openings of 0.
  void Renew(int cycle) {
    gateway_ = nullptr;
    ledger_ = absl::StrCat(pki_.folder(), "/ledger-", cycle, ".db");
    book_ = std::make_unique<Book>();
    if (!Start()) return;
    for (const char* exporter : kExporters) {
      v1::DeclareOpeningRequest request;
      request.set_request_id("opening");
      request.set_exporter(exporter);
      request.set_year(BeijingYear(absl::Now()));
      request.set_persons(0);
      request.set_sensitive_persons(0);
      v1::DeclareOpeningResponse response;
      Caller caller = AsExporter(pki_, port_, exporter);
      const grpc::Status status =
          Ask(*caller.gateway, &v1::ExportGatewayService::Stub::DeclareOpening,
              request, &response);
      if (!status.ok()) book_->Error("opening: " + status.error_message());
    }
  }

  std::vector<std::string> Command() const {
    const v1::TlsFiles& tls = pki_.files();
    return {TONGGUAN_BINARY,
            "serve",
            "--lang",
            "en",
            "--listen",
            "127.0.0.1:0",
            "--ledger",
            ledger_,
            "--policy-dir",
            policy_dir_,
            "--tls-certificate",
            tls.certificate(),
            "--tls-key",
            tls.private_key(),
            "--client-ca",
            tls.client_ca(),
            "--unsigned-dev-policy"};
  }

  bool Start() {
    const absl::Time begin = absl::Now();
    auto started = Process::Start(Command(), log());
    if (!started.ok()) {
      book_->Error(std::string(started.status().message()));
      return false;
    }
    gateway_ = *std::move(started);
    const absl::StatusOr<int> port = gateway_->Port();
    if (!port.ok()) {
      book_->Error(std::string(port.status().message()));
      return false;
    }
    port_ = *port;
    totals_.longest_start =
        std::max(totals_.longest_start, absl::Now() - begin);
    return true;
  }

  // Opening the ledger, with its recovery, is interrupted too.
  void DieWhileStarting() {
    auto started = Process::Start(Command(), log());
    if (!started.ok()) return;
    std::this_thread::sleep_for(
        std::chrono::milliseconds(random_() % kMostStartMillis));
    (*started)->Kill();
  }

  // Runs the clients until the gateway is killed under them.
  int64_t Load(const std::string& prefix) {
    std::atomic<int64_t> acknowledged{0};
    std::atomic<bool> ended{false};
    const uint64_t seed = random_();
    const auto delay =
        std::chrono::microseconds(random_() % (kMostMillis * 1000));
    std::thread clients([&] {
      RunClients(pki_, port_, kClients, prefix, seed, *book_, acknowledged);
      ended = true;
    });
    while (acknowledged == 0 && !ended) std::this_thread::yield();
    std::this_thread::sleep_for(delay);
    if (ended) book_->Error("the gateway ended before it was killed");
    gateway_->Kill();
    clients.join();
    return acknowledged;
  }

  void Report(int cycle, int64_t acknowledged, const Seen& seen) {
    const std::vector<std::string> errors = book_->TakeErrors();
    ++(errors.empty() ? totals_.passed : totals_.failed);
    totals_.acknowledged += acknowledged;
    totals_.unacknowledged += seen.unacknowledged;
    if (cycle % kCyclesPerLedger == kCyclesPerLedger - 1) {
      totals_.allowed += seen.allowed;
      totals_.assessed += seen.assessed;
    }
    std::cout << "cycle " << cycle << ": " << acknowledged
              << " acknowledged; log: " << seen.records << " records, "
              << seen.allowed << " ALLOW, " << seen.assessed << " ASSESS, "
              << seen.settled << " settled, " << seen.unacknowledged
              << " recorded without an answer" << std::endl;
    for (size_t i = 0; i < errors.size() && i < 20; ++i) {
      std::cout << "  " << errors[i] << "\n";
    }
    if (!errors.empty()) {
      std::cout << "  " << errors.size() << " errors; the gateway said:\n"
                << std::ifstream(log()).rdbuf() << std::endl;
    }
  }

  std::string log() const { return pki_.folder() + "/gateway.log"; }

  std::mt19937_64 random_;
  const std::string policy_dir_;
  const service::TestPki pki_;
  std::string ledger_;
  std::unique_ptr<Book> book_;
  std::unique_ptr<Process> gateway_;
  int port_ = 0;
  Totals totals_;
};

int Main(int cycles, uint64_t seed, const std::string& policy_dir) {
  std::cout << "seed " << seed << std::endl;
  Totals totals;
  {
    CrashTest test(seed, policy_dir);
    for (int cycle = 0; cycle < cycles; ++cycle) test.RunCycle(cycle);
    totals = test.totals();
  }
  std::cout << totals.acknowledged << " acknowledged, " << totals.unacknowledged
            << " recorded without an answer; longest start "
            << absl::FormatDuration(totals.longest_start) << "\n";
  // A test that saw neither verdict has shown nothing about counting.
  if (cycles >= kCyclesPerLedger &&
      (totals.allowed == 0 || totals.assessed == 0)) {
    std::cout << "the limit was never reached: " << totals.allowed << " ALLOW, "
              << totals.assessed << " ASSESS\n";
    ++totals.failed;
  }
  std::cout << totals.passed << " passed, " << totals.failed << " failed"
            << std::endl;
  return totals.failed == 0 && totals.passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tongguan::crash

int main(int argc, char** argv) {
  CLI::App app("Kills the gateway under load and compares what it knows.");
  int cycles = 50;
  uint64_t seed = std::random_device{}();
  std::string policy_dir = "policy";
  app.add_option("--cycles", cycles, "Kills")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", seed, "Of the moments and the requests");
  app.add_option("--policy-dir", policy_dir, "Policy files");
  CLI11_PARSE(app, argc, argv);
  return tongguan::crash::Main(cycles, seed, policy_dir);
}
