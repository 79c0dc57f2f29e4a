#include "gateway/ledger/request_filter.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "absl/cleanup/cleanup.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/file.h"

namespace tongguan::ledger {
namespace {

constexpr int kSlice = 4096;  // Keys that one statement reads.
// Room for the keys there are and as many to come: 8 MiB at least, 32 at most.
constexpr uint64_t kFewestKeys = 1 << 22, kMostKeys = 1 << 24;
constexpr uint64_t kKeysAWord = 4;
constexpr char kNextKeys[] =
    "SELECT key FROM request WHERE key>=?1 ORDER BY key LIMIT ?2";

size_t WordsFor(uint64_t records) {
  const uint64_t keys = std::clamp(records, kFewestKeys / 2, kMostKeys / 2) * 2;
  return std::bit_ceil(keys) / kKeysAWord;
}

// Keys are of SHA-256: any bits of one serve, the low ones here and the high
// ones for the word.
uint64_t BitsOf(uint64_t key) {
  uint64_t bits = 0;
  for (int i = 0; i < 4; ++i) bits |= uint64_t{1} << (key >> 6 * i & 63);
  return bits;
}

size_t PlaceOf(uint64_t key, size_t words) {
  return key >> (64 - std::countr_zero(words));
}

}  // namespace

RequestFilter::RequestFilter(uint64_t records)
    : words_(WordsFor(records)), next_(std::numeric_limits<int64_t>::min()) {}

absl::StatusOr<std::unique_ptr<RequestFilter>> RequestFilter::Over(
    Database& db, uint64_t records) {
  std::unique_ptr<RequestFilter> filter(new RequestFilter(records));
  TG_ASSIGN_OR_RETURN(Statement rows, db.Prepare(kNextKeys));
  TG_ASSIGN_OR_RETURN(const bool more, filter->TakeSlice(&rows));
  if (!more) {
    filter->complete_ = true;
    return filter;
  }
  const std::string path = sqlite3_db_filename(db.handle(), "main");
  TG_ASSIGN_OR_RETURN(filter->db_, OpenAnother(path));
  filter->thread_ = std::thread(&RequestFilter::TakeRest, filter.get());
  return filter;
}

RequestFilter::~RequestFilter() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void RequestFilter::Add(uint64_t key) {
  words_[PlaceOf(key, words_.size())].fetch_or(BitsOf(key),
                                               std::memory_order_relaxed);
}

bool RequestFilter::MayHold(uint64_t key) const {
  if (!complete()) return true;
  const uint64_t bits = BitsOf(key);
  return (words_[PlaceOf(key, words_.size())].load(std::memory_order_relaxed) &
          bits) == bits;
}

// Whether there may be more.
absl::StatusOr<bool> RequestFilter::TakeSlice(Statement* rows) {
  auto reset = absl::MakeCleanup([rows] { rows->Reset(); });
  rows->Int(1, next_).Int(2, kSlice);
  for (int taken = 0;; ++taken) {
    TG_ASSIGN_OR_RETURN(const bool row, rows->Step());
    if (!row) return taken == kSlice;
    const int64_t key = rows->IntAt(0);
    Add(static_cast<uint64_t>(key));
    if (key == std::numeric_limits<int64_t>::max()) return false;
    next_ = key + 1;
  }
}

// Where the table cannot be read the filter stays as it is until the process
// ends: everything is looked up.
void RequestFilter::TakeRest() {
  absl::StatusOr<Statement> rows = db_->Prepare(kNextKeys);
  if (!rows.ok()) return;
  while (!stop_) {
    const absl::StatusOr<bool> more = TakeSlice(&*rows);
    if (!more.ok()) return;
    if (*more) continue;
    complete_.store(true, std::memory_order_release);
    return;
  }
}

}  // namespace tongguan::ledger
