#include "gateway/ledger/journal.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/id.h"

namespace tongguan::ledger {
namespace {

// How many of the last rows are checked at opening.
constexpr int kCheckedRows = 16;

absl::Status Damaged(uint64_t first_index, absl::string_view how) {
  return absl::DataLossError(absl::StrCat(
      "ledger: the journal row that begins at record ", first_index, " ", how,
      ": keep the file as it is and restore a backup"));
}

std::string Copy(absl::string_view bytes) {
  return std::string(bytes.data(), bytes.size());
}

// A ledger that nothing was taken out of has no such table.
absl::StatusOr<uint64_t> FirstKept(Database& db) {
  TG_ASSIGN_OR_RETURN(
      const int64_t tables,
      db.Number("SELECT count(*) FROM sqlite_schema WHERE name='pruned'"));
  if (tables == 0) return 0;
  TG_ASSIGN_OR_RETURN(const int64_t below,
                      db.Number("SELECT coalesce(max(below),0) FROM pruned"));
  return static_cast<uint64_t>(below);
}

uint64_t CountFrames(absl::string_view blob) {
  uint64_t count = 0;
  absl::string_view frame;
  while (TakeFrame(&blob, &frame)) ++count;
  return blob.empty() ? count : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::On(Database& db) {
  auto journal = std::make_unique<Journal>();
  TG_ASSIGN_OR_RETURN(journal->first_, FirstKept(db));
  TG_ASSIGN_OR_RETURN(
      journal->append_,
      db.Prepare("INSERT INTO journal(first_index,count,time_micros,year,"
                 "facts,records,root,signature) "
                 "VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  TG_ASSIGN_OR_RETURN(
      journal->row_,
      db.Prepare("SELECT first_index,count,time_micros,year,facts,records FROM "
                 "journal WHERE first_index<=?1 ORDER BY first_index DESC "
                 "LIMIT 1"));
  TG_ASSIGN_OR_RETURN(
      journal->head_,
      db.Prepare("SELECT first_index,count,time_micros FROM journal WHERE "
                 "first_index<=?1 ORDER BY first_index DESC LIMIT 1"));
  TG_ASSIGN_OR_RETURN(
      journal->rows_,
      db.Prepare("SELECT first_index,count,facts FROM journal WHERE "
                 "first_index>=coalesce((SELECT max(first_index) FROM journal "
                 "WHERE first_index<=?1),0) AND first_index<?2 "
                 "ORDER BY first_index"));
  TG_ASSIGN_OR_RETURN(
      journal->tail_,
      db.Prepare("SELECT first_index,count,time_micros,facts,records FROM "
                 "journal ORDER BY first_index DESC LIMIT ?1"));
  TG_ASSIGN_OR_RETURN(
      journal->last_,
      db.Prepare("SELECT first_index,count,root,signature FROM journal ORDER "
                 "BY first_index DESC LIMIT 1"));
  return journal;
}

absl::Status Journal::Append(const Row& row, const Head& head) {
  TG_ASSIGN_OR_RETURN(const absl::string_view packed,
                      packer_.Pack(row.records));
  const absl::string_view root(reinterpret_cast<const char*>(head.root.data()),
                               head.root.size());
  if (head.signature.empty()) {
    append_.Null(8);
  } else {
    append_.Blob(8, head.signature);
  }
  return append_.Int(1, row.first_index)
      .Int(2, row.count)
      .Int(3, row.time_micros)
      .Int(4, row.year)
      .Blob(5, row.facts)
      .Blob(6, packed)
      .Blob(7, root)
      .Run();
}

absl::StatusOr<Head> Journal::LastHead() {
  auto reset = absl::MakeCleanup([this] { last_.Reset(); });
  TG_ASSIGN_OR_RETURN(const bool row, last_.Step());
  if (!row) return Head{0, journal::EmptyRoot(), ""};
  const uint64_t first = last_.IntAt(0);
  Head head{first + last_.IntAt(1), {}, Copy(last_.BytesAt(3))};
  if (!journal::ReadHash(last_.BytesAt(2), &head.root)) {
    return Damaged(first, "has no root");
  }
  return head;
}

absl::StatusOr<Journal::End> Journal::CheckEnd() {
  End end;
  auto reset = absl::MakeCleanup([this] { tail_.Reset(); });
  tail_.Int(1, kCheckedRows);
  uint64_t follows = 0, rows = 0;
  for (;; ++rows) {
    TG_ASSIGN_OR_RETURN(const bool row, tail_.Step());
    if (!row) break;
    const uint64_t first = tail_.IntAt(0), count = tail_.IntAt(1);
    const absl::StatusOr<std::string> records = Unpack(tail_.BytesAt(4));
    if (count == 0 || CountFrames(tail_.BytesAt(3)) != count || !records.ok() ||
        CountFrames(*records) != count) {
      return Damaged(first, "does not hold as many records as it says");
    }
    if (rows == 0) {
      end = {first + count, tail_.IntAt(2)};
    } else if (first + count != follows) {
      return Damaged(follows, "does not follow the row before it");
    }
    follows = first;
  }
  if (rows < kCheckedRows && follows != first_) {
    return Damaged(follows,
                   absl::StrCat("is the first but does not begin at ", first_));
  }
  return end;
}

absl::Status Journal::Load(uint64_t index) {
  if (index < first_) {
    return absl::OutOfRangeError(absl::StrCat(
        "record ", index, " was taken out of the ledger with its year; those ",
        "from ", first_, " on are here"));
  }
  if (index - loaded_.first_index < loaded_.count) return absl::OkStatus();
  auto reset = absl::MakeCleanup([this] { row_.Reset(); });
  row_.Int(1, index);
  TG_ASSIGN_OR_RETURN(const bool row, row_.Step());
  const uint64_t first = row ? row_.IntAt(0) : 0;
  if (!row || index - first >= static_cast<uint64_t>(row_.IntAt(1))) {
    return absl::NotFoundError(absl::StrCat("no record has the index ", index));
  }
  absl::StatusOr<std::string> records = Unpack(row_.BytesAt(5));
  if (!records.ok()) return Damaged(first, "does not hold its records");
  loaded_ = Row{first,
                static_cast<uint64_t>(row_.IntAt(1)),
                row_.IntAt(2),
                static_cast<int32_t>(row_.IntAt(3)),
                Copy(row_.BytesAt(4)),
                *std::move(records)};
  return absl::OkStatus();
}

absl::StatusOr<Stored> Journal::Read(uint64_t index) {
  TG_RETURN_IF_ERROR(Load(index));
  TG_ASSIGN_OR_RETURN(absl::string_view record,
                      NthFrame(loaded_.records, index - loaded_.first_index));
  return Stored{index, FormatId({loaded_.year, index}),
                absl::FromUnixMicros(loaded_.time_micros), Copy(record)};
}

absl::StatusOr<Fact> Journal::ReadFact(uint64_t index) {
  TG_RETURN_IF_ERROR(Load(index));
  TG_ASSIGN_OR_RETURN(absl::string_view fact,
                      NthFrame(loaded_.facts, index - loaded_.first_index));
  return ParseFact(fact);
}

absl::StatusOr<uint64_t> Journal::FirstSince(int64_t time_micros,
                                             uint64_t size) {
  auto reset = absl::MakeCleanup([this] { head_.Reset(); });
  uint64_t low = first_, high = size;  // The answer lies in [low, high].
  while (low < high) {
    head_.Reset();
    TG_ASSIGN_OR_RETURN(const bool row,
                        head_.Int(1, low + (high - low) / 2).Step());
    if (!row) return Damaged(low, "is missing");
    const uint64_t first = head_.IntAt(0), count = head_.IntAt(1);
    if (head_.IntAt(2) >= time_micros) {
      high = std::max(low, first);
    } else {
      if (first + count <= low) return Damaged(low, "is missing");
      low = std::min(high, first + count);
    }
  }
  return low;
}

absl::Status Journal::EachFact(uint64_t from, uint64_t to,
                               const std::function<void(const Fact&)>& visit) {
  auto reset = absl::MakeCleanup([this] { rows_.Reset(); });
  rows_.Int(1, from).Int(2, to);
  for (uint64_t next = from; next < to;) {
    TG_ASSIGN_OR_RETURN(const bool row, rows_.Step());
    const uint64_t first = row ? rows_.IntAt(0) : to;
    const uint64_t end = row ? first + rows_.IntAt(1) : to;
    if (first > next || end <= next) {
      return Damaged(next, "is missing");
    }
    absl::string_view facts = rows_.BytesAt(2), frame;
    for (uint64_t index = first; index < end && index < to; ++index) {
      if (!TakeFrame(&facts, &frame)) {
        return Damaged(first, "does not hold as many facts as it says");
      }
      if (index < next) continue;
      TG_ASSIGN_OR_RETURN(const Fact fact, ParseFact(frame));
      visit(fact);
    }
    next = end;
  }
  return absl::OkStatus();
}

}  // namespace tongguan::ledger
