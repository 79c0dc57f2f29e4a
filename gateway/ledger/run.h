// The index of a run of neighbouring records, in memory: what has been
// committed and is not yet in the index tables. Not thread-safe.
#ifndef TONGGUAN_GATEWAY_LEDGER_RUN_H_
#define TONGGUAN_GATEWAY_LEDGER_RUN_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/ledger/rows.h"

namespace tongguan::ledger {

// Terms that records are found under.
std::string ExporterTerm(absl::string_view exporter);
std::string HeadlineTerm(int32_t headline);
std::string VerdictTerm(int32_t verdict);

// Those of a record.
std::vector<std::string> TermsOf(const Fact& fact);

// What is kept of a record beside its terms.
struct Mark {
  int32_t verdict, headline;
  bool operator==(const Mark&) const = default;
};

// A record under a term.
struct Posting {
  uint64_t index;
  Mark mark;
  bool operator==(const Posting&) const = default;
};

// Which indexes of a term.
struct Filter {
  std::string term;
  uint64_t from = 0;     // Indexes from here
  uint64_t below = 0;    // and below this.
  int32_t verdict = 0;   // 0: all.
  int32_t headline = 0;  // 0: all.
  size_t limit = 0;

  // Whether a record of the term passes.
  bool Takes(uint64_t index, const Mark& mark) const {
    return from <= index && index < below &&
           (verdict == 0 || verdict == mark.verdict) &&
           (headline == 0 || headline == mark.headline);
  }
};

// One term's postings, in the order of index: varint distance to the index
// before, or to 0; varint verdict; varint headline. DataLoss when they are
// damaged.
absl::Status EachPosting(absl::string_view postings,
                         const std::function<void(const Posting&)>& visit);

// Appends, newest first, the indexes among them until `found` has filter.limit.
absl::Status FindIn(absl::string_view postings, const Filter& filter,
                    std::vector<uint64_t>* found);

class Run {
 public:
  explicit Run(uint64_t begin) : begin_(begin) {}

  void Add(const Fact& fact);  // Of the record at end().
  uint64_t begin() const { return begin_; }
  uint64_t end() const { return begin_ + marks_.size(); }

  // What stands under a request key; by what record an index was settled.
  std::optional<uint64_t> AtKey(uint64_t key) const;
  std::optional<uint64_t> SettledBy(uint64_t index) const;
  // Appends indexes, newest first, until `found` has filter.limit.
  void Find(const Filter& filter, std::vector<uint64_t>* found) const;

  // Its rows, in the order of the tables: nothing is to be sorted before they
  // are written. Requests as SQLite orders them, whose keys are signed.
  using Requests = absl::btree_map<int64_t, uint64_t>;  // Key, index.
  using Terms = absl::btree_map<std::string, std::vector<uint64_t>>;
  using Settled = absl::btree_map<uint64_t, uint64_t>;  // Index, by.
  const Requests& requests() const { return requests_; }
  const Terms& terms() const { return terms_; }
  const Settled& settled() const { return settled_; }
  size_t rows() const {
    return requests_.size() + terms_.size() + settled_.size();
  }
  // Of a term's indexes.
  std::string Postings(const std::vector<uint64_t>& indexes) const;

 private:
  const uint64_t begin_;
  std::vector<Mark> marks_;  // One a record.
  Requests requests_;
  Terms terms_;
  Settled settled_;
};

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_RUN_H_
