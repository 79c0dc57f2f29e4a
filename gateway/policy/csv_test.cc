#include "gateway/policy/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace tongguan::policy {
namespace {

using ::testing::ElementsAre;
using Records = std::vector<std::vector<std::string>>;

// All records, or the error as the one field of the last.
Records Read(absl::string_view text) {
  CsvReader reader(text);
  Records records;
  std::vector<std::string> fields;
  while (reader.Next(&fields)) records.push_back(fields);
  if (!reader.error().empty()) records.push_back({reader.error()});
  return records;
}

TEST(CsvTest, ReadsRecordsWithEitherLineEnd) {
  EXPECT_THAT(Read("a,b\r\nc,d\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
  EXPECT_THAT(Read("a,b\nc,d"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
}

TEST(CsvTest, EmptyCellsAreCells) {
  EXPECT_THAT(Read(",\n"), ElementsAre(ElementsAre("", "")));
  EXPECT_THAT(Read("a,"), ElementsAre(ElementsAre("a", "")));
  EXPECT_THAT(Read("\n"), ElementsAre(ElementsAre("")));
  EXPECT_TRUE(Read("").empty());
}

TEST(CsvTest, QuotedCellsHoldCommasQuotesAndLineEnds) {
  EXPECT_THAT(
      Read("\"a,b\",\"c\"\"d\",\"e\r\nf\"\n\"\"\n"),
      ElementsAre(ElementsAre("a,b", "c\"d", "e\r\nf"), ElementsAre("")));
}

TEST(CsvTest, SkipsByteOrderMark) {
  EXPECT_THAT(Read("\xEF\xBB\xBF"
                   "a\n"),
              ElementsAre(ElementsAre("a")));
}

TEST(CsvTest, RefusesBadQuotes) {
  EXPECT_THAT(Read("a\"b\n").back().front(),
              ::testing::HasSubstr("a quote inside an unquoted cell"));
  EXPECT_THAT(Read("\"a\"b\n").back().front(),
              ::testing::HasSubstr("text after the closing quote"));
  EXPECT_THAT(Read("\"a\nb,c\n").back().front(),
              ::testing::HasSubstr("does not end"));
  EXPECT_THAT(Read("\"a\"\rb\n").back().front(),
              ::testing::HasSubstr("text after the closing quote"));
}

TEST(CsvTest, RefusesStrayCarriageReturn) {
  EXPECT_THAT(Read("a\rb\n").back().front(),
              ::testing::HasSubstr("carriage return"));
}

TEST(CsvTest, WhatIsQuotedIsReadBack) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    Records records(1 + random() % 4);
    std::string text;
    for (auto& record : records) {
      record.resize(1 + random() % 4);
      for (size_t i = 0; i < record.size(); ++i) {
        if (i > 0) text += ',';
        text += '"';
        for (uint32_t n = random() % 6; n > 0; --n) {
          const char c = "a,\"\r\n;\xE6"[random() % 7];
          record[i] += c;
          text += c;
          if (c == '"') text += c;
        }
        text += '"';
      }
      text += random() % 2 ? "\n" : "\r\n";
    }
    ASSERT_EQ(Read(text), records) << text;
  }
}

TEST(CsvTest, AnyBytesEnd) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 16, '\0');
    for (char& c : text) c = "a,\"\r\n\xEF\xBB\xBF"[random() % 8];
    size_t cells = 0;
    for (const auto& record : Read(text)) cells += record.size();
    ASSERT_LE(cells, text.size() + 1);
  }
}

}  // namespace
}  // namespace tongguan::policy
