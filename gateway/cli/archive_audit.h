// An archive, checked from its own bytes: container, manifest, proof, heads and
// keys, records, policies, and that it holds what was asked for. Stops at the
// first thing that is wrong. Part of `tongguan log verify`.
#ifndef TONGGUAN_GATEWAY_CLI_ARCHIVE_AUDIT_H_
#define TONGGUAN_GATEWAY_CLI_ARCHIVE_AUDIT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/archive/archive.h"
#include "gateway/cli/archive_rules.h"
#include "gateway/cli/log_audit.h"
#include "gateway/journal/selection.h"

namespace tongguan::cli {

class ArchiveAudit {
 public:
  // An archive that does not have every record from the first on cannot be
  // replayed, and any has few heads: where `replay` or `all_signatures` is
  // asked for, that is lacking. `archive` must outlive it.
  ArchiveAudit(archive::Reader& archive, AuditOptions options);

  // Call first: the record of this index is kept as it is checked.
  void Keep(uint64_t index) { wanted_ = index; }
  // NotFound: it is not in the archive.
  absl::StatusOr<std::string> kept() const;

  // Tells `at` how many records were read.
  MaybeFinding Run(const std::function<void(uint64_t)>& at);

  uint64_t replayed() const { return summed_.replayed(); }
  // As of LogAudit.
  const std::vector<Finding>& lacking() const { return lacking_; }
  const std::vector<Finding>& not_asked() const { return not_asked_; }

 private:
  struct Head {
    journal::Checkpoint head;
    journal::Note note;
  };
  MaybeFinding ReadFiles();
  MaybeFinding CheckName(const archive::File& file);
  MaybeFinding ReadCheckpoint(const std::string& name,
                              const std::string& bytes);
  MaybeFinding ReadRecords(const std::function<void(uint64_t)>& at);
  MaybeFinding AddUp(uint64_t index);
  MaybeFinding TakeRecord(uint64_t index, absl::string_view bytes);
  MaybeFinding TakeForm(const std::string& id);
  MaybeFinding TakeKeyChange(const std::string& id);
  MaybeFinding TakePolicy(const std::string& id, const std::string& digest);
  MaybeFinding TakeSelected(uint64_t index, const std::string& id);
  MaybeFinding PassTo(uint64_t index);
  MaybeFinding MeetHead(const Head& head);
  MaybeFinding MeetKept();
  MaybeFinding CheckEnd();
  MaybeFinding CheckWhole();
  MaybeFinding CheckParts();
  void SayWhatWasNotChecked();

  archive::Reader& archive_;
  const archive::Selection& selection_;
  const AuditOptions options_;
  const Span span_;
  archive::ProofReader proof_;
  journal::SelectionVerifier verifier_;
  std::map<uint64_t, Head> heads_;  // By size.
  std::map<uint64_t, Head>::const_iterator next_head_;
  std::set<std::string> parts_;     // Digests of those that are there,
  std::set<std::string> needed_;    // and of those that belong there.
  std::set<std::string> names_;     // Of the files so far.
  int proofs_ = 0;                  // Files of hashes so far.
  bool other_page_ = false;         // Not the page that this program writes.
  std::set<std::string> policies_;  // Digests of those that were checked.
  uint64_t parts_left_out_ = 0;
  // Records from the first of the log on without a gap, added up and replayed
  // as those of a ledger.
  const LogSource source_;
  RecordAudit summed_;
  uint64_t summing_ = 0;  // The next of them.
  v1::DecisionRecord record_;
  int64_t time_micros_ = 0;
  uint64_t records_ = 0;          // Of the selection.
  uint64_t first_ = 0, end_ = 0;  // Where they lie; 0, 0: none so far.
  bool closes_before_ = false;    // The record at first_ or end_ does.
  std::optional<uint64_t> before_, after_;  // Nearest records outside the span.
  std::optional<journal::PublicKey> key_;   // Signs the next head.
  std::optional<journal::PublicKey> next_;  // Signs those after it.
  std::vector<journal::PublicKey> known_;   // All keys of the log so far.
  bool trusted_ = false;  // A key that was given signed a head.
  std::vector<journal::PublicKey> met_keys_;  // Those that signed the last one.
  std::set<size_t> met_;  // Which of the checkpoints kept elsewhere.
  std::optional<uint64_t> wanted_;
  std::optional<std::string> kept_;
  std::vector<Finding> lacking_, not_asked_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_ARCHIVE_AUDIT_H_
