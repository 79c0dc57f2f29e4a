// Request ids that share a key, which no test can make by hashing.
#include "gateway/ledger/index.h"

#include "gateway/ledger/file.h"
#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

constexpr uint64_t kShared = UINT64_MAX;  // The next key above is 0.

class IndexTest : public LedgerTest {
 protected:
  // Records of these request ids, all of one key.
  void Fill(const std::vector<std::string>& ids, size_t run_records) {
    db_ = OpenFile(options_.path).value();
    journal_ = Journal::On(*db_).value();
    index_ = Index::On(*db_, *journal_, 0, run_records).value();
    Row row;
    for (const std::string& id : ids) {
      AppendFact(FactOf(id), &row.facts);
      AppendFrame(id, &row.records);
      ++row.count;
    }
    ASSERT_TRUE(journal_->Append(row, {}).ok());
    for (const std::string& id : ids) index_->Add(FactOf(id));
  }
  static Fact FactOf(const std::string& id) {
    Fact fact;
    fact.owner = kExporter;
    fact.request_id = id;
    fact.key = kShared;
    return fact;
  }
  std::optional<uint64_t> Find(const std::string& id) {
    const auto found = index_->FindRequest(FactOf(id));
    EXPECT_TRUE(found.ok()) << found.status();
    return *found;
  }
  void WriteAll() {
    ASSERT_TRUE(index_->Write(3).ok());
    index_->Committed();
    std::vector<uint64_t> found;
    EXPECT_EQ(index_->FindUnwritten({}, &found), 3u);
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Index> index_;
};

TEST_F(IndexTest, IdsOfOneKeyAreToldApartInMemory) {
  Fill({"a", "b", "c"}, 100);
  EXPECT_EQ(Find("a"), 0u);
  EXPECT_EQ(Find("b"), 1u);
  EXPECT_EQ(Find("c"), 2u);
  EXPECT_EQ(Find("d"), std::nullopt);
}

TEST_F(IndexTest, IdsOfOneKeyAreToldApartInTheTables) {
  Fill({"a", "b", "c"}, 3);
  WriteAll();
  EXPECT_EQ(Find("a"), 0u);
  EXPECT_EQ(Find("b"), 1u);
  EXPECT_EQ(Find("c"), 2u);
  EXPECT_EQ(Find("d"), std::nullopt);
}

TEST_F(IndexTest, WritingARunAgainChangesNothing) {
  Fill({"a", "b", "c"}, 3);
  WriteAll();
  index_ = Index::On(*db_, *journal_, 3, 3).value();
  ASSERT_TRUE(db_->Exec("DELETE FROM indexed").ok());
  for (int round = 0; round < 2; ++round) {
    Index& again = *(index_ = Index::On(*db_, *journal_, 3, 3).value());
    std::vector<uint64_t> found;
    EXPECT_EQ(again.FindUnwritten({}, &found), 3u);
    ASSERT_TRUE(db_->Exec("DELETE FROM indexed").ok());
  }
  EXPECT_EQ(Find("b"), 1u);
  // The shared key's three rows, and once each row of the key by hashing.
  EXPECT_EQ(*db_->Number("SELECT count(*) FROM request"), 6);
}

// A run of three was written in part, the process killed, and the records taken
// up again as three runs of one: B's postings of the first run are gone. So are
// those that nobody wrote, which would hide the records before them.
TEST_F(IndexTest, WhatARunCutShortLeftIsForgotten) {
  db_ = OpenFile(options_.path).value();
  journal_ = Journal::On(*db_).value();
  Row row;
  for (const char* exporter : {"A", "B", "B"}) {
    Fact fact;
    fact.exporter = exporter;
    AppendFact(fact, &row.facts);
    AppendFrame("x", &row.records);
    ++row.count;
  }
  ASSERT_TRUE(journal_->Append(row, {}).ok());
  for (size_t run_records : {3, 1}) {
    ASSERT_TRUE(db_->Exec("DELETE FROM indexed;"
                          "INSERT OR REPLACE INTO entry VALUES('eB',0,x''),"
                          "('eB',2,x''),('eB',3,x''),('v2',0,x'')")
                    .ok());
    index_ = Index::On(*db_, *journal_, 3, run_records).value();
  }
  Filter filter{ExporterTerm("B"), 0, 3, 0, 0, 10};
  Statement find = PrepareFind(*db_).value();
  std::vector<uint64_t> found;
  ASSERT_TRUE(FindWritten(filter, &find, &found).ok());
  EXPECT_EQ(found, (std::vector<uint64_t>{2, 1}));
  EXPECT_EQ(*db_->Number("SELECT count(*) FROM entry WHERE term='eB'"), 2);
  EXPECT_EQ(*db_->Number("SELECT count(*) FROM entry"), 3);
}

TEST_F(IndexTest, DamagedPostingsAreAnError) {
  std::vector<uint64_t> found;
  const Filter filter{"", 0, 100, 0, 0, 10};
  EXPECT_TRUE(FindIn(std::string("\x01\x01\x01", 3), filter, &found).ok());
  EXPECT_EQ(found, (std::vector<uint64_t>{1}));
  for (const std::string postings : {"\x01", "\x01\x01", "\x01\x01\x80"}) {
    EXPECT_TRUE(absl::IsDataLoss(FindIn(postings, filter, &found)));
  }
}

}  // namespace
}  // namespace tongguan::ledger
