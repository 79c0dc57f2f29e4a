#include "gateway/ledger/index.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace tongguan::ledger {
namespace {

// A run's rows lie all over the table of requests: they are spread over most of
// the records of the next run, not written in a burst; but so many at a time,
// since neighbours share a page.
constexpr size_t kRowsAtOnce = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<Index>> Index::On(Database& db, Journal& journal,
                                                 uint64_t size,
                                                 size_t run_records) {
  std::unique_ptr<Index> index(new Index(db, journal, run_records));
  TG_RETURN_IF_ERROR(index->Prepare());
  TG_RETURN_IF_ERROR(index->CatchUp(size));
  TG_RETURN_IF_ERROR(index->FilterRequests(size));
  return index;
}

absl::Status Index::Prepare() {
  const std::pair<Statement*, absl::string_view> statements[] = {
      {&put_request_, "INSERT OR IGNORE INTO request(key,idx) VALUES(?1,?2)"},
      {&get_request_, "SELECT idx FROM request WHERE key=?1"},
      {&put_entry_,
       "INSERT OR REPLACE INTO entry(term,run,postings) VALUES(?1,?2,?3)"},
      {&put_settled_, "INSERT OR REPLACE INTO settled(idx,by) VALUES(?1,?2)"},
      {&get_settled_, "SELECT by FROM settled WHERE idx=?1"},
      {&put_indexed_,
       "INSERT OR REPLACE INTO indexed(one,below) VALUES(1,?1)"}};
  for (const auto& [statement, sql] : statements) {
    TG_ASSIGN_OR_RETURN(*statement, db_.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::Status Index::CatchUp(uint64_t size) {
  TG_ASSIGN_OR_RETURN(
      const int64_t below,
      db_.Number("SELECT coalesce((SELECT below FROM indexed),0)"));
  if (below < 0 || static_cast<uint64_t>(below) > size) {
    return absl::DataLossError(absl::StrCat(
        "ledger: the index speaks of ", below, " records and there are ", size,
        ": the file was cut; keep it as it is and restore a backup"));
  }
  open_ = std::make_unique<Run>(
      std::max(static_cast<uint64_t>(below), journal_.first()));
  TG_RETURN_IF_ERROR(InTransaction([this] { return ForgetBegun(); }));
  while (open_->end() < size) {
    // A run at a time: writing while the journal is read would hold the log.
    const uint64_t stop = std::min<uint64_t>(size, open_->end() + run_records_);
    TG_RETURN_IF_ERROR(journal_.EachFact(
        open_->end(), stop, [this](const Fact& fact) { open_->Add(fact); }));
    if (open_->end() - open_->begin() >= run_records_) {
      TG_RETURN_IF_ERROR(WriteRunNow());
    }
  }
  return absl::OkStatus();
}

absl::Status Index::FilterRequests(uint64_t size) {
  TG_ASSIGN_OR_RETURN(requests_, RequestFilter::Over(db_, size));
  for (const auto& [key, index] : open_->requests()) requests_->Add(key);
  return absl::OkStatus();
}

// Entries of a run that a crash cut short, or that somebody put there: the run
// may end elsewhere now, and would leave them. Requests are compared with their
// fact whenever they are found, and the last settlements are in memory.
absl::Status Index::ForgetBegun() {
  TG_ASSIGN_OR_RETURN(
      Statement next,
      db_.Prepare("SELECT term FROM entry WHERE term>?1 ORDER BY term LIMIT "
                  "1"));
  TG_ASSIGN_OR_RETURN(
      Statement forget,
      db_.Prepare("DELETE FROM entry WHERE term=?1 AND run>=?2"));
  for (std::string term;;) {
    TG_ASSIGN_OR_RETURN(const bool row, next.Text(1, term).Step());
    if (!row) return absl::OkStatus();
    const absl::string_view found = next.BytesAt(0);
    term.assign(found.data(), found.size());
    next.Reset();
    TG_RETURN_IF_ERROR(forget.Text(1, term).Int(2, open_->begin()).Run());
  }
}

absl::Status Index::WriteRunNow() {
  const absl::Status written =
      InTransaction([this] { return Write(run_records_); });
  if (written.ok()) {
    Committed();
  } else {
    RolledBack();
  }
  return written;
}

absl::Status Index::InTransaction(const std::function<absl::Status()>& write) {
  TG_RETURN_IF_ERROR(db_.Exec("BEGIN IMMEDIATE"));
  absl::Status written = write();
  if (written.ok()) written = db_.Exec("COMMIT");
  if (!written.ok() && !sqlite3_get_autocommit(db_.handle())) {
    db_.Exec("ROLLBACK").IgnoreError();
  }
  return written;
}

absl::StatusOr<std::optional<uint64_t>> Index::AtKey(const Run* run,
                                                     uint64_t key) {
  if (run != nullptr) return run->AtKey(key);
  TG_ASSIGN_OR_RETURN(const bool row, get_request_.Int(1, key).Step());
  if (!row) return std::optional<uint64_t>();
  const uint64_t index = get_request_.IntAt(0);
  get_request_.Reset();
  return std::optional<uint64_t>(index);
}

// In a run, or in the table when `run` is null.
absl::StatusOr<std::optional<uint64_t>> Index::FindIn(const Run* run,
                                                      const Fact& request) {
  for (uint64_t key = request.key;; ++key) {
    TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> index, AtKey(run, key));
    if (!index) return index;
    TG_ASSIGN_OR_RETURN(const Fact fact, journal_.ReadFact(*index));
    if (fact.owner == request.owner && fact.request_id == request.request_id) {
      return index;
    }
  }
}

absl::StatusOr<std::optional<uint64_t>> Index::FindRequest(
    const Fact& request) {
  std::optional<uint64_t> found;
  if (!requests_->MayHold(request.key)) return found;
  TG_ASSIGN_OR_RETURN(found, FindIn(open_.get(), request));
  if (!found && sealed_ != nullptr) {
    TG_ASSIGN_OR_RETURN(found, FindIn(sealed_.get(), request));
  }
  if (found) return found;
  return FindIn(nullptr, request);
}

absl::StatusOr<std::optional<uint64_t>> Index::SettledBy(uint64_t index) {
  for (const Run* run : {open_.get(), sealed_.get()}) {
    if (run == nullptr) continue;
    const std::optional<uint64_t> by = run->SettledBy(index);
    if (by) return by;
  }
  TG_ASSIGN_OR_RETURN(const bool row, get_settled_.Int(1, index).Step());
  if (!row) return std::optional<uint64_t>();
  const uint64_t by = get_settled_.IntAt(0);
  get_settled_.Reset();
  return std::optional<uint64_t>(by);
}

void Index::Add(const Fact& fact) {
  requests_->Add(fact.key);
  MutexLock lock(&mu_);
  open_->Add(fact);
}

void Index::Seal() {
  MutexLock lock(&mu_);
  sealed_ = std::move(open_);
  open_ = std::make_unique<Run>(sealed_->end());
  done_ = {0, sealed_->requests().begin(), sealed_->terms().begin(),
           sealed_->settled().begin()};
  written_ = done_;
}

absl::Status Index::Write(size_t records) {
  if (sealed_ == nullptr) {
    if (open_->end() - open_->begin() < run_records_) return absl::OkStatus();
    Seal();
  }
  const size_t total = sealed_->rows();
  const size_t since = open_->end() - open_->begin() + records;
  const size_t due = std::min(total, 3 * since * total / (2 * run_records_));
  if (due < total && due < written_.rows + kRowsAtOnce) return absl::OkStatus();
  while (written_.rows < due) TG_RETURN_IF_ERROR(WriteNext());
  if (due < total) return absl::OkStatus();
  return put_indexed_.Int(1, sealed_->end()).Run();
}

absl::Status Index::WriteNext() {
  ++written_.rows;
  if (written_.request != sealed_->requests().end()) {
    const auto& [key, index] = *written_.request++;
    return WriteRequest(key, index);
  }
  if (written_.term != sealed_->terms().end()) {
    const auto& [term, indexes] = *written_.term++;
    return put_entry_.Text(1, term)
        .Int(2, sealed_->begin())
        .Blob(3, sealed_->Postings(indexes))
        .Run();
  }
  const auto& [index, by] = *written_.settled++;
  return put_settled_.Int(1, index).Int(2, by).Run();
}

absl::Status Index::WriteRequest(uint64_t key, uint64_t index) {
  for (;; ++key) {
    TG_RETURN_IF_ERROR(put_request_.Int(1, key).Int(2, index).Run());
    if (sqlite3_changes(db_.handle()) > 0) return absl::OkStatus();
    TG_ASSIGN_OR_RETURN(const std::optional<uint64_t> there,
                        AtKey(nullptr, key));
    // Its own row, written before a crash; else that of another id: go on.
    if (there == index) return absl::OkStatus();
  }
}

void Index::Committed() {
  done_ = written_;
  if (sealed_ == nullptr || done_.rows < sealed_->rows()) return;
  done_ = written_ = {};
  MutexLock lock(&mu_);
  sealed_ = nullptr;
}

void Index::RolledBack() { written_ = done_; }

uint64_t Index::FindUnwritten(const Filter& filter,
                              std::vector<uint64_t>* found) const {
  MutexLock lock(&mu_);
  open_->Find(filter, found);
  if (sealed_ == nullptr) return open_->begin();
  sealed_->Find(filter, found);
  return sealed_->begin();
}

absl::StatusOr<Statement> PrepareFind(Database& db) {
  return db.Prepare(
      "SELECT run,postings FROM entry WHERE term=?1 AND run<?2 "
      "ORDER BY run DESC");
}

absl::Status FindWritten(Filter filter, Statement* statement,
                         std::vector<uint64_t>* found) {
  auto reset = absl::MakeCleanup([statement] { statement->Reset(); });
  const std::string term = filter.term;
  statement->Text(1, term).Int(2, filter.below);
  while (found->size() < filter.limit && filter.below > filter.from) {
    TG_ASSIGN_OR_RETURN(const bool row, statement->Step());
    if (!row) break;
    TG_RETURN_IF_ERROR(FindIn(statement->BytesAt(1), filter, found));
    // A run that a crash cut short may have left postings that the runs after
    // it hold as well.
    filter.below = statement->IntAt(0);
  }
  return absl::OkStatus();
}

absl::Status ClearIndex(Database& db) {
  return db.Exec(
      "DELETE FROM indexed; DELETE FROM request; DELETE FROM entry;"
      "DELETE FROM settled");
}

absl::Status FillIndex(Database& db) {
  TG_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal, Journal::On(db));
  TG_ASSIGN_OR_RETURN(const Journal::End end, journal->CheckEnd());
  return Index::On(db, *journal, end.size, Options().index_run).status();
}

}  // namespace tongguan::ledger
