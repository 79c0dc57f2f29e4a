#include "gateway/ledger/request_filter.h"

#include <limits>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/ledger/file.h"
#include "gateway/ledger/ledger_testing.h"

namespace tongguan::ledger {
namespace {

class RequestFilterTest : public LedgerTest {
 protected:
  void SetUp() override { db_ = OpenFile(options_.path).value(); }

  // A table of these keys, which may be any.
  void Fill(const std::set<uint64_t>& keys) {
    ASSERT_TRUE(db_->Exec("BEGIN").ok());
    Statement put = db_->Prepare("INSERT INTO request VALUES(?1,0)").value();
    for (const uint64_t key : keys) {
      ASSERT_TRUE(put.Int(1, static_cast<int64_t>(key)).Run().ok());
    }
    ASSERT_TRUE(db_->Exec("COMMIT").ok());
  }
  std::set<uint64_t> Keys(size_t count) {
    std::set<uint64_t> keys;
    while (keys.size() < count) keys.insert(random_());
    return keys;
  }
  static void Wait(const RequestFilter& filter) {
    while (!filter.complete()) std::this_thread::yield();
  }

  const unsigned seed_ = std::random_device()();
  std::mt19937_64 random_{seed_};
  std::unique_ptr<Database> db_;
};

// More than one slice, and keys at both ends of a slice and of the table.
TEST_F(RequestFilterTest, NoKeyOfTheTableIsEverSaidToBeNew) {
  for (const size_t count : {0, 1, 4095, 4096, 4097, 8192, 50'000}) {
    ASSERT_TRUE(db_->Exec("DELETE FROM request").ok());
    std::set<uint64_t> keys = Keys(count);
    if (count > 4096) {
      keys.insert({0, 1, UINT64_MAX, uint64_t{1} << 63, INT64_MAX});
    }
    Fill(keys);
    const auto filter = RequestFilter::Over(*db_, count).value();
    Wait(*filter);
    for (const uint64_t key : keys) {
      ASSERT_TRUE(filter->MayHold(key)) << key << ", seed " << seed_;
    }
  }
}

TEST_F(RequestFilterTest, OfNewKeysNearlyNoneMayBeThere) {
  Fill(Keys(50'000));
  const auto filter = RequestFilter::Over(*db_, 50'000).value();
  Wait(*filter);
  for (int i = 0; i < (1 << 22) - 50'000; ++i) filter->Add(random_());
  int may = 0;
  for (int i = 0; i < 100'000; ++i) may += filter->MayHold(random_()) ? 1 : 0;
  EXPECT_LT(may, 1000) << "seed " << seed_;
  EXPECT_GT(may, 0);
}

TEST_F(RequestFilterTest, WhatIsAddedMeanwhileIsHeld) {
  Fill(Keys(100'000));
  const auto filter = RequestFilter::Over(*db_, 100'000).value();
  std::set<uint64_t> added;
  do {
    const uint64_t key = random_();
    added.insert(key);
    filter->Add(key);
  } while (!filter->complete());
  for (const uint64_t key : added) ASSERT_TRUE(filter->MayHold(key));
}

// Whoever asks too early would decide a request twice: the last keys of a long
// table come first here.
TEST_F(RequestFilterTest, UntilTheWholeTableIsInEveryKeyMayBeThere) {
  const std::set<uint64_t> keys = Keys(300'000);
  Fill(keys);
  const auto filter = RequestFilter::Over(*db_, keys.size()).value();
  const uint64_t last = uint64_t{1} << 63;  // Keys of the table are signed.
  for (auto key = keys.lower_bound(last); key != keys.begin();) {
    ASSERT_TRUE(filter->MayHold(*--key)) << "seed " << seed_;
  }
}

TEST_F(RequestFilterTest, MayBeGivenUpWhileItIsFilled) {
  Fill(Keys(300'000));
  RequestFilter::Over(*db_, 300'000).value().reset();
}

}  // namespace
}  // namespace tongguan::ledger
