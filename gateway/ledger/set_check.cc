#include "gateway/ledger/set_check.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/counts.h"
#include "gateway/ledger/set_table.h"

namespace tongguan::ledger {
namespace {

absl::Status Differs(const SetKey& key) {
  return absl::DataLossError(absl::StrCat(
      "ledger: the set ", key.name, " of ", key.year,
      " does not hold the people that it says it does: keep the file as it is "
      "and restore a backup"));
}

absl::string_view PersonAt(absl::string_view counts, size_t at) {
  return counts.substr(at * kEntryBytes, kPersonBytes);
}

// How many people are in; -1 where one is in by less than no record, or out of
// the part's range [start, end).
int64_t CountPeople(absl::string_view counts, absl::string_view start,
                    absl::string_view end) {
  const size_t people = counts.size() / kEntryBytes;
  if (people == 0) return 0;
  if (PersonAt(counts, 0) < start ||
      (!end.empty() && PersonAt(counts, people - 1) >= end)) {
    return -1;
  }
  for (size_t i = 0; i < people; ++i) {
    // The sign is in the last byte of the little-endian count.
    if (static_cast<int8_t>(counts[(i + 1) * kEntryBytes - 1]) < 0) return -1;
  }
  return static_cast<int64_t>(people);
}

class SetCheck {
 public:
  explicit SetCheck(Database& db) : db_(db) {}
  absl::Status Run(int32_t from);

 private:
  absl::StatusOr<bool> CheckNext(int32_t from);
  absl::Status Check(const SetKey& key, const SetRow& set);
  absl::Status CheckOwners();

  Database& db_;
  std::unique_ptr<SetTable> table_;
  Statement next_;
  int64_t last_ = INT64_MIN;  // Id of the set that was checked last.
};

absl::Status SetCheck::Run(int32_t from) {
  TG_ASSIGN_OR_RETURN(table_, SetTable::On(db_));
  TG_ASSIGN_OR_RETURN(
      next_, db_.Prepare("SELECT id,year,name FROM people_set WHERE id>?1 AND "
                         "year>=?2 ORDER BY id LIMIT 1"));
  for (bool more = true; more;) {
    TG_ASSIGN_OR_RETURN(more, CheckNext(from));
  }
  return CheckOwners();
}

// Each as of a commit of its own: a gateway that writes is not held up for all.
absl::StatusOr<bool> SetCheck::CheckNext(int32_t from) {
  TG_RETURN_IF_ERROR(db_.Exec("BEGIN"));
  const auto end =
      absl::MakeCleanup([this] { db_.Exec("COMMIT").IgnoreError(); });
  TG_ASSIGN_OR_RETURN(const bool row, next_.Int(1, last_).Int(2, from).Step());
  if (!row) return false;
  last_ = next_.IntAt(0);
  const absl::string_view name = next_.BytesAt(2);
  const SetKey key{std::string(name.data(), name.size()),
                   static_cast<int32_t>(next_.IntAt(1))};
  next_.Reset();
  TG_ASSIGN_OR_RETURN(const std::optional<SetRow> set, table_->Find(key));
  if (!set || set->id != last_) return Differs(key);
  TG_RETURN_IF_ERROR(Check(key, *set));
  return true;
}

absl::Status SetCheck::Check(const SetKey& key, const SetRow& set) {
  TG_ASSIGN_OR_RETURN(std::vector<PartRow> parts, table_->Parts(set.id));
  const bool stored = !parts.empty();
  if (!stored) parts.push_back({0, std::string(kPersonBytes, '\0'), 0, 0});
  std::vector<Pile> changes(parts.size());  // That each has not merged.
  TG_RETURN_IF_ERROR(table_->EachChange(set.id, [&](uint32_t number,
                                                    absl::string_view counts) {
    for (size_t i = 0; i < parts.size(); ++i) {
      absl::string_view own = From(counts, kEntryBytes, parts[i].start);
      if (i + 1 < parts.size()) {
        own.remove_suffix(From(own, kEntryBytes, parts[i + 1].start).size());
      }
      if (number > parts[i].merged && !own.empty()) {
        changes[i].Add(std::string(own.data(), own.size()));
      }
    }
  }));
  int64_t people = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string counts;
    if (stored) {
      TG_ASSIGN_OR_RETURN(counts, table_->PartCounts(set.id, parts[i].number));
    }
    const int64_t in = CountPeople(
        AddCounts(counts, changes[i].Sum()), parts[i].start,
        i + 1 < parts.size() ? parts[i + 1].start : absl::string_view());
    if (in < 0) return Differs(key);
    people += in;
  }
  return people == set.state.people ? absl::OkStatus() : Differs(key);
}

absl::Status SetCheck::CheckOwners() {
  for (const char* table : {"people_part", "people_change"}) {
    TG_ASSIGN_OR_RETURN(
        const int64_t strays,
        db_.Number(absl::StrCat("SELECT count(*) FROM ", table,
                                " WHERE key>>32 NOT IN (SELECT id FROM "
                                "people_set)")));
    if (strays != 0) {
      return absl::DataLossError(
          absl::StrCat("ledger: rows of ", table, " are of no set of people"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSets(Database& db, int32_t from) {
  return SetCheck(db).Run(from);
}

}  // namespace tongguan::ledger
