// The transaction: verdict settled, people charged, record appended, durably
// and together. The ledger knows no law: it is handed a function from tallies
// to a record and runs it inside its transaction, one after another in one
// order. What queued while the last commit ran makes the next commit.
//
// A record's index is its place in the log, from 0, without gaps, never used
// twice. Nothing is reported before it is durable. Thread-safe.
#ifndef TONGGUAN_GATEWAY_LEDGER_LEDGER_H_
#define TONGGUAN_GATEWAY_LEDGER_LEDGER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/base/beijing.h"
#include "gateway/journal/hash.h"
#include "gateway/journal/key.h"

namespace tongguan::ledger {

// People, ordinary and sensitive apart.
struct People {
  int64_t persons = 0;
  int64_t sensitive = 0;
};

// What is counted for one exporter in one Beijing year.
struct Tally {
  std::optional<int64_t> opening_persons;    // Declared; absent: never.
  std::optional<int64_t> opening_sensitive;  // Declared; absent: never.
  People counted;      // Charged by flows that the law counts (GBA included).
  People exempt;       // Exempt flows.
  People list_exempt;  // Flows released by lists.
  People gba;          // Those in `counted` who went under a GBA contract.
  // The parts of the four that came from sets of people; the rest is declared.
  People counted_exact, exempt_exact, list_exempt_exact, gba_exact;
};

// Names a set of people (pseudonyms of 16 bytes) of one Beijing year. A person
// is in it while more records have put it there than have taken it out. Sets
// are erased on 1 April of the year after theirs, in Beijing.
struct SetKey {
  std::string name;
  int32_t year = 0;

  bool operator==(const SetKey& other) const {
    return year == other.year && name == other.name;
  }
  bool operator<(const SetKey& other) const {
    return std::tie(year, name) < std::tie(other.year, other.name);
  }
  template <typename H>
  friend H AbslHashValue(H hash, const SetKey& key) {
    return H::combine(std::move(hash), key.name, key.year);
  }
};

// A set as a whole.
struct SetState {
  int64_t people = 0;
  // The records that put people in last, newest first, at most 20; not those
  // that put them back.
  std::vector<uint64_t> newest;
};

// What a set knows of some people, at one place in the log.
struct Known {
  SetKey set;
  // Strictly ascending as byte strings; not copied: what a submission asks
  // about must live until its `done`.
  absl::string_view people;
  std::vector<int32_t> records;  // One a person: that put less that took it.

  // How many are not in it; how many are in it by one record only.
  int64_t fresh() const {
    return std::count(records.begin(), records.end(), 0);
  }
  int64_t last() const { return std::count(records.begin(), records.end(), 1); }
};

// People put into a set by a record, or taken out.
struct Reference {
  Known known;
  bool take = false;
  bool back = false;  // Put back for an earlier record that had put them in.

  // People in the set after less before.
  int64_t change() const { return take ? -known.last() : known.fresh(); }
};

// Which tally a change falls on.
enum class Account { kCounted, kExempt, kListExempt, kGba };

// A change of tallies that a record brings. Who goes under a GBA contract is
// in two: of kCounted, and of kGba.
struct Change {
  std::string exporter;
  int32_t year = 0;
  Account account = Account::kCounted;
  People people;  // Added; negative for a settlement. Never below 0 in sum.
  // Added besides: what these change in the sets of people. Several of one set
  // must not have people in common.
  std::vector<Reference> persons, sensitive;
  std::optional<int64_t> opening_persons;    // Set to this.
  std::optional<int64_t> opening_sensitive;  // Set to this.
};

// What the function that runs inside the transaction may ask.
class View {
 public:
  virtual ~View() = default;
  // The instant of this commit: never before that of an earlier record.
  virtual absl::Time now() const = 0;
  // The index and id this record will have.
  virtual uint64_t index() const = 0;
  virtual std::string id() const = 0;
  // A tally with everything before this record in it. Zero when there is none.
  virtual absl::StatusOr<Tally> tally(absl::string_view exporter,
                                      int32_t year) = 0;
  // The stored bytes of an earlier record, for settlements.
  virtual absl::StatusOr<std::string> record(uint64_t index) = 0;
  // The last earlier record that settled this index, if any.
  virtual absl::StatusOr<std::optional<uint64_t>> settled_by(
      uint64_t index) = 0;
  // What a set knows of these people, with everything before this record in
  // it. FailedPrecondition when the set was erased with its year.
  virtual absl::StatusOr<Known> look_up(const SetKey& set,
                                        absl::string_view people) = 0;
  virtual absl::StatusOr<SetState> state(const SetKey& set) = 0;
};

// What is beside the record for finding it again; written behind the commit.
struct IndexEntry {
  std::string exporter;  // USCC, or empty.
  int32_t verdict = 0;   // v1::Verdict, or 0.
  int32_t headline = 0;  // v1::Rule, or 0.
};

// What the function makes.
struct Entry {
  std::string record;           // The bytes to be stored: the leaf.
  std::vector<Change> changes;  // Tallies.
  IndexEntry index;
  std::optional<uint64_t> settles;    // Index of the record it settles.
  bool again = false;                 // What it settles may be settled before.
  std::vector<Reference> remembered;  // Of sets that no tally hangs on.
};

// People counted on a Beijing day, net of what was taken off on it.
struct DayCount {
  Day day = 0;
  People people;
};

// A record as it stands.
struct Stored {
  uint64_t index = 0;
  std::string id;         // "YYYY-index-C"; see id.h.
  absl::Time time;        // Commit instant.
  std::string record;     // Stored bytes.
  bool repeated = false;  // Answer to a repeated request: nothing was added.
};

// The log's head after a commit.
struct Head {
  uint64_t size = 0;        // Records.
  journal::Hash root = {};  // RFC 6962, over all of them.
  // Of its checkpoint: the key's id, then what the key made; empty: no key.
  std::string signature;
};

// What is to be done in one transaction.
struct Submission {
  std::string owner;       // Exporter the request id belongs to.
  std::string request_id;  // Empty: not idempotent (policy activations).
  std::string digest;      // SHA-256 of the request body; 32 bytes.
  // Runs on the committer's thread. An error drops this submission only and is
  // reported as it is. Must be repeatable: it may run again.
  std::function<absl::StatusOr<Entry>(View&)> make;
  // Called once, from a thread of the ledger, after the commit is durable or
  // has failed; or inside Submit when it is refused at once. Must not block.
  std::function<void(absl::StatusOr<Stored>)> done;
};

// Which records to list.
struct Query {
  std::string exporter;  // Empty: all.
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
  int32_t verdict = 0;             // 0: all.
  int32_t headline = 0;            // 0: all.
  std::optional<uint64_t> before;  // Only indexes below.
  int limit = 50;
};

// How sets of people are kept; tests make them small.
struct PeopleLimits {
  size_t memory_bytes = 256 << 20;  // Of sets kept in memory.
  // Bytes that a commit merges, deletes and erases, and so many more for each
  // byte that it changes: then the changes never pile up.
  size_t slice_bytes = 512 << 10;
  size_t slice_factor = 4;
  // A set is merged when its changes outgrow this and a quarter of its parts.
  size_t few_bytes = 64 << 10;
};

struct Options {
  std::string path;         // File; created when missing.
  size_t max_queue = 4096;  // Submissions waiting: beyond, ResourceExhausted.
  size_t max_batch = 512;   // Records a commit.
  // Signs the head of every commit; null: heads are not signed. A log that was
  // signed once does not open without.
  std::shared_ptr<const journal::SigningKey> key = nullptr;
  // Makes the first record of a Beijing year, for what was recorded before it;
  // null: none is made. Must not fail.
  std::function<Entry(View& view, int32_t last_year, const Head& closed)>
      year_end = nullptr;
  size_t index_run =
      32768;  // Records indexed in memory before they are written.
  PeopleLimits people = {};
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // Queues a submission. The same owner, request id and digest as an earlier
  // one answers with the earlier record (`repeated`); another digest is
  // AlreadyExists. ResourceExhausted when the queue is full. A commit that
  // failed answers Unavailable to all in it; one whose outcome is not known
  // ends the ledger: see health().
  virtual void Submit(Submission submission) = 0;

  // Tallies as of the last commit, for dry runs and standing.
  virtual absl::StatusOr<Tally> ReadTally(absl::string_view exporter,
                                          int32_t year) = 0;

  // As View::look_up, as of the last commit. `people` must outlive the result.
  virtual absl::StatusOr<Known> LookUp(const SetKey& set,
                                       absl::string_view people) = 0;
  // Days from `from` on that changed Tally::counted, in order.
  virtual absl::StatusOr<std::vector<DayCount>> ReadDays(
      absl::string_view exporter, Day from) = 0;

  virtual absl::StatusOr<Stored> Read(uint64_t index) = 0;
  // Newest first; has every record that was reported before the call.
  virtual absl::StatusOr<std::vector<Stored>> List(const Query& query) = 0;

  // Content-addressed parts of policies; a part already kept is not written
  // again.
  virtual absl::Status KeepParts(
      const std::vector<std::pair<std::string, std::string>>&
          digest_and_bytes) = 0;
  virtual absl::StatusOr<std::string> ReadPart(absl::string_view digest) = 0;

  // Number of records.
  virtual uint64_t size() = 0;

  // The head of the last commit.
  virtual absl::StatusOr<Head> ReadHead() = 0;
  // The hash of a record (level 0) or of a tile (level 8, 16, ...), of which
  // journal::FromStored makes all others.
  virtual absl::StatusOr<journal::Hash> ReadHash(int level, uint64_t index) = 0;

  // OK while it can write; else why not. Once a commit's outcome is unknown it
  // stays bad and every Submit fails: the process must end and start again.
  virtual absl::Status health() = 0;

  // Bad, too, from a commit that could not be written (a full disk) until one
  // can be. Probe() has the committer find out where nobody submits, and erase
  // a slice of the people of years that are over.
  virtual absl::Status writable() = 0;
  virtual void Probe() = 0;

  // Finishes what is queued, refuses the rest, closes.
  virtual void Close() = 0;
};

// Opens or creates the SQLite ledger (WAL, synchronous=FULL). `now` is asked at
// every commit.
absl::StatusOr<std::unique_ptr<Ledger>> OpenSqliteLedger(
    const Options& options, std::function<absl::Time()> now);

// Forgets the index of a ledger that is not open and makes it again from the
// journal.
absl::Status RebuildIndex(const std::string& path);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_LEDGER_H_
