#include "gateway/text/width.h"

#include <random>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::text {
namespace {

using ::testing::ElementsAre;

TEST(DisplayWidthTest, CountsCells) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("bank_card"), 9);
  EXPECT_EQ(DisplayWidth("决定编号"), 8);
  EXPECT_EQ(DisplayWidth("ＡＢ（）"), 8);
  EXPECT_EQ(DisplayWidth("한글カナ"), 8);
  EXPECT_EQ(DisplayWidth("𠮷"), 2);
  EXPECT_EQ(DisplayWidth("✔ 准予"), 6);
}

TEST(DisplayWidthTest, GivesCombiningMarksNoCell) {
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("か\u3099"), 2);
  EXPECT_EQ(DisplayWidth("⚠\ufe0f"), 1);
  EXPECT_EQ(DisplayWidth("a\u200bb"), 2);
}

TEST(DisplayWidthTest, CountsBytesThatAreNotUtf8AsOne) {
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2);
  EXPECT_EQ(DisplayWidth("\xe4\xb8"), 2);
  EXPECT_EQ(DisplayWidth("a\x80z"), 3);
}

TEST(PadTest, PadsByCells) {
  EXPECT_EQ(PadRight("准予", 6), "准予  ");
  EXPECT_EQ(PadLeft("人", 4), "  人");
  EXPECT_EQ(PadRight("toolong", 3), "toolong");
}

TEST(WrapTest, BreaksAtSpacesAndBetweenCjk) {
  EXPECT_THAT(Wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("数据出境安全评估", 8), ElementsAre("数据出境", "安全评估"));
}

TEST(WrapTest, KeepsClosingPunctuationWithWhatItCloses) {
  EXPECT_THAT(Wrap("数据出境。安全", 8), ElementsAre("数据出", "境。安全"));
  EXPECT_THAT(Wrap("数据出（境）安", 8), ElementsAre("数据出", "（境）安"));
}

TEST(WrapTest, DoesNotDivideWords) {
  EXPECT_THAT(Wrap("数据bank_card_no安全", 8),
              ElementsAre("数据", "bank_card_no", "安全"));
}

TEST(WrapTest, LeavesTextAloneWithoutAWidth) {
  EXPECT_THAT(Wrap("a b c d e f g h i j", 0),
              ElementsAre("a b c d e f g h i j"));
}

TEST(WrapTest, LosesNothingButSpaces) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> parts = {"a",  "bc", " ",    "境", "，", "（",
                                          "）", "é",  "\xff", "1",  "。", "𠮷"};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += parts[random() % parts.size()];
    std::string wrapped;
    for (const std::string& line : Wrap(text, 8 + round % 30)) wrapped += line;
    std::erase(text, ' ');
    std::erase(wrapped, ' ');
    EXPECT_EQ(wrapped, text);
  }
}

TEST(TableTest, AlignsColumnsByCells) {
  Table table(0);
  table.AddRow({"名称", "人数", "结论"});
  table.AddRow({"name", "5", "ok"});
  table.AlignRight(1);
  EXPECT_EQ(table.Print(1),
            " 名称  人数  结论\n"
            " name     5  ok\n");
}

TEST(TableTest, AlignsTheLastColumnToo) {
  Table table(0);
  table.AddRow({"a", "人数"});
  table.AddRow({"b", "1,234"});
  table.AddRow({"c"});
  table.AddRow({"d", "5"});
  table.AlignRight(1);
  EXPECT_EQ(table.Print(),
            "a   人数\n"
            "b  1,234\n"
            "c\n"
            "d      5\n");
}

TEST(TableTest, WrapsTheLastColumnUnderItself) {
  Table table(24);
  table.AddRow({"原因", "数据出境安全评估办法第十条规定"});
  EXPECT_EQ(table.Print(),
            "原因  数据出境安全评估办\n"
            "      法第十条规定\n");
}

TEST(TableTest, TakesRowsThatAreShorter) {
  Table table(0);
  table.AddRow({"a"});
  table.AddRow({"b", "c", "d"});
  table.AddRow({});
  EXPECT_EQ(table.Print(), "a\nb  c  d\n\n");
}

}  // namespace
}  // namespace tongguan::text
