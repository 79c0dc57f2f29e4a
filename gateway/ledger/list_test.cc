#include <map>

#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

// Records of two exporters and of none, of three verdicts and four headlines,
// two a second, for three states of the index.
class ListTest : public LedgerTest, public testing::WithParamInterface<int> {
 protected:
  static constexpr int kRecords = 70;

  void SetUp() override {
    options_.index_run = GetParam();
    Open();
    for (int i = 0; i < kRecords; ++i) {
      clock_.Set(Noon() + absl::Seconds(i / 2));
      const IndexEntry index = IndexOf(i);
      Submission submission = MakeSubmission("", absl::StrCat(i));
      submission.make = [i, index](View&) -> absl::StatusOr<Entry> {
        Entry entry = MakeEntry(absl::StrCat(i));
        entry.index = index;
        return entry;
      };
      ASSERT_TRUE(Do(*ledger_, std::move(submission)).ok());
    }
  }

  static IndexEntry IndexOf(int i) {
    static constexpr const char* kExporters[] = {"A", "B", ""};
    return {kExporters[i % 3], i % 5 % 3, i % 7 % 4};
  }

  // The answer of the definition.
  static std::vector<uint64_t> Expected(const Query& query) {
    std::vector<uint64_t> found;
    for (int i = kRecords - 1; i >= 0; --i) {
      const IndexEntry index = IndexOf(i);
      const absl::Time time = Noon() + absl::Seconds(i / 2);
      if ((query.exporter.empty() || query.exporter == index.exporter) &&
          (query.verdict == 0 || query.verdict == index.verdict) &&
          (query.headline == 0 || query.headline == index.headline) &&
          query.since <= time && time < query.until &&
          (!query.before || static_cast<uint64_t>(i) < *query.before) &&
          found.size() < static_cast<size_t>(query.limit)) {
        found.push_back(i);
      }
    }
    return found;
  }

  std::vector<uint64_t> List(const Query& query) {
    const auto records = ledger_->List(query);
    EXPECT_TRUE(records.ok()) << records.status();
    std::vector<uint64_t> found;
    for (const Stored& stored : *records) {
      EXPECT_EQ(stored.record, absl::StrCat(stored.index));
      EXPECT_EQ(stored.time, Noon() + absl::Seconds(stored.index / 2));
      found.push_back(stored.index);
    }
    return found;
  }
};

TEST_P(ListTest, WithoutFilterIsNewestFirst) {
  Query query;
  EXPECT_EQ(List(query).size(), 50u);
  EXPECT_EQ(List(query), Expected(query));
}

TEST_P(ListTest, EveryFilterGivesWhatItsDefinitionGives) {
  for (const std::string exporter : {"", "A", "B", "C"}) {
    for (int verdict : {0, 1, 2, 9}) {
      for (int headline : {0, 1, 3}) {
        for (int from : {-1, 0, 13}) {
          for (int to : {-1, 24, 1000}) {
            Query query;
            query.exporter = exporter;
            query.verdict = verdict;
            query.headline = headline;
            query.limit = 1000;
            if (from >= 0) query.since = Noon() + absl::Seconds(from);
            if (to >= 0) query.until = Noon() + absl::Seconds(to);
            ASSERT_EQ(List(query), Expected(query))
                << exporter << verdict << headline << from << to;
          }
        }
      }
    }
  }
}

TEST_P(ListTest, PagesFollowEachOtherWithoutGapOrRepeat) {
  for (int size : {1, 7, 40}) {
    Query query;
    query.exporter = "A";
    query.limit = size;
    std::vector<uint64_t> all;
    for (;;) {
      const std::vector<uint64_t> page = List(query);
      ASSERT_LE(page.size(), static_cast<size_t>(size));
      if (page.empty()) break;
      all.insert(all.end(), page.begin(), page.end());
      query.before = page.back();
    }
    query.before = std::nullopt;
    query.limit = 1000;
    EXPECT_EQ(all, Expected(query));
  }
}

TEST_P(ListTest, InstantsBetweenMicrosecondsAreNotRoundedIn) {
  Query query;
  query.limit = 1000;
  query.since = Noon() + absl::Nanoseconds(1);
  EXPECT_EQ(List(query), Expected(query));
  query.since = Noon();
  query.until = Noon() + absl::Nanoseconds(1);
  EXPECT_EQ(List(query), (std::vector<uint64_t>{1, 0}));
}

TEST_P(ListTest, NoLimitIsNoRecords) {
  Query query;
  for (int limit : {0, -1}) {
    query.limit = limit;
    EXPECT_TRUE(List(query).empty());
    query.exporter = "A";
    EXPECT_TRUE(List(query).empty());
  }
}

TEST_P(ListTest, ATermIsNotFoundByItsBeginning) {
  Query query;
  query.exporter = "h1";  // How headline 1 is named in the index.
  EXPECT_TRUE(List(query).empty());
}

INSTANTIATE_TEST_SUITE_P(IndexRun, ListTest, testing::Values(3, 30, 1000));

TEST_F(LedgerTest, ListHasARecordAsSoonAsItIsReported) {
  options_.index_run = 5;
  Open();
  Query query;
  query.exporter = kExporter;
  query.limit = 1;
  for (uint64_t i = 0; i < 60; ++i) {
    Put("", "x");
    const auto records = ledger_->List(query);
    ASSERT_TRUE(records.ok());
    ASSERT_EQ(records->at(0).index, i);
  }
}

}  // namespace
}  // namespace tongguan::ledger
