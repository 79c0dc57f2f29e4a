// Logs as whoever wants to deceive would make them: each is found by the exact
// thing that is wrong with it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "gateway/archive/archive.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/log_testing.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/note.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/scan.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

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

TEST_F(LogForgeryTest, AnArchiveIsReplayedWhereAllRecordsAreInIt) {
  const auto replay = [&](const std::vector<std::string>& of) {
    std::filesystem::remove(zip_);
    std::vector<std::string> args = {"log", "export", "--ledger",
                                     log_,  "-o",     zip_};
    args.insert(args.end(), of.begin(), of.end());
    EXPECT_EQ(Run(args).code, kSuccess);
    return VerifyAt(zip_, {"--replay"});
  };
  Outcome run = replay({});
  EXPECT_EQ(run.code, kSuccess) << run.out;
  EXPECT_THAT(run.out, HasSubstr("8 decisions taken again"));
  run = replay({"--until", "2026-12-31"});
  EXPECT_EQ(run.code, kSuccess) << run.out;
  EXPECT_THAT(run.out, HasSubstr("6 decisions taken again"));
  run = replay({"--since", "2027-01-01"});
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("the archive begins at index 11"));
  run = replay({"--exporter", service::kShanghai});
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("chosen by exporter"));
  run = VerifyAt(zip_, {"--all-signatures"});
  EXPECT_EQ(run.code, kIncomplete);
  EXPECT_THAT(run.out, HasSubstr("not every commit's signature"));
}

// Rows and tables that no reader of the log sees, but others may.
TEST_F(LogForgeryTest, RowsAndTablesThatDoNotBelongAreFound) {
  const std::string like =
      "time_micros,year,root,signature,facts,records FROM journal WHERE "
      "first_index=13";
  for (const char* place : {"14,0,", "-7,7,", "40,-26,", "-1,0,"}) {
    ExpectBroken(absl::StrCat("INSERT INTO journal SELECT ", place, like), "");
  }
  ExpectBroken("CREATE TABLE junk(x)", "junk");
  ExpectBroken("CREATE VIEW v AS SELECT 1", "CREATEVIEW");
  ExpectBroken(
      "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM tally; END",
      "CREATETRIGGER");
  WriteFile(copy_ + ".lock", "");
  ExpectBroken("DROP TABLE day;CREATE TABLE day(x)", "day");
  ExpectBroken("DROP TABLE people_change;CREATE TABLE people_change(x)",
               "people_change");
  ExpectBroken("INSERT INTO tile VALUES(0,3,zeroblob(32))",
               "hashes that do not belong");
}

// A gateway that goes on while its log is verified breaks nothing.
TEST_F(LogForgeryTest, TilesThatFillMeanwhileAreNoStrays) {
  const auto scan = *ledger::Scan::Open(log_);
  Start();
  for (int i = 0; i < 250; ++i) Decide(Flow(absl::StrCat("more", i), 1));
  server_ = nullptr;
  EXPECT_EQ((*ledger::Scan::Open(log_))->CountTiles().value(), 1);
  EXPECT_EQ(scan->CountTiles().value(), 0);
  Restore();
  ExpectBroken("INSERT INTO tile VALUES(8,1,zeroblob(32))", "tile");
}

// What `log list` and a retry are answered from.
TEST_F(LogForgeryTest, AnIndexThatHidesOrInventsRecordsIsFound) {
  ExpectBroken("INSERT OR REPLACE INTO indexed VALUES(1,14)", "term");
  ExpectBroken("INSERT OR REPLACE INTO indexed VALUES(1,29)", "speaks of 29");
  ExpectBroken("INSERT OR REPLACE INTO indexed VALUES(1,-1)", "speaks of");
  // The index as it stands once all of it was written.
  ledger::Options options;
  options.path = log_;
  options.index_run = 4;
  options.key = std::make_shared<const journal::SigningKey>(
      *journal::SigningKey::Read(log_ + ".key"));
  ASSERT_TRUE(
      ledger::OpenSqliteLedger(options, [] { return absl::Now(); }).ok());
  Restore();
  EXPECT_EQ(Verify().code, kSuccess) << Verify().out;
  ASSERT_GT(*OpenCopy()->Number("SELECT below FROM indexed"), 11);
  // A gateway may have gone on since it was asked how many records there are.
  for (const uint64_t size : {0, 5, 11}) {
    EXPECT_TRUE(ledger::Scan::CheckBeside(copy_, size, 0).ok()) << size;
  }
  ExpectBroken("DELETE FROM entry WHERE run=4", "term");
  ExpectBroken("UPDATE entry SET postings=substr(postings,1,3)", "term");
  ExpectBroken("UPDATE entry SET term='v9' WHERE term='v1'", "term");
  ExpectBroken("INSERT INTO entry VALUES('v9',0,x'020901')", "term v9");
  ExpectBroken("DELETE FROM request", "request");
  ExpectBroken("UPDATE request SET idx=3 WHERE idx=4", "request");
  ExpectBroken("UPDATE request SET key=key+1", "request");
  ExpectBroken("INSERT INTO request VALUES(17,3)", "request");
  ExpectBroken("INSERT INTO request VALUES(17,4000)", "request");
  ExpectBroken("DELETE FROM settled", "settle");
  ExpectBroken("INSERT INTO settled VALUES(4,8)", "settle");
  ExpectBroken("UPDATE settled SET by=by+1", "settle");
}

TEST_F(LogForgeryTest, ADayThatIsNotTheSumOfItsRecordsIsFound) {
  ExpectBroken("UPDATE day SET persons=persons+1", "sum of the records");
  ExpectBroken("UPDATE day SET day=day+1", "sum of the records");
  ExpectBroken("DELETE FROM day", "sum of the records");
  ExpectBroken("INSERT INTO day VALUES('x',20500,1,0)",
               "are not the sum of the records");
}

// 30 and not 1: a log that cannot be read any more is not a wrong file name.
TEST_F(LogForgeryTest, ALogWhoseFirstBytesWereFlippedIsBroken) {
  Sql("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string good = ReadBytes(copy_);
  WriteFile(copy_ + ".lock", "");
  EXPECT_EQ(Verify().code, kSuccess);
  int broken = 0;
  for (const size_t at : {0, 5, 16, 19, 21, 47, 60, 63, 68, 71}) {
    for (int bit = 0; bit < 8; ++bit) {
      Restore();
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      WriteFile(copy_, bad);
      const Outcome run = Verify();
      // SQLite passes over some of them.
      EXPECT_NE(run.code, kError) << at << "." << bit << run.out << run.err;
      broken += run.code == kBroken;
    }
  }
  EXPECT_GT(broken, 60);
  std::filesystem::remove(copy_ + ".lock");
  WriteFile(copy_, "x" + good.substr(1));
  EXPECT_EQ(Verify().code, kError);  // Nothing says that it was a ledger.
}

TEST_F(LogForgeryTest, APublishedFolderWithoutItsCheckpointIsBroken) {
  Publish();
  std::filesystem::remove(dir_ + "/checkpoint");
  ExpectBrokenBy(VerifyAt(dir_), "no checkpoint");
  std::filesystem::remove_all(dir_ + "/tile");
  EXPECT_EQ(VerifyAt(dir_).code, kError);
}

class ArchiveForgeryTest : public LogForgeryTest {
 protected:
  // An archive of all, its files changed; the manifest is made to fit.
  void Forge(
      const std::function<void(std::map<std::string, std::string>*)>& change) {
    std::filesystem::remove(zip_);
    ASSERT_EQ(Run({"log", "export", "--ledger", log_, "-o", zip_}).code,
              kSuccess);
    archive::Manifest manifest;
    std::map<std::string, std::string> files;
    {
      const auto archive = *archive::Reader::Open(zip_);
      manifest = archive->manifest();
      for (const archive::File& file : manifest.files) {
        files[file.name] = *archive->Read(file.name);
      }
    }
    change(&files);
    manifest.files.clear();
    std::filesystem::remove(zip_);
    auto zip = *archive::ZipWriter::Create(zip_);
    for (const auto& [name, bytes] : files) {
      manifest.files.push_back(
          {DigestBytes(Sha256(bytes)), bytes.size(), name});
      ASSERT_TRUE(zip->Add(name, bytes).ok());
    }
    ASSERT_TRUE(
        zip->Add(archive::kManifestName, archive::FormatManifest(manifest))
            .ok());
    ASSERT_TRUE(zip->Finish().ok());
  }
};

TEST_F(ArchiveForgeryTest, EntriesThatDoNotBelongAreRefused) {
  Forge([](auto*) {});
  EXPECT_EQ(VerifyAt(zip_).code, kSuccess) << VerifyAt(zip_).out;
  for (const char* name :
       {"proof/../../../../x", "proof/000001", "records/../../x",
        "records/000000000014", "proof/\x1b[2J"}) {
    Forge([&](auto* files) { (*files)[name] = ""; });
    ExpectBrokenBy(VerifyAt(zip_), "does not belong");
  }
  const std::string part = "what no policy names";
  Forge([&](auto* files) {
    (*files)[archive::PartName(DigestBytes(Sha256(part)))] = part;
  });
  ExpectBrokenBy(VerifyAt(zip_), "does not belong");
}

TEST_F(ArchiveForgeryTest, APageThatIsMissingOrReplacedIsSaid) {
  Forge([](auto* files) { files->erase(archive::kPageName); });
  ExpectBrokenBy(VerifyAt(zip_), "no README.html");
  Forge([](auto* files) {
    (*files)[archive::kPageName] = "<p>Everything is sound.</p>";
  });
  const Outcome run = VerifyAt(zip_);
  EXPECT_EQ(run.code, kIncomplete) << run.out;
  EXPECT_THAT(run.out, HasSubstr("it was replaced"));
}

// Sizes that are only claimed are not made room for.
TEST_F(LogForgeryTest, AHeadOfMoreRecordsThanThereCanBeIsBroken) {
  Publish();
  const auto key = journal::SigningKey::Read(log_ + ".key");
  const std::string text = journal::FormatCheckpoint(
      {key->origin(), 9'000'000'000'000'000'000u, journal::EmptyRoot()});
  WriteFile(
      dir_ + "/checkpoint",
      journal::FormatNote(
          {text, {{key->origin(), key->public_key().id(), *key->Sign(text)}}}));
  ExpectBrokenBy(VerifyAt(dir_), "is missing");
}

TEST_F(LogForgeryTest, AFileOfHolesIsBrokenAndNotRead) {
  constexpr uint64_t kHuge = uint64_t{1} << 41;
  WriteFile(zip_, "PK");
  std::filesystem::resize_file(zip_, kHuge);
  {
    std::ofstream out(zip_, std::ios::app | std::ios::binary);
    out << "PK\x05\x06" << std::string(18, '\0');
  }
  ExpectBrokenBy(VerifyAt(zip_), "not that of an archive");
  Publish();
  for (const char* name :
       {"checkpoint", "tile/0/000.p/14", "tile/entries/000.p/14"}) {
    const std::string path = dir_ + "/" + name, good = ReadBytes(path);
    std::filesystem::resize_file(path, kHuge);
    EXPECT_EQ(VerifyAt(dir_).code, kBroken) << name;
    WriteFile(path, good);
  }
}

TEST_F(LogForgeryTest, AYearOrARetentionBeyondTheCalendarIsAUsageError) {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--year", "2026", "--retention-years", "9000"},
        {"--year", "2026", "--retention-years", "101"},
        {"--year", "2147483647"},
        {"--year", "-5"}}) {
    std::vector<std::string> args = {"log", "archive", "--ledger", log_,
                                     "-o",  zip_,      "--prune"};
    args.insert(args.end(), more.begin(), more.end());
    EXPECT_EQ(Run(args).code, kUsage) << more.back();
  }
}

}  // namespace
}  // namespace tongguan::cli
