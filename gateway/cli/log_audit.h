// A log, checked from its first commit on: rows, tree, heads, keys; records by
// RecordAudit. Stops at the first thing that is wrong. Part of `tongguan log
// verify`.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_AUDIT_H_
#define TONGGUAN_GATEWAY_CLI_LOG_AUDIT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/cli/log_records.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/frontier.h"
#include "gateway/journal/key.h"
#include "gateway/journal/note.h"
#include "google/protobuf/arena.h"

namespace tongguan::cli {

struct AuditOptions {
  bool all_signatures = false;
  bool replay = false;
  // One of these must have signed a head of the log, if there are any.
  std::vector<journal::PublicKey> keys;
  bool own_key = false;  // They are from the file beside the ledger.
  // Heads that were kept elsewhere.
  std::vector<journal::Note> checkpoints;
  // Where there is one: gets what could not be checked of a sound log.
  std::vector<Finding>* lacking = nullptr;
};

// What is wrong with the note's lines by keys that were given. `met` gets those
// of which there is one.
MaybeFinding CheckGivenKeys(const journal::Note& note,
                            const std::vector<journal::PublicKey>& keys,
                            std::vector<journal::PublicKey>* met);
// Says which keys that were given, and are no keys of the log itself, were not
// met: whoever gives one expects its line over the head of `size` records.
void SayNotMet(const AuditOptions& options,
               const std::vector<journal::PublicKey>& own,
               const std::vector<journal::PublicKey>& met, uint64_t size,
               std::vector<Finding>* lacking);
// Names of the note's lines that none of these keys made.
std::vector<std::string> UncheckedLines(
    const journal::Note& note, const std::vector<journal::PublicKey>& keys);

class LogAudit {
 public:
  // `source` must outlive it.
  LogAudit(AuditOptions options, const LogSource& source)
      : options_(std::move(options)),
        source_(source),
        records_(source, options_.replay) {}

  // The checkpoints that were given, by form and origin-to-be. Call first. A
  // log from which years were taken out goes on from `begin`.
  MaybeFinding Begin(const LogBegin& begin = {});
  // The next commit of the log.
  MaybeFinding Take(const ledger::RawRow& row);
  // After the last. Without tallies none are kept beside the records.
  using Tallies = std::vector<std::pair<ledger::TallyKey, ledger::Tally>>;
  MaybeFinding End(const std::optional<Tallies>& tallies);

  // What is counted of each day, before End.
  MaybeFinding TakeDays(const std::map<ledger::DayKey, ledger::People>& kept) {
    return records_.EndDays(kept);
  }
  // Something that could not be checked.
  void Lack(Finding finding) { lacking_.push_back(std::move(finding)); }
  // How many people the sets hold that are kept, from a year on; before End.
  // Who they are the records do not say.
  MaybeFinding TakeSets(const std::map<ledger::SetKey, int64_t>& kept,
                        int32_t from) {
    if (!kept.empty()) not_asked_.push_back(Say("verify.sets"));
    return records_.EndSets(kept, from);
  }

  // Rows have neither heads nor facts of their own: a published log, whose
  // checkpoint is given among the others. Whether there are others:
  // `kept_elsewhere`.
  void ExpectNoHeads(bool kept_elsewhere) {
    heads_ = false;
    kept_elsewhere_ = kept_elsewhere;
  }

  // What could not be checked though it belongs to the log, and what was not
  // because it was not asked for.
  const std::vector<Finding>& lacking() const { return lacking_; }
  const std::vector<Finding>& not_asked() const { return not_asked_; }

  uint64_t size() const { return frontier_.size(); }
  uint64_t tiles() const { return tiles_; }
  const std::string& origin() const { return origin_; }
  journal::Hash root() const { return frontier_.Root(); }
  const RecordAudit& records() const { return records_; }

 private:
  struct Kept {  // A checkpoint that was given.
    journal::Checkpoint head;
    journal::Note note;
    bool met = false;
    std::optional<journal::PublicKey> key;  // In force at its size.
  };
  MaybeFinding TakeForm(const ledger::RawRow& row);
  MaybeFinding TakeRecords(const ledger::RawRow& row);
  MaybeFinding TakeLeaf(const ledger::RawRow& row, absl::string_view record,
                        absl::string_view fact);
  MaybeFinding TakeKeyChange(const std::string& id,
                             const v1::KeyChangeRecord& change);
  MaybeFinding GoOn(const LogBegin& begin);
  MaybeFinding CompareKept();
  MaybeFinding CheckTrust();
  MaybeFinding TakePruning(const std::string& id,
                           const v1::PruningRecord& pruning);
  MaybeFinding TakeYear(const ledger::RawRow& row,
                        const v1::DecisionRecord& record);
  MaybeFinding TakeHead(const ledger::RawRow& row);
  MaybeFinding CheckSignature(absl::string_view signature,
                              const std::string& id);
  MaybeFinding MeetCheckpoints(const std::string& id);
  MaybeFinding MeetTiles();
  // Whether it is one of those that were given.
  bool Given(const journal::PublicKey& key) const;
  MaybeFinding CheckKept(const Kept& kept);
  MaybeFinding CheckAllKept();
  void SayWhatWasNotChecked();

  const AuditOptions options_;
  const LogSource& source_;
  RecordAudit records_;
  journal::Frontier frontier_;
  std::vector<journal::StoredHash> filled_;
  std::vector<Kept> kept_;
  LogBegin begin_;
  bool pruning_said_ = false;  // A record says what was taken out.
  uint64_t tiles_ = 0;
  int64_t time_micros_ = 0;
  int32_t year_ = 0;
  std::string origin_;
  std::optional<journal::PublicKey> key_;   // Signs this row's head.
  std::optional<journal::PublicKey> next_;  // Signs from the next row on.
  std::vector<journal::PublicKey> known_;   // All keys of the log so far.
  std::string last_signature_;  // Of the last row, if it was passed over.
  std::string last_id_;
  bool turned_ = false;  // The key changed in the last row.
  bool heads_ = true;    // And facts.
  bool kept_elsewhere_ = true;
  bool trusted_ = false;  // A key that was given signed a head.
  bool signed_ = false;   // Some head was signed; all after it must be.
  uint64_t unsigned_ = 0;
  uint64_t unverified_ = 0;  // Signatures that were passed over.
  // Of the record at hand: most need no more room.
  std::vector<char> room_ = std::vector<char>(64 << 10);
  google::protobuf::Arena arena_{room_.data(), room_.size()};
  std::vector<Finding> lacking_, not_asked_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_AUDIT_H_
