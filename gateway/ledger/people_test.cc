// Sets of people in a ledger: what is known of whom, across commits, crashes,
// merging and eviction; and that nothing is left of them when their year is
// erased.
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <unordered_set>

#include "gateway/ledger/counts.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/sqlite.h"

namespace tongguan::ledger {
namespace {

std::set<uint64_t> Span(uint64_t from, uint64_t to) {
  std::set<uint64_t> people;
  for (; from < to; ++from) people.insert(from);
  return people;
}

const SetKey kSet{"counted", 2026};

class PeopleTest : public LedgerTest {
 protected:
  // Puts people into a set, or takes them out, and charges who came or left.
  absl::StatusOr<Stored> Refer(const std::string& request_id,
                               const std::string& people, bool take = false,
                               const SetKey& set = kSet) {
    Submission submission = MakeSubmission(request_id, request_id);
    submission.make = [&](View& view) -> absl::StatusOr<Entry> {
      Entry entry = MakeEntry(request_id);
      auto known = view.look_up(set, people);
      if (!known.ok()) return known.status();
      Change change = Charge(0);
      change.year = set.year;
      change.persons.push_back({*std::move(known), take});
      entry.changes = {change};
      return entry;
    };
    return Do(*ledger_, std::move(submission));
  }
  void Add(const std::set<uint64_t>& people) {
    const auto stored = Refer("", SetOf(people));
    EXPECT_TRUE(stored.ok()) << stored.status();
  }
  int64_t Fresh(const std::set<uint64_t>& people, const SetKey& set = kSet) {
    const std::string bytes = SetOf(people);
    const auto known = ledger_->LookUp(set, bytes);
    EXPECT_TRUE(known.ok()) << known.status();
    return known.ok() ? known->fresh() : -1;
  }
  int64_t Counted(int32_t year = 2026) {
    const auto tally = ledger_->ReadTally(kExporter, year);
    EXPECT_EQ(tally->counted.persons, tally->counted_exact.persons);
    return tally->counted.persons;
  }
  // Commits without people, in which what is behind is done.
  void Idle(int commits) {
    for (int i = 0; i < commits; ++i) Put("", "idle");
  }
  int64_t Number(const std::string& sql) {
    auto db = Database::Open(options_.path);
    return *(*db)->Number(sql);
  }
};

TEST_F(PeopleTest, APersonCountsOnceHoweverManyRecordsCarryIt) {
  Open();
  Add(Span(0, 10));
  Add(Span(5, 15));
  Add(Span(5, 15));
  EXPECT_EQ(Counted(), 15);
  EXPECT_EQ(Fresh(Span(10, 20)), 5);
  EXPECT_EQ(Fresh(Span(10, 20), {"counted", 2025}), 10);
  EXPECT_EQ(Fresh(Span(10, 20), {"exempt", 2026}), 10);
}

TEST_F(PeopleTest, APersonLeavesWithTheLastRecordThatCarriedIt) {
  Open();
  Add(Span(0, 10));
  Add(Span(5, 15));
  ASSERT_TRUE(Refer("", SetOf(Span(0, 10)), /*take=*/true).ok());
  EXPECT_EQ(Counted(), 10);
  EXPECT_EQ(Fresh(Span(0, 15)), 5);
}

TEST_F(PeopleTest, WhoIsNotInASetCannotBeTakenOut) {
  Open();
  Add(Span(0, 10));
  const auto stored = Refer("", SetOf(Span(5, 11)), /*take=*/true);
  EXPECT_TRUE(absl::IsFailedPrecondition(stored.status())) << stored.status();
  EXPECT_EQ(Counted(), 10);
  EXPECT_EQ(ledger_->size(), 1u);
}

TEST_F(PeopleTest, RecordsOfOneCommitSeeTheirPredecessors) {
  Open();
  Gate gate(*ledger_);
  Answers answers;
  std::vector<int64_t> fresh(4);
  std::vector<std::string> sets;
  sets.reserve(4);
  for (int i = 0; i < 4; ++i) sets.push_back(SetOf(Span(5 * i, 5 * i + 10)));
  for (int i = 0; i < 4; ++i) {
    Submission submission = MakeSubmission("", "r");
    submission.make = [&, i](View& view) -> absl::StatusOr<Entry> {
      auto known = view.look_up(kSet, sets[i]);
      if (!known.ok()) return known.status();
      fresh[i] = known->fresh();
      // The third changes its mind.
      if (i == 2) return absl::AbortedError("");
      Entry entry = MakeEntry("r");
      entry.remembered.push_back({*std::move(known)});
      return entry;
    };
    answers.Submit(*ledger_, std::move(submission));
  }
  gate.Open();
  answers.Wait();
  EXPECT_EQ(fresh, (std::vector<int64_t>{10, 5, 5, 10}));
  EXPECT_EQ(Fresh(Span(0, 25)), 0);
}

TEST_F(PeopleTest, HowManyAreInASetAndItsNewestRecordsAreKnown) {
  Open();
  for (uint64_t i = 0; i < 25; ++i) Add({i});
  Reopen();
  SetState state;
  Submission submission = MakeSubmission("", "r");
  submission.make = [&](View& view) -> absl::StatusOr<Entry> {
    state = *view.state(kSet);
    return MakeEntry("r");
  };
  ASSERT_TRUE(Do(*ledger_, std::move(submission)).ok());
  EXPECT_EQ(state.people, 25);
  ASSERT_EQ(state.newest.size(), 20u);
  EXPECT_EQ(state.newest.front(), 24u);
  EXPECT_EQ(state.newest.back(), 5u);
}

// Against ordinary maps, while parts split and merge, sets leave memory and the
// process ends at any commit: with usual slices, and with slices so small that
// changes go a few at a time.
class PeopleHistoryTest : public PeopleTest,
                          public testing::WithParamInterface<size_t> {};

TEST_P(PeopleHistoryTest, RandomHistoriesKeepExactCounts) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  options_.people = {1 << 20, GetParam(), 4, GetParam() / 8};
  if (GetParam() < 100'000) options_.people.slice_factor = 0;
  Open();
  std::map<uint64_t, int> model[2];
  const SetKey keys[] = {{"a", 2026}, {"b", 2026}};
  for (int round = 0; round < 150; ++round) {
    const int which = random() % 4 == 0;
    std::map<uint64_t, int>& counts = model[which];
    std::set<uint64_t> people;
    const bool take = random() % 3 == 0;
    for (uint64_t n = random() % 3000; n > 0; --n) {
      const uint64_t person = random() % 20'000;
      if (!take || counts[person] > 0) people.insert(person);
    }
    for (uint64_t person : people) counts[person] += take ? -1 : 1;
    const auto stored = Refer("", SetOf(people), take, keys[which]);
    ASSERT_TRUE(stored.ok()) << stored.status();
    if (random() % 4 == 0) {  // None of these has left after all.
      for (uint64_t person : people) counts[person] += take ? 1 : -1;
      ASSERT_TRUE(Refer("", SetOf(people), !take, keys[which]).ok());
    }
    if (random() % (GetParam() < 100'000 ? 3 : 30) == 0) Reopen();
    if (random() % 5 == 0) Idle(static_cast<int>(random() % 10));
    int64_t in = 0;
    for (const auto& model_of : model) {
      for (const auto& [person, count] : model_of) in += count > 0;
    }
    ASSERT_EQ(Counted(), in) << "round " << round;
  }
  for (int which : {0, 1}) {
    const std::string all = SetOf(Span(0, 20'000));
    const auto known = ledger_->LookUp(keys[which], all);
    ASSERT_TRUE(known.ok()) << known.status();
    std::map<std::string, int> by_bytes;
    for (const auto& [person, count] : model[which]) {
      by_bytes[Person(person)] = count;
    }
    for (size_t i = 0; i < known->records.size(); ++i) {
      ASSERT_EQ(known->records[i], by_bytes[all.substr(16 * i, 16)]);
    }
  }
  EXPECT_GT(Number("SELECT count(*) FROM people_part"), 1);
}

INSTANTIATE_TEST_SUITE_P(Slices, PeopleHistoryTest,
                         testing::Values(512 << 10, 60'000, 5'000));

// Changes that add up to nothing are deleted in slices like all others.
TEST_F(PeopleTest, WhoWasTakenOutIsNewAgainWhereverTheProcessEnds) {
  options_.people.slice_bytes = 5'000;
  options_.people.slice_factor = 0;
  options_.people.few_bytes = 1'000;
  Open();
  for (int idle = 0; idle < 4; ++idle) {
    const SetKey key{absl::StrCat("set ", idle), 2026};
    ASSERT_TRUE(Refer("", SetOf(Span(0, 5'000)), false, key).ok());
    Idle(20);
    std::vector<std::string> settled;
    for (uint64_t i = 1; i <= 8; ++i) {
      settled.push_back(SetOf(Span(i * 10'000, i * 10'000 + 300)));
      ASSERT_TRUE(Refer("", settled.back(), false, key).ok());
      ASSERT_TRUE(Refer("", settled.back(), true, key).ok());
    }
    Idle(idle);
    Reopen();
    for (const std::string& people : settled) {
      const auto known = ledger_->LookUp(key, people);
      ASSERT_TRUE(known.ok()) << known.status();
      ASSERT_EQ(known->fresh(), 300) << "after " << idle << " commits";
    }
  }
}

TEST_F(PeopleTest, ChangesAreMergedBehindAndTheirRowsGo) {
  Open();
  for (int i = 0; i < 10; ++i) Add(Span(2000 * i, 2000 * i + 2000));
  Idle(5);
  // Less the check that each row has.
  const int64_t changes =
      Number("SELECT coalesce(sum(length(counts)-8),0) FROM people_change");
  const int64_t parts = Number("SELECT sum(length(counts)-8) FROM people_part");
  EXPECT_LE(changes, std::max<int64_t>(64 << 10, parts / 4));
  EXPECT_EQ(Fresh(Span(0, 20'000)), 0);
}

TEST_F(PeopleTest, PeopleOfOnePrefixAreSplitToo) {
  Open();
  std::string people;
  for (uint32_t n = 0; n < 10'000; ++n) {
    std::string person(16, '\x7f');
    for (int i = 0; i < 4; ++i) {
      person[12 + i] = static_cast<char>(n >> (24 - 8 * i));
    }
    people += person;
  }
  ASSERT_TRUE(Refer("", people).ok());
  Idle(2);
  EXPECT_GE(Number("SELECT count(*) FROM people_part"), 3);
  EXPECT_LE(Number("SELECT max(length(counts)-8) FROM people_part"),
            static_cast<int64_t>(4096 * kEntryBytes));
  EXPECT_EQ(ledger_->LookUp(kSet, people)->fresh(), 0);
}

TEST_F(PeopleTest, ADamagedPartIsReportedAndNothingIsCharged) {
  Open();
  Add(Span(0, 10'000));
  Idle(2);
  ledger_ = nullptr;
  {
    auto db = Database::Open(options_.path);
    ASSERT_TRUE((*db)->Exec("UPDATE people_part SET counts=x'00'").ok());
  }
  Open();
  const uint64_t size = ledger_->size();
  const auto stored = Refer("", SetOf(Span(0, 1)));
  EXPECT_TRUE(absl::IsDataLoss(stored.status())) << stored.status();
  EXPECT_EQ(ledger_->size(), size);
}

// How many places in the ledger's files hold one of these people.
int Places(const std::string& folder, const std::set<uint64_t>& people) {
  std::unordered_set<std::string> wanted;
  for (uint64_t person : people) wanted.insert(Person(person));
  int places = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(in)), {});
    for (size_t at = 0; at + 16 <= all.size(); ++at) {
      places += wanted.count(all.substr(at, 16)) > 0;
    }
  }
  return places;
}

TEST_F(PeopleTest, AnIdleLedgerErasesToo) {
  options_.people.slice_bytes = 10'000;
  clock_.Set(absl::FromUnixSeconds(1798700000));  // December 2026 in Beijing.
  Open();
  Add(Span(0, 3000));
  clock_.Set(absl::FromUnixSeconds(1806508800));  // 1 April 2027.
  const uint64_t size = ledger_->size();
  for (int i = 0; i < 20; ++i) {
    ledger_->Probe();
    Gate gate(*ledger_);  // The probe is done when this one runs.
    gate.Open();
  }
  EXPECT_EQ(ledger_->size(), size);
  Reopen();
  EXPECT_EQ(Places(folder_, Span(0, 3000)), 0);
}

TEST_F(PeopleTest, NothingIsLeftOfPeopleErasedWithTheirYear) {
  clock_.Set(absl::FromUnixSeconds(1798700000));  // December 2026 in Beijing.
  Open();
  std::set<uint64_t> all;
  for (uint64_t i = 0; i < 12; ++i) {
    // Large sets and small ones, merged and not.
    const std::set<uint64_t> people = Span(3000 * i, 3000 * i + (i % 3 * 1500));
    all.insert(people.begin(), people.end());
    Add(people);
    Add({100'000 + i});
    all.insert(100'000 + i);
  }
  const int64_t counted = Counted();
  EXPECT_GE(Places(folder_, all), static_cast<int>(all.size()));
  // The last instant of 31 March, then the first of 1 April in Beijing.
  clock_.Set(absl::FromUnixSeconds(1806508799));
  Idle(1);
  EXPECT_EQ(Fresh(all), 0);
  clock_.Set(absl::FromUnixSeconds(1806508800));
  Idle(20);
  EXPECT_EQ(Places(folder_, all), 0);
  EXPECT_EQ(Counted(), counted);
  EXPECT_EQ(ledger_->size(), 24u + 21u);
  const std::string people = SetOf({1});
  EXPECT_TRUE(
      absl::IsFailedPrecondition(ledger_->LookUp(kSet, people).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Refer("", people).status()));
}

TEST_F(PeopleTest, AClockThatRunsBackReopensNoYear) {
  clock_.Set(absl::FromUnixSeconds(1798732800));  // 2027-01-01 in Beijing.
  Open();
  Put("", "first");
  clock_.Set(absl::FromUnixSeconds(1798732799));
  const Stored stored = Put("", "second");
  EXPECT_EQ(stored.id.substr(0, 4), "2027");
  Reopen();
  EXPECT_EQ(Put("", "third").id.substr(0, 4), "2027");
}

TEST_F(PeopleTest, DaysHoldWhatWasCountedOnThem) {
  Open();
  Add(Span(0, 10));
  clock_.Set(Noon() + absl::Hours(24));
  Add(Span(5, 15));
  ASSERT_TRUE(Refer("", SetOf(Span(0, 2)), /*take=*/true).ok());
  const Day first = BeijingDay(Noon());
  auto days = ledger_->ReadDays(kExporter, first);
  ASSERT_EQ(days->size(), 2u);
  EXPECT_EQ((*days)[0].day, first);
  EXPECT_EQ((*days)[0].people.persons, 10);
  EXPECT_EQ((*days)[1].people.persons, 3);
  EXPECT_EQ(ledger_->ReadDays(kExporter, first + 1)->size(), 1u);
}

}  // namespace
}  // namespace tongguan::ledger
