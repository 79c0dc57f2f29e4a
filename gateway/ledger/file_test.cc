// Files that are not as they should be.
#include "gateway/ledger/file.h"

#include <fstream>

#include "gateway/ledger/ledger_testing.h"
#include "gmock/gmock.h"

namespace tongguan::ledger {
namespace {

using ::testing::HasSubstr;

class FileTest : public LedgerTest {
 protected:
  // 200 records in 200 rows, all in the file itself.
  void Fill() {
    Open();
    for (int i = 0; i < 200; ++i) {
      Put(absl::StrCat("r", i), std::string(1000, 'x'));
    }
    ledger_ = nullptr;
  }
  void Sql(const char* sql) {
    auto db = Database::Open(options_.path);
    ASSERT_TRUE(db.ok()) << db.status();
    const absl::Status done = (*db)->Exec(sql);
    ASSERT_TRUE(done.ok()) << done;
  }
  void ExpectRefused(absl::StatusCode code, const std::string& words) {
    const auto ledger = TryOpen();
    EXPECT_EQ(ledger.status().code(), code) << ledger.status();
    EXPECT_THAT(std::string(ledger.status().message()), HasSubstr(words));
  }
  std::string Bytes() {
    std::ifstream in(options_.path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void Write(const std::string& bytes) {
    std::ofstream(options_.path, std::ios::binary) << bytes;
  }
};

TEST_F(FileTest, MissingFolder) {
  options_.path = folder_ + "/none/ledger.db";
  ExpectRefused(absl::StatusCode::kNotFound, "make the folder");
}

TEST_F(FileTest, FolderThatCannotBeWritten) {
  // Nobody, not even root, makes files there.
  options_.path = "/sys/kernel/ledger.db";
  ExpectRefused(absl::StatusCode::kPermissionDenied, "writable");
}

TEST_F(FileTest, ASecondOpeningIsRefused) {
  Open();
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "another process");
  Reopen();
}

TEST_F(FileTest, IsReadableByItsUserOnly) {
  Open();
  Put("", "x");
  for (const char* end : {"", "-wal", "-shm", ".lock"}) {
    EXPECT_EQ(std::filesystem::status(options_.path + end).permissions(),
              std::filesystem::perms(0600))
        << end;
  }
}

TEST_F(FileTest, AnEmptyFileIsMadeALedger) {
  Write("");
  Open();
  EXPECT_EQ(Put("", "x").index, 0u);
}

TEST_F(FileTest, AFileOfAnotherKindIsRefusedAndKept) {
  const std::string text(100'000, 't');
  Write(text);
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "not a Tongguan ledger");
  EXPECT_EQ(Bytes(), text);
}

TEST_F(FileTest, AnotherProgramsDatabaseIsRefusedAndKept) {
  std::ofstream(options_.path).flush();
  Sql("CREATE TABLE journal(x)");
  const std::string before = Bytes();
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "not a Tongguan ledger");
  EXPECT_EQ(Bytes(), before);
}

TEST_F(FileTest, ANewerFormatIsRefused) {
  Fill();
  Sql(absl::StrCat("PRAGMA user_version=", kFormatVersion + 1).c_str());
  ExpectRefused(absl::StatusCode::kFailedPrecondition,
                absl::StrCat("has format ", kFormatVersion + 1));
}

// Unlike of a newer one, no later program is promised to read it.
TEST_F(FileTest, AnOlderFormatIsRefused) {
  Fill();
  Sql(absl::StrCat("PRAGMA user_version=", kFormatVersion - 1).c_str());
  ExpectRefused(absl::StatusCode::kFailedPrecondition,
                "use the program that wrote it");
  EXPECT_THAT(std::string(TryOpen().status().message()),
              testing::Not(testing::HasSubstr("newer")));
}

TEST_F(FileTest, AFileWrittenTwiceOverIsRefused) {
  Fill();
  Write(Bytes() + Bytes());
  ExpectRefused(absl::StatusCode::kDataLoss, "belong to it");
}

TEST_F(FileTest, ACutFileIsRefused) {
  Fill();
  const std::string bytes = Bytes();
  for (size_t pages = 1; pages < bytes.size() / kPageBytes; pages += 3) {
    Write(bytes.substr(0, pages * kPageBytes));
    ExpectRefused(absl::StatusCode::kDataLoss, "backup");
  }
}

TEST_F(FileTest, AMissingRowIsRefused) {
  Fill();
  Sql("DELETE FROM journal WHERE first_index=195");
  ExpectRefused(absl::StatusCode::kDataLoss, "does not follow");
}

TEST_F(FileTest, AMissingFirstRowOfAShortJournalIsRefused) {
  Fill();
  Sql("DELETE FROM journal WHERE first_index<190");
  ExpectRefused(absl::StatusCode::kDataLoss, "does not begin at 0");
}

TEST_F(FileTest, ARowDoubledIsRefused) {
  Fill();
  Sql("INSERT INTO journal SELECT first_index+2,count,time_micros,year,root,"
      "signature,facts,records FROM journal WHERE first_index=199");
  ExpectRefused(absl::StatusCode::kDataLoss, "does not follow");
}

TEST_F(FileTest, ARowThatHoldsFewerRecordsThanItSaysIsRefused) {
  Fill();
  Sql("UPDATE journal SET count=2 WHERE first_index=199");
  ExpectRefused(absl::StatusCode::kDataLoss, "as many records");
}

TEST_F(FileTest, AMissingRowIsFoundWhenTheIndexIsMade) {
  Fill();
  Sql("DELETE FROM journal WHERE first_index=100");
  ExpectRefused(absl::StatusCode::kDataLoss, "begins at record 100 is missing");
}

TEST_F(FileTest, AJournalShorterThanItsIndexIsRefused) {
  options_.index_run = 10;
  Fill();
  Sql("DELETE FROM journal WHERE first_index>=100");
  ExpectRefused(absl::StatusCode::kDataLoss, "was cut");
}

// What is on the disk at any moment while it runs, as after a kill.
TEST_F(FileTest, ACopyTakenWhileItRunsOpensWithAllThatWasReported) {
  options_.index_run = 16;
  Open();
  const std::string original = options_.path;
  for (int i = 0; i < 60; ++i) {
    Put(absl::StrCat("r", i), absl::StrCat("record", i));
    options_.path = absl::StrCat(folder_, "/copy", i, ".db");
    std::filesystem::copy_file(original, options_.path);
    std::filesystem::copy_file(original + "-wal", options_.path + "-wal");
    auto copy = TryOpen();
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ((*copy)->size(), i + 1u);
    for (int k = 0; k <= i; ++k) {
      const auto again = Do(**copy, MakeSubmission(absl::StrCat("r", k),
                                                   absl::StrCat("record", k)));
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(again->repeated);
      EXPECT_EQ(again->index, static_cast<uint64_t>(k));
    }
  }
}

}  // namespace
}  // namespace tongguan::ledger
