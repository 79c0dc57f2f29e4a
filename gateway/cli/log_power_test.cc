// The power goes while a gateway works: what is left of its log verifies whole,
// and has every decision that was answered, once.
#include <iostream>
#include <map>
#include <random>

#include "gateway/cli/log_testing.h"
#include "gateway/ledger/disk_testing.h"
#include "gateway/ledger/scan.h"

namespace tongguan::cli {
namespace {

constexpr int kRequests = 12;
constexpr int kPowerLosses = 60;

class LogPowerTest : public service::ServerTest {
 protected:
  ~LogPowerTest() override {
    disk_.Heal();
    server_ = nullptr;
  }

  static std::string IdOf(int i) { return absl::StrCat("r", i); }

  // Opens the year, decides, settles; the year turns half way. Decisions that
  // were answered, by request; until the disk is dead.
  std::map<int, v1::Decision> Work() {
    std::map<int, v1::Decision> answered;
    clock_.Set(service::TestNow());
    auto started = TryStart();
    if (!started.ok()) return answered;
    server_ = *std::move(started);
    const service::Client client = AsExporter();
    Open(0, 0);
    for (int i = 0; i < kRequests && !disk_.dead(); ++i) {
      if (i == kRequests / 2) {
        clock_.Set(service::TestNow() + absl::Hours(24 * 60));
      }
      v1::Decision decision;
      if (!Evaluate(client, Request(Flow(IdOf(i), 10 + i)), &decision).ok()) {
        continue;
      }
      if (i % 4 == 1) Settle(client, decision.decision_id());
      answered[i] = std::move(decision);
    }
    server_ = nullptr;
    return answered;
  }
  static void Settle(const service::Client& client, const std::string& id) {
    v1::SettleRequest request;
    request.set_request_id("settle-" + id);
    request.set_decision_id(id);
    request.set_exporter(service::kShanghai);
    request.set_persons_left(3);
    v1::SettleResponse response;
    service::Ask(*client.gateway, &Gateway::Settle, request, &response);
  }

  // The log that is left, in a folder of its own, with its key.
  std::string Left(ledger::PowerLoss loss, std::mt19937_64& random) {
    const std::string folder = pki_.folder() + "/left";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    disk_.KeepAfterPowerLoss(folder, loss, random);
    disk_.Heal();
    const std::string left = folder + "/ledger.db";
    std::filesystem::copy_file(config_.ledger() + ".key", left + ".key");
    return left;
  }
  void Erase() {
    disk_.Heal();
    for (const char* end : {"", "-wal", "-shm", ".lock"}) {
      std::filesystem::remove(config_.ledger() + end);
    }
    disk_.ForgetFiles();
  }
  void ExpectSound(const std::string& log) {
    const std::string key = pki_.folder() + "/log.pub";
    const auto own = journal::SigningKey::Read(log + ".key");
    ASSERT_TRUE(own.ok()) << own.status();
    WriteFile(key, own->public_key().ToString());
    const Outcome run =
        RunCli({"log", "verify", log, "--public-key", key, "--lang", "en",
                "--replay", "--all-signatures"});
    EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  }

  // A gateway over what is left answers as before; the log stays sound.
  void ExpectGoesOn(const std::string& left,
                    const std::map<int, v1::Decision>& answered) {
    const std::string was = config_.ledger();
    config_.set_ledger(left);
    clock_.Set(service::TestNow() + absl::Hours(24 * 60));
    Start();
    if (server_ == nullptr) return;
    for (const auto& [i, before] : answered) {
      EXPECT_EQ(Decide(Flow(IdOf(i), 10 + i)).SerializeAsString(),
                before.SerializeAsString())
          << "lost or decided anew: " << i;
    }
    server_ = nullptr;
    config_.set_ledger(was);
    ExpectSound(left);
  }

  ledger::Disk disk_;
};

bool Any(ledger::DiskOp, bool) { return true; }

TEST_F(LogPowerTest, WhateverIsLeftVerifiesAndHasWhatWasAnswered) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed: " << seed << "\n";
  ASSERT_EQ(Work().size(), static_cast<size_t>(kRequests));
  const int operations = disk_.Count(Any);
  std::cout << "file operations: " << operations << "\n";
  int died = 0, answers = 0;
  for (uint64_t run = 0; run < kPowerLosses; ++run) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << " run " << run);
    Erase();
    std::mt19937_64 random(seed + run);
    disk_.Fail({ledger::DiskFault::kDeath,
                static_cast<int>(random() % operations), 1, Any});
    const std::map<int, v1::Decision> answered = Work();
    died += disk_.dead() ? 1 : 0;
    answers += static_cast<int>(answered.size());
    const ledger::PowerLoss loss[] = {
        ledger::PowerLoss::kNothing, ledger::PowerLoss::kEverything,
        ledger::PowerLoss::kSome, ledger::PowerLoss::kSome};
    const std::string left = Left(loss[random() % 4], random);
    const auto scan = ledger::Scan::Open(left);
    if (scan.ok() && (*scan)->size() > 0) ExpectSound(left);
    ExpectGoesOn(left, answered);
    if (HasFailure()) return;
  }
  std::cout << "died at work: " << died << " of " << kPowerLosses
            << ", answered before: " << answers << "\n";
  EXPECT_GT(died, kPowerLosses * 8 / 10);
  EXPECT_GT(answers, kPowerLosses);
}

}  // namespace
}  // namespace tongguan::cli
