// A commit in the making: submissions run one after another, each seeing those
// before it. Nothing is written here, and nothing told, until the outcome of
// the commit is known. Used by the committer only.
#ifndef TONGGUAN_GATEWAY_LEDGER_BATCH_H_
#define TONGGUAN_GATEWAY_LEDGER_BATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/ledger/index.h"
#include "gateway/ledger/journal.h"
#include "gateway/ledger/ledger.h"
#include "gateway/ledger/people_sets.h"
#include "gateway/ledger/tallies.h"

namespace tongguan::ledger {

using DayMap = absl::flat_hash_map<std::string, People>;

// What was committed before.
struct Before {
  Journal& journal;
  Index& index;
  TallyTable& table;
  TallyCache& cache;
  PeopleSets& sets;
};

class Batch final : private View {
 public:
  // `now` in whole microseconds; the first record will have index `first`.
  Batch(Before before, uint64_t first, absl::Time now);

  void Run(Submission submission);

  // What is to be written. Without records nothing is.
  bool empty() const { return facts_.empty(); }
  const Row& row() const { return row_; }
  const std::vector<Fact>& facts() const { return facts_; }
  const TallyMap& tallies() const { return tallies_; }
  const SetChanges& sets() const { return sets_; }
  // What was counted on the commit's day, by exporter.
  const DayMap& days() const { return days_; }

  // Tells every submission its own outcome, or, if the commit failed, why.
  void Answer(const absl::Status& committed);

 private:
  absl::Time now() const override { return now_; }
  uint64_t index() const override { return row_.first_index + row_.count; }
  std::string id() const override;
  absl::StatusOr<Tally> tally(absl::string_view exporter,
                              int32_t year) override;
  absl::StatusOr<std::string> record(uint64_t index) override;
  absl::StatusOr<std::optional<uint64_t>> settled_by(uint64_t index) override;
  absl::StatusOr<Known> look_up(const SetKey& set,
                                absl::string_view people) override;
  absl::StatusOr<SetState> state(const SetKey& set) override;

  // Takes what it says of the request, leaves `done`.
  absl::StatusOr<Stored> Decide(Submission& submission);
  absl::StatusOr<std::optional<uint64_t>> FindRequest(const Fact& request);
  absl::StatusOr<Stored> Repeat(uint64_t index, const Fact& request);
  absl::StatusOr<Stored> ReadStored(uint64_t index);
  absl::StatusOr<TallyMap> Sum(const std::vector<Change>& changes);
  absl::Status CheckSettles(const Entry& entry);
  absl::Status CheckTaken(const Entry& entry);
  absl::StatusOr<Tally> TallyOf(const TallyKey& key);
  Stored Append(Fact fact, Entry entry, const TallyMap& sums);
  void Refer(const std::vector<Reference>& references);
  void Count(const Change& change);
  bool Here(uint64_t index) const {
    return index - row_.first_index < row_.count;
  }

  struct Outcome {
    std::function<void(absl::StatusOr<Stored>)> done;
    absl::StatusOr<Stored> stored;
  };

  const Before before_;
  const absl::Time now_;
  Row row_;
  std::vector<Fact> facts_;      // One a record,
  std::vector<size_t> records_;  // and where it begins in row_.records.
  TallyMap tallies_;             // As this batch leaves them.
  absl::flat_hash_map<uint64_t, uint64_t> requests_;  // Key to index.
  SetChanges sets_;                                   // What it does to them.
  DayMap days_;
  absl::flat_hash_map<uint64_t, uint64_t> settled_;  // Index to record.
  std::vector<Outcome> outcomes_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_BATCH_H_
