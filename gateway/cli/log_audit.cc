#include "gateway/cli/log_audit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/ledger/id.h"
#include "gateway/ledger/rows.h"
#include "gateway/service/pruning.h"

namespace tongguan::cli {
namespace {

std::string IdOf(const ledger::RawRow& row, uint64_t index) {
  return ledger::FormatId({row.year, index});
}

std::string LastIdOf(const ledger::RawRow& row) {
  return IdOf(row, row.first_index + row.count - 1);
}

// A fact in the one form that the ledger writes.
std::optional<ledger::Fact> ReadFact(absl::string_view bytes) {
  auto fact = ledger::ParseFact(bytes);
  if (!fact.ok()) return std::nullopt;
  std::string again, frame;
  ledger::AppendFact(*fact, &again);
  ledger::AppendFrame(bytes, &frame);
  if (again != frame) return std::nullopt;
  return *std::move(fact);
}

uint64_t CountFrames(absl::string_view blob) {
  uint64_t count = 0;
  absl::string_view frame;
  while (ledger::TakeFrame(&blob, &frame)) ++count;
  return blob.empty() ? count : UINT64_MAX;
}

}  // namespace

MaybeFinding CheckGivenKeys(const journal::Note& note,
                            const std::vector<journal::PublicKey>& keys,
                            std::vector<journal::PublicKey>* met) {
  for (const journal::PublicKey& key : keys) {
    const absl::Status verified = journal::VerifyNote(note, key);
    if (absl::IsDataLoss(verified)) {
      return Say("verify.checkpoint_line", key.name());
    }
    if (verified.ok()) met->push_back(key);
  }
  return std::nullopt;
}

void SayNotMet(const AuditOptions& options,
               const std::vector<journal::PublicKey>& own,
               const std::vector<journal::PublicKey>& met, uint64_t size,
               std::vector<Finding>* lacking) {
  const auto among = [](const auto& keys, const journal::PublicKey& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const journal::PublicKey& key : options.keys) {
    if (among(own, key) || among(met, key)) continue;
    lacking->push_back(Say("verify.no_line", key.name(), absl::StrCat(size)));
  }
}

std::vector<std::string> UncheckedLines(
    const journal::Note& note, const std::vector<journal::PublicKey>& keys) {
  std::vector<std::string> names;
  for (const journal::NoteSignature& line : note.signatures) {
    const bool known =
        std::any_of(keys.begin(), keys.end(), [&line](const auto& key) {
          return key.name() == line.name && key.id() == line.id;
        });
    if (!known) names.push_back(line.name);
  }
  return names;
}

MaybeFinding LogAudit::Begin(const LogBegin& begin) {
  for (const journal::Note& note : options_.checkpoints) {
    const auto head = journal::ParseCheckpoint(note.text);
    if (!head.ok()) {
      return Say("verify.checkpoint_form",
                 std::string(head.status().message()));
    }
    kept_.push_back({*head, note, false, std::nullopt});
  }
  return begin.first == 0 ? std::nullopt : GoOn(begin);
}

// The tree of what was taken out is known by the hashes that are kept; the year
// end that comes first says whether they are right.
MaybeFinding LogAudit::GoOn(const LogBegin& begin) {
  begin_ = begin;
  records_.Begin(begin);
  auto edge =
      journal::Frontier::At(begin.first, journal::FromStored(source_.tile));
  auto key = journal::PublicKey::Parse(begin.key);
  if (!edge.ok() || !key.ok()) {
    return Say("verify.pruned_unsaid", absl::StrCat(begin.first));
  }
  frontier_ = *std::move(edge);
  for (uint64_t tiles = begin.first >> journal::kTileHeight; tiles > 0;
       tiles >>= journal::kTileHeight) {
    tiles_ += tiles;
  }
  if (auto wrong = CompareKept()) return wrong;
  year_ = begin.year;
  origin_ = begin.origin;
  known_.push_back(*key);
  key_ = *std::move(key);
  return std::nullopt;
}

// The hashes of what was taken out: those of each level are made of 256 of the
// level below. Those at the edge lead to the root.
MaybeFinding LogAudit::CompareKept() {
  for (int level = 2 * journal::kTileHeight; begin_.first >> level > 0;
       level += journal::kTileHeight) {
    for (uint64_t index = 0; index < begin_.first >> level; ++index) {
      journal::Frontier below;
      for (uint64_t i = 0; i < journal::kTileWidth; ++i) {
        const auto hash = source_.tile(level - journal::kTileHeight,
                                       index * journal::kTileWidth + i);
        if (!hash.ok()) return Unreadable(hash.status());
        below.Append(*hash, nullptr);
      }
      const auto kept = source_.tile(level, index);
      if (!kept.ok() || *kept != below.Root()) {
        return Say("verify.tile", absl::StrCat(level, "/", index));
      }
    }
  }
  return std::nullopt;
}

MaybeFinding LogAudit::TakePruning(const std::string& id,
                                   const v1::PruningRecord& pruning) {
  if (pruning.size() > size() || pruning.year() >= year_ ||
      absl::FromUnixMicros(time_micros_) < service::MayGoFrom(pruning.year()) ||
      pruning.archive().size() != journal::Hash().size()) {
    return Say("verify.pruning", id);
  }
  pruning_said_ |=
      pruning.size() == begin_.first && pruning.year() == begin_.year;
  return std::nullopt;
}

MaybeFinding LogAudit::Take(const ledger::RawRow& row) {
  if (auto wrong = TakeForm(row)) return wrong;
  if (auto wrong = TakeRecords(row)) return wrong;
  return TakeHead(row);
}

MaybeFinding LogAudit::TakeForm(const ledger::RawRow& row) {
  if (row.first_index != size()) {
    return Say("verify.gap", ledger::FormatId({year_, size()}),
               absl::StrCat(row.first_index));
  }
  const std::string id = IdOf(row, row.first_index);
  if (row.count == 0 || CountFrames(row.records) != row.count ||
      (heads_ && CountFrames(row.facts) != row.count)) {
    return Say("verify.frames", id);
  }
  if (row.time_micros < time_micros_) return Say("verify.time", id);
  if (row.year != BeijingYear(absl::FromUnixMicros(row.time_micros))) {
    return Say("verify.year", id);
  }
  time_micros_ = row.time_micros;
  return std::nullopt;
}

MaybeFinding LogAudit::TakeRecords(const ledger::RawRow& row) {
  absl::string_view records = row.records, facts = row.facts;
  absl::string_view record, fact;
  while (ledger::TakeFrame(&records, &record)) {
    ledger::TakeFrame(&facts, &fact);
    if (auto wrong = TakeLeaf(row, record, fact)) return wrong;
  }
  return std::nullopt;
}

MaybeFinding LogAudit::TakeLeaf(const ledger::RawRow& row,
                                absl::string_view record,
                                absl::string_view fact) {
  const uint64_t index = size();
  if (next_) {  // A change of key is the last of its commit.
    return Say("verify.key_change", IdOf(row, index - 1));
  }
  // Taking a record apart piece by piece costs as much as reading it.
  arena_.Reset();
  v1::DecisionRecord& parsed =
      *google::protobuf::Arena::CreateMessage<v1::DecisionRecord>(&arena_);
  if (!parsed.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return Say("verify.parse", IdOf(row, index));
  }
  std::optional<ledger::Fact> found_by;
  if (heads_) {
    found_by = ReadFact(fact);
    if (!found_by) return Say("verify.fact", IdOf(row, index));
  }
  if (auto wrong = TakeYear(row, parsed)) return wrong;
  if (auto wrong =
          records_.Take(size(), row, parsed, found_by ? &*found_by : nullptr)) {
    return wrong;
  }
  if (parsed.has_key_change()) {
    if (auto wrong = TakeKeyChange(IdOf(row, index), parsed.key_change())) {
      return wrong;
    }
  }
  if (parsed.has_pruning()) {
    if (auto wrong = TakePruning(IdOf(row, index), parsed.pruning())) {
      return wrong;
    }
  }
  frontier_.Append(journal::LeafHash(record), &filled_);
  if (kept_.empty()) return std::nullopt;
  return MeetCheckpoints(IdOf(row, index));
}

// The first record of a year closes the years before it; no other does.
MaybeFinding LogAudit::TakeYear(const ledger::RawRow& row,
                                const v1::DecisionRecord& record) {
  const bool turns = year_ != 0 && row.year != year_;
  if (turns != record.has_year_end()) {
    return Say("verify.year_end", IdOf(row, size()));
  }
  if (turns) {
    const v1::YearEndRecord& end = record.year_end();
    if (end.year() != year_ || end.size() != size() ||
        end.root() != DigestBytes(root())) {
      return Say("verify.year_end", IdOf(row, size()));
    }
  }
  year_ = row.year;
  return std::nullopt;
}

MaybeFinding LogAudit::TakeKeyChange(const std::string& id,
                                     const v1::KeyChangeRecord& change) {
  auto key = journal::PublicKey::Parse(change.key());
  const std::string previous = key_ ? key_->ToString() : "";
  if (!key.ok() || change.previous_key() != previous ||
      change.origin() != key->name() ||
      (!origin_.empty() && change.origin() != origin_)) {
    return Say("verify.key_change", id);
  }
  origin_ = change.origin();
  known_.push_back(*key);
  // The head over this record is the old key's; the first key's is its own.
  if (!key_) key_ = *key;
  next_ = *std::move(key);
  return std::nullopt;
}

MaybeFinding LogAudit::TakeHead(const ledger::RawRow& row) {
  const std::string id = LastIdOf(row);
  turned_ = next_.has_value();
  if (!heads_) {
    if (next_) key_ = std::exchange(next_, std::nullopt);
    return MeetTiles();
  }
  if (row.root != DigestBytes(root())) {
    return Say("verify.root", IdOf(row, row.first_index), id);
  }
  last_signature_.clear();
  last_id_ = id;
  if (row.signature.empty()) {
    ++unsigned_;
    if (signed_) return Say("verify.unsigned", id);
  } else {
    signed_ = true;
    // Always where the key changes: the old key vouches for the new one.
    if (options_.all_signatures || next_) {
      if (auto wrong = CheckSignature(row.signature, id)) return wrong;
    } else {
      ++unverified_;
      last_signature_.assign(row.signature.data(), row.signature.size());
    }
  }
  if (next_) key_ = std::exchange(next_, std::nullopt);
  return MeetTiles();
}

MaybeFinding LogAudit::CheckSignature(absl::string_view signature,
                                      const std::string& id) {
  const std::string text = journal::FormatCheckpoint({origin_, size(), root()});
  if (key_ && signature.substr(0, 4) == key_->id() &&
      key_->Verify(text, signature.substr(4))) {
    trusted_ |= Given(*key_);
    return std::nullopt;
  }
  return Say("verify.signature", id);
}

bool LogAudit::Given(const journal::PublicKey& key) const {
  return std::find(options_.keys.begin(), options_.keys.end(), key) !=
         options_.keys.end();
}

MaybeFinding LogAudit::MeetCheckpoints(const std::string& id) {
  for (Kept& kept : kept_) {
    if (kept.head.size != size()) continue;
    if (kept.head.root != root()) return Say("verify.checkpoint", id);
    kept.met = true;
    // The head over a change of key is still the old one's.
    kept.key = key_;
  }
  return std::nullopt;
}

MaybeFinding LogAudit::CheckKept(const Kept& kept) {
  if (!kept.key || kept.head.origin != origin_ ||
      !journal::VerifyNote(kept.note, *kept.key).ok()) {
    return Say("verify.checkpoint_key", kept.head.origin,
               absl::StrCat(kept.head.size));
  }
  std::vector<journal::PublicKey> checked = options_.keys;
  checked.push_back(*kept.key);
  for (const std::string& name : UncheckedLines(kept.note, checked)) {
    not_asked_.push_back(Say("verify.unknown_line", name));
  }
  std::vector<journal::PublicKey> met;
  if (auto wrong = CheckGivenKeys(kept.note, options_.keys, &met)) return wrong;
  trusted_ |= !met.empty();
  SayNotMet(options_, known_, met, kept.head.size, &lacking_);
  return std::nullopt;
}

MaybeFinding LogAudit::MeetTiles() {
  tiles_ += filled_.size();
  for (const journal::StoredHash& tile : filled_) {
    if (source_.tile == nullptr) break;
    const auto kept = source_.tile(tile.level, tile.index);
    if (!kept.ok() || *kept != tile.hash) {
      return Say("verify.tile", absl::StrCat(tile.level, "/", tile.index));
    }
  }
  filled_.clear();
  return std::nullopt;
}

MaybeFinding LogAudit::End(const std::optional<Tallies>& tallies) {
  if (!last_signature_.empty()) {
    if (auto wrong = CheckSignature(last_signature_, last_id_)) return wrong;
    --unverified_;
  }
  if (begin_.first > 0 && !pruning_said_) {
    return Say("verify.pruned_unsaid", absl::StrCat(begin_.first));
  }
  if (auto wrong = CheckAllKept()) return wrong;
  if (auto wrong = CheckTrust()) return wrong;
  if (tallies) {
    if (auto wrong = records_.End(*tallies)) return wrong;
  }
  SayWhatWasNotChecked();
  return std::nullopt;
}

MaybeFinding LogAudit::CheckAllKept() {
  if (kept_.empty()) SayNotMet(options_, known_, {}, size(), &lacking_);
  for (const Kept& kept : kept_) {
    if (kept.head.size <= begin_.first && begin_.first > 0) {
      lacking_.push_back(
          Say("verify.pruned_checkpoint", absl::StrCat(kept.head.size)));
      continue;
    }
    if (!kept.met) {
      return Say("verify.shorter", absl::StrCat(kept.head.size),
                 absl::StrCat(size()));
    }
    if (auto wrong = CheckKept(kept)) return wrong;
  }
  return std::nullopt;
}

// A log can name any key: only what it signed counts. A published log has no
// head that an earlier key signed.
MaybeFinding LogAudit::CheckTrust() {
  if (options_.keys.empty() || trusted_) return std::nullopt;
  const auto given = [&](const auto& key) { return Given(key); };
  // The last of the keys, if it has signed nothing yet, is no earlier one.
  const auto signing = turned_ ? known_.end() - 1 : known_.end();
  const bool earlier = std::any_of(known_.begin(), signing, given);
  if (!earlier && turned_ && Given(known_.back())) {
    Finding next = Say("verify.next_key");
    if (heads_) return next;
    lacking_.push_back(std::move(next));
    return std::nullopt;
  }
  if (heads_ || !earlier) return Say("verify.other_key");
  lacking_.push_back(Say("verify.earlier_key"));
  return std::nullopt;
}

void LogAudit::SayWhatWasNotChecked() {
  if (options_.keys.empty()) lacking_.push_back(Say("verify.no_key", ""));
  if (begin_.first > 0) {
    lacking_.push_back({"verify.pruned",
                        {{"0", absl::StrCat(begin_.year)},
                         {"1", absl::StrCat(begin_.first)},
                         {"2", absl::BytesToHexString(begin_.archive)},
                         {"3", absl::StrCat(begin_.year + 1)}}});
  }
  if (unsigned_ > 0) {
    lacking_.push_back(Say("verify.unsigned_rows", absl::StrCat(unsigned_)));
  }
  records_.SayWhatWasNotReplayed(&lacking_);
  if (unverified_ > 0) {
    not_asked_.push_back(
        Say("verify.passed_signatures", absl::StrCat(unverified_)));
  }
  if (options_.own_key) not_asked_.push_back(Say("verify.own_key", ""));
  if (!options_.replay) not_asked_.push_back(Say("verify.no_replay", ""));
  if (kept_.empty() || !kept_elsewhere_)
    not_asked_.push_back(Say("verify.no_checkpoint", ""));
  if (options_.lacking != nullptr) *options_.lacking = lacking_;
}

}  // namespace tongguan::cli
