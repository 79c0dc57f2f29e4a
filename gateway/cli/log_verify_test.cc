// A log that a gateway wrote is sound; whatever is changed in it is found.
#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/log_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

TEST_F(LogVerifyTest, AnUntouchedLogIsSoundAndSaysWhatWasNotChecked) {
  const Outcome run = Verify();
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("sound: 14 records"));
  EXPECT_THAT(run.out, HasSubstr("--all-signatures"));
  EXPECT_THAT(run.out, HasSubstr("--replay"));
  EXPECT_THAT(run.out, HasSubstr("--checkpoint"));
}

TEST_F(LogVerifyTest, EverySignatureAndDecisionHolds) {
  const Outcome run = Verify({"--all-signatures", "--replay"});
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("8 decisions taken again"));
}

TEST_F(LogVerifyTest, WithoutAKeyItIsIncompleteAndWithAnotherBroken) {
  Outcome run = RunCli({"log", "verify", copy_, "--lang", "en"});
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("--public-key"));
  WriteFile(key_, journal::SigningKey::Generate("example.cn/x",
                                                journal::Algorithm::kEd25519)
                      ->public_key()
                      .ToString());
  EXPECT_EQ(Verify().code, kBroken);
}

TEST_F(LogVerifyTest, SpeaksChinese) {
  const Outcome run =
      RunCli({"log", "verify", copy_, "--public-key", key_, "--lang", "zh"});
  EXPECT_THAT(run.out, HasSubstr("完好：14 条记录"));
}

TEST_F(LogVerifyTest, WhatIsNoLogIsAnErrorAndNotABrokenLog) {
  EXPECT_EQ(RunCli({"log", "verify", pki_.folder() + "/none"}).code, kError);
  EXPECT_EQ(RunCli({"log", "verify", pki_.folder()}).code, kError);
  WriteFile(copy_, "no ledger");
  EXPECT_EQ(Verify().code, kError);
  Restore();
  EXPECT_EQ(Verify({"--public-key", copy_}).code, kError);
  EXPECT_EQ(Verify({"--checkpoint", key_}).code, kError);
}

TEST_F(LogVerifyTest, RowsCutSwappedDoubledOrMovedAreNamed) {
  ExpectBroken("DELETE FROM journal WHERE first_index=5",
               "record 2026-000000000005");
  ExpectBroken("DELETE FROM journal WHERE first_index=0", "is missing");
  ExpectBroken("DELETE FROM journal WHERE first_index>=10",
               "sum of the records");
  ExpectBroken(
      "UPDATE journal SET first_index=100 WHERE first_index=4;"
      "UPDATE journal SET first_index=4 WHERE first_index=5;"
      "UPDATE journal SET first_index=5 WHERE first_index=100",
      "2026-000000000004");
  ExpectBroken(
      "INSERT INTO journal SELECT 14,count,time_micros,year,root,signature,"
      "facts,records FROM journal WHERE first_index=13",
      "2027-000000000014");
}

TEST_F(LogVerifyTest, HeadsThatWereChangedAreNamed) {
  ExpectBroken("UPDATE journal SET signature=NULL WHERE first_index=6",
               "not signed");
  ExpectBroken("UPDATE journal SET root=NULL WHERE first_index=6", "root");
  ExpectBroken("UPDATE journal SET signature=zeroblob(68) WHERE first_index=0",
               "log's key");
  ExpectBroken("UPDATE journal SET signature=zeroblob(68) WHERE first_index=13",
               "log's key");
  Restore();
  Sql("UPDATE journal SET signature=zeroblob(68) WHERE first_index=6");
  EXPECT_EQ(Verify().code, kSuccess);
  EXPECT_EQ(Verify({"--all-signatures"}).code, kBroken);
}

TEST_F(LogVerifyTest, TalliesTilesAndPartsThatWereChangedAreNamed) {
  ExpectBroken("UPDATE tally SET counted_persons=counted_persons-1",
               "is not the sum of the records");
  ExpectBroken("UPDATE tally SET opening_persons=NULL", "sum of the records");
  ExpectBroken("DELETE FROM tally", "sum of the records");
  ExpectBroken("INSERT INTO tile VALUES(8,0,zeroblob(32))", "tile");
  ExpectBroken("UPDATE part SET bytes=zeroblob(9)", "part");
  ExpectBroken("DELETE FROM part", "part");
}

TEST_F(LogVerifyTest, TimesAndYearsThatWereChangedAreNamed) {
  ExpectBroken(
      "UPDATE journal SET time_micros=time_micros-1 WHERE "
      "first_index=4",
      "2026-000000000004");
  ExpectBroken(
      "UPDATE journal SET time_micros=time_micros+1 WHERE "
      "first_index=4",
      "2026-000000000004");
  ExpectBroken("UPDATE journal SET year=2025 WHERE first_index=4",
               "000000000004");
}

// An old copy of the whole log is sound in itself.
TEST_F(LogVerifyTest, AnOldCopyIsFoundByACheckpointKeptElsewhere) {
  const std::string dir = pki_.folder() + "/published";
  ASSERT_EQ(RunCli({"log", "publish", dir, "--ledger", log_}).code, kSuccess);
  EXPECT_EQ(Verify({"--checkpoint", dir + "/checkpoint"}).code, kSuccess);
  // As the ledger was before the last record, which charged nobody.
  Sql("DELETE FROM journal WHERE first_index=13");
  Outcome run = Verify();
  EXPECT_EQ(run.code, kSuccess) << run.out;
  run = Verify({"--checkpoint", dir + "/checkpoint"});
  EXPECT_EQ(run.code, kBroken);
  EXPECT_THAT(run.out, HasSubstr("an old copy was put back"));
}

// Every byte of what a row holds, one bit of each.
TEST_F(LogVerifyTest, EveryFlippedByteOfARowIsFound) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  int flips = 0;
  for (const char* column : {"root", "signature", "facts", "records"}) {
    for (int row = 0; row < 14; ++row) {
      Restore();
      auto db = OpenCopy();
      const auto size = db->Number(absl::StrFormat(
          "SELECT coalesce(max(length(%s)),0) FROM journal WHERE "
          "first_index=%d",
          column, row));
      ASSERT_TRUE(size.ok()) << size.status();
      // Verifying takes a while: one byte in eleven, another each time.
      for (int64_t at = random() % 11; at < *size; at += 11) {
        auto read = db->Prepare(absl::StrFormat(
            "SELECT %s FROM journal WHERE first_index=%d", column, row));
        ASSERT_TRUE(*read->Step());
        std::string bytes(read->BytesAt(0).data(), read->BytesAt(0).size());
        read->Reset();
        const std::string before = bytes;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        auto write = db->Prepare(absl::StrFormat(
            "UPDATE journal SET %s=?1 WHERE first_index=%d", column, row));
        ASSERT_TRUE(write->Blob(1, bytes).Run().ok());
        EXPECT_EQ(Verify({"--all-signatures"}).code, kBroken)
            << column << " of " << row << " at " << at << ", seed " << seed;
        ASSERT_TRUE(write->Blob(1, before).Run().ok());
        ++flips;
      }
    }
  }
  EXPECT_GT(flips, 300);
}

// Whoever has the file and the key can sign another history: a record's id is
// then not what the people elsewhere hold.
TEST_F(LogVerifyTest, ARecordChangedWithItsRootIsFoundByItsSignature) {
  auto db = OpenCopy();
  auto read = db->Prepare("SELECT records FROM journal WHERE first_index=13");
  ASSERT_TRUE(*read->Step());
  std::string bytes(read->BytesAt(0).data(), read->BytesAt(0).size());
  read->Reset();
  auto write =
      db->Prepare("UPDATE journal SET records=?1 WHERE first_index=13");
  bytes = absl::StrReplaceAll(bytes, {{"ALLOW", "ASSESS"}});
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ASSERT_TRUE(write->Blob(1, bytes).Run().ok());
  const Outcome run = Verify();
  EXPECT_EQ(run.code, kBroken);
  EXPECT_THAT(run.out, HasSubstr("000000000013"));
}

// Any log can name any key as its next one.
TEST_F(LogVerifyTest, AKeyThatIsNamedAndHasSignedNothingIsNotTrusted) {
  const std::string origin = journal::SigningKey::Read(log_ + ".key")->origin();
  const std::string next = pki_.folder() + "/next.key";
  ASSERT_EQ(RunCli({"log", "keygen", next, "--origin", origin}).code, kSuccess);
  ASSERT_EQ(RunCli({"log", "rotate-key", next, "--ledger", log_}).code,
            kSuccess);
  Restore();
  EXPECT_EQ(Verify().code, kSuccess);  // The old key signed all of it.
  WriteFile(key_, journal::SigningKey::Read(next)->public_key().ToString());
  const Outcome run = Verify();
  EXPECT_EQ(run.code, kBroken);
  EXPECT_THAT(run.out, HasSubstr("has signed this log"));
}

class LogPublishTest : public LogVerifyTest {
 protected:
  void SetUp() override {
    LogVerifyTest::SetUp();
    dir_ = pki_.folder() + "/published";
    const Outcome run =
        RunCli({"log", "publish", dir_, "--ledger", log_, "--lang", "en"});
    ASSERT_EQ(run.code, kSuccess) << run.err;
  }
  Outcome VerifyDir(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"log", "verify", dir_, "--public-key",
                                     key_,  "--lang", "en"};
    args.insert(args.end(), more.begin(), more.end());
    return RunCli(args);
  }

  std::string dir_;
};

TEST_F(LogPublishTest, ThePublishedLogIsSound) {
  const Outcome run = VerifyDir({"--replay"});
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("sound: 14 records"));
  EXPECT_THAT(run.out, HasSubstr("8 decisions taken again"));
}

TEST_F(LogPublishTest, GrowsWithTheLogAndLeavesTheRestAlone) {
  const std::string before = ReadBytes(dir_ + "/tile/entries/000.p/14");
  const Outcome none =
      RunCli({"log", "publish", dir_, "--ledger", log_, "--lang", "en"});
  EXPECT_THAT(none.err, HasSubstr("nothing new"));
  Start();
  for (int i = 0; i < 250; ++i) Decide(Flow(absl::StrCat("more", i), 1));
  server_ = nullptr;
  ASSERT_EQ(RunCli({"log", "publish", dir_, "--ledger", log_}).code, kSuccess);
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/tile/entries/000.p"));
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/tile/1/000.p/1"));
  EXPECT_EQ(ReadBytes(dir_ + "/tile/entries/000").substr(0, before.size()),
            before);
  const Outcome run = VerifyDir();
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
}

TEST_F(LogPublishTest, AnSm2LineStandsBesideTheOther) {
  const std::string sm2 = pki_.folder() + "/sm2.key";
  const Outcome made =
      RunCli({"log", "keygen", sm2, "--origin", "example.cn/sm2", "--sm2"});
  ASSERT_EQ(made.code, kSuccess) << made.err;
  const std::string other = pki_.folder() + "/other";
  ASSERT_EQ(
      RunCli({"log", "publish", other, "--ledger", log_, "--sm2-key", sm2})
          .code,
      kSuccess);
  EXPECT_THAT(ReadBytes(other + "/checkpoint"),
              HasSubstr("\xe2\x80\x94 example.cn/sm2 "));
}

TEST_F(LogPublishTest, EveryFlippedByteOfEveryFileIsFound) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  int flips = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(dir_)) {
    if (!file.is_regular_file()) continue;
    const std::string path = file.path().string();
    const std::string good = ReadBytes(path);
    const size_t step = 1 + good.size() / 60;
    for (size_t at = random() % step; at < good.size(); at += step) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
      WriteFile(path, bad);
      EXPECT_EQ(VerifyDir().code, kBroken)
          << path << " at " << at << ", seed " << seed;
      ++flips;
    }
    WriteFile(path, good);
  }
  EXPECT_GT(flips, 200);
}

TEST_F(LogPublishTest, EveryFileThatIsCutOrMissingIsFound) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(dir_)) {
    const std::string path = file.path().string();
    if (!file.is_regular_file() || path == dir_ + "/checkpoint") continue;
    const std::string good = ReadBytes(path);
    WriteFile(path, good.substr(0, good.size() - 1));
    EXPECT_EQ(VerifyDir().code, kBroken) << path;
    std::filesystem::rename(path, path + ".away");
    EXPECT_EQ(VerifyDir().code, kBroken) << path;
    std::filesystem::remove(path + ".away");
    WriteFile(path, good);
  }
  EXPECT_EQ(VerifyDir().code, kSuccess);
}

TEST_F(LogPublishTest, AFolderOfAnotherLogOrOfOtherBytesIsRefused) {
  Restore();
  Sql("DELETE FROM journal WHERE first_index=13");
  std::filesystem::copy_file(log_ + ".key", copy_ + ".key");
  EXPECT_EQ(RunCli({"log", "publish", dir_, "--ledger", copy_}).code, kBroken);
  std::filesystem::remove(dir_ + "/checkpoint");
  WriteFile(dir_ + "/tile/0/000.p/14", "other bytes");
  EXPECT_EQ(RunCli({"log", "publish", dir_, "--ledger", log_}).code, kError);
}

TEST_F(LogPublishTest, ALedgerWhoseRecordsWereChangedIsNotPublished) {
  Restore();
  Sql("UPDATE journal SET records=(SELECT records FROM journal WHERE "
      "first_index=4) WHERE first_index=5");
  EXPECT_EQ(RunCli({"log", "publish", pki_.folder() + "/bad", "--ledger", copy_,
                    "--public-key", key_})
                .code,
            kBroken);
  EXPECT_FALSE(std::filesystem::exists(pki_.folder() + "/bad/checkpoint"));
}

}  // namespace
}  // namespace tongguan::cli
