#include "gateway/ledger/tallies.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::ledger {
namespace {

// About 200 bytes each; beyond, all are forgotten and read again.
constexpr size_t kMaxCached = 200'000;

bool AddPeople(const People& people, People* sum) {
  People result;
  if (__builtin_add_overflow(sum->persons, people.persons, &result.persons) ||
      __builtin_add_overflow(sum->sensitive, people.sensitive,
                             &result.sensitive) ||
      result.persons < 0 || result.sensitive < 0) {
    return false;
  }
  *sum = result;
  return true;
}

// An account's sum, with its exact part.
struct Sums {
  People* all = nullptr;
  People* exact = nullptr;
};
Sums SumsOf(Account account, Tally* tally) {
  switch (account) {
    case Account::kCounted:
      return {&tally->counted, &tally->counted_exact};
    case Account::kExempt:
      return {&tally->exempt, &tally->exempt_exact};
    case Account::kListExempt:
      return {&tally->list_exempt, &tally->list_exempt_exact};
    case Account::kGba:
      break;
  }
  return {&tally->gba, &tally->gba_exact};
}

People ExactOf(const Change& change) {
  People exact;
  for (const Reference& each : change.persons) exact.persons += each.change();
  for (const Reference& each : change.sensitive) {
    exact.sensitive += each.change();
  }
  return exact;
}

bool AddToAccount(const Change& change, Tally* tally) {
  const People exact = ExactOf(change);
  const Sums sums = SumsOf(change.account, tally);
  return AddPeople(change.people, sums.all) && AddPeople(exact, sums.all) &&
         AddPeople(exact, sums.exact);
}

void SetOpening(std::optional<int64_t> value, std::optional<int64_t>* opening) {
  if (value) *opening = value;
}

void BindOptional(std::optional<int64_t> value, int at, Statement* statement) {
  if (value) {
    statement->Int(at, *value);
  } else {
    statement->Null(at);
  }
}

std::optional<int64_t> OptionalAt(const Statement& statement, int column) {
  if (statement.NullAt(column)) return std::nullopt;
  return statement.IntAt(column);
}

People PeopleAt(const Statement& statement, int column) {
  return {statement.IntAt(column), statement.IntAt(column + 1)};
}

}  // namespace

absl::Status Add(const Change& change, Tally* tally) {
  Tally sum = *tally;
  if (!AddToAccount(change, &sum) || change.opening_persons.value_or(0) < 0 ||
      change.opening_sensitive.value_or(0) < 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the tally of ", change.exporter, " in ", change.year,
        " would fall below 0 or beyond 64 bits; nothing was changed"));
  }
  SetOpening(change.opening_persons, &sum.opening_persons);
  SetOpening(change.opening_sensitive, &sum.opening_sensitive);
  *tally = sum;
  return absl::OkStatus();
}

bool Changes(const Change& change) {
  const People exact = ExactOf(change);
  return change.people.persons != 0 || change.people.sensitive != 0 ||
         exact.persons != 0 || exact.sensitive != 0 || change.opening_persons ||
         change.opening_sensitive;
}

People CountedBy(const Change& change) {
  if (change.account != Account::kCounted) return {};
  const People exact = ExactOf(change);
  return {change.people.persons + exact.persons,
          change.people.sensitive + exact.sensitive};
}

absl::StatusOr<std::unique_ptr<TallyTable>> TallyTable::On(Database& db) {
  auto table = std::make_unique<TallyTable>();
  TG_ASSIGN_OR_RETURN(
      table->read_,
      db.Prepare("SELECT opening_persons,opening_sensitive,counted_persons,"
                 "counted_sensitive,exempt_persons,exempt_sensitive,"
                 "list_exempt_persons,list_exempt_sensitive,gba_persons,"
                 "gba_sensitive,counted_exact_persons,counted_exact_sensitive,"
                 "exempt_exact_persons,exempt_exact_sensitive,"
                 "list_exempt_exact_persons,list_exempt_exact_sensitive,"
                 "gba_exact_persons,gba_exact_sensitive "
                 "FROM tally WHERE exporter=?1 AND year=?2"));
  TG_ASSIGN_OR_RETURN(table->write_,
                      db.Prepare("INSERT OR REPLACE INTO tally VALUES(?1,?2,?3,"
                                 "?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
                                 "?16,?17,?18,?19,?20)"));
  TG_ASSIGN_OR_RETURN(
      table->read_days_,
      db.Prepare("SELECT day,persons,sensitive FROM day WHERE exporter=?1 AND "
                 "day>=?2 ORDER BY day"));
  TG_ASSIGN_OR_RETURN(
      table->add_to_day_,
      db.Prepare(
          "INSERT INTO day VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE SET "
          "persons=persons+excluded.persons,"
          "sensitive=sensitive+excluded.sensitive"));
  return table;
}

absl::StatusOr<Tally> TallyTable::Read(const TallyKey& key) {
  read_.Text(1, key.first).Int(2, key.second);
  TG_ASSIGN_OR_RETURN(const bool row, read_.Step());
  Tally tally;
  if (!row) return tally;
  tally = {OptionalAt(read_, 0), OptionalAt(read_, 1), PeopleAt(read_, 2),
           PeopleAt(read_, 4),   PeopleAt(read_, 6),   PeopleAt(read_, 8),
           PeopleAt(read_, 10),  PeopleAt(read_, 12),  PeopleAt(read_, 14),
           PeopleAt(read_, 16)};
  read_.Reset();
  return tally;
}

absl::Status TallyTable::Write(const TallyKey& key, const Tally& tally) {
  write_.Text(1, key.first).Int(2, key.second);
  BindOptional(tally.opening_persons, 3, &write_);
  BindOptional(tally.opening_sensitive, 4, &write_);
  int at = 5;
  for (const People& people :
       {tally.counted, tally.exempt, tally.list_exempt, tally.gba,
        tally.counted_exact, tally.exempt_exact, tally.list_exempt_exact,
        tally.gba_exact}) {
    write_.Int(at, people.persons).Int(at + 1, people.sensitive);
    at += 2;
  }
  return write_.Run();
}

absl::StatusOr<std::vector<DayCount>> TallyTable::ReadDays(
    absl::string_view exporter, Day from) {
  auto reset = absl::MakeCleanup([this] { read_days_.Reset(); });
  read_days_.Text(1, exporter).Int(2, from);
  std::vector<DayCount> days;
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, read_days_.Step());
    if (!row) return days;
    days.push_back(
        {static_cast<Day>(read_days_.IntAt(0)), PeopleAt(read_days_, 1)});
  }
}

absl::Status TallyTable::AddToDay(absl::string_view exporter,
                                  const DayCount& count) {
  return add_to_day_.Text(1, exporter)
      .Int(2, count.day)
      .Int(3, count.people.persons)
      .Int(4, count.people.sensitive)
      .Run();
}

std::optional<Tally> TallyCache::Find(const TallyKey& key) const {
  MutexLock lock(&mu_);
  auto it = tallies_.find(key);
  if (it == tallies_.end()) return std::nullopt;
  return it->second;
}

void TallyCache::Put(const TallyKey& key, const Tally& tally) {
  MutexLock lock(&mu_);
  if (tallies_.size() >= kMaxCached) tallies_.clear();
  tallies_.insert_or_assign(key, tally);
}

}  // namespace tongguan::ledger
