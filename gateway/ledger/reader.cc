#include "gateway/ledger/reader.h"

#include <algorithm>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/file.h"

namespace tongguan::ledger {
namespace {

// The first whole microsecond that is not before `at`.
int64_t MicrosFrom(absl::Time at) {
  const int64_t micros = absl::ToUnixMicros(at);
  const bool before = absl::FromUnixMicros(micros) < at;
  return before && micros < std::numeric_limits<int64_t>::max() ? micros + 1
                                                                : micros;
}

// The narrowest term of a query; empty when it has none.
std::string Term(const Query& query) {
  if (!query.exporter.empty()) return ExporterTerm(query.exporter);
  if (query.headline != 0) return HeadlineTerm(query.headline);
  if (query.verdict != 0) return VerdictTerm(query.verdict);
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> Reader::Open(const std::string& path,
                                                     const Writer& writer) {
  std::unique_ptr<Reader> reader(new Reader(writer));
  MutexLock lock(&reader->mu_);
  TG_ASSIGN_OR_RETURN(reader->db_, OpenAnother(path));
  Database& db = *reader->db_;
  TG_ASSIGN_OR_RETURN(reader->journal_, Journal::On(db));
  TG_ASSIGN_OR_RETURN(reader->tallies_, TallyTable::On(db));
  TG_ASSIGN_OR_RETURN(reader->tiles_, TileHashes::On(db));
  TG_ASSIGN_OR_RETURN(reader->begin_, db.Prepare("BEGIN"));
  TG_ASSIGN_OR_RETURN(reader->commit_, db.Prepare("COMMIT"));
  TG_ASSIGN_OR_RETURN(reader->find_, PrepareFind(db));
  TG_ASSIGN_OR_RETURN(
      reader->put_part_,
      db.Prepare("INSERT OR IGNORE INTO part(digest,bytes) VALUES(?1,?2)"));
  TG_ASSIGN_OR_RETURN(reader->get_part_,
                      db.Prepare("SELECT bytes FROM part WHERE digest=?1"));
  return reader;
}

absl::StatusOr<Tally> Reader::ReadTally(const TallyKey& key) {
  if (std::optional<Tally> cached = writer_.tallies().Find(key)) return *cached;
  MutexLock lock(&mu_);
  return tallies_->Read(key);
}

absl::StatusOr<Known> Reader::LookUp(const SetKey& set,
                                     absl::string_view people) {
  Known known{set, people, {}};
  known.records.resize(people.size() / kPersonBytes);
  MutexLock lock(&mu_);
  // The committer's memory is its own: the tables are read, all of one commit.
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<PeopleSets> sets,
                      PeopleSets::On(*db_, {.memory_bytes = 0}));
  sets->KeepFrom(writer_.sets_from());
  TG_RETURN_IF_ERROR(begin_.Run());
  const absl::Status found = sets->LookUp(set, people, known.records.data());
  TG_RETURN_IF_ERROR(commit_.Run());
  TG_RETURN_IF_ERROR(found);
  return known;
}

absl::StatusOr<std::vector<DayCount>> Reader::ReadDays(
    absl::string_view exporter, Day from) {
  MutexLock lock(&mu_);
  return tallies_->ReadDays(exporter, from);
}

absl::StatusOr<Stored> Reader::Read(uint64_t index) {
  if (index >= writer_.size()) {
    return absl::NotFoundError(absl::StrCat("no record has the index ", index));
  }
  MutexLock lock(&mu_);
  return journal_->Read(index);
}

absl::StatusOr<Head> Reader::ReadHead() {
  MutexLock lock(&mu_);
  return journal_->LastHead();
}

absl::StatusOr<journal::Hash> Reader::ReadHash(int level, uint64_t index) {
  MutexLock lock(&mu_);
  return tiles_.Read(*journal_, level, index);
}

absl::StatusOr<std::vector<Stored>> Reader::List(const Query& query) {
  MutexLock lock(&mu_);
  TG_ASSIGN_OR_RETURN(const std::vector<uint64_t> found, Find(query));
  std::vector<Stored> records;
  records.reserve(found.size());
  for (uint64_t index : found) {
    TG_ASSIGN_OR_RETURN(Stored stored, journal_->Read(index));
    records.push_back(std::move(stored));
  }
  return records;
}

absl::StatusOr<std::vector<uint64_t>> Reader::Find(const Query& query) {
  const uint64_t size = writer_.size();
  Filter filter{Term(query),
                journal_->first(),
                std::min(size, query.before.value_or(size)),
                query.verdict,
                query.headline,
                static_cast<size_t>(std::max(0, query.limit))};
  if (query.since != absl::InfinitePast()) {
    TG_ASSIGN_OR_RETURN(filter.from,
                        journal_->FirstSince(MicrosFrom(query.since), size));
  }
  if (query.until != absl::InfiniteFuture()) {
    TG_ASSIGN_OR_RETURN(const uint64_t until,
                        journal_->FirstSince(MicrosFrom(query.until), size));
    filter.below = std::min(filter.below, until);
  }
  std::vector<uint64_t> found;
  if (filter.term.empty()) {
    while (filter.below > filter.from && found.size() < filter.limit) {
      found.push_back(--filter.below);
    }
    return found;
  }
  const uint64_t unwritten = writer_.index().FindUnwritten(filter, &found);
  if (found.size() >= filter.limit) return found;
  filter.below = std::min(filter.below, unwritten);
  TG_RETURN_IF_ERROR(FindWritten(filter, &find_, &found));
  return found;
}

absl::Status Reader::KeepPart(absl::string_view digest,
                              absl::string_view bytes) {
  MutexLock lock(&mu_);
  return put_part_.Blob(1, digest).Blob(2, bytes).Run();
}

absl::StatusOr<std::string> Reader::ReadPart(absl::string_view digest) {
  MutexLock lock(&mu_);
  TG_ASSIGN_OR_RETURN(const bool row, get_part_.Blob(1, digest).Step());
  if (!row) {
    return absl::NotFoundError(absl::StrCat("no policy part has the SHA-256 ",
                                            absl::BytesToHexString(digest)));
  }
  const absl::string_view bytes = get_part_.BytesAt(0);
  std::string part(bytes.data(), bytes.size());
  get_part_.Reset();
  return part;
}

}  // namespace tongguan::ledger
