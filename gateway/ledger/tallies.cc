#include "gateway/ledger/tallies.h"

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

bool AddToAccount(const Change& change, Tally* tally) {
  switch (change.account) {
    case Account::kCounted:
      return AddPeople(change.people, &tally->counted);
    case Account::kExempt:
      return AddPeople(change.people, &tally->exempt);
    case Account::kListExempt:
      return AddPeople(change.people, &tally->list_exempt);
    case Account::kGba:
      return AddPeople(change.people, &tally->counted) &&
             AddPeople(change.people, &tally->gba);
  }
  return false;
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

absl::StatusOr<std::unique_ptr<TallyTable>> TallyTable::On(Database& db) {
  auto table = std::make_unique<TallyTable>();
  TG_ASSIGN_OR_RETURN(
      table->read_,
      db.Prepare("SELECT opening_persons,opening_sensitive,counted_persons,"
                 "counted_sensitive,exempt_persons,exempt_sensitive,"
                 "list_exempt_persons,list_exempt_sensitive,gba_persons,"
                 "gba_sensitive FROM tally WHERE exporter=?1 AND year=?2"));
  TG_ASSIGN_OR_RETURN(table->write_,
                      db.Prepare("INSERT OR REPLACE INTO tally VALUES(?1,?2,?3,"
                                 "?4,?5,?6,?7,?8,?9,?10,?11,?12)"));
  return table;
}

absl::StatusOr<Tally> TallyTable::Read(const TallyKey& key) {
  read_.Text(1, key.first).Int(2, key.second);
  TG_ASSIGN_OR_RETURN(const bool row, read_.Step());
  Tally tally;
  if (!row) return tally;
  tally = {OptionalAt(read_, 0), OptionalAt(read_, 1), PeopleAt(read_, 2),
           PeopleAt(read_, 4),   PeopleAt(read_, 6),   PeopleAt(read_, 8)};
  read_.Reset();
  return tally;
}

absl::Status TallyTable::Write(const TallyKey& key, const Tally& tally) {
  write_.Text(1, key.first).Int(2, key.second);
  BindOptional(tally.opening_persons, 3, &write_);
  BindOptional(tally.opening_sensitive, 4, &write_);
  int at = 5;
  for (const People& people :
       {tally.counted, tally.exempt, tally.list_exempt, tally.gba}) {
    write_.Int(at, people.persons).Int(at + 1, people.sensitive);
    at += 2;
  }
  return write_.Run();
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
