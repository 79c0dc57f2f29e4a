#include "gateway/ledger/writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/file.h"

namespace tongguan::ledger {
namespace {

int KeepLength(void* log_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(log_pages) = pages;
  return SQLITE_OK;
}

absl::Status Unavailable(const absl::Status& why) {
  return absl::UnavailableError(
      absl::StrCat("nothing was recorded: ", why.message()));
}

}  // namespace

int32_t SetsFrom(absl::Time at) {
  return DayNumber(AddMonths(BeijingDay(at), -3)) / 10000;
}

absl::StatusOr<std::unique_ptr<Writer>> Writer::Open(const Options& options) {
  std::unique_ptr<Writer> writer(new Writer);
  writer->year_end_ = options.year_end;
  TG_ASSIGN_OR_RETURN(writer->db_, OpenFile(options.path));
  Database& db = *writer->db_;
  TG_ASSIGN_OR_RETURN(writer->journal_, Journal::On(db));
  TG_ASSIGN_OR_RETURN(writer->table_, TallyTable::On(db));
  TG_ASSIGN_OR_RETURN(const Journal::End end, writer->journal_->CheckEnd());
  writer->size_ = end.size;
  writer->last_micros_ = end.time_micros;
  TG_ASSIGN_OR_RETURN(writer->index_, Index::On(db, *writer->journal_, end.size,
                                                options.index_run));
  TG_ASSIGN_OR_RETURN(writer->tree_,
                      Tree::On(db, *writer->journal_, end.size, options.key));
  TG_ASSIGN_OR_RETURN(writer->sets_, PeopleSets::On(db, options.people));
  TG_ASSIGN_OR_RETURN(writer->begin_, db.Prepare("BEGIN IMMEDIATE"));
  TG_ASSIGN_OR_RETURN(writer->commit_, db.Prepare("COMMIT"));
  TG_ASSIGN_OR_RETURN(writer->rollback_, db.Prepare("ROLLBACK"));
  TG_ASSIGN_OR_RETURN(writer->checkpointer_, Checkpointer::Start(options.path));
  sqlite3_wal_hook(db.handle(), KeepLength, &writer->log_pages_);
  // A log that a crash left may hold people that were erased before it.
  writer->cut_log_ = !Checkpointer::Cut(db);
  return writer;
}

Writer::~Writer() {
  checkpointer_ = nullptr;
  if (health().ok() || db_ == nullptr) return;
  // What reached the disk is not known: leave the log for the next opening.
  sqlite3_db_config(db_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                    nullptr);
}

Batch Writer::Begin(absl::Time now) {
  begun_ = health();
  if (begun_.ok()) {
    if (checkpointer_->Due(log_pages_)) Checkpointer::Finish(*db_);
    if (cut_log_) cut_log_ = !Checkpointer::Cut(*db_);
    begun_ = begin_.Run();
  }
  const absl::Time at =
      absl::FromUnixMicros(std::max(absl::ToUnixMicros(now), last_micros_));
  sets_from_ = SetsFrom(at);
  sets_->KeepFrom(sets_from_);
  Batch batch(Before{*journal_, *index_, *table_, cache_, *sets_}, size(), at);
  if (year_end_ && size() > 0) EndYear(&batch);
  return batch;
}

// The batch begins with a record of its own where it is the first of a year.
void Writer::EndYear(Batch* batch) {
  const int32_t last_year = BeijingYear(absl::FromUnixMicros(last_micros_));
  if (batch->row().year == last_year) return;
  Submission submission;
  submission.digest = std::string(32, '\0');  // Nobody asks for it again.
  submission.make = [&](View& view) -> absl::StatusOr<Entry> {
    return year_end_(view, last_year, tree_->Last());
  };
  submission.done = [](const absl::StatusOr<Stored>&) {};
  batch->Run(std::move(submission));
}

absl::Status Writer::Commit(const Batch& batch) {
  if (!begun_.ok()) {
    Note(begun_);
    return Unavailable(begun_);
  }
  if (batch.empty()) {
    if (!writable().ok()) Note(Try());
    return writable().ok() && sets_->erasing() ? EraseSlice() : Undo();
  }
  const absl::Status written = Write(batch);
  if (!written.ok()) {
    Note(written);
    TG_RETURN_IF_ERROR(Undo());
    return Unavailable(written);
  }
  const absl::Status committed = commit_.Run();
  if (!committed.ok()) return Poison(committed);
  Note(absl::OkStatus());
  index_->Committed();
  tree_->Committed();
  sets_->Committed();
  cut_log_ |= sets_->TakeErased();
  for (const Fact& fact : batch.facts()) index_->Add(fact);
  for (const auto& [key, tally] : batch.tallies()) cache_.Put(key, tally);
  last_micros_ = batch.row().time_micros;
  size_.store(batch.row().first_index + batch.row().count,
              std::memory_order_release);
  return absl::OkStatus();
}

// Of people whose year is over, where nobody else commits.
absl::Status Writer::EraseSlice() {
  absl::Status written = sets_->Write({});
  if (written.ok()) written = Flush();
  if (!written.ok()) {
    Note(written);
    return Undo();
  }
  const absl::Status committed = commit_.Run();
  if (!committed.ok()) return Poison(committed);
  sets_->Committed();
  cut_log_ |= sets_->TakeErased();
  return absl::OkStatus();
}

absl::Status Writer::Write(const Batch& batch) {
  for (const auto& [key, tally] : batch.tallies()) {
    TG_RETURN_IF_ERROR(table_->Write(key, tally));
  }
  const Day today = BeijingDay(absl::FromUnixMicros(batch.row().time_micros));
  for (const auto& [exporter, people] : batch.days()) {
    TG_RETURN_IF_ERROR(table_->AddToDay(exporter, {today, people}));
  }
  TG_RETURN_IF_ERROR(sets_->Write(batch.sets()));
  TG_ASSIGN_OR_RETURN(const Head head, tree_->Write(batch.row()));
  TG_RETURN_IF_ERROR(journal_->Append(batch.row(), head));
  TG_RETURN_IF_ERROR(index_->Write(batch.row().count));
  return Flush();
}

// Brings the pages to the log now, where a full disk is an error that can be
// undone, and leaves for COMMIT the page that makes them count.
absl::Status Writer::Flush() {
  const int flushed = sqlite3_db_cacheflush(db_->handle());
  if (flushed == SQLITE_OK) return absl::OkStatus();
  return SqliteError(db_->handle(), flushed, "write");
}

// Whether a commit could be written: as many bytes as a large one takes go to
// the log, and are undone.
absl::Status Writer::Try() {
  TG_RETURN_IF_ERROR(db_->Exec(
      "INSERT INTO part VALUES(CAST('trial' AS BLOB),zeroblob(262144))"));
  return Flush();
}

absl::Status Writer::Undo() {
  index_->RolledBack();
  tree_->RolledBack();
  sets_->RolledBack();
  // SQLite has rolled back by itself after some errors.
  if (!sqlite3_get_autocommit(db_->handle())) {
    const absl::Status undone = rollback_.Run();
    if (!undone.ok()) return Poison(undone);
  }
  return absl::OkStatus();
}

absl::Status Writer::Poison(const absl::Status& why) {
  MutexLock lock(&mu_);
  poisoned_ = absl::UnavailableError(absl::StrCat(
      "whether the last commit is on the disk is not known; the process must "
      "end and start again: ",
      why.message()));
  return poisoned_;
}

void Writer::Note(const absl::Status& ended) {
  MutexLock lock(&mu_);
  failing_ = ended;
}

absl::Status Writer::writable() const {
  MutexLock lock(&mu_);
  return poisoned_.ok() ? failing_ : poisoned_;
}

absl::Status Writer::health() const {
  MutexLock lock(&mu_);
  return poisoned_;
}

}  // namespace tongguan::ledger
