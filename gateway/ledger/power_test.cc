// Every file operation fails, or is the process's last, or the power goes: what
// was acknowledged is there once, what was not is there once or not at all.
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/frontier.h"
#include "gateway/ledger/disk_testing.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/rows.h"
#include "gateway/ledger/scan.h"

namespace tongguan::ledger {
namespace {

constexpr int kRequests = 24;
constexpr int kPowerLosses = 1000;
constexpr int kMoments = 10;  // Of one scenario.
// The requests from here on are of the next year.
constexpr int kNextYear = kRequests / 2;
absl::Time NextYear() { return Noon() + absl::Hours(24 * 310); }
constexpr char kYearEnd[] = "year-end";
const SetKey kSet{"counted", 2026};

// How the people of a request are charged: none, as a number, as a set.
enum class How { kNone, kNumber, kSet };
How HowOf(int id) { return static_cast<How>(id % 3); }
int64_t NumberOf(int id) { return 10 + id; }

// Who is in the set of a request: some of them are in others' too.
const std::set<uint64_t>& PeopleOf(int id) {
  static auto* const all = [] {
    auto* made = new std::vector<std::set<uint64_t>>(kRequests);
    for (int id = 0; id < kRequests; ++id) {
      for (uint64_t n = 0; n < 12; ++n) (*made)[id].insert(5 * id + n);
    }
    return made;
  }();
  return (*all)[id];
}
const std::string& BytesOf(int id) {
  static auto* const all = [] {
    auto* made = new std::vector<std::string>;
    for (int id = 0; id < kRequests; ++id) made->push_back(SetOf(PeopleOf(id)));
    return made;
  }();
  return (*all)[id];
}

// A record that says what it charges: "rID:people".
Submission Charging(int id) {
  const std::string name = absl::StrCat("r", id);
  Submission submission = MakeSubmission(name, name);
  submission.make = [id, name](View& view) -> absl::StatusOr<Entry> {
    int64_t people = 0;
    Entry entry = MakeEntry("");
    if (HowOf(id) == How::kNumber) {
      people = NumberOf(id);
      entry.changes = {Charge(people)};
    } else if (HowOf(id) == How::kSet) {
      absl::StatusOr<Known> known = view.look_up(kSet, BytesOf(id));
      if (!known.ok()) return known.status();
      people = known->fresh();
      entry.changes = {Charge(0)};
      entry.changes[0].persons.push_back({*std::move(known)});
    }
    entry.record = absl::StrCat(name, ":", people);
    return entry;
  };
  return submission;
}

// What a ledger's file says, one commit after another: each has the root of
// its records, signed; no request stands twice; each charges what is new in the
// set, or its number.
class Book {
 public:
  explicit Book(const journal::PublicKey& key) : key_(key) {}

  void TakeRow(const RawRow& row) {
    ++rows_;
    EXPECT_EQ(row.first_index, size());
    absl::string_view frames = row.records, record;
    while (TakeFrame(&frames, &record)) {
      tree_.Append(journal::LeafHash(record), nullptr);
      if (record == kYearEnd) {
        EXPECT_EQ(row.year, 2027);
        EXPECT_EQ(year_ends_++, 0);
      } else {
        TakeRecord(record);
      }
    }
    EXPECT_EQ(row.root, DigestBytes(tree_.Root()));
    const std::string text =
        journal::FormatCheckpoint({key_.name(), size(), tree_.Root()});
    EXPECT_EQ(row.signature.substr(0, 4), key_.id());
    EXPECT_TRUE(key_.Verify(text, row.signature.substr(4)));
  }

  uint64_t size() const { return tree_.size(); }
  uint64_t rows() const { return rows_; }
  int64_t charged() const { return charged_; }
  int64_t exact() const { return exact_; }
  const std::set<uint64_t>& in_set() const { return in_set_; }

 private:
  void TakeRecord(absl::string_view record) {
    const std::vector<std::string> parts = absl::StrSplit(record, ':');
    int id = 0;
    int64_t people = 0;
    ASSERT_TRUE(parts.size() == 2 && absl::SimpleAtoi(parts[1], &people) &&
                absl::SimpleAtoi(parts[0].substr(1), &id))
        << record;
    EXPECT_TRUE(requests_.insert(id).second) << "twice: " << record;
    charged_ += people;
    if (HowOf(id) != How::kSet) {
      EXPECT_EQ(people, HowOf(id) == How::kNone ? 0 : NumberOf(id));
      return;
    }
    const size_t were = in_set_.size();
    in_set_.insert(PeopleOf(id).begin(), PeopleOf(id).end());
    EXPECT_EQ(people, static_cast<int64_t>(in_set_.size() - were)) << record;
    exact_ += people;
  }

  const journal::PublicKey key_;
  journal::Frontier tree_;
  uint64_t rows_ = 0;
  int year_ends_ = 0;
  std::set<int> requests_;
  std::set<uint64_t> in_set_;
  int64_t charged_ = 0, exact_ = 0;
};

class PowerTest : public LedgerTest {
 protected:
  // All that a gateway has: heads that are signed, years that end, an index
  // that is written and sets that are merged within a run.
  PowerTest()
      : key_(std::make_shared<const journal::SigningKey>(
            *journal::SigningKey::Generate("log.test/power",
                                           journal::Algorithm::kEd25519))) {
    options_.key = key_;
    options_.year_end = [](View&, int32_t, const Head&) {
      return MakeEntry(kYearEnd);
    };
    options_.index_run = 5;
    options_.people.few_bytes = 64;
    options_.people.slice_bytes = 512;
  }
  ~PowerTest() override {
    disk_.Heal();
    ledger_ = nullptr;
  }

  struct Acknowledged {
    int id = 0;
    Stored stored;
  };

  // Requests in small batches, the ledger closed and opened in between; goes
  // on after errors, until the disk is dead.
  std::vector<Acknowledged> Work(std::mt19937_64& random) {
    std::vector<Acknowledged> all;
    clock_.Set(Noon());
    for (int id = 0; id < kRequests && !disk_.dead();) {
      if (id >= kNextYear) clock_.Set(NextYear());
      if (ledger_ == nullptr || random() % 8 == 0) {
        ledger_ = nullptr;
        auto ledger = TryOpen();
        if (ledger.ok()) ledger_ = *std::move(ledger);
        if (ledger_ == nullptr) {
          ++id;  // Its request found no ledger.
          continue;
        }
      }
      Answers answers;
      std::vector<int> ids;
      for (uint64_t n = 1 + random() % 4; n > 0 && id < kRequests; --n) {
        ids.push_back(id);
        answers.Submit(*ledger_, Charging(id));
        ++id;
      }
      const auto stored = answers.Wait();
      for (size_t i = 0; i < ids.size(); ++i) {
        if (stored[i].ok()) all.push_back({ids[i], *stored[i]});
      }
      // As the gateway does: a ledger that does not know ends the process.
      if (!ledger_->health().ok()) ledger_ = nullptr;
    }
    return all;
  }

  // What must hold of the ledger that is open, and after everything was asked
  // again, in the next year.
  void Check(const std::vector<Acknowledged>& acknowledged) {
    for (const Acknowledged& one : acknowledged) {
      const auto stored = ledger_->Read(one.stored.index);
      ASSERT_TRUE(stored.ok()) << "lost: " << one.id << stored.status();
      EXPECT_EQ(stored->record, one.stored.record);
      EXPECT_EQ(stored->id, one.stored.id);
      EXPECT_EQ(stored->time, one.stored.time);
    }
    Audit();
    clock_.Set(NextYear());
    const uint64_t before = ledger_->size();
    std::set<uint64_t> indexes;
    uint64_t fresh = 0;
    for (int id = 0; id < kRequests; ++id) {
      const auto stored = Do(*ledger_, Charging(id));
      ASSERT_TRUE(stored.ok()) << stored.status();
      EXPECT_TRUE(indexes.insert(stored->index).second) << "shared: " << id;
      fresh += stored->repeated ? 0 : 1;
    }
    for (const Acknowledged& one : acknowledged) {
      const auto again = Do(*ledger_, Charging(one.id));
      ASSERT_TRUE(again.ok());
      EXPECT_TRUE(again->repeated) << "doubled: " << one.id;
      EXPECT_EQ(again->index, one.stored.index);
    }
    const uint64_t ends = ledger_->size() - kRequests;  // Of years.
    EXPECT_LE(ends, 1u);
    EXPECT_LE(ledger_->size(), before + fresh + ends);
    EXPECT_GE(ledger_->size(), before + fresh);
    Audit();
    if (ends == 0) {  // Then no record was of the year before.
      EXPECT_EQ(BeijingYear(ledger_->Read(0)->time), 2027);
    }
  }

  // The ledger that is open is sound as it stands, for those who read its file
  // and for those who ask it.
  void Audit() {
    const auto scan = Scan::Open(options_.path);
    ASSERT_TRUE(scan.ok()) << scan.status();
    Book book(key_->public_key());
    const absl::Status read = (*scan)->EachRow(0, [&](const RawRow& row) {
      book.TakeRow(row);
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    const absl::Status tables = (*scan)->CheckTables(book.rows());
    EXPECT_TRUE(tables.ok()) << tables;
    const absl::Status beside =
        Scan::CheckBeside(options_.path, book.size(), 2026);
    EXPECT_TRUE(beside.ok()) << beside;
    EXPECT_EQ(book.size(), ledger_->size());
    const auto tally = ledger_->ReadTally(kExporter, 2026);
    ASSERT_TRUE(tally.ok());
    EXPECT_EQ(tally->counted.persons, book.charged());
    EXPECT_EQ(tally->counted_exact.persons, book.exact());
    const std::string members = SetOf(book.in_set());
    const auto known = ledger_->LookUp(kSet, members);
    ASSERT_TRUE(known.ok()) << known.status();
    EXPECT_EQ(known->fresh(), 0) << "somebody is lost";
    Query query;
    query.limit = 1000;
    for (const char* exporter : {"", kExporter}) {
      query.exporter = exporter;
      EXPECT_EQ(ledger_->List(query)->size(), book.size());
    }
  }

  // Gives up the ledger and opens what is left of it in a folder of its own.
  void OpenWhatIsLeft(PowerLoss loss, bool power, std::mt19937_64& random) {
    const std::string left = folder_ + "/left";
    std::filesystem::remove_all(left);
    std::filesystem::create_directory(left);
    if (power) {
      disk_.KeepAfterPowerLoss(left, loss, random);
    } else {
      disk_.KeepAfterDeath(left);
    }
    Forget();
    options_.path = left + "/ledger.db";
    Open();
  }
  // Closes the ledger whose disk is dead.
  void Forget() {
    ledger_ = nullptr;
    disk_.Heal();
    options_.path = folder_ + "/ledger.db";
  }
  void Erase() {
    Forget();
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
      std::filesystem::remove(options_.path + suffix);
    }
    disk_.ForgetFiles();
  }

  std::shared_ptr<const journal::SigningKey> key_;
  Disk disk_;
};

bool Any(DiskOp, bool) { return true; }

TEST_F(PowerTest, EveryFileOperationMayFailOrBeTheLast) {
  std::mt19937_64 random(7);
  Work(random);
  ledger_ = nullptr;
  const int operations = disk_.Count(Any);
  std::cout << "file operations: " << operations << "\n";
  // About 140 to 190, as requests happen to share commits; a count that falls
  // means that the test lost sight of something.
  ASSERT_GE(operations, 100);
  for (const auto what : {DiskFault::kError, DiskFault::kFull,
                          DiskFault::kShort, DiskFault::kDeath}) {
    for (int at = 0; at < operations; ++at) {
      SCOPED_TRACE(testing::Message() << what << " at operation " << at);
      Erase();
      random.seed(7);
      disk_.Fail({what, at, 1, Any});
      const std::vector<Acknowledged> acknowledged = Work(random);
      OpenWhatIsLeft(PowerLoss::kEverything, /*power=*/false, random);
      if (ledger_ == nullptr) return;
      Check(acknowledged);
      if (HasFailure()) return;
    }
  }
}

TEST_F(PowerTest, PowerMayGoAtAnyMoment) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed: " << seed << "\n";
  int died = 0, operations = 0;
  for (uint64_t run = 0; run < kPowerLosses; ++run) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << " run " << run);
    Erase();
    std::mt19937_64 random(seed + run / kMoments);
    if (run % kMoments == 0) {
      // How many operations this scenario has where nothing happens to it; a
      // few more or less, as requests happen to share commits.
      disk_.Count(Any);
      Work(random);
      ledger_ = nullptr;
      operations = disk_.Count(Any);
      Erase();
      random.seed(seed + run / kMoments);
    }
    std::mt19937_64 moment(~(seed + run));
    disk_.Fail(
        {DiskFault::kDeath, static_cast<int>(moment() % operations), 1, Any});
    const std::vector<Acknowledged> acknowledged = Work(random);
    died += disk_.dead() ? 1 : 0;
    const PowerLoss loss[] = {PowerLoss::kNothing, PowerLoss::kEverything,
                              PowerLoss::kSome, PowerLoss::kSome};
    OpenWhatIsLeft(loss[moment() % 4], /*power=*/true, moment);
    if (ledger_ == nullptr) return;
    Check(acknowledged);
    if (HasFailure()) return;
  }
  std::cout << "died at work: " << died << " of " << kPowerLosses << "\n";
  EXPECT_GT(died, kPowerLosses * 9 / 10);
}

}  // namespace
}  // namespace tongguan::ledger
