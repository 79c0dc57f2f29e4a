#include "gateway/ledger/batch.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/id.h"

namespace tongguan::ledger {
namespace {

absl::Status OtherBody(const Submission& submission, const Stored& earlier) {
  return absl::AlreadyExistsError(
      absl::StrCat("request id \"", submission.request_id,
                   "\" was used for another request, whose record is ",
                   earlier.id, ": send the same request, or take a new id"));
}

}  // namespace

Batch::Batch(Before before, uint64_t first, absl::Time now)
    : before_(before), now_(now) {
  row_.first_index = first;
  row_.time_micros = absl::ToUnixMicros(now);
  row_.year = BeijingYear(now);
}

void Batch::Run(Submission submission) {
  absl::StatusOr<Stored> stored = Decide(submission);
  outcomes_.push_back({std::move(submission.done), std::move(stored)});
}

void Batch::Answer(const absl::Status& committed) {
  for (Outcome& outcome : outcomes_) {
    if (committed.ok()) {
      outcome.done(std::move(outcome.stored));
    } else {
      outcome.done(committed);
    }
  }
  outcomes_.clear();
}

absl::StatusOr<Stored> Batch::Decide(const Submission& submission) {
  TG_ASSIGN_OR_RETURN(const std::optional<Stored> earlier,
                      FindEarlier(submission));
  if (earlier) return *earlier;
  TG_ASSIGN_OR_RETURN(Entry entry, submission.make(*this));
  TG_RETURN_IF_ERROR(CheckSettles(entry));
  TG_ASSIGN_OR_RETURN(TallyMap sums, Sum(entry.changes));
  return Append(submission, std::move(entry), std::move(sums));
}

absl::StatusOr<std::optional<Stored>> Batch::FindEarlier(
    const Submission& submission) {
  if (submission.request_id.empty()) return std::optional<Stored>();
  Stored earlier;
  Fact fact;
  auto here = requests_.find({submission.owner, submission.request_id});
  if (here != requests_.end()) {
    const uint64_t at = here->second - row_.first_index;
    earlier = {here->second, FormatId({row_.year, here->second}), now_,
               records_[at]};
    fact = facts_[at];
  } else {
    TG_ASSIGN_OR_RETURN(
        const std::optional<uint64_t> index,
        before_.index.FindRequest(submission.owner, submission.request_id));
    if (!index) return std::optional<Stored>();
    TG_ASSIGN_OR_RETURN(earlier, before_.journal.Read(*index));
    TG_ASSIGN_OR_RETURN(fact, before_.journal.ReadFact(*index));
  }
  if (fact.digest != submission.digest) return OtherBody(submission, earlier);
  earlier.repeated = true;
  return std::optional<Stored>(std::move(earlier));
}

absl::Status Batch::CheckSettles(const Entry& entry) {
  if (!entry.settles) return absl::OkStatus();
  if (*entry.settles >= index()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record cannot settle record ", *entry.settles,
                     ", which does not come before it"));
  }
  TG_ASSIGN_OR_RETURN(const bool done, settled(*entry.settles));
  if (!done) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "record ", *entry.settles, " is settled already; it is settled once"));
}

absl::StatusOr<TallyMap> Batch::Sum(const std::vector<Change>& changes) {
  TallyMap sums;
  for (const Change& change : changes) {
    const TallyKey key(change.exporter, change.year);
    auto it = sums.find(key);
    if (it == sums.end()) {
      TG_ASSIGN_OR_RETURN(const Tally tally, TallyOf(key));
      it = sums.emplace(key, tally).first;
    }
    TG_RETURN_IF_ERROR(Add(change, &it->second));
  }
  return sums;
}

absl::StatusOr<Tally> Batch::TallyOf(const TallyKey& key) {
  auto it = tallies_.find(key);
  if (it != tallies_.end()) return it->second;
  if (std::optional<Tally> cached = before_.cache.Find(key)) return *cached;
  TG_ASSIGN_OR_RETURN(const Tally tally, before_.table.Read(key));
  before_.cache.Put(key, tally);
  return tally;
}

Stored Batch::Append(const Submission& submission, Entry entry, TallyMap sums) {
  const Stored stored{index(), id(), now_, entry.record};
  for (auto& [key, tally] : sums) tallies_.insert_or_assign(key, tally);
  if (entry.settles) settled_.insert(*entry.settles);
  if (!submission.request_id.empty()) {
    requests_.emplace(std::make_pair(submission.owner, submission.request_id),
                      index());
  }
  facts_.push_back({submission.owner, submission.request_id, submission.digest,
                    std::move(entry.index.exporter), entry.index.verdict,
                    entry.index.headline, entry.settles});
  AppendFact(facts_.back(), &row_.facts);
  AppendFrame(entry.record, &row_.records);
  records_.push_back(std::move(entry.record));
  ++row_.count;
  return stored;
}

std::string Batch::id() const { return FormatId({row_.year, index()}); }

absl::StatusOr<Tally> Batch::tally(absl::string_view exporter, int32_t year) {
  return TallyOf(TallyKey(std::string(exporter.data(), exporter.size()), year));
}

absl::StatusOr<std::string> Batch::record(uint64_t index) {
  if (index >= row_.first_index && index < this->index()) {
    return records_[index - row_.first_index];
  }
  TG_ASSIGN_OR_RETURN(Stored stored, before_.journal.Read(index));
  return std::move(stored.record);
}

absl::StatusOr<bool> Batch::settled(uint64_t index) {
  if (settled_.contains(index)) return true;
  return before_.index.Settled(index);
}

}  // namespace tongguan::ledger
