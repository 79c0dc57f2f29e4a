#include "gateway/ledger/rows.h"

#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace tongguan::ledger {
namespace {

std::string Varint(uint64_t value) {
  std::string out;
  AppendVarint(value, &out);
  return out;
}

// Examples of the protobuf encoding documentation.
TEST(RowsTest, WritesVarints) {
  EXPECT_EQ(Varint(0), std::string("\0", 1));
  EXPECT_EQ(Varint(1), "\x01");
  EXPECT_EQ(Varint(150), "\x96\x01");
  EXPECT_EQ(Varint(UINT64_MAX), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(RowsTest, ReadsVarintsBack) {
  for (int bit = 0; bit < 64; ++bit) {
    for (uint64_t value : {uint64_t{1} << bit, (uint64_t{1} << bit) - 1}) {
      const std::string bytes = Varint(value);
      absl::string_view in(bytes);
      uint64_t read;
      ASSERT_TRUE(TakeVarint(&in, &read));
      EXPECT_EQ(read, value);
      EXPECT_TRUE(in.empty());
    }
  }
}

TEST(RowsTest, RefusesVarintsThatEndOrOverflow) {
  for (const std::string bytes :
       {"", "\x80", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"}) {
    absl::string_view in(bytes);
    uint64_t read;
    EXPECT_FALSE(TakeVarint(&in, &read));
  }
}

TEST(RowsTest, RefusesFramesLongerThanTheBytes) {
  for (const std::string& bytes :
       {std::string("\x05hell"), Varint(UINT64_MAX) + "x"}) {
    absl::string_view in(bytes), frame;
    EXPECT_FALSE(TakeFrame(&in, &frame));
  }
}

Fact FullFact() {
  return {"91310000MA1K35X52M",
          "request-1",
          std::string(32, '\xfe'),
          "91110000000000000X",
          2,
          -7,
          UINT64_MAX};
}

void ExpectSame(const Fact& a, const Fact& b) {
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.request_id, b.request_id);
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_EQ(a.exporter, b.exporter);
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_EQ(a.headline, b.headline);
  EXPECT_EQ(a.settles, b.settles);
}

TEST(RowsTest, ReadsFactsBack) {
  Fact same = FullFact();
  same.exporter = same.owner;
  same.settles = std::nullopt;
  const std::vector<Fact> facts = {FullFact(), same, Fact{}};
  std::string blob;
  for (const Fact& fact : facts) AppendFact(fact, &blob);
  for (size_t i = 0; i < facts.size(); ++i) {
    const auto frame = NthFrame(blob, i);
    ASSERT_TRUE(frame.ok());
    const auto fact = ParseFact(*frame);
    ASSERT_TRUE(fact.ok()) << fact.status();
    ExpectSame(*fact, facts[i]);
  }
  EXPECT_EQ(NthFrame(blob, facts.size()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(RowsTest, RefusesEveryCutFact) {
  std::string blob;
  AppendFact(FullFact(), &blob);
  const auto frame = NthFrame(blob, 0);
  ASSERT_TRUE(frame.ok());
  for (size_t size = 0; size < frame->size(); ++size) {
    EXPECT_FALSE(ParseFact(frame->substr(0, size)).ok()) << size;
  }
  const std::string longer = std::string(frame->data(), frame->size()) + "x";
  EXPECT_FALSE(ParseFact(longer).ok());
}

}  // namespace
}  // namespace tongguan::ledger
