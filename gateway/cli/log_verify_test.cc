// A log that a gateway wrote is sound; whatever is changed in it is found.
#include <pthread.h>

#include <filesystem>
#include <map>
#include <random>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/log_audit.h"
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/id.h"
#include "gateway/ledger/packed.h"
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
        "PRAGMA user_version=4", "PRAGMA user_version=6",
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
  std::string bytes = *ledger::Unpack(read->BytesAt(0));
  read->Reset();
  auto write =
      db->Prepare("UPDATE journal SET records=?1 WHERE first_index=13");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ledger::Packer packer;
  ASSERT_TRUE(write->Blob(1, *packer.Pack(bytes)).Run().ok());
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

}  // namespace
}  // namespace tongguan::cli
