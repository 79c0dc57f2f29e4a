// Sets that say of themselves what is not so, in rows whose checks are right.
#include "gateway/ledger/set_check.h"

#include <filesystem>
#include <memory>

#include "gateway/ledger/counts.h"
#include "gateway/ledger/file.h"
#include "gateway/ledger/set_table.h"
#include "gtest/gtest.h"

namespace tongguan::ledger {
namespace {

std::string Person(char c) { return std::string(kPersonBytes, c); }

class SetCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder =
        (std::filesystem::temp_directory_path() / "sets-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    db_ = *OpenFile(folder_ + "/ledger.db");
    table_ = *SetTable::On(*db_);
  }
  ~SetCheckTest() override {
    table_ = nullptr;
    db_ = nullptr;
    std::filesystem::remove_all(folder_);
  }
  int64_t Make(const std::string& name, int64_t people, int32_t year = 2026) {
    const int64_t id = *table_->Create({name, year});
    EXPECT_TRUE(table_->PutState({id, {people, {7, 3}}}).ok());
    return id;
  }
  void Change(int64_t set, uint32_t number, const std::string& people,
              int32_t each) {
    EXPECT_TRUE(table_->PutChange(set, number, ToCounts(people, each)).ok());
  }
  void Part(int64_t set, uint32_t number, const std::string& start,
            uint32_t merged, const std::string& people) {
    EXPECT_TRUE(
        table_->PutPart(set, {number, start, merged, 0}, ToCounts(people, 1))
            .ok());
  }
  bool Sound() { return CheckSets(*db_, 2026).ok(); }

  std::string folder_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<SetTable> table_;
};

TEST_F(SetCheckTest, CountsWhoIsInByAnyRecord) {
  const int64_t set = Make("a", 2);
  Change(set, 1, Person('a') + Person('b') + Person('c'), 1);
  Change(set, 2, Person('b'), 1);
  Change(set, 3, Person('c'), -1);
  EXPECT_TRUE(Sound());
  Make("none", 0);
  EXPECT_TRUE(Sound());
  Make("b", 1);
  EXPECT_FALSE(Sound());
}

TEST_F(SetCheckTest, SomebodyTakenOutWhoWasNotInIsFound) {
  const int64_t set = Make("a", 1);
  Change(set, 1, Person('a'), 1);
  EXPECT_TRUE(Sound());
  Change(set, 2, Person('b'), -1);
  EXPECT_FALSE(Sound());
}

TEST_F(SetCheckTest, PartsHaveWhoIsInTheirRangeAndTakeUpChangesOnce) {
  const int64_t set = Make("a", 3);
  Change(set, 1, Person('a') + Person('x'), 1);
  Part(set, 0, Person('\0'), 1, Person('a') + Person('b'));
  Part(set, 1, Person('m'), 0, "");
  EXPECT_TRUE(Sound());  // x of the change, which only the first part has.
  Part(set, 1, Person('m'), 1, Person('x'));
  EXPECT_TRUE(Sound());
  Part(set, 1, Person('m'), 1, "");
  EXPECT_FALSE(Sound());
  Part(set, 1, Person('m'), 1, Person('c'));
  EXPECT_FALSE(Sound());  // As many, but where nobody would look for them.
  Part(set, 1, Person('m'), 1, Person('x'));
  Part(set, 0, Person('\0'), 1, Person('a') + Person('n'));
  EXPECT_FALSE(Sound());
}

TEST_F(SetCheckTest, YearsThatAreBeingErasedAreLeftAlone) {
  Make("old", 5, 2025);
  EXPECT_TRUE(Sound());
  EXPECT_TRUE(db_->Exec("UPDATE people_set SET year=2026").ok());
  EXPECT_FALSE(Sound());
}

TEST_F(SetCheckTest, RowsOfNoSetAreFound) {
  Change(5, 1, Person('a'), 1);
  EXPECT_FALSE(Sound());
}

// What is not the law of sums: one pseudonym for another.
TEST_F(SetCheckTest, AnotherPersonInTheSamePlaceIsFound) {
  for (const char* flip :
       {"UPDATE people_change SET counts=CAST(replace(CAST(counts AS "
        "TEXT),'aa','ac') AS BLOB)",
        "UPDATE people_part SET counts=CAST(replace(CAST(counts AS "
        "TEXT),'bb','bc') AS BLOB)",
        "UPDATE people_part SET merged=1", "UPDATE people_set SET people=3",
        "UPDATE people_set SET name='c'"}) {
    const int64_t set = Make(flip, 2);
    Change(set, 1, Person('a'), 1);
    Part(set, 0, Person('\0'), 0, Person('b'));
    ASSERT_TRUE(Sound());
    ASSERT_TRUE(db_->Exec(flip).ok());
    EXPECT_FALSE(Sound()) << flip;
    ASSERT_TRUE(db_->Exec("DELETE FROM people_set;DELETE FROM people_part;"
                          "DELETE FROM people_change")
                    .ok());
  }
}

}  // namespace
}  // namespace tongguan::ledger
