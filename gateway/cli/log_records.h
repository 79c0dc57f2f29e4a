// What the records of a log say, checked against each other and against what
// is kept beside them. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_RECORDS_H_
#define TONGGUAN_GATEWAY_CLI_LOG_RECORDS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cli/log_allowed.h"
#include "gateway/cli/log_replay.h"
#include "gateway/cli/log_settled.h"
#include "gateway/cli/log_source.h"
#include "gateway/ledger/id.h"
#include "gateway/ledger/rows.h"
#include "gateway/ledger/scan.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::cli {

// Where a log begins from which years were taken out: what its records go on
// from. Of a whole log: all zero and empty.
struct LogBegin {
  uint64_t first = 0;       // The first record that is there.
  int32_t year = 0;         // The last year that is not.
  std::string policy;       // Digest of the one in force.
  std::string origin, key;  // Of the log; its key.
  std::string archive;      // SHA-256 of the archive of `year`.
};

// Whether a verdict was taken on the Beijing day of its record: the law that
// is in force is that of a day. True of other records.
bool DecidedThatDay(const v1::DecisionRecord& record);

class RecordAudit {
 public:
  // With `replay` every decision is taken again. `source` must outlive it. At
  // most `allowed` decisions are kept to settle them.
  RecordAudit(const LogSource& source, bool replay,
              size_t allowed = kMostAllowed)
      : source_(source),
        replays_(replay),
        allowed_(source, allowed),
        settled_(source),
        replay_(source) {}

  // Call first where the log does not begin with its first record.
  void Begin(const LogBegin& begin) {
    begin_ = begin;
    policy_ = begin.policy;
  }

  // The next record, parsed, with its row and, where there is one, its fact.
  // Returns what is wrong with it.
  MaybeFinding Take(uint64_t index, const ledger::RawRow& row,
                    const v1::DecisionRecord& record, const ledger::Fact* fact);

  // Compares the sums of the records with the tallies and days that are kept.
  MaybeFinding End(
      const std::vector<std::pair<ledger::TallyKey, ledger::Tally>>& kept);
  // And with how many people the tallies' sets of this year and later hold,
  // those too to which no record adds.
  MaybeFinding EndSets(const std::map<ledger::SetKey, int64_t>& kept,
                       int32_t from);
  MaybeFinding EndDays(const std::map<ledger::DayKey, ledger::People>& kept);

  // Digests of the parts of the policies that came into force.
  const std::set<std::string>& parts() const { return parts_; }

  // Decisions that were taken again; and how many were not, and why.
  uint64_t replayed() const { return replay_.replayed(); }
  void SayWhatWasNotReplayed(std::vector<Finding>* lacking) const {
    replay_.SayWhatWasNot(lacking);
  }

 private:
  struct Place {
    uint64_t index;
    int32_t year;
    std::string id() const { return ledger::FormatId({year, index}); }
  };
  MaybeFinding TakeVerdict(const Place& place,
                           const v1::DecisionRecord& record);
  // A settlement or a correction.
  MaybeFinding TakeSettled(const Place& place, const v1::DecisionRecord& record,
                           const std::string& decision_id,
                           const std::string& exporter);
  MaybeFinding TakeOpening(const Place& place,
                           const v1::DecisionRecord& record);
  MaybeFinding TakeActivation(const Place& place,
                              const v1::DecisionRecord& record);
  bool OfPruned(const std::string& decision_id);
  // Whether all that adds up to the tallies of the year is there. Near midnight
  // people are charged to the year after as well.
  bool Known(int32_t year) const {
    return begin_.first == 0 || year > begin_.year + 1;
  }
  MaybeFinding AddUp(const Place& place, const ledger::Change& change,
                     bool counted = false);
  MaybeFinding AddAll(const Place& place, const Allowed& decided,
                      const v1::DecisionRecord& record,
                      const ledger::People& people);
  // Null: it is not there or cannot be settled.
  const Allowed* FindDecision(const Place& place, const std::string& id,
                              const std::string& exporter);

  const LogSource& source_;
  const bool replays_;
  Sums sums_;
  Sums exact_;  // Of what was counted by people, in the fields of all.
  std::map<ledger::DayKey, ledger::People> days_;
  Day today_ = 0;  // Of the record's commit.
  AllowedDecisions allowed_;
  SettledAudit settled_;
  ReplayAudit replay_;
  std::string policy_;  // Digest of the last activation.
  std::set<std::string> parts_;
  LogBegin begin_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_RECORDS_H_
