#include "gateway/ledger/tree.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/note.h"
#include "gateway/journal/proof.h"
#include "gateway/ledger/file.h"
#include "gateway/ledger/ledger_testing.h"
#include "gateway/ledger/packed.h"
#include "gateway/ledger/rows.h"
#include "gmock/gmock.h"

namespace tongguan::ledger {
namespace {

using testing::HasSubstr;

constexpr char kOrigin[] = "example.cn/tongguan/test";

class TreeTest : public LedgerTest {
 protected:
  TreeTest()
      : key_(std::make_shared<journal::SigningKey>(
            *journal::SigningKey::Generate(kOrigin,
                                           journal::Algorithm::kEd25519))) {
    options_.key = key_;
  }

  // Records "0", "1", ... up to `size`, 100 at a time.
  void Fill(uint64_t size) {
    while (ledger_->size() < size) {
      Answers answers;
      const uint64_t first = ledger_->size();
      for (uint64_t i = first; i < std::min(size, first + 100); ++i) {
        answers.Submit(*ledger_,
                       MakeSubmission(absl::StrCat("r", i), absl::StrCat(i)));
      }
      for (const auto& stored : answers.Wait()) ASSERT_TRUE(stored.ok());
    }
  }
  static journal::Hash RootOf(uint64_t size) {
    journal::Frontier frontier;
    for (uint64_t i = 0; i < size; ++i) {
      frontier.Append(journal::LeafHash(absl::StrCat(i)), nullptr);
    }
    return frontier.Root();
  }
  journal::Hashes Hashes() {
    return journal::FromStored([this](int level, uint64_t index) {
      return ledger_->ReadHash(level, index);
    });
  }
  void ExpectSigned(const Head& head) {
    ASSERT_EQ(head.signature.substr(0, 4), key_->public_key().id());
    EXPECT_TRUE(key_->public_key().Verify(
        journal::FormatCheckpoint({kOrigin, head.size, head.root}),
        head.signature.substr(4)));
  }
  void Sql(const char* sql) {
    ledger_ = nullptr;
    auto db = OpenFile(options_.path);
    ASSERT_TRUE(db.ok()) << db.status();
    const absl::Status done = (*db)->Exec(sql);
    ASSERT_TRUE(done.ok()) << done;
  }

  std::shared_ptr<journal::SigningKey> key_;
};

TEST_F(TreeTest, EveryCommitHasTheRootOverAllRecordsAndItsSignature) {
  Open();
  for (uint64_t size = 1; size <= 20; ++size) {
    Fill(size);
    const auto head = ledger_->ReadHead();
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->size, size);
    EXPECT_EQ(head->root, RootOf(size));
    ExpectSigned(*head);
  }
}

TEST_F(TreeTest, AnEmptyLogHasTheRootOfNoRecord) {
  Open();
  const auto head = ledger_->ReadHead();
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->size, 0u);
  EXPECT_EQ(head->root, journal::EmptyRoot());
  EXPECT_EQ(head->signature, "");
}

TEST_F(TreeTest, GrowsOnAfterOpeningAtAnySize) {
  uint64_t size = 0;
  for (const int step : {1, 2, 252, 1, 1, 255, 300}) {
    Reopen();
    Fill(size += step);
    const auto head = ledger_->ReadHead();
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->root, RootOf(size)) << size;
  }
}

TEST_F(TreeTest, ItsHashesProveWhatWasRecorded) {
  Open();
  Fill(1000);
  const journal::Hash root = RootOf(1000);
  for (const uint64_t index : {0, 255, 256, 767, 768, 999}) {
    const auto proof = journal::ProveInclusion(index, 1000, Hashes());
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_TRUE(journal::VerifyInclusion(journal::LeafHash(absl::StrCat(index)),
                                         index, 1000, *proof, root)
                    .ok());
    const auto growth = journal::ProveConsistency(index, 1000, Hashes());
    ASSERT_TRUE(growth.ok()) << growth.status();
    EXPECT_TRUE(
        journal::VerifyConsistency(index, RootOf(index), 1000, root, *growth)
            .ok());
  }
  EXPECT_EQ(ledger_->ReadHash(0, 1000).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(TreeTest, WithoutAKeyRootsAreKeptAndNothingIsSigned) {
  options_.key = nullptr;
  Open();
  Fill(3);
  EXPECT_EQ(ledger_->ReadHead()->root, RootOf(3));
  EXPECT_EQ(ledger_->ReadHead()->signature, "");
  // And a key may come later.
  options_.key = key_;
  Reopen();
  Fill(4);
  ExpectSigned(*ledger_->ReadHead());
}

TEST_F(TreeTest, ASignedLogDoesNotOpenWithoutItsKey) {
  Open();
  Fill(1);
  ledger_ = nullptr;
  options_.key = nullptr;
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(TreeTest, ALastRecordThatWasChangedIsFoundAtOpening) {
  Open();
  Fill(1);
  Packer packer;
  Sql(absl::StrCat("UPDATE journal SET records=x'",
                   absl::BytesToHexString(*packer.Pack("\x01"
                                                       "9")),
                   "' WHERE first_index=0")
          .c_str());
  const absl::Status opened = TryOpen().status();
  EXPECT_EQ(opened.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(opened.message()), HasSubstr("tongguan log verify"));
}

TEST_F(TreeTest, ARootThatWasChangedOrLeftOutIsFoundAtOpening) {
  Open();
  Fill(3);
  Sql("UPDATE journal SET root=zeroblob(32)");
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss);
  Sql("UPDATE journal SET root=NULL");
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(TreeTest, ATileThatIsMissingIsFoundAtOpening) {
  Open();
  Fill(300);
  Sql("DELETE FROM tile");
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(TreeTest, WhatWasRolledBackIsNotInTheNextHead) {
  Open();
  Fill(1);
  ledger_ = nullptr;
  auto db = OpenFile(options_.path);
  ASSERT_TRUE(db.ok()) << db.status();
  auto journal = Journal::On(**db);
  auto tree = Tree::On(**db, **journal, 1, key_);
  ASSERT_TRUE(tree.ok()) << tree.status();
  Row row{1, 1, 0, 2026, "", ""};
  AppendFrame("lost", &row.records);
  EXPECT_NE((*tree)->Write(row)->root, RootOf(2));
  (*tree)->RolledBack();
  row.records.clear();
  AppendFrame("1", &row.records);
  EXPECT_EQ((*tree)->Write(row)->root, RootOf(2));
  (*tree)->Committed();
  row.records.clear();
  AppendFrame("2", &row.records);
  EXPECT_EQ((*tree)->Write(row)->root, RootOf(3));
}

}  // namespace
}  // namespace tongguan::ledger
