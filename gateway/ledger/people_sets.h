// Sets of people: what is known of whom, and how a commit's changes are kept. A
// commit appends what it changed; later commits merge that into the parts
// behind, a bounded slice each, so that no commit pays for the size of a set. A
// part remembers up to which change it is merged, so a crash between two slices
// harms nothing. Not thread-safe.
#ifndef TONGGUAN_GATEWAY_LEDGER_PEOPLE_SETS_H_
#define TONGGUAN_GATEWAY_LEDGER_PEOPLE_SETS_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/ledger/counts.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/set_table.h"

namespace tongguan::ledger {

// What a batch does to a set, up to now.
struct SetChange {
  Pile counts;
  int64_t people = 0;            // In the set after less before.
  std::vector<uint64_t> newest;  // Records that put people in, oldest first.

  void AddTo(SetState* state) const;
};
using SetChanges = absl::flat_hash_map<SetKey, SetChange>;

class PeopleSets {
 public:
  // `db` must outlive it.
  static absl::StatusOr<std::unique_ptr<PeopleSets>> On(
      Database& db, const PeopleLimits& limits);

  // Sets of earlier years are refused from now on, and erased by later writes.
  void KeepFrom(int32_t year);

  // Adds to known[i] how many committed records put the i-th person in.
  // DataLoss where that is less than none.
  absl::Status LookUp(const SetKey& key, absl::string_view people,
                      int32_t* known);
  absl::StatusOr<SetState> State(const SetKey& key);

  // Inside the caller's transaction, which then must be reported: appends the
  // changes, merges and erases a slice.
  absl::Status Write(const SetChanges& changes);
  void Committed();
  void RolledBack();

  // Whether sets of earlier years may be left to erase.
  bool erasing() const { return erasing_; }
  // Once after the last erasure: the write-ahead log may still have the bytes.
  bool TakeErased() { return !erasing_ && std::exchange(erased_, false); }

 private:
  struct Part {
    PartRow row;
    std::optional<std::string> counts;  // Absent: not read yet.
    Pile unmerged;                      // Changes above row.merged,
    uint32_t latest = 0;                // of which this is the last.
  };
  struct Set {
    SetKey key;
    SetRow row;
    std::vector<Part> parts;  // By start; never empty.
    uint32_t next_part = 0;
    uint32_t next_change = 0;
    size_t part_bytes = 0;    // On disk,
    size_t change_bytes = 0;  // and of changes that are there.
    size_t in_memory = 0;
  };
  // A set whose parts take up the changes up to `up_to`, in order of start.
  struct Sweep {
    SetKey key;
    uint32_t up_to = 0;
    size_t bytes = 0;     // Of those changes.
    std::string from;     // Parts from here on are to come;
    bool merged = false;  // none is: the changes are being deleted.
  };
  // What is written and not committed.
  struct Written {
    struct Change {
      Set* set;
      std::string counts;
      SetRow row;
    };
    struct Merge {
      Set* set;
      size_t part;
      std::vector<Part> parts;  // In its place.
    };
    std::vector<Change> changes;
    std::vector<Merge> merges;
    std::vector<SetKey> created;
    std::optional<Sweep> sweep;   // As it stands.
    std::vector<Sweep> finished;  // And what was ended.
    bool erased = false;
    bool erased_all = false;
  };

  PeopleSets(std::unique_ptr<SetTable> table, const PeopleLimits& limits)
      : table_(std::move(table)), limits_(limits) {}
  absl::StatusOr<Set*> Load(const SetKey& key);  // Null: there is none.
  absl::Status Read(Set* set);
  absl::StatusOr<Set*> LoadOrCreate(const SetKey& key);
  absl::Status CheckKept(const SetKey& key) const;
  absl::Status ReadPart(Set* set, Part* part);
  absl::Status Append(const SetKey& key, const SetChange& change);
  absl::Status Merge(int64_t* budget);
  absl::StatusOr<bool> Advance(Sweep* sweep, int64_t* budget);
  absl::Status MergeParts(Set* set, Sweep* sweep, int64_t* budget);
  absl::StatusOr<size_t> MergePart(Set* set, size_t at);
  std::optional<Sweep> NextSweep() const;
  void Finish(const Sweep& sweep);
  absl::Status Erase(int64_t* budget);
  static void Distribute(uint32_t number, absl::string_view counts, Set* set);
  bool IsDue(const Set& set) const;
  void Account(Set* set);
  void Evict();
  void Drop(std::list<Set>::iterator set);

  const std::unique_ptr<SetTable> table_;
  const PeopleLimits limits_;
  std::list<Set> sets_;  // Used last, first.
  absl::flat_hash_map<SetKey, std::list<Set>::iterator> by_key_;
  size_t in_memory_ = 0;
  absl::btree_set<SetKey> due_;  // To be swept.
  std::optional<Sweep> sweep_;
  SetKey swept_;  // Last.
  Written written_;
  int32_t keep_from_ = 0;
  bool erasing_ = false;
  bool erased_ = false;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_PEOPLE_SETS_H_
