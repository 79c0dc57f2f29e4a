// A closed year becomes an archive, and goes out of the ledger once it may; the
// log that is left is sound and goes on.
#include "gateway/base/sha256.h"
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/disk_testing.h"
#include "gateway/ledger/prune.h"
#include "gateway/ledger/scan.h"
#include "gateway/service/append.h"
#include "gateway/service/pruning.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::Time Beijing(const std::string& day) {
  return StartOfBeijingDay(*ParseDay(day));
}

class LogArchiveTest : public LogVerifyTest {
 protected:
  void SetUp() override {
    LogVerifyTest::SetUp();
    file_ = pki_.folder() + "/2026.zip";
    Record("2030-07-01");
  }
  // The log comes to this day.
  void Record(const std::string& day) {
    clock_.Set(Beijing(day));
    Start();
    Decide(Flow("of-" + day, 1));
    server_ = nullptr;
  }
  Outcome Archive(const std::vector<std::string>& more = {},
                  const std::string& now = "2030-07-01", int year = 2026) {
    std::vector<std::string> args = {
        "log", "archive", "--ledger", log_, "--year", absl::StrCat(year),
        "-o",  file_,     "--lang",   "en"};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args, {}, "", false, Beijing(now));
  }
  void Prune() {
    const Outcome run = Archive({"--prune"});
    ASSERT_EQ(run.code, kSuccess) << run.out << run.err;
  }
  void StartLater() {
    clock_.Set(Beijing("2030-07-02"));
    Start();
  }
  uint64_t FirstOf(const std::string& path) {
    return (*ledger::Scan::Open(path))->first();
  }

  std::string file_;
};

TEST_F(LogArchiveTest, AClosedYearIsWrittenAndVerified) {
  const Outcome run = Archive({}, "2027-01-02");
  ASSERT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("sound: 11 records"));
  EXPECT_THAT(run.out, HasSubstr(DigestHex(Sha256(ReadBytes(file_)))));
  EXPECT_EQ(VerifyAt(file_).code, kSuccess);
  const std::string before = ReadBytes(file_);
  EXPECT_EQ(Archive().code, kSuccess);  // Verified again, not written again.
  EXPECT_EQ(ReadBytes(file_), before);
  EXPECT_EQ(FirstOf(log_), 0u);
}

TEST_F(LogArchiveTest, WhatMayNotGoStays) {
  const auto expect_refused = [this](const Outcome& run,
                                     const std::string& words) {
    EXPECT_EQ(run.code, kError) << run.out;
    EXPECT_THAT(run.err, HasSubstr(words));
    EXPECT_EQ(FirstOf(log_), 0u);
  };
  expect_refused(Archive({"--prune"}, "2030-06-30"), "2030-07-01");
  expect_refused(Archive({"--prune", "--retention-years", "5"}, "2032-06-30"),
                 "2032-07-01");
  expect_refused(Archive({"--prune"}, "2040-01-01", 2030), "not closed");
  expect_refused(Archive({"--prune"}, "2040-01-01", 2025), "not closed");
  // A clock that is years ahead of the log.
  expect_refused(Archive({"--prune", "--retention-years", "5"}, "2040-01-01"),
                 "the last record of the log is of 2030-07-01");
  EXPECT_EQ(Archive({"--prune", "--retention-years", "2"}).code, kUsage);
  // Another year's archive, a broken one, one without a known key.
  ASSERT_EQ(RunCli({"log", "export", "--ledger", log_, "-o", file_}).code,
            kSuccess);
  expect_refused(Archive({"--prune"}), "is not the archive");
  std::filesystem::remove(file_);
  ASSERT_EQ(Archive().code, kSuccess);
  std::string bytes = ReadBytes(file_);
  bytes[bytes.size() / 2] ^= 1;
  WriteFile(file_, bytes);
  EXPECT_EQ(Archive({"--prune"}).code, kBroken);
  EXPECT_EQ(FirstOf(log_), 0u);
  std::filesystem::remove(file_);
  // While the gateway runs.
  Start();
  expect_refused(Archive({"--prune"}), "another process has it open");
}

// Afterwards nobody could tell: the records that they are sums of are out.
TEST_F(LogArchiveTest, ALedgerThatDoesNotVerifyIsNotPruned) {
  const auto bytes_of_sound = ReadBytes(log_);
  const char* const last_row =
      "UPDATE journal SET signature=zeroblob(68) WHERE first_index="
      "(SELECT max(first_index) FROM journal)";
  for (const char* change :
       {"UPDATE tally SET counted_persons=counted_persons-100 WHERE year=2026",
        "UPDATE tally SET exempt_persons=exempt_persons+1",
        "UPDATE day SET persons=persons+1",
        "UPDATE journal SET signature=zeroblob(68) WHERE first_index=13",
        last_row, "INSERT INTO entry VALUES('v2',5,x'')"}) {
    std::filesystem::remove(file_);
    std::filesystem::remove(log_ + "-wal");
    WriteFile(log_, bytes_of_sound);
    {
      auto db = *ledger::OpenFile(log_);
      ASSERT_TRUE(db->Exec(change).ok());
    }
    const Outcome run = Archive({"--prune"});
    EXPECT_EQ(run.code, kBroken) << change << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("nothing was taken out")) << change;
    EXPECT_EQ(FirstOf(log_), 0u) << change;
    EXPECT_FALSE(std::filesystem::exists(file_)) << change;
  }
}

// Afterwards it can be checked no more: only what never could be may lack.
TEST_F(LogArchiveTest, ALedgerThatCouldBeCheckedInPartOnlyIsNotPruned) {
  const auto expect_kept = [this](const std::vector<std::string>& more,
                                  const std::string& words) {
    const Outcome run = Archive(more);
    EXPECT_EQ(run.code, kIncomplete) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr(words));
    EXPECT_THAT(run.err, HasSubstr("nothing was taken out"));
    EXPECT_EQ(FirstOf(log_), 0u);
  };
  const std::string sm2 = pki_.folder() + "/sm2.key";
  ASSERT_EQ(
      RunCli({"log", "keygen", sm2, "--origin", "example.cn/sm2", "--sm2"})
          .code,
      kSuccess);
  WriteFile(sm2 + ".pub",
            journal::SigningKey::Read(sm2)->public_key().ToString());
  expect_kept({"--prune", "--public-key", key_, "--public-key", sm2 + ".pub"},
              "no signature of example.cn/sm2");
  EXPECT_FALSE(std::filesystem::exists(file_));
  // The archive is sound, and of a ledger that was not yet stripped.
  ASSERT_EQ(Archive().code, kSuccess);
  {
    auto db = *ledger::OpenFile(log_);
    ASSERT_TRUE(db->Exec("UPDATE journal SET signature=NULL WHERE "
                         "first_index<11")
                    .ok());
  }
  expect_kept({"--prune"}, "commits are not signed");
}

TEST_F(LogArchiveTest, TheLogThatIsLeftVerifiesAndSaysWhatIsGone) {
  Prune();
  EXPECT_EQ(FirstOf(log_), 11u);
  const std::string digest = DigestHex(Sha256(ReadBytes(file_)));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--all-signatures", "--replay"}}) {
    const Outcome run = VerifyAt(log_, more);
    EXPECT_EQ(run.code, kIncomplete) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("2026 and before (below index 11)"));
    EXPECT_THAT(run.out, HasSubstr(digest));
  }
  EXPECT_EQ(VerifyAt(file_).code, kSuccess);
  EXPECT_THAT(ReadBytes(log_), Not(HasSubstr(absl::StrCat("\x0a\x02", "a3"))));
}

TEST_F(LogArchiveTest, TheGatewayGoesOn) {
  Prune();
  StartLater();
  v1::GetDecisionRequest ask;
  ask.set_decision_id(last_);
  v1::GetDecisionResponse answer;
  const service::Client auditor = As("tongguan:auditor/audit");
  grpc::Status status =
      service::Ask(*auditor.log, &Log::GetDecision, ask, &answer);
  EXPECT_EQ(status.error_code(), grpc::NOT_FOUND);
  EXPECT_THAT(status.error_message(),
              HasSubstr(DigestHex(Sha256(ReadBytes(file_)))));
  v1::SettleRequest settle;
  settle.set_request_id("late");
  settle.set_decision_id(last_);
  settle.set_exporter(service::kShanghai);
  v1::SettleResponse settled;
  status =
      service::Ask(*AsExporter().gateway, &Gateway::Settle, settle, &settled);
  EXPECT_EQ(status.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("archived"));
  // A request id of a pruned record is free again.
  const v1::Decision again = Decide(Flow("a0", 100));
  EXPECT_THAT(again.decision_id(), testing::StartsWith("2030-"));
  v1::GetInclusionProofRequest prove;
  prove.set_decision_id(again.decision_id());
  v1::GetInclusionProofResponse proof;
  status = service::Ask(*auditor.log, &Log::GetInclusionProof, prove, &proof);
  EXPECT_TRUE(status.ok()) << status.error_message();
  v1::ListDecisionsRequest list;
  v1::ListDecisionsResponse page;
  status = service::Ask(*auditor.log, &Log::ListDecisions, list, &page);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(page.entries().rbegin()->index(), 11u);
  // The hashes of the tile that the cut goes through are kept.
  v1::GetConsistencyProofRequest grew;
  v1::GetConsistencyProofResponse grown;
  grew.set_old_size(3);
  EXPECT_TRUE(
      service::Ask(*auditor.log, &Log::GetConsistencyProof, grew, &grown).ok());
  server_ = nullptr;
  ASSERT_TRUE(ledger::RebuildIndex(log_).ok());
  Start();
  Decide(Flow("a1", 100));
  server_ = nullptr;
  EXPECT_EQ(VerifyAt(log_, {"--all-signatures", "--replay"}).code, kIncomplete)
      << VerifyAt(log_).out;
}

TEST_F(LogArchiveTest, APublishedFolderGoesOnAndANewOneIsRefused) {
  const std::string dir = pki_.folder() + "/published";
  StartLater();
  for (int i = 0; i < 250; ++i) Decide(Flow(absl::StrCat("more", i), 1));
  server_ = nullptr;
  ASSERT_EQ(RunCli({"log", "publish", dir, "--ledger", log_}).code, kSuccess);
  const Outcome run = Archive({"--prune"}, "2030-07-03");
  ASSERT_EQ(run.code, kSuccess) << run.err;
  ASSERT_EQ(RunCli({"log", "publish", dir, "--ledger", log_}).code, kSuccess);
  EXPECT_EQ(VerifyAt(dir).code, kSuccess) << VerifyAt(dir).out;
  const Outcome fresh = RunCli({"log", "publish", dir + "2", "--ledger", log_});
  EXPECT_EQ(fresh.code, kError);
  EXPECT_THAT(fresh.err, HasSubstr("were taken out"));
  EXPECT_EQ(VerifyAt(log_, {"--checkpoint", dir + "/checkpoint"}).code,
            kIncomplete);
}

TEST_F(LogArchiveTest, LaterYearsFollowAndEarlierOnesAreRefused) {
  Prune();
  EXPECT_THAT(Archive({"--prune"}).err, HasSubstr("out of the ledger already"));
  const std::string out = pki_.folder() + "/late.zip";
  EXPECT_EQ(RunCli({"log", "export", "--ledger", log_, "-o", out}).code,
            kError);
  ASSERT_EQ(RunCli({"log", "export", "--ledger", log_, "--since", "2027-01-01",
                    "-o", out, "--lang", "en"})
                .code,
            kSuccess);
  EXPECT_EQ(VerifyAt(out).code, kSuccess) << VerifyAt(out).out;
  file_ = pki_.folder() + "/2027.zip";
  Record("2031-08-01");
  const Outcome run = Archive({"--prune"}, "2031-08-01", 2027);
  ASSERT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_EQ(VerifyAt(file_).code, kSuccess);
  const Outcome left = VerifyAt(log_, {"--all-signatures"});
  EXPECT_EQ(left.code, kIncomplete) << left.out;
  EXPECT_THAT(left.out, HasSubstr("2027 and before"));
}

TEST_F(LogArchiveTest, OlderYearsGoFirst) {
  const Outcome run = Archive({"--prune"}, "2040-01-01", 2027);
  EXPECT_EQ(run.code, kError);
  EXPECT_THAT(run.err, HasSubstr("take out 2026 first"));
}

TEST_F(LogArchiveTest, RecordsThatWereTakenOutUnsaidAreMissed) {
  ASSERT_TRUE(ledger::Prune(log_, 11).ok());
  EXPECT_EQ(VerifyAt(log_).code, kBroken);
  EXPECT_THAT(VerifyAt(log_).out, HasSubstr("no record says"));
}

TEST_F(LogArchiveTest, AYearTakenOutBeforeItsTimeIsRefusedAndFound) {
  v1::PruningRecord pruning;
  pruning.set_year(2027);
  pruning.set_size(14);
  pruning.set_archive(std::string(32, 'a'));
  const auto key = std::make_shared<const journal::SigningKey>(
      *journal::SigningKey::Read(log_ + ".key"));
  const ManualClock early(Beijing("2030-12-31"));
  // Its clock is ahead of the log, which has no record of its days.
  const ManualClock ahead(Beijing("2040-01-01"));
  const std::string before = ReadBytes(log_);
  for (const ManualClock* clock : {&early, &ahead}) {
    const absl::Status refused = service::PruneLog(log_, key, pruning, *clock);
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_EQ(ReadBytes(log_), before);
  }
  // As another program would, that does not ask.
  {
    ledger::Options options;
    options.path = log_;
    options.key = key;
    options.year_end = service::MakeYearEnd;
    const auto ledger =
        ledger::OpenSqliteLedger(options, [&early] { return early.Now(); });
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    ASSERT_TRUE(service::AppendOwn(
                    service::kPruningIndexKey,
                    [&](v1::DecisionRecord* record) {
                      *record->mutable_pruning() = pruning;
                    },
                    **ledger)
                    .ok());
  }
  const Outcome run = VerifyAt(log_);
  EXPECT_EQ(run.code, kBroken) << run.out;
  EXPECT_THAT(run.out, HasSubstr("records taken out does not hold"));
}

TEST_F(LogArchiveTest, TablesOfYearsThatAreOutAreRefusedAndNotHalfWritten) {
  Prune();
  for (const char* format : {"csv", "jsonl"}) {
    const std::string to = pki_.folder() + "/rows." + format;
    const auto export_from = [&](const std::string& since) {
      return RunCli({"log", "export", "--ledger", log_, "--format", format,
                     "--since", since, "-o", to, "--lang", "en"});
    };
    const Outcome run = export_from("2026-06-01");
    EXPECT_EQ(run.code, kError) << format;
    EXPECT_THAT(run.err, HasSubstr("were taken out"));
    EXPECT_FALSE(std::filesystem::exists(to));
    EXPECT_EQ(export_from("2027-01-01").code, kSuccess);
    EXPECT_EQ(std::filesystem::status(to).permissions(),
              std::filesystem::perms::owner_read |
                  std::filesystem::perms::owner_write);
  }
}

TEST_F(LogArchiveTest, AKeptHashOrRecordThatIsChangedIsFound) {
  Prune();
  for (const char* sql :
       {"UPDATE tile SET hash=zeroblob(32) WHERE level=0 AND idx=7",
        "DELETE FROM tile WHERE level=0 AND idx=7",
        "DELETE FROM journal WHERE first_index=11",
        "UPDATE pruned SET below=12"}) {
    std::filesystem::copy_file(
        log_, copy_, std::filesystem::copy_options::overwrite_existing);
    Sql(sql);
    EXPECT_EQ(VerifyAt(copy_).code, kBroken) << sql << VerifyAt(copy_).out;
  }
}

TEST_F(LogArchiveTest, KilledAtAnyPointItCanBeDoneAgain) {
  ASSERT_EQ(Archive().code, kSuccess);
  const std::string sound = ReadBytes(log_), log = log_;
  int out = 0, there = 0;
  ledger::Disk disk;
  for (int after = 0;; after += 5) {
    const std::string folder = pki_.folder() + absl::StrCat("/run", after);
    const std::string left = folder + "-left";
    std::filesystem::create_directory(folder);
    std::filesystem::create_directory(left);
    disk.Heal();
    disk.ForgetFiles();
    for (const std::string& to : {folder, left}) {
      std::filesystem::copy_file(log + ".key", to + "/ledger.db.key");
    }
    log_ = folder + "/ledger.db";
    WriteFile(log_, sound);
    disk.Fail({ledger::DiskFault::kDeath, after});
    const bool done = Archive({"--prune"}).code == kSuccess;
    const bool dead = disk.dead();
    disk.KeepAfterDeath(left);
    disk.Heal();
    log_ = left + "/ledger.db";
    if (!std::filesystem::exists(log_)) WriteFile(log_, sound);
    SCOPED_TRACE(after);
    const bool gone = FirstOf(log_) > 0;
    EXPECT_TRUE(gone || !done);
    EXPECT_EQ(VerifyAt(log_).code, gone ? kIncomplete : kSuccess)
        << VerifyAt(log_).out;
    EXPECT_EQ(Archive({"--prune"}).code, gone ? kError : kSuccess);
    EXPECT_EQ(VerifyAt(log_).code, kIncomplete) << VerifyAt(log_).out;
    ++(gone ? out : there);
    if (!dead) break;
  }
  EXPECT_GT(there, 5);
  EXPECT_GT(out, 1);
}

}  // namespace
}  // namespace tongguan::cli
