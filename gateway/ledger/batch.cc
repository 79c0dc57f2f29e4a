#include "gateway/ledger/batch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/id.h"

namespace tongguan::ledger {
namespace {

absl::Status OtherBody(const Fact& request, const Stored& earlier) {
  return absl::AlreadyExistsError(
      absl::StrCat("request id \"", request.request_id,
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
      // A status of its own: copies would share a counter across threads, which
      // the thread sanitizer cannot follow into Debian's Abseil.
      outcome.done(absl::Status(committed.code(), committed.message()));
    }
  }
  outcomes_.clear();
}

absl::StatusOr<Stored> Batch::Decide(Submission& submission) {
  Fact fact;
  fact.owner = std::move(submission.owner);
  fact.request_id = std::move(submission.request_id);
  fact.digest = std::move(submission.digest);
  if (!fact.request_id.empty()) {
    fact.key = RequestKey(fact.owner, fact.request_id);
    TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> earlier,
                        FindRequest(fact));
    if (earlier) return Repeat(*earlier, fact);
  }
  TG_ASSIGN_OR_RETURN(Entry entry, submission.make(*this));
  TG_RETURN_IF_ERROR(CheckSettles(entry));
  TG_RETURN_IF_ERROR(CheckTaken(entry));
  TG_ASSIGN_OR_RETURN(const TallyMap sums, Sum(entry.changes));
  return Append(std::move(fact), std::move(entry), sums);
}

absl::StatusOr<std::optional<uint64_t>> Batch::FindRequest(
    const Fact& request) {
  for (uint64_t key = request.key;; ++key) {
    auto here = requests_.find(key);
    if (here == requests_.end()) return before_.index.FindRequest(request);
    const Fact& fact = facts_[here->second - row_.first_index];
    if (fact.owner == request.owner && fact.request_id == request.request_id) {
      return std::optional<uint64_t>(here->second);
    }
  }
}

absl::StatusOr<Stored> Batch::Repeat(uint64_t index, const Fact& request) {
  TG_ASSIGN_OR_RETURN(Stored earlier, ReadStored(index));
  Fact fact;
  if (Here(index)) {
    fact = facts_[index - row_.first_index];
  } else {
    TG_ASSIGN_OR_RETURN(fact, before_.journal.ReadFact(index));
  }
  if (fact.digest != request.digest) return OtherBody(request, earlier);
  earlier.repeated = true;
  return earlier;
}

absl::StatusOr<Stored> Batch::ReadStored(uint64_t index) {
  if (!Here(index)) return before_.journal.Read(index);
  const absl::string_view records(row_.records);
  TG_ASSIGN_OR_RETURN(
      const absl::string_view record,
      NthFrame(records.substr(records_[index - row_.first_index]), 0));
  return Stored{index, FormatId({row_.year, index}), now_,
                std::string(record.data(), record.size())};
}

absl::Status Batch::CheckSettles(const Entry& entry) {
  if (!entry.settles) return absl::OkStatus();
  if (*entry.settles >= index()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record cannot settle record ", *entry.settles,
                     ", which does not come before it"));
  }
  if (entry.again) return absl::OkStatus();
  TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> by,
                      settled_by(*entry.settles));
  if (!by) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "record ", *entry.settles, " is settled already; it is settled once"));
}

absl::Status Batch::CheckTaken(const Entry& entry) {
  std::vector<const std::vector<Reference>*> all = {&entry.remembered};
  for (const Change& change : entry.changes) {
    all.push_back(&change.persons);
    all.push_back(&change.sensitive);
  }
  for (const std::vector<Reference>* references : all) {
    for (const Reference& reference : *references) {
      if (reference.take && reference.known.fresh() > 0) {
        return absl::FailedPreconditionError(absl::StrCat(
            "people would be taken out of the set ", reference.known.set.name,
            " who are not in it; nothing was changed"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TallyMap> Batch::Sum(const std::vector<Change>& changes) {
  TallyMap sums;
  for (const Change& change : changes) {
    // Most flows bring nobody new, and a tally's page is dear.
    if (!Changes(change)) continue;
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

Stored Batch::Append(Fact fact, Entry entry, const TallyMap& sums) {
  Stored stored{index(), id(), now_, std::move(entry.record)};
  for (const auto& [key, tally] : sums) tallies_.insert_or_assign(key, tally);
  for (const Change& change : entry.changes) Count(change);
  Refer(entry.remembered);
  if (entry.settles) settled_.insert_or_assign(*entry.settles, index());
  if (!fact.request_id.empty()) {
    uint64_t free = fact.key;
    while (!requests_.try_emplace(free, index()).second) ++free;
  }
  fact.exporter = std::move(entry.index.exporter);
  fact.verdict = entry.index.verdict;
  fact.headline = entry.index.headline;
  fact.settles = entry.settles;
  AppendFact(fact, &row_.facts);
  facts_.push_back(std::move(fact));
  records_.push_back(row_.records.size());
  AppendFrame(stored.record, &row_.records);
  ++row_.count;
  return stored;
}

std::string Batch::id() const { return FormatId({row_.year, index()}); }

absl::StatusOr<Tally> Batch::tally(absl::string_view exporter, int32_t year) {
  return TallyOf(TallyKey(std::string(exporter.data(), exporter.size()), year));
}

absl::StatusOr<std::string> Batch::record(uint64_t index) {
  TG_ASSIGN_OR_RETURN(Stored stored, ReadStored(index));
  return std::move(stored.record);
}

absl::StatusOr<std::optional<uint64_t>> Batch::settled_by(uint64_t index) {
  auto it = settled_.find(index);
  if (it != settled_.end()) return std::optional<uint64_t>(it->second);
  return before_.index.SettledBy(index);
}

absl::StatusOr<Known> Batch::look_up(const SetKey& set,
                                     absl::string_view people) {
  Known known{set, people, {}};
  known.records.resize(people.size() / kPersonBytes);
  TG_RETURN_IF_ERROR(before_.sets.LookUp(set, people, known.records.data()));
  if (auto it = sets_.find(set); it != sets_.end()) {
    it->second.counts.LookUp(people, known.records.data());
  }
  return known;
}

absl::StatusOr<SetState> Batch::state(const SetKey& set) {
  TG_ASSIGN_OR_RETURN(SetState state, before_.sets.State(set));
  if (auto it = sets_.find(set); it != sets_.end()) {
    it->second.AddTo(&state);
  }
  return state;
}

void Batch::Refer(const std::vector<Reference>& references) {
  for (const Reference& reference : references) {
    SetChange& change = sets_[reference.known.set];
    change.counts.Add(
        ToCounts(reference.known.people, reference.take ? -1 : 1));
    change.people += reference.change();
    if (!reference.take && !reference.back) change.newest.push_back(index());
  }
}

void Batch::Count(const Change& change) {
  Refer(change.persons);
  Refer(change.sensitive);
  if (change.year != row_.year) return;
  const People counted = CountedBy(change);
  if (counted.persons == 0 && counted.sensitive == 0) return;
  People& day = days_[change.exporter];
  day.persons += counted.persons;
  day.sensitive += counted.sensitive;
}

}  // namespace tongguan::ledger
