// For tests: a log that a gateway wrote, of two years and two policies, and a
// copy of it to be changed.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_TESTING_H_
#define TONGGUAN_GATEWAY_CLI_LOG_TESTING_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/journal/key.h"
#include "gateway/ledger/file.h"
#include "gateway/service/people_server_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {

inline std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class LogVerifyTest : public service::PeopleServerTest {
 protected:
  // Openings, decisions, a settlement, a change of policy, the turn of a year.
  void SetUp() override {
    StartOpened();
    for (int i = 0; i < 5; ++i) {
      last_ = Decide(Flow(absl::StrCat("a", i), 100 + i)).decision_id();
    }
    Settle(last_);
    source_.regime.mutable_small_volume_persons()->set_value(90000);
    ASSERT_TRUE(server_->Reload().ok());
    Decide(Flow("b", 7));
    clock_.Set(service::TestNow() + absl::Hours(24 * 60));
    Decide(Flow("c", 8));
    Decide(Flow("d", 9));
    StopAndCopy();
  }

  // What was written is the sound log.
  void StopAndCopy() {
    server_ = nullptr;
    log_ = config_.ledger();
    key_ = pki_.folder() + "/log.pub";
    WriteFile(
        key_,
        journal::SigningKey::Read(log_ + ".key")->public_key().ToString());
    copy_ = pki_.folder() + "/copy.db";
    Restore();
  }

  // The public half of a key's file, in a file beside it.
  static std::string PublicKeyFile(const std::string& key) {
    const std::string file = key + ".pub";
    WriteFile(file, journal::SigningKey::Read(key)->public_key().ToString());
    return file;
  }

  void Settle(const std::string& id) {
    v1::SettleRequest request;
    request.set_request_id("settle");
    request.set_decision_id(id);
    request.set_exporter(service::kShanghai);
    request.set_persons_left(50);
    v1::SettleResponse response;
    const grpc::Status status = service::Ask(
        *AsExporter().gateway, &Gateway::Settle, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // `copy_` is the sound log again.
  void Restore() {
    for (const char* end : {"", "-wal", "-shm"}) {
      std::filesystem::remove(copy_ + end);
    }
    std::filesystem::copy_file(log_, copy_);
  }
  std::unique_ptr<ledger::Database> OpenCopy() {
    auto db = ledger::OpenFile(copy_);
    EXPECT_TRUE(db.ok()) << db.status();
    return *std::move(db);
  }
  void Sql(const std::string& sql) {
    const absl::Status done = OpenCopy()->Exec(sql.c_str());
    ASSERT_TRUE(done.ok()) << sql << ": " << done;
  }

  Outcome VerifyAt(const std::string& path,
                   const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"log", "verify", path, "--public-key",
                                     key_,  "--lang", "en"};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args);
  }
  Outcome Verify(const std::vector<std::string>& more = {}) {
    return VerifyAt(copy_, more);
  }
  static void ExpectBrokenBy(const Outcome& run, const std::string& words) {
    EXPECT_EQ(run.code, kBroken) << run.out << run.err;
    EXPECT_THAT(run.out, ::testing::HasSubstr(words));
  }
  // Changes a sound log and expects the words.
  void ExpectBroken(const std::string& sql, const std::string& words) {
    Restore();
    Sql(sql);
    SCOPED_TRACE(sql);
    ExpectBrokenBy(Verify(), words);
  }

  std::string last_, log_, copy_, key_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_TESTING_H_
