#include "gateway/journal/note.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/receipt.h"
#include "gtest/gtest.h"

namespace tongguan::journal {
namespace {

constexpr char kOrigin[] = "example.cn/tongguan/test";

SigningKey MakeKey(Algorithm algorithm = Algorithm::kEd25519) {
  return *SigningKey::Generate(kOrigin, algorithm);
}

NoteSignature SignatureOf(const SigningKey& key, const std::string& text) {
  return {key.origin(), key.public_key().id(), *key.Sign(text)};
}

std::string Signed(const std::string& text, const SigningKey& key) {
  return FormatNote({text, {SignatureOf(key, text)}});
}

// https://c2sp.org/signed-note gives this key and this note as its example for
// tools; sumdb/note has the same.
TEST(NoteTest, ReadsAndVerifiesTheExampleOfGo) {
  const auto key = PublicKey::Parse(
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key.ok()) << key.status();
  const auto note = ParseNote(
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n"
      "\n"
      "\xe2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
      "ngotpRZb6KE6RyyBwJnAM=\n");
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_TRUE(VerifyNote(*note, *key).ok());
}

TEST(NoteTest, IsReadAsItWasWritten) {
  const SigningKey key = MakeKey();
  const std::string bytes = Signed("one\n\ntwo\n", key);
  const auto note = ParseNote(bytes);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, "one\n\ntwo\n");
  EXPECT_EQ(FormatNote(*note), bytes);
  EXPECT_TRUE(VerifyNote(*note, key.public_key()).ok());
}

TEST(NoteTest, AnSm2LineStandsBesideTheOther) {
  const SigningKey key = MakeKey(), sm2 = MakeKey(Algorithm::kSm2);
  const std::string text = "text\n";
  const auto note = ParseNote(
      FormatNote({text, {SignatureOf(key, text), SignatureOf(sm2, text)}}));
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_TRUE(VerifyNote(*note, key.public_key()).ok());
  EXPECT_TRUE(VerifyNote(*note, sm2.public_key()).ok());
}

TEST(NoteTest, AnotherKeysSignatureIsNone) {
  const auto note = ParseNote(Signed("text\n", MakeKey()));
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(VerifyNote(*note, MakeKey().public_key()).code(),
            absl::StatusCode::kNotFound);
}

TEST(NoteTest, ASignatureUnderTheKeysNameThatIsNotItsOwnIsFound) {
  const SigningKey key = MakeKey();
  NoteSignature forged = SignatureOf(MakeKey(), "text\n");
  forged.id = key.public_key().id();
  // Also where a good one stands beside it.
  const Note note{"text\n", {SignatureOf(key, "text\n"), forged}};
  EXPECT_EQ(VerifyNote(note, key.public_key()).code(),
            absl::StatusCode::kDataLoss);
}

TEST(NoteTest, WhatIsNoNoteIsRefused) {
  const std::string good = Signed("text\n", MakeKey());
  const std::string line = good.substr(good.find("\n\n") + 2);
  for (const std::string& bad :
       {std::string(),
        std::string("text\n"),
        std::string("text\n\n"),
        good.substr(0, good.size() - 1),
        good + "x",
        good + "\n",
        good + "\n" + "x",
        " " + good + " ",
        "text" + line,
        std::string("\r\n") + good,
        std::string("\t") + good,
        std::string("\x7f") + good,
        std::string("\xe9\x80\x9a\n") + good,
        std::string("a\0b\n", 4) + good,
        absl::StrReplaceAll(good, {{"\xe2\x80\x94 ", "-- "}}),
        absl::StrReplaceAll(good, {{"\xe2\x80\x94 ", "\xe2\x80\x94"}}),
        absl::StrReplaceAll(good, {{kOrigin, ""}}),
        absl::StrReplaceAll(good, {{kOrigin, "a b"}}),
        absl::StrReplaceAll(good, {{kOrigin, "a+b"}}),
        absl::StrReplaceAll(good, {{"=\n", "\n"}}),
        absl::StrReplaceAll(good, {{"=\n", "==\n"}}),
        std::string("text\n\n\xe2\x80\x94 a AAAA\n"),
        std::string(70000, 'x') + "\n" + good}) {
    EXPECT_FALSE(ParseNote(bad).ok()) << absl::CEscape(bad);
  }
  std::string many = "text\n\n";
  for (int i = 0; i < 64; ++i) many += line;
  EXPECT_TRUE(ParseNote(many).ok());
  EXPECT_FALSE(ParseNote(many + line).ok());
}

TEST(NoteTest, EveryFlippedBitIsFound) {
  const SigningKey key = MakeKey();
  const std::string good = Signed("text of a note\n", key);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto note = ParseNote(bad);
    EXPECT_FALSE(note.ok() && VerifyNote(*note, key.public_key()).ok()) << bit;
  }
}

TEST(CheckpointTest, IsReadAsItWasWritten) {
  Checkpoint head{kOrigin, 20852163, LeafHash("x")};
  const auto again = ParseCheckpoint(FormatCheckpoint(head));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->origin, head.origin);
  EXPECT_EQ(again->size, head.size);
  EXPECT_EQ(again->root, head.root);
}

// The example of https://c2sp.org/tlog-checkpoint.
TEST(CheckpointTest, ReadsTheExampleOfC2sp) {
  const auto head = ParseCheckpoint(
      "example.com/behind-the-sofa\n20852163\n"
      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->size, 20852163u);
}

TEST(CheckpointTest, OtherTextsAreRefused) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  for (const std::string& bad :
       {std::string(), std::string("a\n"), "a\n1\n" + root,
        "\n1\n" + root + "\n", "a b\n1\n" + root + "\n",
        "a\n01\n" + root + "\n", "a\n-1\n" + root + "\n",
        "a\n+1\n" + root + "\n", "a\n 1\n" + root + "\n",
        "a\n18446744073709551616\n" + root + "\n", "a\n\n" + root + "\n",
        "a\n1\n" + root + "\nmore\n", "a\n1\n" + root + "\n\n",
        "a\n1\n" + root.substr(1) + "\n", std::string("a\n1\nAAAA\n"),
        "a\n1\n " + root + "\n"}) {
    EXPECT_FALSE(ParseCheckpoint(bad).ok()) << absl::CEscape(bad);
  }
  EXPECT_TRUE(ParseCheckpoint("a\n18446744073709551615\n" + root + "\n").ok());
}

class ReceiptTest : public testing::Test {
 protected:
  ReceiptTest() : key_(MakeKey()) {
    for (int i = 0; i < 5; ++i) records_.push_back(absl::StrCat("record ", i));
    const Hashes hashes = FromStored(
        [this](int, uint64_t index) { return LeafHash(records_[index]); });
    receipt_.index = 3;
    receipt_.proof = *ProveInclusion(3, records_.size(), hashes);
    receipt_.checkpoint = Signed(
        FormatCheckpoint({kOrigin, records_.size(), *RootAt(5, hashes)}), key_);
  }

  absl::Status Check(absl::string_view text) const {
    const auto receipt = ParseReceipt(text);
    if (!receipt.ok()) return receipt.status();
    return VerifyReceipt(*receipt, records_[3], key_.public_key());
  }

  const SigningKey key_;
  std::vector<std::string> records_;
  Receipt receipt_;
};

TEST_F(ReceiptTest, HoldsForItsRecordAndNoOther) {
  EXPECT_TRUE(Check(FormatReceipt(receipt_)).ok());
  for (const int other : {0, 1, 2, 4}) {
    EXPECT_FALSE(
        VerifyReceipt(receipt_, records_[other], key_.public_key()).ok());
  }
  EXPECT_FALSE(
      VerifyReceipt(receipt_, records_[3], MakeKey().public_key()).ok());
}

TEST_F(ReceiptTest, EveryFlippedBitIsFound) {
  const std::string good = FormatReceipt(receipt_);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(Check(bad).ok()) << bit;
  }
}

TEST_F(ReceiptTest, EveryLineLeftOutOrDoubledIsFound) {
  const std::string good = FormatReceipt(receipt_);
  for (size_t begin = 0; begin < good.size();) {
    const size_t end = good.find('\n', begin) + 1;
    EXPECT_FALSE(Check(good.substr(0, begin) + good.substr(end)).ok()) << begin;
    EXPECT_FALSE(Check(good.substr(0, end) + good.substr(begin)).ok() &&
                 begin < good.rfind('\n', good.size() - 2))
        << begin;
    begin = end;
  }
}

TEST_F(ReceiptTest, AnotherLogsCheckpointIsRefused) {
  Checkpoint head = *ParseCheckpoint(ParseNote(receipt_.checkpoint)->text);
  head.origin = "example.cn/other";
  receipt_.checkpoint = Signed(FormatCheckpoint(head), key_);
  EXPECT_FALSE(Check(FormatReceipt(receipt_)).ok());
}

TEST_F(ReceiptTest, MoreHashesThanATreeHasAreRefused) {
  receipt_.proof.assign(65, Hash{});
  EXPECT_FALSE(ParseReceipt(FormatReceipt(receipt_)).ok());
}

}  // namespace
}  // namespace tongguan::journal
