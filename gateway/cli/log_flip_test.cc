// Every byte of a small ledger and of its archive, changed: the change is found
// or nobody can tell the log from what it was. A sample, another each time; all
// bytes with TONGGUAN_FLIPS=all (an hour), and a part with TONGGUAN_FLIPS=N/M.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/log_testing.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::cli {
namespace {

// Positions of a sample.
constexpr size_t kSample = 500;

class LogFlipTest : public LogVerifyTest {
 protected:
  // Two years, settlements, corrections, activations, a change of key, and
  // people who were counted; checkpointed into the one file.
  void SetUp() override {
    AddKeys();
    LogVerifyTest::SetUp();
    Rotate();
    Start();
    OpenYear(2027, 0);
    const v1::Decision decided = Decide(Exact("e0", {0, 30}));
    Decide(Exact("e1", {20, 50}));
    SettleExact("s1", decided.decision_id(), {0, 30}, {0, 10});
    Correct(decided);
    server_ = nullptr;
    key_ = pki_.folder() + "/next.pub";
    WriteFile(key_, journal::SigningKey::Read(next_)->public_key().ToString());
    // The index as it stands once it was written.
    ledger::Options options;
    options.path = log_;
    options.index_run = 8;
    options.key = std::make_shared<const journal::SigningKey>(
        *journal::SigningKey::Read(next_));
    ASSERT_TRUE(ledger::OpenSqliteLedger(options, [this] {
                  return clock_.Now();
                }).ok());
    Restore();
    ASSERT_FALSE(std::filesystem::exists(log_ + "-wal"));
    WriteFile(copy_ + ".lock", "");
  }

  void Rotate() {
    next_ = pki_.folder() + "/next.key";
    const std::string origin =
        journal::SigningKey::Read(log_ + ".key")->origin();
    ASSERT_EQ(RunCli({"log", "keygen", next_, "--origin", origin}).code,
              kSuccess);
    ASSERT_EQ(RunCli({"log", "rotate-key", next_, "--ledger", log_}).code,
              kSuccess);
    config_.set_log_key(next_);
  }
  void Correct(const v1::Decision& decided) {
    v1::CorrectSettlementRequest request;
    request.set_decision_id(decided.decision_id());
    request.set_exporter(service::kShanghai);
    *request.mutable_people() = PeopleOf({0, 30});
    *request.mutable_left() = PeopleOf({0, 12});
    v1::CorrectSettlementResponse response;
    for (const char* name : {"li", "wang"}) {
      request.set_request_id(absl::StrCat("correct-", name));
      request.set_proposal_id(response.record_id());
      const service::Client person = As(absl::StrCat(
          "tongguan:exporter/", service::kShanghai, "/person/", name));
      const grpc::Status status = service::Ask(
          *person.gateway, &Gateway::CorrectSettlement, request, &response);
      ASSERT_TRUE(status.ok()) << status.error_message();
    }
  }

  static bool Append(sqlite3* db, const std::string& question,
                     std::string* all) {
    sqlite3_stmt* rows = nullptr;
    if (sqlite3_prepare_v2(db, question.c_str(), -1, &rows, nullptr) !=
        SQLITE_OK) {
      return false;
    }
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(rows); ++i) {
        absl::StrAppend(all, sqlite3_column_type(rows, i), " ");
        const void* bytes = sqlite3_column_blob(rows, i);
        const int size = sqlite3_column_bytes(rows, i);
        absl::StrAppend(all, size, " ");
        if (size > 0) all->append(static_cast<const char*>(bytes), size);
      }
    }
    return sqlite3_finalize(rows) == SQLITE_OK && code == SQLITE_DONE;
  }
  // Every row of every table, with types, by the table and by each index.
  static std::string Dump(const std::string& path) {
    std::string all;
    auto db = ledger::Database::Open(path, SQLITE_OPEN_READONLY);
    if (!db.ok()) return "unreadable";
    std::vector<std::string> questions = {
        "SELECT type,name,tbl_name,sql FROM sqlite_schema ORDER BY name",
        "PRAGMA application_id", "PRAGMA user_version",
        absl::StrCat("SELECT id,year,name FROM people_set INDEXED BY ",
                     "sqlite_autoindex_people_set_1 ORDER BY year,name")};
    for (const char* table :
         {"journal", "tile", "tally", "day", "people_set", "people_part",
          "people_change", "part", "request", "entry", "settled", "indexed"}) {
      questions.push_back(absl::StrCat("SELECT * FROM ", table));
    }
    for (const std::string& question : questions) {
      if (!Append((*db)->handle(), question, &all)) return "unreadable";
      all += "\n";
    }
    return DigestHex(Sha256(all));
  }

  // Which positions are flipped: all, a part, or a sample.
  std::vector<size_t> Positions(size_t size, std::mt19937* random) {
    const char* const asked = std::getenv("TONGGUAN_FLIPS");
    size_t first = 0, step = 1;
    std::vector<size_t> positions;
    if (asked == nullptr) {
      for (size_t i = 0; i < kSample; ++i) {
        positions.push_back((*random)() % size);
      }
      return positions;
    }
    const std::vector<std::string> part = absl::StrSplit(asked, '/');
    if (part.size() == 2) {
      EXPECT_TRUE(absl::SimpleAtoi(part[0], &first));
      EXPECT_TRUE(absl::SimpleAtoi(part[1], &step));
    }
    for (; first < size; first += step) positions.push_back(first);
    return positions;
  }

  // Puts other bytes at a place of a file; whoever goes puts the old one back.
  static void Put(const std::string& path, size_t at, char byte) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_EQ(pwrite(fd, &byte, 1, static_cast<off_t>(at)), 1);
    close(fd);
  }

  // Flips a random bit, or the whole byte, everywhere. `alike`: whether a file
  // that verifies is what it was.
  void FlipAll(const std::string& path, const std::function<bool()>& alike) {
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    const std::string good = ReadBytes(path);
    int found = 0, same = 0;
    std::set<size_t> missed;
    for (const size_t at : Positions(good.size(), &random)) {
      for (const int mask : {1 << random() % 8, 0xff}) {
        Put(path, at, static_cast<char>(good[at] ^ mask));
        const Outcome run = RunCli(
            {"log", "verify", path, "--public-key", key_, "--all-signatures"});
        if (run.code == kBroken) {
          ++found;
        } else if (alike()) {
          ++same;
        } else {
          missed.insert(at);
          EXPECT_LT(missed.size(), 40u) << "and no more are shown";
          if (missed.size() < 40) {
            ADD_FAILURE() << "byte " << at << " ^ " << mask << ", seed " << seed
                          << ": exit " << run.code << run.err;
          }
        }
      }
      Put(path, at, good[at]);
    }
    std::cout << path << ", " << good.size() << " bytes, seed " << seed << ": "
              << found << " flips found, " << same << " change nothing, "
              << missed.size() << " bytes missed\n";
    EXPECT_GT(found, 0);
  }

  std::string next_;
};

TEST_F(LogFlipTest, WhatWasMadeIsSoundThoughPeopleWereCounted) {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--all-signatures", "--replay"}}) {
    const Outcome run = Verify(more);
    EXPECT_EQ(run.code, kSuccess) << run.out << run.err;
    EXPECT_THAT(run.out, testing::HasSubstr("records do not say who"));
  }
}

TEST_F(LogFlipTest, SetsThatDoNotHoldWhatTheRecordsAddUpToAreFound) {
  // Each row keeps a check of what it says.
  for (const char* change :
       {"UPDATE people_set SET people=people+1",
        "UPDATE people_set SET name=name||'x'",
        "UPDATE people_set SET year=2028", "UPDATE people_set SET newest=x''",
        "UPDATE people_change SET key=key+1000",
        "UPDATE people_change SET counts=substr(counts,21)"}) {
    ExpectBroken(change, "is damaged");
  }
  ExpectBroken("DELETE FROM people_change", "does not hold the people");
  ExpectBroken("DELETE FROM people_set;DELETE FROM people_change",
               "do not hold as many");
  ExpectBroken("INSERT INTO people_change VALUES(99<<32,x'')", "of no set");
  ExpectBroken("UPDATE tally SET counted_exact_persons=counted_exact_persons-1",
               "is not the sum");
  ExpectBroken("UPDATE tally SET gba_exact_sensitive=1", "is not the sum");
}

TEST_F(LogFlipTest, EveryFlippedByteOfALedgerIsFoundOrChangesNothing) {
  const std::string before = Dump(copy_);
  ASSERT_NE(before, "unreadable");
  FlipAll(copy_, [&] { return Dump(copy_) == before; });
}

TEST_F(LogFlipTest, EveryFlippedByteOfAnArchiveIsFound) {
  const std::string zip = pki_.folder() + "/a.zip";
  ASSERT_EQ(RunCli({"log", "export", "--ledger", log_, "-o", zip,
                    "--public-key", key_})
                .code,
            kSuccess);
  FlipAll(zip, [] { return false; });
}

}  // namespace
}  // namespace tongguan::cli
