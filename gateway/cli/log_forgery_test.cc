// Logs as whoever wants to deceive would make them: each is found by the exact
// thing that is wrong with it.
#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/archive_export.h"
#include "gateway/cli/log_testing.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/frontier.h"
#include "gateway/journal/note.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/packed.h"
#include "gateway/ledger/rows.h"
#include "gateway/ledger/scan.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

class LogForgeryTest : public LogVerifyTest {
 protected:
  // Has all of the index in its tables, in runs of four records.
  void WriteIndex() {
    ledger::Options options;
    options.path = log_;
    options.index_run = 4;
    options.key = std::make_shared<const journal::SigningKey>(
        *journal::SigningKey::Read(log_ + ".key"));
    ASSERT_TRUE(
        ledger::OpenSqliteLedger(options, [] { return absl::Now(); }).ok());
  }

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
  // The same head, signed by this key instead.
  static std::string SignedBy(const std::string& note, const std::string& key) {
    journal::Note again = *journal::ParseNote(note);
    const auto signer = journal::SigningKey::Read(key);
    again.signatures = {{signer->origin(), signer->public_key().id(),
                         *signer->Sign(again.text)}};
    return journal::FormatNote(again);
  }

  // The sound log with another last record, its root and a head of the log's
  // key made to fit.
  void ForgeLast(const std::function<void(v1::DecisionRecord*)>& change) {
    Restore();
    journal::Frontier tree;
    uint64_t row = 0;
    v1::DecisionRecord record;
    const auto scan = *ledger::Scan::Open(copy_);
    const auto read = scan->EachRow(0, [&](const ledger::RawRow& of) {
      row = of.first_index;
      absl::string_view records = of.records, bytes;
      while (ledger::TakeFrame(&records, &bytes)) {
        if (tree.size() + 1 == scan->size()) {
          record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        } else {
          tree.Append(journal::LeafHash(bytes), nullptr);
        }
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(read.ok()) << read;
    change(&record);
    const std::string bytes = record.SerializeAsString();
    tree.Append(journal::LeafHash(bytes), nullptr);
    std::string frame;
    ledger::AppendFrame(bytes, &frame);
    const auto key = journal::SigningKey::Read(log_ + ".key");
    const std::string signature =
        key->public_key().id() +
        *key->Sign(journal::FormatCheckpoint(
            {key->origin(), tree.size(), tree.Root()}));
    auto db = OpenCopy();
    auto write = db->Prepare(
        "UPDATE journal SET records=?1,root=?2,signature=?3 WHERE "
        "first_index=?4 AND count=1");
    ledger::Packer packer;
    ASSERT_TRUE(write->Blob(1, *packer.Pack(frame))
                    .Blob(2, DigestBytes(tree.Root()))
                    .Blob(3, signature)
                    .Int(4, static_cast<int64_t>(row))
                    .Run()
                    .ok());
  }

  std::string dir_, zip_, signer_;
};

// Under a filing that has expired since, or an edition that was replaced.
TEST_F(LogForgeryTest, ADecisionOfAnotherDayThanItsRecordIsFound) {
  ForgeLast([](v1::DecisionRecord*) {});
  EXPECT_EQ(VerifyAt(copy_, {"--replay", "--all-signatures"}).code, kSuccess);
  for (const int days : {-300, -100, -1, 1}) {
    ForgeLast([days](v1::DecisionRecord* record) {
      v1::Decision* decision = record->mutable_verdict()->mutable_decision();
      decision->set_decided_at_micros(decision->decided_at_micros() +
                                      days * int64_t{86'400'000'000});
    });
    std::filesystem::remove_all(dir_);
    std::filesystem::remove(zip_);
    ASSERT_EQ(
        Run({"log", "publish", dir_, "--ledger", copy_, "--public-key", key_})
            .code,
        kSuccess);
    ASSERT_TRUE(WriteArchive(**ledger::Scan::Open(copy_),
                             {"", "", service::kShanghai}, zip_)
                    .ok());
    for (const std::string& at : {copy_, dir_, zip_}) {
      ExpectBrokenBy(VerifyAt(at), "was not taken on the Beijing day");
    }
    ExpectBrokenBy(VerifyAt(copy_, {"--replay", "--all-signatures"}),
                   "was not taken on the Beijing day");
  }
}

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
  ExpectBroken("CREATE TABLE pruned(below INTEGER PRIMARY KEY) STRICT",
               "said to be taken out");
  // A row of nobody, in the years of the log and after.
  for (const int year : {2026, 2027, 2031}) {
    ExpectBroken(absl::StrCat("INSERT INTO tally SELECT 'x',", year,
                              ",NULL,NULL,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"),
                 "is not the sum");
  }
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
  ExpectBroken(
      "PRAGMA ignore_check_constraints=ON;INSERT INTO indexed VALUES(0,3)",
      "twice");
  WriteIndex();
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
  // Of records that are not in it yet: 12 and 13.
  const char* const not_yet = "not in it yet";
  ExpectBroken("INSERT INTO entry VALUES('v2',12,x'')", not_yet);
  ExpectBroken("INSERT INTO entry VALUES('v1',12,x'')", not_yet);
  ExpectBroken("INSERT INTO entry VALUES('v1',13,x'')", not_yet);
  ExpectBroken("INSERT INTO entry VALUES('v9',12,x'0c0901')", not_yet);
  ExpectBroken("INSERT INTO entry VALUES('v9',4000,x'0c0901')", not_yet);
  ExpectBroken("INSERT INTO request VALUES(17,12)", not_yet);
  ExpectBroken("INSERT INTO request VALUES(17,13)", not_yet);
  ExpectBroken("INSERT INTO entry VALUES('v2',9,x'')", "term v2");
  ExpectBroken("INSERT INTO entry VALUES('v2',-1,x'')", "term v2");
  ExpectBroken("INSERT INTO entry VALUES('v9',9,x'020901')", "term v9");
}

// Also where no record of the term lies between the two beginnings.
TEST_F(LogForgeryTest, ARunThatBeginsElsewhereIsFound) {
  WriteIndex();
  int64_t between = 0;
  for (const int row : {0, 1, 2, 3, 4, 5, 6}) {
    const std::string later = absl::StrCat(
        " FROM entry WHERE run>0 ORDER BY term,run LIMIT 1 OFFSET ", row);
    Restore();
    ASSERT_EQ(*OpenCopy()->Number(
                  absl::StrCat("SELECT count(*) FROM (SELECT 1", later, ")")),
              1)
        << row;
    Sql(
        absl::StrCat("UPDATE entry SET run=run+1 WHERE (term,run) IN (SELECT "
                     "term,run",
                     later, ")"));
    const Outcome run = Verify();
    EXPECT_EQ(run.code, kBroken) << row << run.out;
    between += absl::StrContains(run.out, "where the run of record") ? 1 : 0;
  }
  EXPECT_GT(between, 0);
}

// What a crash in the middle of writing a run leaves is lawful.
TEST_F(LogForgeryTest, RowsOfARunThatWasCutShortAreNoForgery) {
  WriteIndex();
  for (const char* left : {"", "DELETE FROM entry WHERE run=8 AND term='v1'",
                           "DELETE FROM entry WHERE run=8",
                           "DELETE FROM request WHERE idx>=8 AND key>0",
                           "DELETE FROM settled WHERE by>=8"}) {
    Restore();
    Sql(absl::StrCat("UPDATE indexed SET below=8;", left));
    EXPECT_EQ(Verify().code, kSuccess) << left << Verify().out;
  }
  ExpectBroken("UPDATE indexed SET below=8;UPDATE entry SET run=9 WHERE run=8",
               "not in it yet");
  ExpectBroken(
      "UPDATE indexed SET below=8;UPDATE request SET key=key+1 WHERE idx>=8",
      "not in it yet");
}

TEST_F(LogForgeryTest, ADayThatIsNotTheSumOfItsRecordsIsFound) {
  ExpectBroken("UPDATE day SET persons=persons+1", "sum of the records");
  ExpectBroken("UPDATE day SET day=day+1", "sum of the records");
  ExpectBroken("DELETE FROM day", "sum of the records");
  ExpectBroken("INSERT INTO day VALUES('x',20500,1,0)",
               "are not the sum of the records");
  ExpectBroken("INSERT INTO day VALUES('x',20500,0,0)",
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
