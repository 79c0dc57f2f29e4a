// When a cell of an identifier column is one person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/inspect/inspect_testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::StartsWith;

// The number of a person who does not exist, by GB 11643.
std::string ResidentId(int number) {
  constexpr int kWeights[] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                              3, 7, 9,  10, 5, 8, 4, 2};
  std::string id = absl::StrFormat("11010119900307%03d", number);
  int sum = 0;
  for (size_t i = 0; i < id.size(); ++i) sum += (id[i] - '0') * kWeights[i];
  return id + "10X98765432"[sum % 11];
}

// What identifies somebody in a column of this name.
std::string Identifier(absl::string_view header, int number) {
  if (header == "身份证号") return ResidentId(number);
  if (header == "手机号") return absl::StrCat(13'800'000'000 + number);
  if (header == "邮箱") return absl::StrCat("p", number, "@corp.cn");
  if (header == "护照号") return absl::StrCat("E", 12'000'000 + number);
  return absl::StrCat("P", number);
}

// Rows of one person each, of which so many last ones hold `cell` in the
// identifier column.
std::string Rows(absl::string_view header, int rows, int odd,
                 absl::string_view cell) {
  std::string text = absl::StrCat(header, ",姓名\n");
  for (int i = 0; i < rows; ++i) {
    absl::StrAppend(&text, "\"",
                    i < rows - odd ? Identifier(header, i) : std::string(cell),
                    "\",a\n");
  }
  return text;
}

class OnePersonTest : public InspectingTest {};

// A fifth of the rows were one person, "see remark".
TEST_F(OnePersonTest, WordsInAColumnOfNumbersAreNobody) {
  for (const char* header : {"手机号", "身份证号", "邮箱", "c1"}) {
    const std::string name = header == std::string("c1") ? "手机号" : header;
    std::string text = Rows(name, 20, 2, "另见备注");
    text.replace(0, name.size(), header);
    EXPECT_THAT(ErrorOf(text),
                StartsWith(absl::StrCat("row 20, column 1: no identifier in \"",
                                        header, "\"")));
  }
  // Where no detector knows what stands there, words may be names.
  EXPECT_EQ(Of(Rows("用户账号", 20, 2, "zhangsan")).persons(), 19);
  Declare("手机号", v1::FACT_YES);
  EXPECT_EQ(Of(Rows("手机号", 20, 2, "另见备注")).persons(), 19);
}

// 112,000 people were 5,000: a cell was a person, whoever stood in it.
TEST_F(OnePersonTest, IdentifierCellOfManyPeopleIsRefused) {
  std::string cell = "110101199003074477";
  for (int i = 1; i < 120; ++i) cell += ",110101199003074493";
  EXPECT_THAT(ErrorOf(Rows("身份证号", 100, 19, cell)),
              StartsWith("row 83, column 1: \"身份证号\" holds several "));
}

TEST_F(OnePersonTest, IdentifierCellOfTwoPeopleIsRefusedHoweverTheyAreParted) {
  const std::pair<const char*, std::vector<const char*>> kPeople[] = {
      {"身份证号", {"110101199003074477", "110101199003074493"}},
      {"手机号", {"13800138000", "13900139000"}},
      {"手机号", {"+65 9123 4567", "+65 9876 5432"}},
      {"邮箱", {"zhang@corp.cn", "li@corp.cn"}},
      {"护照号", {"E12345678", "E23456789"}},
      {"工号", {"E1001", "E1002"}},
      {"用户账号", {"zhangsan", "lisi"}}};
  for (const auto& [header, people] : kPeople) {
    for (const char* sign :
         {",", ", ", "，", ";", "；", "、", "|", "\n", "/"}) {
      const std::string cell = absl::StrCat(people[0], sign, people[1]);
      EXPECT_THAT(ErrorOf(Rows(header, 20, 1, cell)),
                  StartsWith("row 21, column 1: \"" + std::string(header)))
          << cell;
    }
  }
  for (const char* cell :
       {"110101199003074477 110101199003074493", "E12345678 E23456789",
        "110101199003074477和110101199003074493", "E12345678和E23456789"}) {
    EXPECT_THAT(ErrorOf(Rows("身份证号", 20, 1, cell)),
                StartsWith("row 21, column 1: \"身份证号\" holds "))
        << cell;
  }
  // The last is a card's number if its gap is left out.
  for (const char* cell : {"E1001 E1002", "6222021234 567890128"}) {
    EXPECT_THAT(ErrorOf(Rows("工号", 20, 1, cell)),
                StartsWith("row 21, column 1: \"工号\" holds what may be "))
        << cell;
  }
}

TEST_F(OnePersonTest, IdentifierAmongWordsIsRefused) {
  for (const char* cell :
       {"张三 13800138000", "tel13800138000", "13800138000.0", "0013800138000",
        "+13800138000", "+49 13800138000 x", "12 13800138000",
        "+49 151 1234 5678 13800138000"}) {
    EXPECT_THAT(ErrorOf(Rows("手机号", 20, 1, cell)),
                StartsWith("row 21, column 1: \"手机号\" holds several "))
        << cell;
  }
  options_.identifier = "Ref";
  EXPECT_THAT(ErrorOf(Rows("Ref", 20, 1, "订单 13800138000")),
              StartsWith("row 21, column 1: \"Ref\" holds several "));
}

TEST_F(OnePersonTest, OneIdentifierInPiecesIsOnePerson) {
  const std::pair<const char*, const char*> kWhole[] = {
      {"手机号", "0086 138 1234 5678"},
      {"手机号", "(138) 1234-5678"},
      {"手机号", "138.1234.5678"},
      {"手机号", "+65 9123 4567"},
      {"手机号", "021-62345678"},
      {"身份证号", "110105 19491231 002X"},
      {"身份证号", "A123456(3)"},
      {"工号", "EMP 1001"},
      {"工号", "2024-0012"},
      {"用户账号", "tb13800138000"},
      {"用户账号", "wx_13800138000"},
      {"用户账号", "zhang.san"}};
  for (const auto& [header, cell] : kWhole) {
    EXPECT_EQ(Of(Rows(header, 20, 2, cell)).persons(), 19) << cell;
  }
}

// What only may be several is settled by who knows the column; lists are not.
TEST_F(OnePersonTest, DeclarationSettlesGapsButNoList) {
  const std::string gaps = Rows("工号", 20, 2, "2024/0012 0034");
  EXPECT_THAT(ErrorOf(gaps), StartsWith("row 20, column 1: \"工号\" holds wh"));
  Declare("工号", v1::FACT_YES);
  EXPECT_EQ(Of(gaps).persons(), 19);
  EXPECT_THAT(ErrorOf(Rows("工号", 20, 1, "E1、E2")),
              StartsWith("row 21, column 1: \"工号\" holds several "));
}

TEST_F(OnePersonTest, IdentifierLongerThanAnyIsRefused) {
  std::string cell = "E1";
  for (int i = 2; i < 60; ++i) absl::StrAppend(&cell, "和E", i);
  EXPECT_THAT(ErrorOf(Rows("工号", 20, 1, cell)),
              StartsWith("row 21, column 1: \"工号\" holds what may be "));
}

// Whatever parts them, in one row of twenty: it was one person, and in every
// cell of a column thousands were.
TEST_F(OnePersonTest, ACellThatMayHoldSeveralIsRefusedWhateverPartsThem) {
  const std::pair<const char*, std::vector<const char*>> kSeveral[] = {
      {"身份证号",
       {"110101199003074477110101199003074493",
        "110101199003074477&110101199003074493", "E1234和E2345",
        "E12345678E23456789", "123456789 98765432X", "1234567890123456789"}},
      {"手机号",
       {"1380013800013900139000", "13800138000139001390001370013700",
        "9123 4567 9876 5432",  // These pass for the number of a card.
        "6212 3456 6212 3454", "6212345662123454", "6212.3456.6212.3454",
        "9123 4567和9876 5432", "91234567&91234568", "777 1234 778 1234",
        "77712347781234", "+65 9123 4567 +65 9123 4568", "66123和66124",
        "62345678/801"}},
      {"护照号",
       {"E12345678E23456789", "EA1234567EB2345678", "E12345678&E23456789",
        "E12345678､E23456789", "E1234与E2345", "123456789123456780",
        // These pass for the number of a vehicle and of a company.
        "E12345005 G1234567", "E12345678 E23456030"}},
      {"邮箱", {"zhangsan lisi@corp.cn", "li1@corp.cn和li2@corp.cn"}},
      {"工号",
       {"E1001&E1002",
        "E1001+E1002",
        "E1001和E1002",
        "E1001与E1002",
        "E1001及E1002",
        "E1001_E1002",
        "E1001-E1002",
        "E999-E1000",
        "SH1001-BJ1002",
        "E1001､E1002",
        "E1001﹑E1002",
        "E1001·E1002",
        "E1001。E1002",
        "E1001＆E1002",
        "E1001 \u2013 E1002",
        "E1001\u2028E1002",
        "E1001<br>E1002",
        "E1001(E1002)",
        "E1001E1002",
        "SH1001BJ1002",
        "10001-10002",
        "1001 和 1002",
        "张三(E1001)李四(E1002)",
        "100010001100010001200"}},
      {"用户账号",
       {"zhangsan lisi wangwu", "John Smith", "zhangsan和lisi", "zhangsan&lisi",
        "zhangsan＋lisi", "张三 李四", "张三﹑李四",
        "tb13800138000_tb13900139000", "zhangsan｡lisi"}}};
  for (const auto& [header, cells] : kSeveral) {
    for (const char* cell : cells) {
      EXPECT_THAT(
          ErrorOf(Rows(header, 20, 1, cell)),
          StartsWith(absl::StrCat("row 21, column 1: \"", header, "\" holds ")))
          << cell;
    }
  }
}

TEST_F(OnePersonTest, ACellThatMayHoldSeveralIsRefusedInEveryRowToo) {
  for (const char* cell :
       {"E1001&E1002", "E1001和E1002", "E1001_E1002", "zhangsan lisi wangwu"}) {
    EXPECT_THAT(ErrorOf(Rows("用户账号", 20, 20, cell)),
                StartsWith("row 2, column 1: \"用户账号\" holds what may be "))
        << cell;
  }
}

TEST_F(OnePersonTest, ACellThatIsPlainlyOneIsOnePerson) {
  const std::pair<const char*, std::vector<const char*>> kOne[] = {
      {"手机号",
       {"138 0013 8000", "+86 138-0013-8000", "0086-138-0013-8000",
        "(+86)13800138000", "+49 1511 234567", "0049 171 234 5678",
        "+49 151 1234 5678", "+49-15112345678", "0049 (151) 1234-5678",
        "+6281234567890", "021-62345678-8001", "0755-88888888-8001",
        "021-62345678转8001", "021-62345678 ext. 801", "06 12 34 56 78",
        "9123 4567", "li@corp.cn", "８６－１３８－００１３－８０００"}},
      {"身份证号",
       {"E1234 5678", "A123456(3)", "110105 491231 002", "军字第1234567号",
        "MORGA 753116 SM9IJ"}},
      {"护照号",
       {"E1234 5678", "E 1234 5678", "110101199003074477", "4510 123456",
        "13800138000", "d41d8cd98f00b204e9800998ecf8427e",
        "550e8400-e29b-41d4-a716-446655440000"}},
      {"邮箱", {"zhang.san-01@mail-01.corp.cn", "a+b@corp.cn"}},
      {"工号",
       {"2024-0012", "2024_0012", "No. 1001", "#1001", "1001(离职)", "工号1001",
        "SH-1001", "S01-P012", "1234-5678-9012-3456", "20240101-00012",
        "550e8400-e29b-41d4-a716-446655440000",
        "{550E8400-E29B-B716-A417-446655440000}",
        "d41d8cd98f00b204e9800998ecf8427e", "oGZUI0egBJY1zhBYw2KhdUfwVJJE",
        "sha256:9f86d081884c7d659a2feaa0c55ad015", "zhang3@corp01.cn",
        "13800138000", "18446744073709551615", "110101199003074477"}},
      {"用户账号",
       {"张三", "zhang.san", "zhang_san-2", "CORP\\zhangsan", "o'brien",
        "john__doe", "Müller", "Иванов", "阿卜杜拉·买买提", "小明_123",
        "Tony老师", "🌸花花🌸", "张三(离职)"}}};
  for (const auto& [header, cells] : kOne) {
    for (const char* cell : cells) {
      EXPECT_EQ(Of(Rows(header, 20, 1, cell)).persons(), 20) << cell;
    }
  }
}

TEST_F(OnePersonTest, DeclarationSettlesWhateverMayBeSeveral) {
  for (const char* cell : {"E1001&E1002", "John Smith", "E1001_E1002"}) {
    Declare("用户账号", v1::FACT_YES);
    EXPECT_EQ(Of(Rows("用户账号", 20, 2, cell)).persons(), 19) << cell;
    options_.declarations.Clear();
  }
  Declare("手机号", v1::FACT_YES);
  EXPECT_EQ(Of(Rows("手机号", 20, 2, "9123 4567 9876 5432")).persons(), 19);
}

}  // namespace
}  // namespace tongguan::inspect
