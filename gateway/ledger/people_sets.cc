#include "gateway/ledger/people_sets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::ledger {
namespace {

// A part is split beyond this, into parts of three quarters of it.
constexpr size_t kMostPartBytes = 4096 * kEntryBytes;
// How many records SetState::newest has at most.
constexpr size_t kMostNewest = 20;

absl::Status Impossible(const SetKey& key) {
  return absl::DataLossError(absl::StrCat(
      "ledger: the set ", key.name, " of ", key.year,
      " was left by more than had come: keep the file as it is and restore a "
      "backup"));
}

// The elements of `sorted` in [start, end); an empty end is beyond all.
absl::string_view Range(absl::string_view sorted, size_t size,
                        absl::string_view start, absl::string_view end) {
  sorted = From(sorted, size, start);
  if (end.empty()) return sorted;
  return sorted.substr(0, sorted.size() - From(sorted, size, end).size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<PeopleSets>> PeopleSets::On(
    Database& db, const PeopleLimits& limits) {
  TG_ASSIGN_OR_RETURN(std::unique_ptr<SetTable> table, SetTable::On(db));
  return std::unique_ptr<PeopleSets>(new PeopleSets(std::move(table), limits));
}

void PeopleSets::KeepFrom(int32_t year) {
  if (year <= keep_from_) return;
  keep_from_ = year;
  erasing_ = true;
  const auto old = [year](const SetKey& key) { return key.year < year; };
  while (!due_.empty() && old(*due_.begin())) due_.erase(due_.begin());
  if (sweep_ && old(sweep_->key)) sweep_.reset();
  for (auto it = sets_.begin(); it != sets_.end();) {
    const auto set = it++;
    if (old(set->key)) Drop(set);
  }
}

absl::Status PeopleSets::CheckKept(const SetKey& key) const {
  if (key.year >= keep_from_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the people of ", key.year,
                   " were erased with their year: only the numbers are left"));
}

absl::StatusOr<PeopleSets::Set*> PeopleSets::Load(const SetKey& key) {
  TG_RETURN_IF_ERROR(CheckKept(key));
  if (auto it = by_key_.find(key); it != by_key_.end()) {
    sets_.splice(sets_.begin(), sets_, it->second);
    return &sets_.front();
  }
  TG_ASSIGN_OR_RETURN(std::optional<SetRow> row, table_->Find(key));
  if (!row) return nullptr;
  Set set;
  set.key = key;
  set.row = *std::move(row);
  TG_RETURN_IF_ERROR(Read(&set));
  sets_.push_front(std::move(set));
  by_key_[key] = sets_.begin();
  Account(&sets_.front());
  return &sets_.front();
}

absl::Status PeopleSets::Read(Set* set) {
  TG_ASSIGN_OR_RETURN(const std::vector<PartRow> rows,
                      table_->Parts(set->row.id));
  for (const PartRow& row : rows) {
    set->parts.push_back({row, std::nullopt, {}});
    set->part_bytes += row.bytes;
    set->next_part = std::max(set->next_part, row.number + 1);
    set->next_change = std::max(set->next_change, row.merged + 1);
  }
  if (set->parts.empty()) {
    set->parts.push_back({{0, std::string(kPersonBytes, '\0'), 0, 0}, "", {}});
    set->next_part = set->next_change = 1;
  }
  return table_->EachChange(
      set->row.id, [set](uint32_t number, absl::string_view counts) {
        Distribute(number, counts, set);
        set->change_bytes += counts.size();
        set->next_change = std::max(set->next_change, number + 1);
      });
}

// Lays a change on the parts that have not merged it.
void PeopleSets::Distribute(uint32_t number, absl::string_view counts,
                            Set* set) {
  for (size_t i = 0; i < set->parts.size() && !counts.empty(); ++i) {
    Part& part = set->parts[i];
    absl::string_view end;
    if (i + 1 < set->parts.size()) end = set->parts[i + 1].row.start;
    const absl::string_view own =
        Range(counts, kEntryBytes, part.row.start, end);
    counts.remove_prefix(own.size());
    if (number > part.row.merged && !own.empty()) {
      part.unmerged.Add(std::string(own.data(), own.size()));
      part.latest = number;
    }
  }
}

absl::Status PeopleSets::ReadPart(Set* set, Part* part) {
  if (part->counts) return absl::OkStatus();
  TG_ASSIGN_OR_RETURN(part->counts,
                      table_->PartCounts(set->row.id, part->row.number));
  set->in_memory += part->counts->size();
  in_memory_ += part->counts->size();
  return absl::OkStatus();
}

absl::Status PeopleSets::LookUp(const SetKey& key, absl::string_view people,
                                int32_t* known) {
  TG_ASSIGN_OR_RETURN(Set* const set, Load(key));
  if (set == nullptr) return absl::OkStatus();
  for (size_t i = 0; i < set->parts.size() && !people.empty(); ++i) {
    Part& part = set->parts[i];
    absl::string_view end;
    if (i + 1 < set->parts.size()) end = set->parts[i + 1].row.start;
    const absl::string_view own =
        Range(people, kPersonBytes, part.row.start, end);
    if (own.empty()) continue;
    TG_RETURN_IF_ERROR(ReadPart(set, &part));
    ledger::LookUp(*part.counts, own, known);
    part.unmerged.LookUp(own, known);
    people.remove_prefix(own.size());
    for (size_t left = own.size() / kPersonBytes; left > 0; --left) {
      if (*known++ < 0) return Impossible(key);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SetState> PeopleSets::State(const SetKey& key) {
  TG_ASSIGN_OR_RETURN(Set* const set, Load(key));
  if (set == nullptr) return SetState();
  return set->row.state;
}

void SetChange::AddTo(SetState* state) const {
  state->people += people;
  std::vector<uint64_t>& all = state->newest;
  all.insert(all.begin(), newest.rbegin(), newest.rend());
  all.resize(std::min(all.size(), kMostNewest));
}

absl::StatusOr<PeopleSets::Set*> PeopleSets::LoadOrCreate(const SetKey& key) {
  TG_ASSIGN_OR_RETURN(Set* const found, Load(key));
  if (found != nullptr) return found;
  Set set;
  set.key = key;
  TG_ASSIGN_OR_RETURN(set.row.id, table_->Create(key));
  TG_RETURN_IF_ERROR(Read(&set));
  written_.created.push_back(key);
  sets_.push_front(std::move(set));
  by_key_[key] = sets_.begin();
  return &sets_.front();
}

absl::Status PeopleSets::Append(const SetKey& key, const SetChange& change) {
  Written::Change written;
  written.counts = change.counts.Sum();
  if (written.counts.empty() && change.newest.empty()) return absl::OkStatus();
  TG_ASSIGN_OR_RETURN(written.set, LoadOrCreate(key));
  written.row = written.set->row;
  change.AddTo(&written.row.state);
  TG_RETURN_IF_ERROR(table_->PutState(written.row));
  if (!written.counts.empty()) {
    TG_RETURN_IF_ERROR(table_->PutChange(
        written.row.id, written.set->next_change, written.counts));
  }
  written_.changes.push_back(std::move(written));
  return absl::OkStatus();
}

absl::Status PeopleSets::Write(const SetChanges& changes) {
  written_ = {};
  written_.sweep = sweep_;
  int64_t budget = static_cast<int64_t>(limits_.slice_bytes);
  for (const auto& [key, change] : changes) {
    TG_RETURN_IF_ERROR(Append(key, change));
    budget +=
        static_cast<int64_t>(limits_.slice_factor * change.counts.bytes());
  }
  TG_RETURN_IF_ERROR(Merge(&budget));
  return Erase(&budget);
}

absl::Status PeopleSets::Erase(int64_t* budget) {
  if (!erasing_ || *budget <= 0) return absl::OkStatus();
  const int64_t before = *budget;
  TG_ASSIGN_OR_RETURN(written_.erased_all,
                      table_->EraseBefore(keep_from_, budget));
  written_.erased = *budget < before;
  return absl::OkStatus();
}

// The set after the one that was swept last, so that all have their turn.
std::optional<PeopleSets::Sweep> PeopleSets::NextSweep() const {
  const std::vector<Sweep>& finished = written_.finished;
  auto next = due_.upper_bound(finished.empty() ? swept_ : finished.back().key);
  if (next == due_.end()) next = due_.begin();
  if (next == due_.end() ||
      std::any_of(finished.begin(), finished.end(),
                  [&next](const Sweep& done) { return done.key == *next; })) {
    return std::nullopt;
  }
  Sweep sweep;
  sweep.key = *next;
  sweep.from.assign(kPersonBytes, '\0');
  return sweep;
}

absl::Status PeopleSets::Merge(int64_t* budget) {
  std::optional<Sweep>& sweep = written_.sweep;
  while (*budget > 0) {
    if (!sweep) sweep = NextSweep();
    if (!sweep) return absl::OkStatus();
    TG_ASSIGN_OR_RETURN(const bool done, Advance(&*sweep, budget));
    if (!done) return absl::OkStatus();
    written_.finished.push_back(*std::exchange(sweep, std::nullopt));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> PeopleSets::Advance(Sweep* sweep, int64_t* budget) {
  TG_ASSIGN_OR_RETURN(Set* const set, Load(sweep->key));
  if (set == nullptr) return absl::InternalError("a set to merge is missing");
  if (sweep->up_to == 0) {
    sweep->up_to = set->next_change - 1;
    sweep->bytes = set->change_bytes;
  }
  if (!sweep->merged) TG_RETURN_IF_ERROR(MergeParts(set, sweep, budget));
  if (!sweep->merged) return false;
  return table_->DeleteChanges(set->row.id, sweep->up_to, budget);
}

// Also where the changes of a part add up to nothing: their rows go one after
// another, and a part that had not taken them all up would see those left.
absl::Status PeopleSets::MergeParts(Set* set, Sweep* sweep, int64_t* budget) {
  for (size_t i = 0; i < set->parts.size(); ++i) {
    const Part& part = set->parts[i];
    if (part.row.start < sweep->from || part.latest <= part.row.merged) {
      continue;
    }
    if (*budget <= 0) {
      sweep->from = part.row.start;
      return absl::OkStatus();
    }
    TG_ASSIGN_OR_RETURN(const size_t bytes, MergePart(set, i));
    *budget -= static_cast<int64_t>(bytes);
  }
  sweep->merged = true;
  return absl::OkStatus();
}

// Returns the bytes written.
absl::StatusOr<size_t> PeopleSets::MergePart(Set* set, size_t at) {
  TG_RETURN_IF_ERROR(ReadPart(set, &set->parts[at]));
  const Part& old = set->parts[at];
  const std::string counts = AddCounts(*old.counts, old.unmerged.Sum());
  size_t pieces = 1;
  if (counts.size() > kMostPartBytes) {
    pieces = counts.size() / (kMostPartBytes * 3 / 4) + 1;
  }
  const size_t entries = counts.size() / kEntryBytes;
  Written::Merge merge{set, at, {}};
  for (size_t i = 0; i < pieces; ++i) {
    const size_t from = entries * i / pieces * kEntryBytes;
    const size_t to = entries * (i + 1) / pieces * kEntryBytes;
    Part part;
    part.row = old.row;
    if (i > 0) {
      part.row.number = set->next_part++;
      part.row.start = counts.substr(from, kPersonBytes);
    }
    part.row.merged = set->next_change - 1;
    part.row.bytes = to - from;
    part.counts = counts.substr(from, to - from);
    TG_RETURN_IF_ERROR(table_->PutPart(set->row.id, part.row, *part.counts));
    merge.parts.push_back(std::move(part));
  }
  written_.merges.push_back(std::move(merge));
  return counts.size();
}

void PeopleSets::Committed() {
  // From behind, so that splitting a part moves none that is still to come.
  for (auto it = written_.merges.rbegin(); it != written_.merges.rend(); ++it) {
    std::vector<Part>& parts = it->set->parts;
    parts[it->part] = std::move(it->parts[0]);
    parts.insert(parts.begin() + it->part + 1,
                 std::make_move_iterator(it->parts.begin() + 1),
                 std::make_move_iterator(it->parts.end()));
    Account(it->set);
  }
  for (Written::Change& change : written_.changes) {
    Set* const set = change.set;
    set->row = std::move(change.row);
    if (!change.counts.empty()) {
      Distribute(set->next_change++, change.counts, set);
      set->change_bytes += change.counts.size();
    }
    Account(set);
  }
  for (const Sweep& sweep : written_.finished) Finish(sweep);
  sweep_ = std::move(written_.sweep);
  erasing_ &= !written_.erased_all;
  erased_ |= written_.erased;
  written_ = {};
  Evict();
}

void PeopleSets::RolledBack() {
  for (const SetKey& key : written_.created) Drop(by_key_.at(key));
  written_ = {};
  Evict();
}

void PeopleSets::Finish(const Sweep& sweep) {
  swept_ = sweep.key;
  due_.erase(sweep.key);
  Set& set = *by_key_.at(sweep.key);
  set.change_bytes -= std::min(set.change_bytes, sweep.bytes);
  Account(&set);
}

// Works out anew what the set takes, and whether it is due.
void PeopleSets::Account(Set* set) {
  in_memory_ -= set->in_memory;
  set->in_memory = sizeof(Set);
  set->part_bytes = 0;
  for (const Part& part : set->parts) {
    set->part_bytes += part.row.bytes;
    set->in_memory += sizeof(Part) + part.unmerged.bytes();
    if (part.counts) set->in_memory += part.counts->size();
  }
  in_memory_ += set->in_memory;
  if (IsDue(*set)) due_.insert(set->key);
}

bool PeopleSets::IsDue(const Set& set) const {
  return set.change_bytes > std::max(limits_.few_bytes, set.part_bytes / 4);
}

void PeopleSets::Evict() {
  while (in_memory_ > limits_.memory_bytes && !sets_.empty()) {
    Drop(std::prev(sets_.end()));
  }
}

void PeopleSets::Drop(std::list<Set>::iterator set) {
  in_memory_ -= set->in_memory;
  by_key_.erase(set->key);
  sets_.erase(set);
}

}  // namespace tongguan::ledger
