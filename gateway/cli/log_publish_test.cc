// What log publish writes is sound; whatever is changed in the folder is found.
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/log_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

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
