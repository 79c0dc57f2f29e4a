#include "gateway/cli/archive_audit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/beijing.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/archive_page.h"
#include "gateway/cli/policy_parts.h"
#include "gateway/ledger/id.h"
#include "gateway/policy/parts.h"
#include "gateway/service/reading.h"

namespace tongguan::cli {

ArchiveAudit::ArchiveAudit(archive::Reader& archive, AuditOptions options)
    : archive_(archive),
      selection_(archive.manifest().selection),
      options_(std::move(options)),
      span_(SpanOf(selection_)),
      proof_(archive),
      verifier_([this] { return proof_.Next(); }),
      source_{[this](uint64_t index) { return archive_.ReadRecord(index); },
              [this](absl::string_view digest) {
                return archive_.Read(archive::PartName(digest));
              },
              nullptr},
      summed_(source_, options_.replay) {}

absl::StatusOr<std::string> ArchiveAudit::kept() const {
  if (kept_) return *kept_;
  return absl::NotFoundError(
      absl::StrCat("archive: record ", wanted_.value_or(0), " is not in it"));
}

MaybeFinding ArchiveAudit::Run(const std::function<void(uint64_t)>& at) {
  if (auto wrong = ReadFiles()) return wrong;
  next_head_ = heads_.begin();
  if (auto wrong = ReadRecords(at)) return wrong;
  if (auto wrong = CheckEnd()) return wrong;
  if (auto wrong = CheckWhole()) return wrong;
  if (auto wrong = CheckParts()) return wrong;
  SayWhatWasNotChecked();
  return std::nullopt;
}

// Names are those that the form gives, each once: whoever unpacks an archive
// writes to them. Those of records, heads and parts are checked by what they
// hold.
MaybeFinding ArchiveAudit::CheckName(const archive::File& file) {
  const archive::Kind kind = archive::KindOf(file.name);
  const bool empty_run = file.length == 0 && (kind == archive::Kind::kRecords ||
                                              kind == archive::Kind::kProof);
  const bool misnamed = kind == archive::Kind::kProof &&
                        file.name != archive::ProofName(proofs_++);
  if (kind == archive::Kind::kNone || empty_run || misnamed ||
      !names_.insert(file.name).second) {
    return Say("archive.file", file.name);
  }
  return std::nullopt;
}

// Every file but those of records and hashes, which are read in order later.
MaybeFinding ArchiveAudit::ReadFiles() {
  for (size_t at = 0; at < archive_.manifest().files.size(); ++at) {
    const archive::File& file = archive_.manifest().files[at];
    const archive::Kind kind = archive::KindOf(file.name);
    if (auto wrong = CheckName(file)) return wrong;
    if (kind == archive::Kind::kRecords || kind == archive::Kind::kProof) {
      continue;
    }
    const auto bytes = archive_.Read(at);
    if (!bytes.ok()) return Unreadable(bytes.status());
    if (kind == archive::Kind::kCheckpoint) {
      if (auto wrong = ReadCheckpoint(file.name, *bytes)) return wrong;
    } else if (kind == archive::Kind::kPart) {
      if (archive::PartName(file.digest) != file.name) {
        return Say("archive.file", file.name);
      }
      parts_.insert(file.digest);
    } else {
      other_page_ = *bytes != ArchivePage(archive_.manifest());
    }
  }
  if (names_.count(archive::kPageName) > 0) return std::nullopt;
  return Say("archive.no_page");
}

MaybeFinding ArchiveAudit::ReadCheckpoint(const std::string& name,
                                          const std::string& bytes) {
  const auto note = journal::ParseNote(bytes);
  const auto head = note.ok()
                        ? journal::ParseCheckpoint(note->text)
                        : absl::StatusOr<journal::Checkpoint>(note.status());
  if (!head.ok()) {
    return Say("verify.checkpoint_form", std::string(head.status().message()));
  }
  if (name != archive::CheckpointName(head->size) ||
      head->origin != archive_.manifest().head.origin ||
      journal::FormatNote(*note) != bytes) {
    return Say("archive.file", name);
  }
  heads_.emplace(head->size, Head{*head, *note});
  return std::nullopt;
}

MaybeFinding ArchiveAudit::ReadRecords(
    const std::function<void(uint64_t)>& at) {
  MaybeFinding wrong;
  uint64_t records = 0;
  const absl::Status read =
      archive_.EachRecord([&](uint64_t index, absl::string_view bytes) {
        wrong = TakeRecord(index, bytes);
        at(++records);
        return wrong ? absl::AbortedError("stop") : absl::OkStatus();
      });
  if (!wrong && !read.ok()) wrong = Unreadable(read);
  return wrong;
}

MaybeFinding ArchiveAudit::TakeRecord(uint64_t index, absl::string_view bytes) {
  if (auto wrong = PassTo(index)) return wrong;
  if (!record_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Say("verify.parse", absl::StrCat(index));
  }
  const std::string id = ledger::FormatId({record_.year(), index});
  if (auto wrong = TakeForm(id)) return wrong;
  if (record_.has_key_change()) {
    if (auto wrong = TakeKeyChange(id)) return wrong;
  }
  if (const std::string policy = PolicyOf(record_); !policy.empty()) {
    if (auto wrong = TakePolicy(id, policy)) return wrong;
  }
  if (auto wrong = TakeSelected(index, id)) return wrong;
  if (auto wrong = AddUp(index)) return wrong;
  if (index == wanted_) kept_ = std::string(bytes.data(), bytes.size());
  verifier_.Choose(journal::LeafHash(bytes));
  return MeetKept();
}

// Parts of the policies may be left out for an exporter, and so may records.
MaybeFinding ArchiveAudit::AddUp(uint64_t index) {
  if (!selection_.exporter.empty() || index != summing_) return std::nullopt;
  ++summing_;
  ledger::RawRow row;
  row.time_micros = record_.time_micros();
  row.year = record_.year();
  return summed_.Take(index, row, record_, nullptr);
}

// The tree's root at an earlier size is known where the proof stops.
MaybeFinding ArchiveAudit::PassTo(uint64_t index) {
  for (; next_head_ != heads_.end() && next_head_->first <= index;
       ++next_head_) {
    const absl::Status passed = verifier_.PassTo(next_head_->first);
    if (!passed.ok()) return Unreadable(passed);
    if (auto wrong = MeetKept()) return wrong;
    if (auto wrong = MeetHead(next_head_->second)) return wrong;
  }
  const absl::Status passed = verifier_.PassTo(index);
  if (!passed.ok()) return Unreadable(passed);
  return MeetKept();
}

MaybeFinding ArchiveAudit::MeetHead(const Head& head) {
  const std::string size = absl::StrCat(head.head.size);
  if (head.head.root != verifier_.Root()) return Say("archive.head", size);
  if (!key_ || !journal::VerifyNote(head.note, *key_).ok()) {
    return Say("archive.signature", size);
  }
  met_keys_.clear();
  if (auto wrong = CheckGivenKeys(head.note, options_.keys, &met_keys_)) {
    return wrong;
  }
  trusted_ |= !met_keys_.empty();
  if (next_) key_ = std::exchange(next_, std::nullopt);
  return std::nullopt;
}

MaybeFinding ArchiveAudit::MeetKept() {
  for (size_t i = 0; i < options_.checkpoints.size(); ++i) {
    const auto kept = journal::ParseCheckpoint(options_.checkpoints[i].text);
    if (!kept.ok()) {
      return Say("verify.checkpoint_form",
                 std::string(kept.status().message()));
    }
    if (kept->size != verifier_.size()) continue;
    if (kept->root != verifier_.Root()) {
      return Say("verify.checkpoint", absl::StrCat(kept->size));
    }
    // Where the key changes it is met before and after: the old one counts.
    if (!met_.insert(i).second) continue;
    const journal::Note& note = options_.checkpoints[i];
    if (!key_ || kept->origin != archive_.manifest().head.origin ||
        !journal::VerifyNote(note, *key_).ok()) {
      return Say("verify.checkpoint_key", kept->origin,
                 absl::StrCat(kept->size));
    }
    std::vector<journal::PublicKey> met;
    if (auto wrong = CheckGivenKeys(note, options_.keys, &met)) return wrong;
    trusted_ |= !met.empty();
  }
  return std::nullopt;
}

MaybeFinding ArchiveAudit::TakeForm(const std::string& id) {
  if (record_.body_case() == v1::DecisionRecord::BODY_NOT_SET) {
    return Say("verify.kind", id);
  }
  if (record_.time_micros() < time_micros_ ||
      record_.year() !=
          BeijingYear(absl::FromUnixMicros(record_.time_micros()))) {
    return Say("verify.record_time", id);
  }
  time_micros_ = record_.time_micros();
  if (!DecidedThatDay(record_)) return Say("verify.decided_day", id);
  if (!record_.has_year_end()) return std::nullopt;
  const v1::YearEndRecord& end = record_.year_end();
  const bool right = end.year() < record_.year() &&
                     end.size() == verifier_.size() &&
                     end.root() == DigestBytes(verifier_.Root());
  return right ? std::nullopt : MaybeFinding(Say("verify.year_end", id));
}

MaybeFinding ArchiveAudit::TakeKeyChange(const std::string& id) {
  const v1::KeyChangeRecord& change = record_.key_change();
  auto key = journal::PublicKey::Parse(change.key());
  // Of a log from whose beginning years were taken out, the first that is left
  // names the key before it.
  if (!key_ && !change.previous_key().empty()) {
    const auto before = journal::PublicKey::Parse(change.previous_key());
    if (before.ok()) key_ = *before;
  }
  const std::string previous = key_ ? key_->ToString() : "";
  if (!key.ok() || next_ || change.previous_key() != previous ||
      change.origin() != key->name() ||
      change.origin() != archive_.manifest().head.origin) {
    return Say("verify.key_change", id);
  }
  if (!key_) key_ = *key;
  known_.push_back(*key_);
  known_.push_back(*key);
  next_ = *std::move(key);
  return std::nullopt;
}

MaybeFinding ArchiveAudit::TakePolicy(const std::string& id,
                                      const std::string& digest) {
  if (!policies_.insert(digest).second) return std::nullopt;
  const std::string hex = absl::BytesToHexString(digest);
  needed_.insert(digest);
  if (parts_.count(digest) == 0) return Say("verify.part", id, hex);
  const auto text = archive_.Read(archive::PartName(digest));
  if (!text.ok()) return Unreadable(text.status());
  const auto manifest = policy::ParseManifest(*text);
  if (!manifest.ok()) return Say("verify.part", id, hex);
  for (const v1::PolicyPart& part : manifest->parts()) {
    needed_.insert(part.digest());
    if (parts_.count(part.digest()) > 0) continue;
    if (selection_.exporter.empty() || !OfRegistry(part.name())) {
      return Say("verify.part", id, absl::BytesToHexString(part.digest()));
    }
    ++parts_left_out_;
  }
  return std::nullopt;
}

// Whether the record was asked for; one that was not must prove something.
MaybeFinding ArchiveAudit::TakeSelected(uint64_t index, const std::string& id) {
  const bool inside = span_.Holds(record_.time_micros());
  const bool whole = selection_.exporter.empty();
  if (inside &&
      (whole || service::ExporterOf(record_) == selection_.exporter)) {
    if (records_++ == 0) first_ = index;
    if (whole && records_ > 1 && index != end_) {
      return Say("archive.gap", absl::StrCat(end_));
    }
    end_ = index + 1;
    closes_before_ |= index == first_ && ClosesBefore(record_, span_);
    return std::nullopt;
  }
  if (whole && !inside) {
    const bool early = record_.time_micros() < span_.since;
    if (early) before_ = index;
    if (!early && !after_) {
      after_ = index;
      if (records_ == 0) closes_before_ = ClosesBefore(record_, span_);
    }
    return std::nullopt;
  }
  if (record_.has_key_change()) return std::nullopt;
  return Say("archive.not_asked_for", id);
}

MaybeFinding ArchiveAudit::CheckEnd() {
  const journal::Checkpoint& head = archive_.manifest().head;
  if (heads_.empty() || heads_.rbegin()->first != head.size ||
      verifier_.size() > head.size) {
    return Say("archive.no_head", absl::StrCat(head.size));
  }
  if (auto wrong = PassTo(head.size)) return wrong;
  if (verifier_.Root() != head.root || !proof_.AtEnd()) {
    return Say("archive.head", absl::StrCat(head.size));
  }
  if (!options_.keys.empty() && !trusted_) return Say("verify.other_key");
  if (records_ != archive_.manifest().records) {
    return Say("archive.count", absl::StrCat(records_),
               absl::StrCat(archive_.manifest().records));
  }
  return std::nullopt;
}

// That nothing of the span was left out: its first and last record, or the two
// that meet where it has none, stand beside records outside, or at an end of
// the log.
MaybeFinding ArchiveAudit::CheckWhole() {
  if (!selection_.exporter.empty()) return std::nullopt;
  const uint64_t size = archive_.manifest().head.size;
  const uint64_t end = records_ > 0 ? end_ : after_.value_or(size);
  const uint64_t first = records_ > 0 ? first_ : end;
  const bool begins = first == 0 || before_ == first - 1 || closes_before_;
  const bool ends = end == size || after_ == end;
  if (!begins) return Say("archive.gap", absl::StrCat(first - 1));
  return ends ? std::nullopt
              : MaybeFinding(Say("archive.gap", absl::StrCat(end)));
}

// That there is no part which no policy of the records names.
MaybeFinding ArchiveAudit::CheckParts() {
  for (const std::string& digest : parts_) {
    if (needed_.count(digest) == 0) {
      return Say("archive.file", archive::PartName(digest));
    }
  }
  return std::nullopt;
}

void ArchiveAudit::SayWhatWasNotChecked() {
  if (other_page_) lacking_.push_back(Say("archive.other_page"));
  if (options_.keys.empty()) lacking_.push_back(Say("verify.no_key"));
  SayNotMet(options_, known_, met_keys_, archive_.manifest().head.size,
            &lacking_);
  if (!selection_.exporter.empty()) {
    lacking_.push_back(Say("archive.not_whole", selection_.exporter));
  }
  if (!selection_.until.empty() && selection_.exporter.empty() && !after_) {
    lacking_.push_back(Say("archive.open_end", selection_.until));
  }
  const bool summed = summing_ > 0 && summing_ >= end_;
  if (options_.replay && !summed) {
    lacking_.push_back(selection_.exporter.empty()
                           ? Say("archive.no_replay", absl::StrCat(first_))
                           : Say("archive.no_replay_exporter"));
  }
  summed_.SayWhatWasNotReplayed(&lacking_);
  if (options_.all_signatures) {
    lacking_.push_back(Say("archive.no_signatures"));
  }
  if (parts_left_out_ > 0) {
    lacking_.push_back(
        Say("archive.parts_left_out", absl::StrCat(parts_left_out_)));
  }
  if (met_.size() < options_.checkpoints.size()) {
    lacking_.push_back(Say("archive.checkpoint_not_met"));
  }
  if (!summed) not_asked_.push_back(Say("archive.sums"));
  if (summed && !options_.replay) {
    not_asked_.push_back(Say("verify.no_replay"));
  }
  if (options_.checkpoints.empty()) {
    not_asked_.push_back(Say("verify.no_checkpoint"));
  }
}

}  // namespace tongguan::cli
