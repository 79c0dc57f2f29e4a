#include "gateway/ledger/index_check.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/run.h"

namespace tongguan::ledger {
namespace {

// Records that are compared at once, in memory.
constexpr uint64_t kWindow = 1 << 16;

constexpr char kBelow[] = "SELECT coalesce((SELECT below FROM indexed),0)";
constexpr char kOthers[] = "SELECT count(*) FROM indexed WHERE one<>1";
constexpr char kEnd[] =
    "SELECT coalesce(max(first_index+count),0) FROM (SELECT first_index,count "
    "FROM journal ORDER BY first_index DESC LIMIT 1)";

absl::Status Differs(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      "ledger: the index is not that of the journal: ", what,
      ": readers would not be shown what the log holds; have it made again"));
}

// Whether it holds some of these postings, from the first on, one at least.
absl::StatusOr<bool> Begins(absl::string_view postings,
                            const std::vector<Posting>& all) {
  size_t met = 0;
  bool right = true;
  TG_RETURN_IF_ERROR(EachPosting(postings, [&](const Posting& posting) {
    right = right && met < all.size() && all[met] == posting;
    ++met;
  }));
  return right && met > 0;
}

class IndexCheck {
 public:
  IndexCheck(Database& db, Journal& journal) : db_(db), journal_(journal) {}
  absl::Status Run(uint64_t size);

 private:
  using Postings = std::map<std::string, std::vector<Posting>>;
  absl::Status Prepare(uint64_t size);
  absl::Status CheckWindow(uint64_t from, uint64_t to);
  absl::StatusOr<Postings> ReadPostings(
      uint64_t from, uint64_t to,
      const std::function<void(uint64_t, const Fact&)>& visit);
  absl::StatusOr<std::vector<Posting>> ReadTerm(const std::string& term,
                                                uint64_t from, uint64_t to);
  absl::Status CheckEach(std::vector<std::pair<uint64_t, uint64_t>> requests);
  absl::StatusOr<std::optional<uint64_t>> KeyOf(uint64_t key, uint64_t index);
  absl::Status CheckRuns() const;
  absl::Status CheckRequests();
  absl::Status CheckSettled();
  absl::Status CheckBegun();
  absl::Status CheckBegunEntries(uint64_t begin, uint64_t end);
  absl::Status CheckBegunRequests(uint64_t begin, uint64_t end);

  Database& db_;
  Journal& journal_;
  uint64_t below_ = 0;  // Records that are in the tables.
  Statement at_key_, of_term_;
  std::set<std::string> terms_;
  std::map<uint64_t, uint64_t> runs_;  // Where each begins; its last record.
  int64_t requests_ = 0;
  absl::flat_hash_map<uint64_t, uint64_t> settled_;  // Index, by.
};

absl::Status IndexCheck::Run(uint64_t size) {
  TG_RETURN_IF_ERROR(Prepare(size));
  for (uint64_t from = journal_.first(); from < below_; from += kWindow) {
    TG_RETURN_IF_ERROR(CheckWindow(from, std::min(below_, from + kWindow)));
  }
  TG_RETURN_IF_ERROR(CheckRuns());
  TG_RETURN_IF_ERROR(CheckRequests());
  TG_RETURN_IF_ERROR(CheckSettled());
  TG_RETURN_IF_ERROR(db_.Exec("BEGIN"));
  const auto end =
      absl::MakeCleanup([this] { db_.Exec("COMMIT").IgnoreError(); });
  return CheckBegun();
}

absl::Status IndexCheck::Prepare(uint64_t size) {
  TG_ASSIGN_OR_RETURN(const int64_t below, db_.Number(kBelow));
  // A gateway that runs may have gone on since it was asked about `size`.
  TG_ASSIGN_OR_RETURN(const int64_t end, db_.Number(kEnd));
  TG_ASSIGN_OR_RETURN(const int64_t others, db_.Number(kOthers));
  if (others != 0) return Differs("it says twice how far it goes");
  if (below < 0 || below > end) {
    return Differs(absl::StrCat("it speaks of ", below, " records of ", end));
  }
  below_ = std::min(static_cast<uint64_t>(below), size);
  TG_ASSIGN_OR_RETURN(at_key_,
                      db_.Prepare("SELECT idx FROM request WHERE key=?1"));
  TG_ASSIGN_OR_RETURN(
      of_term_, db_.Prepare("SELECT run,postings FROM entry WHERE term=?1 AND "
                            "run<?2 ORDER BY run DESC"));
  TG_ASSIGN_OR_RETURN(Statement terms,
                      db_.Prepare("SELECT DISTINCT term FROM entry"));
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, terms.Step());
    if (!row) return absl::OkStatus();
    const absl::string_view term = terms.BytesAt(0);
    terms_.emplace(term.data(), term.size());
  }
}

// What stands under each term of records [from, to); shows `visit` each fact.
absl::StatusOr<IndexCheck::Postings> IndexCheck::ReadPostings(
    uint64_t from, uint64_t to,
    const std::function<void(uint64_t, const Fact&)>& visit) {
  Postings postings;
  uint64_t index = from;
  TG_RETURN_IF_ERROR(journal_.EachFact(from, to, [&](const Fact& fact) {
    for (const std::string& term : TermsOf(fact)) {
      postings[term].push_back({index, {fact.verdict, fact.headline}});
    }
    if (visit) visit(index, fact);
    ++index;
  }));
  return postings;
}

// As FindWritten reads them: of rows that overlap the later one counts. A row
// says something, and nothing of records before its run.
absl::StatusOr<std::vector<Posting>> IndexCheck::ReadTerm(
    const std::string& term, uint64_t from, uint64_t to) {
  auto reset = absl::MakeCleanup([this] { of_term_.Reset(); });
  of_term_.Text(1, term).Int(2, to);
  std::vector<Posting> found;
  while (to > from) {
    TG_ASSIGN_OR_RETURN(const bool row, of_term_.Step());
    if (!row) break;
    std::vector<Posting> run;
    const auto begin = static_cast<uint64_t>(of_term_.IntAt(0));
    uint64_t least = UINT64_MAX;
    TG_RETURN_IF_ERROR(
        EachPosting(of_term_.BytesAt(1), [&](const Posting& posting) {
          least = std::min(least, posting.index);
          runs_[begin] = std::max(runs_[begin], posting.index);
          if (from <= posting.index && posting.index < to) {
            run.push_back(posting);
          }
        }));
    if (least < begin || least == UINT64_MAX) {
      return Differs(absl::StrCat("a row under the term ", term));
    }
    found.insert(found.begin(), run.begin(), run.end());
    to = begin;
  }
  return found;
}

absl::Status IndexCheck::CheckWindow(uint64_t from, uint64_t to) {
  std::vector<std::pair<uint64_t, uint64_t>> requests;  // Key, index.
  TG_ASSIGN_OR_RETURN(
      Postings expected,
      ReadPostings(from, to, [&](uint64_t index, const Fact& fact) {
        if (!fact.request_id.empty()) requests.emplace_back(fact.key, index);
        if (fact.settles) settled_.insert_or_assign(*fact.settles, index);
      }));
  for (const std::string& term : terms_) expected[term];
  for (const auto& [term, postings] : expected) {
    TG_ASSIGN_OR_RETURN(const std::vector<Posting> kept,
                        ReadTerm(term, from, to));
    if (kept != postings) {
      return Differs(absl::StrCat("records ", from, " to ", to - 1,
                                  " under the term ", term));
    }
  }
  requests_ += static_cast<int64_t>(requests.size());
  return CheckEach(std::move(requests));
}

// Each run ends where the next begins: a row that says another beginning than
// the others of its run has records of theirs behind it.
absl::Status IndexCheck::CheckRuns() const {
  for (auto run = runs_.begin(); run != runs_.end();) {
    const auto& [begin, last] = *run;
    if (++run != runs_.end() && last >= run->first) {
      return Differs(
          absl::StrCat("where the run of record ", run->first, " begins"));
    }
  }
  return absl::OkStatus();
}

// In the order of the table, and under one lock: else looking up costs more
// than all else that is verified.
absl::Status IndexCheck::CheckEach(
    std::vector<std::pair<uint64_t, uint64_t>> requests) {
  std::sort(requests.begin(), requests.end());
  TG_RETURN_IF_ERROR(db_.Exec("BEGIN"));
  const auto end =
      absl::MakeCleanup([this] { db_.Exec("COMMIT").IgnoreError(); });
  for (const auto& [key, at] : requests) {
    TG_ASSIGN_OR_RETURN(const auto under, KeyOf(key, at));
    if (!under) return Differs(absl::StrCat("the request of record ", at));
  }
  return absl::OkStatus();
}

// It stands under its key or, where others do, under the next that was free.
absl::StatusOr<std::optional<uint64_t>> IndexCheck::KeyOf(uint64_t key,
                                                          uint64_t index) {
  for (;; ++key) {
    auto reset = absl::MakeCleanup([this] { at_key_.Reset(); });
    TG_ASSIGN_OR_RETURN(const bool row, at_key_.Int(1, key).Step());
    if (!row) return std::optional<uint64_t>();
    if (static_cast<uint64_t>(at_key_.IntAt(0)) == index) {
      return std::optional<uint64_t>(key);
    }
  }
}

// And nothing else does, nor anything of records that are not there.
absl::Status IndexCheck::CheckRequests() {
  TG_ASSIGN_OR_RETURN(
      const int64_t kept,
      db_.Number(absl::StrCat(
          "SELECT count(*) FROM request WHERE idx<", below_,
          " OR idx>=(SELECT first_index+count FROM journal ORDER BY "
          "first_index DESC LIMIT 1)")));
  return kept == requests_ ? absl::OkStatus() : Differs("requests");
}

// Rows of records that are not yet in the tables may be written already.
absl::Status IndexCheck::CheckSettled() {
  TG_ASSIGN_OR_RETURN(Statement rows,
                      db_.Prepare("SELECT idx,by FROM settled"));
  size_t met = 0;
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) break;
    const uint64_t index = rows.IntAt(0), by = rows.IntAt(1);
    const auto expected = settled_.find(index);
    bool right = expected != settled_.end() && expected->second == by;
    if (!right && by >= below_) {
      const auto fact = journal_.ReadFact(by);
      right = fact.ok() && fact->settles == index;
    }
    if (!right) return Differs(absl::StrCat("what settled record ", index));
    met += expected != settled_.end();
  }
  return met == settled_.size() ? absl::OkStatus() : Differs("settlements");
}

// The rows of the run that is being written, or that a crash cut short: each is
// of that run, and right as far as it goes. The rest is not there yet.
absl::Status IndexCheck::CheckBegun() {
  TG_ASSIGN_OR_RETURN(const int64_t below, db_.Number(kBelow));
  TG_ASSIGN_OR_RETURN(const int64_t size, db_.Number(kEnd));
  const uint64_t begin =
      std::max(static_cast<uint64_t>(below), journal_.first());
  const uint64_t end =
      std::min(std::max(begin, static_cast<uint64_t>(size)), begin + kWindow);
  TG_RETURN_IF_ERROR(CheckBegunEntries(begin, end));
  return CheckBegunRequests(begin, end);
}

absl::Status IndexCheck::CheckBegunEntries(uint64_t begin, uint64_t end) {
  TG_ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare("SELECT run,postings FROM entry WHERE term=?1 AND run>=?2"));
  Postings expected;  // Read where there is such a row.
  for (const std::string& term : terms_) {
    auto reset = absl::MakeCleanup([&rows] { rows.Reset(); });
    rows.Text(1, term).Int(2, begin);
    for (;;) {
      TG_ASSIGN_OR_RETURN(const bool row, rows.Step());
      if (!row) break;
      if (expected.empty()) {
        TG_ASSIGN_OR_RETURN(expected, ReadPostings(begin, end, nullptr));
      }
      TG_ASSIGN_OR_RETURN(const bool right,
                          Begins(rows.BytesAt(1), expected[term]));
      if (!right || static_cast<uint64_t>(rows.IntAt(0)) != begin) {
        return Differs(absl::StrCat(
            "rows of records that are not in it yet, under the term ", term));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status IndexCheck::CheckBegunRequests(uint64_t begin, uint64_t end) {
  TG_ASSIGN_OR_RETURN(Statement rows,
                      db_.Prepare("SELECT key,idx FROM request WHERE idx>=?1"));
  rows.Int(1, begin);
  for (;;) {
    TG_ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    const uint64_t key = rows.IntAt(0), index = rows.IntAt(1);
    const auto fact = journal_.ReadFact(index);
    std::optional<uint64_t> under;
    if (index < end && fact.ok() && !fact->request_id.empty()) {
      TG_ASSIGN_OR_RETURN(under, KeyOf(fact->key, index));
    }
    if (under != key) {
      return Differs("requests of records that are not in it yet");
    }
  }
}

}  // namespace

absl::Status CheckIndex(Database& db, Journal& journal, uint64_t size) {
  return IndexCheck(db, journal).Run(size);
}

}  // namespace tongguan::ledger
