#include "gateway/inspect/records.h"

#include <gtest/gtest.h>

#include <functional>
#include <iterator>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/inspect/testing.h"
#include "gateway/policy/csv.h"

namespace tongguan::inspect {
namespace {

class RecordsTest : public testing::Test {
 protected:
  // All records, each "row: column=value|…", after the line of the columns; or
  // the error.
  std::string Read(const std::string& name, const std::string& bytes,
                   Encoding encoding = Encoding::kDetect) {
    auto source = Source::Open(folder_.Write(name, bytes), encoding);
    if (!source.ok()) return SaidInBoth(source.status());
    std::unique_ptr<Records> records;
    if (name == "t.jsonl") {
      records = ReadJsonLines(source->get());
    } else {
      auto csv = ReadCsv(source->get());
      if (!csv.ok()) return SaidInBoth(csv.status());
      records = *std::move(csv);
    }
    return ReadAll(records.get());
  }
  std::string Csv(const std::string& bytes) { return Read("t.csv", bytes); }
  std::string Json(const std::string& bytes) { return Read("t.jsonl", bytes); }

  TestFolder folder_;

 private:
  static std::string ReadAll(Records* records) {
    std::string all;
    Record record;
    while (true) {
      const auto any = records->Next(&record);
      if (!any.ok()) return SaidInBoth(any.status());
      if (!*any) break;
      absl::StrAppend(&all, record.row, ":");
      for (const Cell& cell : record.cells) {
        absl::StrAppend(&all, " ", cell.column, "=", cell.value);
      }
      absl::StrAppend(&all, "\n");
    }
    return absl::StrCat(absl::StrJoin(records->columns(), "|"), "\n", all);
  }
};

TEST_F(RecordsTest, CsvAsRfc4180) {
  EXPECT_EQ(Csv("a,b,c\r\n1,2,3\r\n"), "a|b|c\n2: 0=1 1=2 2=3\n");
  EXPECT_EQ(Csv("a,b,c\n1,2,3"), "a|b|c\n2: 0=1 1=2 2=3\n");
  EXPECT_EQ(Csv("a,b\n\"x,\"\"y\"\"\r\nz\",2\n3,4\n"),
            "a|b\n2: 0=x,\"y\"\r\nz 1=2\n3: 0=3 1=4\n");
  EXPECT_EQ(Csv("a,b\n\"\"\"\",\"\"\n"), "a|b\n2: 0=\"\n");
  EXPECT_EQ(Csv("a,b\n,\n ,2\n"), "a|b\n2:\n3: 0=  1=2\n");
}

TEST_F(RecordsTest, ByteOrderMarkIsNoPartOfTheFirstName) {
  EXPECT_EQ(Csv("\xEF\xBB\xBF姓名,b\n1,2\n"), "姓名|b\n2: 0=1 1=2\n");
}

TEST_F(RecordsTest, BlankLinesAreSkippedAndCounted) {
  EXPECT_EQ(Csv("a,b\n\n1,2\n\r\n\n"), "a|b\n3: 0=1 1=2\n");
}

TEST_F(RecordsTest, NamesBecomeIdentifiers) {
  EXPECT_EQ(Csv("Employee ID, 姓名（必填） ,a/b (c)\n"),
            "Employee_ID|姓名_必填|a_b_c\n");
}

TEST_F(RecordsTest, Gb18030IsFoundOut) {
  // 姓名,城市 / 张三,上海, and a character of four bytes (U+20000).
  const std::string gbk =
      "\xD0\xD5\xC3\xFB,\xB3\xC7\xCA\xD0\n\xD5\xC5\xC8\xFD,\xC9\xCF\xBA\xA3\n"
      "\x95\x32\x82\x36,x\n";
  const std::string expected =
      "姓名|城市\n2: 0=张三 1=上海\n3: 0=\U00020000 1=x\n";
  EXPECT_EQ(Csv(gbk), expected);
  EXPECT_EQ(Read("t.csv", gbk, Encoding::kGb18030), expected);
  EXPECT_EQ(Read("t.csv", gbk, Encoding::kUtf8).substr(0, 33),
            "row 1, column 1: not UTF-8. Name ");
}

// Whatever is cut in two by the reads comes out whole: the same as read by a
// second reader that has all at once, over files of many chunks.
TEST_F(RecordsTest, NothingIsLostWhereReadsEnd) {
  for (const bool gb18030 : {false, true}) {
    std::string text = "k,v\n";
    std::string expected = "k|v\n";
    const std::string value = gb18030 ? "\xD5\xC5\xC8\xFD" : "张三";
    for (int i = 0; i < 60'000; ++i) {
      const std::string filling(static_cast<size_t>(i % 97), 'x');
      absl::StrAppend(&text, i, filling, ",\"", value, "\n\"\"", value,
                      "\"\r\n");
      absl::StrAppend(&expected, i + 2, ": 0=", i, filling,
                      " 1=张三\n\"张三\n");
    }
    EXPECT_TRUE(Csv(text) == expected) << "GB18030: " << gb18030;
  }
}

TEST_F(RecordsTest, RaggedRowNamesRowAndColumn) {
  EXPECT_EQ(Csv("a,b\n1,2\n3\n"),
            "row 3, column 2: 1 fields, but the header has 2. Give every row "
            "one field a column.");
  EXPECT_EQ(Csv("a,b\n1,2,3\n"),
            "row 2, column 3: 3 fields, but the header has 2. Give every row "
            "one field a column.");
}

TEST_F(RecordsTest, ByteThatIsNoUtf8NamesRowAndColumn) {
  EXPECT_EQ(Csv("a,b\n1,2\n张,\xB3\xC7\n").substr(0, 27),
            "row 3, column 2: not UTF-8.");
}

TEST_F(RecordsTest, ByteThatIsNoGb18030NamesRowAndColumn) {
  EXPECT_EQ(Csv("\xD0\xD5,b\n1,2\n3,\xB3\xC7\xFF\n").substr(0, 29),
            "row 3, column 2: not GB18030.");
  // Cut off at the end of the file.
  EXPECT_EQ(Csv("\xD0\xD5,b\n1,\xB3").substr(0, 29),
            "row 2, column 2: not GB18030.");
}

TEST_F(RecordsTest, Utf16IsNamed) {
  const std::string text("\xFF\xFE\x61\x00", 4);
  EXPECT_EQ(Csv(text), folder_.path() +
                           "/t.csv: UTF-16; save the file as "
                           "UTF-8");
}

TEST_F(RecordsTest, NulNamesRowAndColumn) {
  EXPECT_EQ(Csv(std::string("a,b\n1,2\0\n", 9)),
            "row 2, column 2: a NUL character. Leave it out, or save the file "
            "as text.");
}

TEST_F(RecordsTest, QuotesInTheWrongPlaceNameRowAndColumn) {
  EXPECT_EQ(Csv("a,b\n1,x\"y\n").substr(0, 31),
            "row 2, column 2: a quote inside");
  EXPECT_EQ(Csv("a,b\n1,\"x\"y\n").substr(0, 31),
            "row 2, column 2: text behind a ");
  EXPECT_EQ(Csv("a,b\n1,\"x\n").substr(0, 49),
            "row 2, column 2: a quoted field that does not end");
}

TEST_F(RecordsTest, RecordOfMoreThanOneMebibyteNamesItsRow) {
  const std::string fits(kMaxRecordBytes - 3, 'x');
  EXPECT_EQ(Csv("a,b\n1," + fits + "\n").substr(0, 4), "a|b\n");
  EXPECT_EQ(Csv("a,b\n1,2\n1," + fits + "x\n").substr(0, 46),
            "row 3, column 3: a record of more than 1 MiB. ");
  EXPECT_EQ(Csv("a,b\n1,2\n1,\"" + std::string(3 << 20, '\n')).substr(0, 46),
            "row 3, column 2: a record of more than 1 MiB. ");
  EXPECT_EQ(Json("{\"a\":1}\n{\"a\":\"" + fits + "\"}\n"),
            "row 2: a line of more than 1 MiB. Write one object a line.");
}

TEST_F(RecordsTest, EmptyFilesAreRefused) {
  for (const char* text : {"", "\n\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(Csv(text),
              "row 1: the file is empty. It needs a header and rows.");
  }
}

TEST_F(RecordsTest, MissingFilesAndFoldersAreRefused) {
  EXPECT_FALSE(
      Source::Open(folder_.path() + "/none.csv", Encoding::kDetect).ok());
  EXPECT_FALSE(Source::Open(folder_.path(), Encoding::kDetect).ok());
}

TEST_F(RecordsTest, HeadersThatAreNoneAreRefused) {
  for (const char* header : {",b", "12.5,b", "2026-01-01,b", "--,b"}) {
    EXPECT_EQ(Csv(absl::StrCat(header, "\n1,2\n")).substr(0, 24),
              "row 1, column 1: no name")
        << header;
  }
  EXPECT_EQ(Csv(absl::StrCat(std::string(65, 'x'), "\n1\n")).substr(0, 24),
            "row 1, column 1: no name");
}

TEST_F(RecordsTest, NameTwiceIsRefused) {
  EXPECT_EQ(Csv("a b,c,a_b\n"),
            "row 1, column 3: named as column 1. Give each column a name of "
            "its own.");
}

TEST_F(RecordsTest, OtherSeparatorsAreNamed) {
  for (const char* header : {"a\tb", "a;b", "a|b"}) {
    EXPECT_EQ(Csv(absl::StrCat(header, "\n1\n")).substr(0, 44),
              "row 1, column 1: one column, and in it what ");
  }
}

TEST_F(RecordsTest, TooManyColumnsAreRefused) {
  std::string header = "c0";
  for (int i = 1; i <= 2000; ++i) absl::StrAppend(&header, ",c", i);
  EXPECT_EQ(Csv(header + "\n").substr(0, 42),
            "row 1, column 2001: more than 2,000 column");
}

// Against the reader of policy tables, which was written apart: the same rows
// until the first that is refused, and refused where that one refuses.
TEST_F(RecordsTest, CsvAgreesWithThePolicyReader) {
  constexpr const char* kPieces[] = {"x", "张", ",",    ",",    "\"",  "\"",
                                     " ", "\n", "\r\n", "\"\"", ",\"", "\","};
  int refused = 0;
  for (uint64_t seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    std::string text = "a,b,c\n";
    for (uint64_t n = random() % 25; n > 0; --n) {
      text += kPieces[random() % std::size(kPieces)];
    }
    std::string expected = "a|b|c\n";
    policy::CsvReader reader(text);
    std::vector<std::string> fields;
    int64_t row = 0;
    bool good = true;
    bool blanks = false;
    while (good && reader.Next(&fields)) {
      ++row;
      const bool blank = fields.size() == 1 && fields[0].empty();
      blanks |= blank;
      if (row == 1 || blank) continue;
      good = fields.size() == 3;
      absl::StrAppend(&expected, row, ":");
      for (size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].empty()) continue;
        absl::StrAppend(&expected, " ", i, "=", fields[i]);
      }
      expected += "\n";
    }
    // That one cannot tell a blank line from one of two quotes.
    if (blanks && absl::StrContains(text, "\"\"")) continue;
    const std::string read = Csv(text);
    if (good && reader.error().empty()) {
      EXPECT_EQ(read, expected) << text;
    } else {
      ++refused;
      EXPECT_EQ(read.substr(0, 4), "row ") << text;
    }
  }
  EXPECT_GT(refused, 50);
  EXPECT_LT(refused, 950);
}

// Whatever the bytes, a record or an error with its row comes out.
TEST_F(RecordsTest, AnyBytesAreReadOrRefused) {
  const std::string pieces[] = {
      "{", "}",  "\"a\"", ":",    ",",    "[",
      "]", "1",  "\n",    "\"",   "\xFF", "\xE5",
      "x", "\\", "\r",    "\x81", " ",    std::string(1, '\0')};
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    std::string text = seed % 2 == 0 ? "a,b\n" : "";
    for (uint64_t n = random() % 40; n > 0; --n) {
      text += pieces[random() % std::size(pieces)];
    }
    for (const Encoding encoding :
         {Encoding::kDetect, Encoding::kUtf8, Encoding::kGb18030}) {
      Read("t.csv", text, encoding);
      Read("t.jsonl", text, encoding);
    }
  }
}

TEST_F(RecordsTest, JsonLinesAreFlattenedOneLevel) {
  EXPECT_EQ(Json("{\"id\":110105194912310021,\"name\":\"张\\u4e09\",\"x\":null}"
                 "\n\n{\"name\":\"\",\"owner\":{\"phone\":[\"1\",2]},"
                 "\"ok\":true,\"d\":1.5}\n"),
            "id|name|x|owner.phone|ok|d\n"
            "1: 0=110105194912310021 1=张三\n"
            "3: 3=1 3=2 4=true 5=1.5\n");
}

TEST_F(RecordsTest, JsonNumbersOfARecordStayApart) {
  std::string line = "{\"a\":[1";
  std::string expected = "a\n1: 0=1";
  for (int i = 2; i < 500; ++i) {
    absl::StrAppend(&line, ",", i);
    absl::StrAppend(&expected, " 0=", i);
  }
  EXPECT_EQ(Json(line + "]}\n"), expected + "\n");
}

TEST_F(RecordsTest, LinesThatAreNoObjectsNameTheirRow) {
  for (const char* line : {"[1]", "1", "{\"a\":1", "{\"a\":1}{\"b\":2}", "x"}) {
    EXPECT_EQ(Json(absl::StrCat("{\"a\":1}\n", line, "\n")),
              "row 2: not one JSON object. Write one a line.")
        << line;
  }
}

TEST_F(RecordsTest, DeepJsonIsRefused) {
  EXPECT_EQ(Json("{\"a\":{\"b\":{\"c\":1}}}").substr(0, 22),
            "row 1: objects inside ");
  EXPECT_EQ(Json("{\"a\":[[1]]}").substr(0, 33),
            "row 1, column 1: objects or array");
  EXPECT_EQ(Json("{\"a\":[{\"b\":1}]}").substr(0, 33),
            "row 1, column 1: objects or array");
  EXPECT_EQ(Json(std::string(5000, '[')).substr(0, 10), "row 1: not");
}

TEST_F(RecordsTest, JsonKeysThatComeOutAlikeAreRefused) {
  EXPECT_EQ(Json("{\"a b\":1,\"a_b\":2}").substr(0, 44),
            "row 1, column 2: a key that cannot be told f");
}

TEST_F(RecordsTest, JsonNulAndWrongEncodingAreRefused) {
  EXPECT_EQ(Json("{\"a\":\"x\\u0000\"}"),
            "row 1, column 1: a NUL character. Leave it out, or save the file "
            "as text.");
  EXPECT_EQ(Json("{\"a\":\"张\"}\n{\"a\":\"\xB3\xC7\"}\n").substr(0, 17),
            "row 2: not UTF-8.");
}

}  // namespace
}  // namespace tongguan::inspect
