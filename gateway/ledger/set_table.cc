#include "gateway/ledger/set_table.h"

#include <limits>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/counts.h"
#include "gateway/ledger/row_check.h"
#include "gateway/ledger/rows.h"

namespace tongguan::ledger {
namespace {

constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();

// Parts and changes of a set lie together.
int64_t RowKey(int64_t set, uint32_t number) { return set << 32 | number; }

absl::Status Damaged(int64_t set) {
  return absl::DataLossError(
      absl::StrCat("ledger: the set of people ", set,
                   " is damaged: keep the file as it is and restore a backup"));
}

std::string Pack(const std::vector<uint64_t>& newest) {
  std::string bytes;
  for (const uint64_t index : newest) AppendVarint(index, &bytes);
  return bytes;
}

std::vector<uint64_t> Unpack(absl::string_view bytes) {
  std::vector<uint64_t> newest;
  uint64_t index;
  while (TakeVarint(&bytes, &index)) newest.push_back(index);
  return newest;
}

// What a row says beside its bytes. Nothing of who is in a set can be made
// again from the records: a flipped bit must not change who was counted.
std::string Said(const SetKey& key, int64_t id) {
  return absl::StrCat("set ", id, " ", key.year, " ", key.name, "\n");
}
std::string Said(const SetRow& row) {
  return absl::StrCat("state ", row.id, " ", row.state.people, "\n");
}
std::string SaidOfPart(int64_t key, absl::string_view start, int64_t merged) {
  return absl::StrCat("part ", key, " ", merged, " ", start, "\n");
}
std::string SaidOfChange(int64_t key) {
  return absl::StrCat("change ", key, "\n");
}

std::string Copy(absl::string_view bytes) {
  return std::string(bytes.data(), bytes.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<SetTable>> SetTable::On(Database& db) {
  auto table = std::make_unique<SetTable>();
  const std::pair<Statement*, absl::string_view> statements[] = {
      {&table->find_,
       "SELECT id,people,newest FROM people_set WHERE year=?1 AND name=?2"},
      {&table->create_,
       "INSERT INTO people_set(year,name,people,newest) VALUES(?1,?2,0,x'') "
       "RETURNING id"},
      {&table->name_, "UPDATE people_set SET newest=?2 WHERE id=?1"},
      {&table->put_state_,
       "UPDATE people_set SET people=?2,"
       "newest=CAST(substr(newest,1,8)||?3 AS BLOB) WHERE id=?1"},
      {&table->parts_,
       "SELECT key,start,merged,length(counts)-8 FROM people_part "
       "WHERE key>=?1 AND key<=?2 ORDER BY start"},
      {&table->part_,
       "SELECT counts,start,merged FROM people_part WHERE key=?1"},
      {&table->put_part_,
       "INSERT OR REPLACE INTO people_part(key,start,merged,counts) "
       "VALUES(?1,?2,?3,?4)"},
      {&table->first_part_,
       "SELECT key,length(counts) FROM people_part WHERE key>=?1 AND key<=?2 "
       "ORDER BY key LIMIT 1"},
      {&table->delete_part_, "DELETE FROM people_part WHERE key=?1"},
      {&table->changes_,
       "SELECT key,counts FROM people_change WHERE key>=?1 AND key<=?2 "
       "ORDER BY key"},
      {&table->put_change_,
       "INSERT INTO people_change(key,counts) VALUES(?1,?2)"},
      {&table->first_change_,
       "SELECT key,length(counts) FROM people_change WHERE key>=?1 AND "
       "key<=?2 ORDER BY key LIMIT 1"},
      {&table->delete_change_, "DELETE FROM people_change WHERE key=?1"},
      {&table->oldest_, "SELECT id FROM people_set WHERE year<?1 LIMIT 1"},
      {&table->delete_set_, "DELETE FROM people_set WHERE id=?1"}};
  for (const auto& [statement, sql] : statements) {
    TG_ASSIGN_OR_RETURN(*statement, db.Prepare(sql));
  }
  return table;
}

absl::StatusOr<std::optional<SetRow>> SetTable::Find(const SetKey& key) {
  auto reset = absl::MakeCleanup([this] { find_.Reset(); });
  TG_ASSIGN_OR_RETURN(const bool row,
                      find_.Int(1, key.year).Text(2, key.name).Step());
  if (!row) return std::optional<SetRow>();
  SetRow set{find_.IntAt(0), {find_.IntAt(1), {}}};
  const absl::string_view stored = find_.BytesAt(2);
  const auto newest = stored.size() < kCheckBytes
                          ? std::nullopt
                          : Checked(Said(set), stored.substr(kCheckBytes));
  if (!newest || !Checked(Said(key, set.id), stored.substr(0, kCheckBytes))) {
    return Damaged(set.id);
  }
  set.state.newest = Unpack(*newest);
  return std::optional<SetRow>(std::move(set));
}

absl::StatusOr<std::vector<PartRow>> SetTable::Parts(int64_t set) {
  auto reset = absl::MakeCleanup([this] { parts_.Reset(); });
  parts_.Int(1, RowKey(set, 0)).Int(2, RowKey(set, kLast));
  std::vector<PartRow> parts;
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, parts_.Step());
    if (!row) break;
    parts.push_back({static_cast<uint32_t>(parts_.IntAt(0)),
                     Copy(parts_.BytesAt(1)),
                     static_cast<uint32_t>(parts_.IntAt(2)),
                     static_cast<size_t>(parts_.IntAt(3))});
    if (parts.back().start.size() != kPersonBytes) return Damaged(set);
  }
  const std::string least(kPersonBytes, '\0');
  if (!parts.empty() && parts[0].start != least) return Damaged(set);
  return parts;
}

absl::StatusOr<std::string> SetTable::PartCounts(int64_t set, uint32_t number) {
  auto reset = absl::MakeCleanup([this] { part_.Reset(); });
  const int64_t key = RowKey(set, number);
  TG_ASSIGN_OR_RETURN(const bool row, part_.Int(1, key).Step());
  if (!row) return Damaged(set);
  const auto counts = Checked(SaidOfPart(key, part_.BytesAt(1), part_.IntAt(2)),
                              part_.BytesAt(0));
  if (!counts || !AreCounts(*counts)) return Damaged(set);
  return Copy(*counts);
}

absl::Status SetTable::EachChange(int64_t set, const Visit& visit) {
  auto reset = absl::MakeCleanup([this] { changes_.Reset(); });
  changes_.Int(1, RowKey(set, 0)).Int(2, RowKey(set, kLast));
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, changes_.Step());
    if (!row) return absl::OkStatus();
    const int64_t key = changes_.IntAt(0);
    const auto counts = Checked(SaidOfChange(key), changes_.BytesAt(1));
    if (!counts || !AreCounts(*counts)) return Damaged(set);
    visit(static_cast<uint32_t>(key), *counts);
  }
}

absl::StatusOr<int64_t> SetTable::Create(const SetKey& key) {
  auto reset = absl::MakeCleanup([this] { create_.Reset(); });
  TG_ASSIGN_OR_RETURN(const bool row,
                      create_.Int(1, key.year).Text(2, key.name).Step());
  if (!row) return absl::InternalError("ledger: a set of people without id");
  const int64_t id = create_.IntAt(0);
  create_.Reset();
  const std::string check = CheckOf(Said(key, id), "");
  TG_RETURN_IF_ERROR(name_.Int(1, id).Blob(2, check).Run());
  return id;
}

absl::Status SetTable::PutState(const SetRow& row) {
  const std::string packed = Pack(row.state.newest);
  const std::string newest = CheckOf(Said(row), packed) + packed;
  return put_state_.Int(1, row.id)
      .Int(2, row.state.people)
      .Blob(3, newest)
      .Run();
}

absl::Status SetTable::PutPart(int64_t set, const PartRow& part,
                               absl::string_view counts) {
  const int64_t key = RowKey(set, part.number);
  const std::string checked = absl::StrCat(
      CheckOf(SaidOfPart(key, part.start, part.merged), counts), counts);
  return put_part_.Int(1, key)
      .Blob(2, part.start)
      .Int(3, part.merged)
      .Blob(4, checked)
      .Run();
}

absl::Status SetTable::PutChange(int64_t set, uint32_t number,
                                 absl::string_view counts) {
  const int64_t key = RowKey(set, number);
  const std::string checked =
      absl::StrCat(CheckOf(SaidOfChange(key), counts), counts);
  return put_change_.Int(1, key).Blob(2, checked).Run();
}

absl::StatusOr<bool> SetTable::DeleteRows(Statement& first, Statement& remove,
                                          int64_t low, int64_t high,
                                          int64_t* budget) {
  while (*budget > 0) {
    TG_ASSIGN_OR_RETURN(const bool row, first.Int(1, low).Int(2, high).Step());
    if (!row) return true;
    const int64_t key = first.IntAt(0);
    *budget -= first.IntAt(1) + 100;  // And what a row costs.
    first.Reset();
    TG_RETURN_IF_ERROR(remove.Int(1, key).Run());
  }
  return false;
}

absl::StatusOr<bool> SetTable::DeleteChanges(int64_t set, uint32_t up_to,
                                             int64_t* budget) {
  return DeleteRows(first_change_, delete_change_, RowKey(set, 0),
                    RowKey(set, up_to), budget);
}

absl::StatusOr<bool> SetTable::EraseBefore(int32_t year, int64_t* budget) {
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, oldest_.Int(1, year).Step());
    if (!row) return true;
    const int64_t set = oldest_.IntAt(0);
    oldest_.Reset();
    TG_ASSIGN_OR_RETURN(bool gone, DeleteChanges(set, kLast, budget));
    if (!gone) return false;
    TG_ASSIGN_OR_RETURN(gone,
                        DeleteRows(first_part_, delete_part_, RowKey(set, 0),
                                   RowKey(set, kLast), budget));
    if (!gone) return false;
    TG_RETURN_IF_ERROR(delete_set_.Int(1, set).Run());
  }
}

}  // namespace tongguan::ledger
