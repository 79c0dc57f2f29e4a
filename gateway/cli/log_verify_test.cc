// A log that a gateway wrote is sound; whatever is changed in it is found.
#include <pthread.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/log_audit.h"
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/id.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
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

// A stack that no address space has room for: no thread can be made.
TEST_F(LogVerifyTest, WithoutRoomForAThreadItIsVerifiedAllTheSame) {
  pthread_attr_t before, huge;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(pthread_attr_init(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 60), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  const auto restore = absl::MakeCleanup(
      [&before] { EXPECT_EQ(pthread_setattr_default_np(&before), 0); });
  const Outcome run = Verify();
  Sql("INSERT OR REPLACE INTO indexed VALUES(1,14)");
  const Outcome broken = Verify();
  EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
  EXPECT_EQ(broken.code, kBroken) << broken.out << broken.err;
}

TEST_F(LogVerifyTest, SpeaksChinese) {
  const Outcome run =
      RunCli({"log", "verify", copy_, "--public-key", key_, "--lang", "zh"});
  EXPECT_THAT(run.out, HasSubstr("完好：14 条记录"));
}

// A copy without the lock's file, which said that it is a ledger.
TEST_F(LogVerifyTest, ALedgerThatSaysItIsNoneIsBroken) {
  for (const char* change :
       {"PRAGMA application_id=1", "PRAGMA application_id=0",
        "PRAGMA user_version=3", "PRAGMA user_version=5",
        "PRAGMA user_version=0"}) {
    Restore();
    ASSERT_FALSE(std::filesystem::exists(copy_ + ".lock"));
    ExpectBroken(change, "damaged");
  }
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
  EXPECT_THAT(run.out, HasSubstr("has signed no head yet"));
  // In a published log an earlier key is another case than one still to come.
  const std::string dir = pki_.folder() + "/published";
  ASSERT_EQ(RunCli({"log", "publish", dir, "--ledger", log_}).code, kSuccess);
  const Outcome published =
      RunCli({"log", "verify", dir, "--public-key", key_, "--lang", "en"});
  EXPECT_EQ(published.code, kIncomplete);
  EXPECT_THAT(published.out, HasSubstr("has signed no head yet"));
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

  // Of the first records of a bundle with lengths in 2 bytes.
  static size_t BundleBytes(const std::string& bundle, int records) {
    size_t at = 0;
    for (int i = 0; i < records; ++i) {
      at += 2 + (static_cast<uint8_t>(bundle[at]) << 8) +
            static_cast<uint8_t>(bundle[at + 1]);
    }
    return at;
  }

  // The folder anew, its checkpoint with a second line by the key sm2_.
  void PublishWithSm2() {
    const std::string key = pki_.folder() + "/sm2.key";
    const Outcome made =
        RunCli({"log", "keygen", key, "--origin", "example.cn/sm2", "--sm2"});
    ASSERT_EQ(made.code, kSuccess) << made.err;
    std::filesystem::remove_all(dir_);
    ASSERT_EQ(
        RunCli({"log", "publish", dir_, "--ledger", log_, "--sm2-key", key})
            .code,
        kSuccess);
    sm2_ = key + ".pub";
    WriteFile(sm2_, journal::SigningKey::Read(key)->public_key().ToString());
  }

  std::string dir_, sm2_;
};

// Such a file is not "no key given": beside the ledger lies its own key.
TEST_F(LogPublishTest, AKeyFileWithoutAKeyIsRefusedWhereverOneIsRead) {
  const std::string zip = pki_.folder() + "/a.zip";
  ASSERT_EQ(RunCli({"log", "export", "--ledger", log_, "-o", zip}).code,
            kSuccess);
  const std::string none = pki_.folder() + "/none.pub", made = none + ".made";
  const std::vector<std::vector<std::string>> verbs = {
      {"log", "verify", log_},
      {"log", "verify", dir_},
      {"log", "verify", zip},
      {"log", "receipt", zip},
      {"log", "publish", made, "--ledger", log_},
      {"log", "export", "--ledger", log_, "-o", made},
      {"log", "archive", "--year", "2026", "--ledger", log_, "-o", made},
      {"explain", last_, "--archive", zip}};
  for (const char* text : {"", "\n", " \t\r\n\n"}) {
    WriteFile(none, text);
    for (std::vector<std::string> args : verbs) {
      const std::string verb = absl::StrJoin(args, " ");
      args.insert(args.end(), {"--lang", "en", "--public-key", none});
      Outcome run = RunCli(args);
      EXPECT_EQ(run.code, kError) << verb << "\n" << run.out << run.err;
      EXPECT_THAT(run.err, HasSubstr(none + ": holds no public key")) << verb;
      EXPECT_EQ(run.out, "") << verb;
      // Nor does another file's key stand for it.
      args.insert(args.end(), {"--public-key", key_});
      EXPECT_EQ(RunCli(args).code, kError) << verb;
      args.back() = none;
      args[args.size() - 3] = key_;
      EXPECT_EQ(RunCli(args).code, kError) << verb;
      EXPECT_FALSE(std::filesystem::exists(made)) << verb;
    }
  }
}

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
  PublishWithSm2();
  EXPECT_THAT(ReadBytes(dir_ + "/checkpoint"),
              HasSubstr("\xe2\x80\x94 example.cn/sm2 "));
}

// Whatever ran before, and wherever it was killed: a second lies between.
TEST_F(LogPublishTest, ASecondIsWaitedForBeforeTheSm2KeySigns) {
  const std::vector<std::string> args = {"log", "publish", dir_, "--ledger",
                                         log_};
  const auto publish = [&](std::vector<std::string> more) {
    more.insert(more.begin(), args.begin(), args.end());
    const Outcome run = RunCli(more);
    EXPECT_EQ(run.code, kSuccess) << run.err;
    return run.slept;
  };
  std::filesystem::remove_all(dir_);
  EXPECT_EQ(publish({}), absl::ZeroDuration());
  PublishWithSm2();
  const std::vector<std::string> sm2 = {"--sm2-key",
                                        pki_.folder() + "/sm2.key"};
  EXPECT_EQ(publish(sm2), absl::ZeroDuration());  // There is nothing new.
  std::filesystem::remove(dir_ + "/checkpoint");
  EXPECT_EQ(publish(sm2), absl::Seconds(1));
  Start();
  Decide(Flow("more", 1));
  server_ = nullptr;
  EXPECT_EQ(publish(sm2), absl::Seconds(1));
}

// With a line of either algorithm, and both keys given. Where the SM2 line's
// name or key id (4 bytes, in the first 6 characters of base64) is changed, the
// line is of a key that nobody knows: that the one which was given is missing
// is said.
TEST_F(LogPublishTest, EveryFlippedByteOfEveryFileIsFound) {
  PublishWithSm2();
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  const std::string line = "— example.cn/sm2 ";
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
      const size_t from = good.find(line);
      const bool whose = at >= from && at - from < line.size() + 6;
      EXPECT_THAT(VerifyDir({"--public-key", sm2_}).code,
                  testing::AnyOf(kBroken, whose ? kIncomplete : kBroken))
          << path << " at " << at << ", seed " << seed;
      ++flips;
    }
    WriteFile(path, good);
  }
  EXPECT_GT(flips, 200);
}

TEST_F(LogPublishTest,
       AnSm2LineThatWasTakenOutOrBrokenIsSaidOnceItsKeyIsGiven) {
  PublishWithSm2();
  EXPECT_EQ(VerifyDir({"--public-key", sm2_}).code, kSuccess)
      << VerifyDir({"--public-key", sm2_}).out;
  const std::string path = dir_ + "/checkpoint", good = ReadBytes(path);
  const size_t line = good.find("— example.cn/sm2");
  ASSERT_NE(line, std::string::npos);
  WriteFile(path, good.substr(0, line));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--public-key", sm2_},
        {"--public-key", sm2_, "--all-signatures", "--replay"}}) {
    const Outcome run = VerifyDir(more);
    EXPECT_EQ(run.code, kIncomplete) << run.out;
    EXPECT_THAT(run.out, HasSubstr("no signature of example.cn/sm2"));
  }
  EXPECT_EQ(VerifyDir().code, kSuccess);  // Nobody expects it.
  // A head kept elsewhere that has the line does not stand for the one here.
  WriteFile(pki_.folder() + "/kept", good);
  EXPECT_EQ(
      VerifyDir({"--public-key", sm2_, "--checkpoint", pki_.folder() + "/kept"})
          .code,
      kIncomplete);
  for (size_t at = line; at < line + 24; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      WriteFile(path, bad);
      EXPECT_NE(VerifyDir({"--public-key", sm2_}).code, kSuccess)
          << at - line << "." << bit;
    }
  }
  // Nor has a ledger, or an archive of it, a line of that key.
  EXPECT_EQ(Verify({"--public-key", sm2_}).code, kIncomplete);
  const std::string zip = pki_.folder() + "/a.zip";
  ASSERT_EQ(RunCli({"log", "export", "--ledger", log_, "-o", zip}).code,
            kSuccess);
  const Outcome run = RunCli({"log", "verify", zip, "--public-key", key_,
                              "--public-key", sm2_, "--lang", "zh"});
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("没有 example.cn/sm2 对 14 条记录"));
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

// What publishing leaves beside the tiles of the head: an earlier partial tile.
TEST_F(LogPublishTest, APartialTileThatIsLeftIsCheckedAgainstTheTileOfNow) {
  for (const char* name : {"tile/0/000.p/", "tile/entries/000.p/"}) {
    const std::string now = ReadBytes(dir_ + "/" + name + "14");
    const std::string old = dir_ + "/" + name + "3";
    const size_t bytes = name[5] == '0' ? size_t{3} * 32 : BundleBytes(now, 3);
    WriteFile(old, now.substr(0, bytes));
    EXPECT_EQ(VerifyDir().code, kSuccess) << VerifyDir().out;
    for (const std::string& bad :
         {now.substr(0, bytes - 1), now.substr(1, bytes), std::string()}) {
      WriteFile(old, bad);
      EXPECT_EQ(VerifyDir().code, kBroken);
      EXPECT_THAT(VerifyDir().out, HasSubstr(std::string(name) + "3"));
    }
    std::filesystem::remove(old);
  }
  // The same records in the other form, of longer records.
  const std::string large = dir_ + "/tile/large-entries/000.p";
  std::filesystem::create_directories(large);
  const std::string entries = ReadBytes(dir_ + "/tile/entries/000.p/14");
  const size_t first = BundleBytes(entries, 1);
  WriteFile(large + "/1", std::string(2, '\0') + entries.substr(0, first));
  EXPECT_EQ(VerifyDir().code, kSuccess) << VerifyDir().out;
  WriteFile(large + "/1", entries.substr(0, first));
  EXPECT_EQ(VerifyDir().code, kBroken);
  std::filesystem::remove(large + "/1");
  // Beside the records themselves; alone it is read in their place.
  WriteFile(large + "/14", entries);
  EXPECT_EQ(VerifyDir().code, kBroken);
  std::string all;
  for (int i = 0; i < 14; ++i) {
    const size_t from = BundleBytes(entries, i);
    all += std::string(2, '\0') +
           entries.substr(from, BundleBytes(entries, i + 1) - from);
  }
  WriteFile(large + "/14", all);
  EXPECT_EQ(VerifyDir().code, kSuccess) << VerifyDir().out;
  std::filesystem::remove(dir_ + "/tile/entries/000.p/14");
  EXPECT_EQ(VerifyDir().code, kSuccess) << VerifyDir().out;
}

TEST_F(LogPublishTest, AFileThatDoesNotBelongIsFound) {
  for (const char* name :
       {"tile/x", "tile/0/0", "tile/0/000.p/0", "tile/0/000.p/-1",
        "tile/0/000.p/014", "tile/9/000", "tile/entries/x001/0",
        "tile/entries/000.p/0", "tile/entries/000.p/-1",
        "tile/large-entries/000.p/0", "tile/large-entries/000.p/-1",
        "part/00"}) {
    const std::filesystem::path path = dir_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    for (const char* bytes : {"x", ""}) {
      WriteFile(path.string(), bytes);
      ASSERT_TRUE(std::filesystem::exists(path));
      EXPECT_EQ(VerifyDir().code, kBroken) << name << " '" << bytes << "'";
    }
    std::filesystem::remove(path);
  }
  EXPECT_EQ(VerifyDir().code, kSuccess);
}

// What lies behind it is served like the rest, and is not looked at.
TEST_F(LogPublishTest, ALinkToAFolderDoesNotBelong) {
  const std::string other = pki_.folder() + "/other";
  std::filesystem::create_directories(other);
  WriteFile(other + "/stray", "x");
  for (const char* name : {"tile/0/x009", "tile/0/000", "tile/0/009",
                           "tile/x.tmp", "part/other"}) {
    const std::string link = dir_ + "/" + name;
    std::filesystem::create_directory_symlink(other, link);
    const Outcome run = VerifyDir();
    EXPECT_EQ(run.code, kBroken) << run.out;
    EXPECT_THAT(run.out, HasSubstr(name));
    std::filesystem::remove(link);
  }
  // The files of the log may lie elsewhere as a whole, and are looked at there.
  std::filesystem::rename(dir_ + "/tile", pki_.folder() + "/elsewhere");
  std::filesystem::create_directory_symlink(pki_.folder() + "/elsewhere",
                                            dir_ + "/tile");
  EXPECT_EQ(VerifyDir().code, kSuccess) << VerifyDir().out;
  WriteFile(dir_ + "/tile/stray", "x");
  EXPECT_EQ(VerifyDir().code, kBroken);
}

// An honest crash is no broken log; what no head speaks of is said.
TEST_F(LogPublishTest, WhatAnInterruptedRunLeftIsSaidToBeUnchecked) {
  for (const char* name :
       {"tile/0/000.p/15", "tile/0/001", "tile/0/000.p/14.tmp"}) {
    WriteFile(dir_ + "/" + name, "x");
    const Outcome run = VerifyDir();
    EXPECT_EQ(run.code, kIncomplete) << run.out;
    EXPECT_THAT(run.out, HasSubstr("beyond the checkpoint"));
    std::filesystem::remove(dir_ + "/" + name);
  }
}

TEST_F(LogPublishTest, PartialTilesOfLargeRecordsGoWithTheOthers) {
  const std::string large = dir_ + "/tile/large-entries/000.p";
  std::filesystem::create_directories(large);
  WriteFile(large + "/14", "x");
  Start();
  for (int i = 0; i < 250; ++i) Decide(Flow(absl::StrCat("more", i), 1));
  server_ = nullptr;
  ASSERT_EQ(RunCli({"log", "publish", dir_, "--ledger", log_}).code, kSuccess);
  EXPECT_FALSE(std::filesystem::exists(large));
  EXPECT_EQ(VerifyDir().code, kSuccess) << VerifyDir().out;
}

TEST_F(LogVerifyTest, TheIndexIsMadeAgainByOneCommand) {
  Sql("INSERT OR REPLACE INTO indexed VALUES(1,14)");
  ASSERT_EQ(Verify().code, kBroken);
  Start();
  Outcome run = RunCli({"log", "reindex", log_, "--lang", "en"});
  EXPECT_EQ(run.code, kError) << run.out;
  EXPECT_THAT(run.err, HasSubstr("another process has it open"));
  server_ = nullptr;
  run = RunCli({"log", "reindex", copy_, "--lang", "en"});
  EXPECT_EQ(run.code, kSuccess) << run.err;
  EXPECT_THAT(run.out, HasSubstr("from 14 records"));
  EXPECT_EQ(Verify().code, kSuccess) << Verify().out;
  // A wrong name makes no ledger.
  const std::string none = pki_.folder() + "/none.db";
  EXPECT_EQ(RunCli({"log", "reindex", none}).code, kError);
  EXPECT_FALSE(std::filesystem::exists(none));
}

TEST_F(LogVerifyTest, SaysToProgramsWhatItSaysToPeople) {
  const auto verify = [this](std::vector<std::string> more) {
    more.insert(more.begin(), {"log", "verify", copy_, "-o", "json"});
    const Outcome run = RunCli(more);
    google::protobuf::Struct object;
    EXPECT_TRUE(
        google::protobuf::util::JsonStringToMessage(run.out, &object).ok())
        << run.out;
    return std::pair(run.code, object.fields());
  };
  auto [code, fields] = verify({"--public-key", key_, "--replay"});
  EXPECT_EQ(code, kSuccess);
  EXPECT_EQ(fields["result"].string_value(), "sound");
  EXPECT_EQ(fields["records"].number_value(), 14);
  EXPECT_EQ(fields["replayed"].number_value(), 8);
  EXPECT_EQ(fields["not_checked"].list_value().values_size(), 0);
  EXPECT_GT(fields["not_asked"].list_value().values_size(), 0);
  std::tie(code, fields) = verify({});
  EXPECT_EQ(code, kIncomplete);
  EXPECT_EQ(fields["result"].string_value(), "incomplete");
  EXPECT_EQ(fields["not_checked"]
                .list_value()
                .values(0)
                .struct_value()
                .fields()
                .at("code")
                .string_value(),
            "verify.no_key");
  Sql("DELETE FROM journal WHERE first_index=5");
  std::tie(code, fields) = verify({"--public-key", key_});
  EXPECT_EQ(code, kBroken);
  EXPECT_EQ(fields["result"].string_value(), "broken");
  const auto& wrong = fields["first_wrong"].struct_value().fields();
  EXPECT_EQ(wrong.at("code").string_value(), "verify.gap");
  EXPECT_EQ(wrong.at("record").string_value(), ledger::FormatId({2026, 5}));
}

// Below what is left of a pruned log nothing is hashed again but the hashes.
TEST(LogAuditTest, KeptHashesThatAreNotMadeOfThoseBelowAreFound) {
  const std::string key = journal::SigningKey::Generate(
                              "example.cn/x", journal::Algorithm::kEd25519)
                              ->public_key()
                              .ToString();
  const auto of = [](uint64_t tile) {
    return journal::LeafHash(absl::StrCat(tile));
  };
  std::map<std::pair<int, uint64_t>, journal::Hash> kept;
  for (uint64_t at = 0; at < 2; ++at) {
    journal::Frontier above;
    for (uint64_t tile = at * 256; tile < (at + 1) * 256; ++tile) {
      above.Append(kept[{8, tile}] = of(tile), nullptr);
    }
    kept[{16, at}] = above.Root();
  }
  const LogSource source{
      nullptr, nullptr, [&](int level, uint64_t index) {
        return absl::StatusOr<journal::Hash>(kept.at({level, index}));
      }};
  const LogBegin begin{2 << 16, 2026, "policy", "example.cn/x", key, "archive"};
  EXPECT_FALSE(LogAudit({}, source).Begin(begin));
  for (const uint64_t tile : {0, 300, 511}) {
    kept[{8, tile}][5] ^= 1;
    const MaybeFinding wrong = LogAudit({}, source).Begin(begin);
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->key, "verify.tile");
    kept[{8, tile}][5] ^= 1;
  }
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
