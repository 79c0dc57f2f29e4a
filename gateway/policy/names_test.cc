#include "gateway/policy/names.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

class NamesTest : public testing::Test {
 protected:
  NamesTest() {
    Source source = TestSource();
    List& list = source.lists.emplace_back(TestList(v1::LIST_KIND_NEGATIVE));
    v1::ListRow* row = AddRow(&list, "r");
    row->set_sector("automotive");
    row->set_pattern("phone$");
    row->add_names("Order_Total");
    policy_ = MustCompile(std::move(source));
  }

  void ExpectRightReading(const std::string& name) {
    NameReading scratch;
    const NameReading& reading = policy_->names().Read(name, &scratch);
    const v1::Category* const category = policy_->taxonomy().ClassifyName(name);
    ASSERT_EQ(reading.looks_like == nullptr, category == nullptr);
    if (category != nullptr) {
      EXPECT_EQ(reading.looks_like->category, category);
    }
    RowRefs rows;
    policy_->lists().FindRows("", name, &rows);
    EXPECT_EQ(RowRefs(reading.rows.begin(), reading.rows.end()), rows);
  }

  std::shared_ptr<const Snapshot> policy_;
};

TEST_F(NamesTest, ReadsTheSameTheFirstTimeAndFromMemory) {
  for (const char* name : {"HOME_PHONE", "orderTotal", "", "Full-Name"}) {
    ExpectRightReading(name);
    ExpectRightReading(name);
  }
}

TEST_F(NamesTest, APolicyRemembersNothingOfAnother) {
  Source source = TestSource();
  source.taxonomy.mutable_categories(0)->add_names("home_phone");
  const auto other = MustCompile(std::move(source));
  for (int round = 0; round < 2; ++round) {
    ExpectRightReading("home_phone");
    NameReading scratch;
    const NameReading& reading = other->names().Read("home_phone", &scratch);
    ASSERT_NE(reading.looks_like, nullptr);
    EXPECT_EQ(reading.looks_like->category,
              other->taxonomy().FindCategory("order_amount"));
    EXPECT_TRUE(reading.rows.empty());
  }
}

TEST_F(NamesTest, FindsEveryCategoryWithItsRows) {
  const v1::Taxonomy taxonomy = TestTaxonomy();
  for (const v1::Category& category : taxonomy.categories()) {
    const CategoryReading* found = policy_->names().FindCategory(category.id());
    ASSERT_NE(found, nullptr) << category.id();
    EXPECT_EQ(found->category, policy_->taxonomy().FindCategory(category.id()));
    RowRefs rows;
    policy_->lists().FindRows(category.id(), "", &rows);
    EXPECT_EQ(RowRefs(found->rows.begin(), found->rows.end()), rows);
  }
  for (const char* none : {"", "n", "names", "bank_accounts", "fbce_image"}) {
    EXPECT_EQ(policy_->names().FindCategory(none), nullptr) << none;
  }
}

TEST_F(NamesTest, ReadsMoreNamesThanItRemembers) {
  for (size_t i = 0; i < kMaxRememberedNames + 100; ++i) {
    NameReading scratch;
    policy_->names().Read(absl::StrCat("n", i), &scratch);
  }
  ExpectRightReading("HOME_PHONE");
  ExpectRightReading(
      absl::StrCat(std::string(kMaxRememberedBytes + 1, 'v'), "phone"));
}

TEST_F(NamesTest, ReadsForSeveralThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 500; ++i) {
        ExpectRightReading(
            absl::StrCat(i % 2 == 0 ? "phone" : "home_phone", i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tongguan::policy
