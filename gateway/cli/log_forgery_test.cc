// Logs as whoever wants to deceive would make them: each is found by the exact
// thing that is wrong with it.
#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/log_testing.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/note.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LogForgeryTest : public LogVerifyTest {
 protected:
  void SetUp() override {
    LogVerifyTest::SetUp();
    dir_ = pki_.folder() + "/published";
    zip_ = pki_.folder() + "/a.zip";
  }
  Outcome Run(std::vector<std::string> args) {
    args.insert(args.end(), {"--lang", "en"});
    return RunCli(args);
  }
  void Publish(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"log", "publish", dir_, "--ledger", log_});
    const Outcome run = Run(more);
    ASSERT_EQ(run.code, kSuccess) << run.err;
  }
  Outcome VerifyAt(const std::string& path,
                   std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"log", "verify", path, "--public-key", key_});
    return Run(more);
  }
  void ExpectBrokenBy(const Outcome& run, const std::string& words) {
    EXPECT_EQ(run.code, kBroken) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr(words));
  }
  // The log goes on under a new key; returns that key's file.
  std::string Rotate(const std::string& name) {
    const auto old =
        journal::SigningKey::Read(signer_.empty() ? log_ + ".key" : signer_);
    const std::string next = pki_.folder() + "/" + name;
    std::vector<std::string> args = {"log", "rotate-key", next, "--ledger",
                                     log_};
    if (!signer_.empty()) args.insert(args.end(), {"--old-key", signer_});
    EXPECT_EQ(Run({"log", "keygen", next, "--origin", old->origin()}).code,
              kSuccess);
    EXPECT_EQ(Run(args).code, kSuccess);
    config_.set_log_key(next);
    return signer_ = next;
  }
  std::string PublicKeyFile(const std::string& key) {
    const std::string file = key + ".pub";
    WriteFile(file, journal::SigningKey::Read(key)->public_key().ToString());
    return file;
  }
  // The same head, signed by this key instead.
  static std::string SignedBy(const std::string& note, const std::string& key) {
    journal::Note again = *journal::ParseNote(note);
    const auto signer = journal::SigningKey::Read(key);
    again.signatures = {{signer->origin(), signer->public_key().id(),
                         *signer->Sign(again.text)}};
    return journal::FormatNote(again);
  }

  std::string dir_, zip_, signer_;
};

TEST_F(LogForgeryTest, ARetiredKeyCannotVouchForAHeadAfterItsTime) {
  const std::string k0 = log_ + ".key";
  Publish();
  const std::string before = ReadBytes(dir_ + "/checkpoint");
  const std::string k1 = Rotate("k1.key");
  const std::string k2 = Rotate("k2.key");
  Start();
  Decide(Flow("after", 3));
  server_ = nullptr;
  Publish({"--public-key", PublicKeyFile(k2)});
  key_ = PublicKeyFile(k2);
  EXPECT_EQ(VerifyAt(dir_).code, kSuccess) << VerifyAt(dir_).out;
  const std::string good = ReadBytes(dir_ + "/checkpoint");
  for (const std::string& old : {k0, k1}) {
    WriteFile(dir_ + "/checkpoint", SignedBy(good, old));
    key_ = PublicKeyFile(old);
    ExpectBrokenBy(VerifyAt(dir_, {"--all-signatures"}),
                   "is not signed by the key that the log had then");
  }
  WriteFile(dir_ + "/checkpoint", good);
  // A head kept elsewhere: of its time by the first key and no other.
  const std::string kept = pki_.folder() + "/kept";
  key_ = PublicKeyFile(k2);
  const std::string all = pki_.folder() + "/all.zip";
  ASSERT_EQ(
      Run({"log", "export", "--ledger", log_, "-o", all, "--public-key", key_})
          .code,
      kSuccess);
  for (const std::string& at : {log_, dir_, all}) {
    WriteFile(kept, before);
    EXPECT_EQ(VerifyAt(at, {"--checkpoint", kept}).code, kSuccess)
        << at << VerifyAt(at, {"--checkpoint", kept}).out;
    for (const std::string& other : {k1, k2}) {
      WriteFile(kept, SignedBy(before, other));
      ExpectBrokenBy(VerifyAt(at, {"--checkpoint", kept}),
                     "is not signed by the key that the log had then");
    }
    for (const std::string& other : {k0, k1}) {
      WriteFile(kept, SignedBy(good, other));
      ExpectBrokenBy(VerifyAt(at, {"--checkpoint", kept}),
                     "is not signed by the key that the log had then");
    }
  }
}

// The head over the change itself is still the old key's.
TEST_F(LogForgeryTest, ANewKeyCannotVouchForTheHeadThatNamesIt) {
  const std::string k0 = log_ + ".key", k1 = Rotate("k1.key");
  Publish({"--public-key", key_});
  EXPECT_EQ(VerifyAt(dir_).code, kSuccess) << VerifyAt(dir_).out;
  WriteFile(dir_ + "/checkpoint",
            SignedBy(ReadBytes(dir_ + "/checkpoint"), k1));
  key_ = PublicKeyFile(k1);
  ExpectBrokenBy(VerifyAt(dir_), "that the log had then");
}

TEST_F(LogForgeryTest, ASpoiltSm2LineIsFoundOnceItsKeyIsGiven) {
  const std::string sm2 = pki_.folder() + "/sm2.key";
  ASSERT_EQ(
      Run({"log", "keygen", sm2, "--origin", "example.cn/sm2", "--sm2"}).code,
      kSuccess);
  Publish({"--sm2-key", sm2});
  const std::string pub = PublicKeyFile(sm2);
  EXPECT_EQ(Run({"log", "verify", dir_, "--public-key", pub}).code, kSuccess);
  EXPECT_EQ(VerifyAt(dir_, {"--public-key", pub}).code, kSuccess);
  EXPECT_THAT(VerifyAt(dir_).out, HasSubstr("signature of example.cn/sm2"));
  journal::Note note = *journal::ParseNote(ReadBytes(dir_ + "/checkpoint"));
  note.signatures[1].signature.back() ^= 1;
  WriteFile(dir_ + "/checkpoint", journal::FormatNote(note));
  ExpectBrokenBy(VerifyAt(dir_, {"--public-key", pub}),
                 "signature of example.cn/sm2 does not hold");
  ExpectBrokenBy(Run({"log", "verify", dir_, "--public-key", pub}),
                 "signature of example.cn/sm2 does not hold");
  EXPECT_EQ(VerifyAt(dir_).code, kSuccess);  // A line that nobody can check.
}

// 31: a head in the middle of the dates does not show what came after it.
TEST_F(LogForgeryTest, AYearWhoseEndWasCutOffIsNotCalledWhole) {
  Sql("DELETE FROM journal WHERE first_index>=8;DELETE FROM indexed");
  std::filesystem::copy_file(copy_, log_,
                             std::filesystem::copy_options::overwrite_existing);
  Run({"log", "export", "--ledger", log_, "--since", "2026-01-01", "--until",
       "2026-12-31", "-o", zip_});
  const Outcome run = VerifyAt(zip_);
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("later records of these dates"));
}

TEST_F(LogForgeryTest, AKeySentAlongWithALogIsNotTrusted) {
  Publish();
  ASSERT_EQ(Run({"log", "export", "--ledger", log_, "-o", zip_}).code,
            kSuccess);
  for (const std::string& at : {dir_, zip_}) {
    std::filesystem::copy_file(log_ + ".key", at + ".key");
    const Outcome run = Run({"log", "verify", at});
    EXPECT_EQ(run.code, kIncomplete) << run.out;
    EXPECT_THAT(run.out, HasSubstr("no public key was given"));
  }
  const Outcome own = Run({"log", "verify", log_});
  EXPECT_EQ(own.code, kSuccess);
  EXPECT_THAT(own.out, HasSubstr("taken from the key file beside"));
}

TEST_F(LogForgeryTest, AnArchiveSaysThatItIsNotReplayed) {
  ASSERT_EQ(Run({"log", "export", "--ledger", log_, "-o", zip_}).code,
            kSuccess);
  EXPECT_EQ(VerifyAt(zip_).code, kSuccess);
  Outcome run = VerifyAt(zip_, {"--replay"});
  EXPECT_EQ(run.code, kIncomplete);
  EXPECT_THAT(run.out, HasSubstr("cannot be replayed"));
  run = VerifyAt(zip_, {"--all-signatures"});
  EXPECT_EQ(run.code, kIncomplete);
  EXPECT_THAT(run.out, HasSubstr("not every commit's signature"));
}

}  // namespace
}  // namespace tongguan::cli
