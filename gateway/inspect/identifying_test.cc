// Who is counted: what identifies, and when a cell is one person.
#include "gateway/inspect/identifying.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/inspect/inspect_testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::HasSubstr;
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

class IdentifyingTest : public InspectingTest {};

TEST_F(IdentifyingTest, PeopleAreCountedOnceHoweverTheyAreWritten) {
  const v1::Inspection found =
      Of("手机号,价格\n13800138000,1\n138-0013-8000,2\n+86 13800138000,3\n"
         "１３８００１３８０００,4\n13900139000,5\n");
  EXPECT_EQ(found.persons(), 2);
  EXPECT_EQ(found.sensitive_persons(), 0);
}

TEST_F(IdentifyingTest, SensitivePeopleAreThoseWithASensitiveValue) {
  const v1::Inspection found =
      Of("employee_no,diagnosis\n1,flu\n2,\n3, \n1,\n4,x\n");
  EXPECT_EQ(found.persons(), 4);
  // A blank is a value: nobody knows what it stands for.
  EXPECT_EQ(found.sensitive_persons(), 3);
}

// The set is the HMAC of what is documented, so that another program of the
// exporter gets the same.
TEST_F(IdentifyingTest, SetsAreTheKeyedPseudonymsSorted) {
  const auto result = Inspect("身份证号,salary\n" + std::string(kId) +
                              ",1\n440524188001010014 ,\n");
  ASSERT_NE(result, nullptr) << error_;
  auto key = people::PseudonymKey::Create(people::Algorithm::kHmacSha256,
                                          options_.key);
  ASSERT_TRUE(key.ok());
  std::set<people::Pseudonym> expected;
  for (const char* id : {kId, "440524188001010014"}) {
    people::Pseudonym one;
    ASSERT_TRUE(key->Make(id, &one));
    expected.insert(one);
  }
  std::string bytes;
  for (const auto& one : expected) bytes.append(one.begin(), one.end());
  EXPECT_EQ(*result->persons.Set(), bytes);
  people::Pseudonym only;
  ASSERT_TRUE(key->Make(kId, &only));
  EXPECT_EQ(*result->sensitive.Set(), std::string(only.begin(), only.end()));
}

TEST_F(IdentifyingTest, WithoutAKeyPeopleAreCountedAndTheSetsMeanNothing) {
  options_.key.clear();
  const auto once = Inspect("mobile\n13800138000\n13800138000\n");
  const auto again = Inspect("mobile\n13800138000\n");
  ASSERT_NE(once, nullptr);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(once->inspection.persons(), 1);
  EXPECT_NE(*once->persons.Set(), *again->persons.Set());
}

TEST_F(IdentifyingTest, ChosenIdentifierIsTaken) {
  options_.identifier = "Cust Ref";
  const v1::Inspection found =
      Of("身份证号,Cust Ref\n11010519491231002X,A\n11010519491231002X,a\n");
  EXPECT_TRUE(found.columns(1).identifier());
  EXPECT_EQ(found.persons(), 2);
}

TEST_F(IdentifyingTest, ChosenIdentifierThatIsNotThereIsRefused) {
  options_.identifier = "x";
  EXPECT_EQ(ErrorOf("mobile\n13800138000\n"),
            "no column \"x\". Give --id-column a name of the header.");
}

TEST_F(IdentifyingTest, NoIdentifierColumnIsRefused) {
  EXPECT_THAT(ErrorOf("product_code,age\nA,30\n"),
              StartsWith("row 1, column 2: \"age\" is or may be personal "
                         "information, and no column identifies"));
}

TEST_F(IdentifyingTest, FileWithoutPersonalInformationNeedsNoIdentifier) {
  const v1::Inspection found = Of("product_code,unit_price\nA,30\n");
  EXPECT_EQ(found.persons(), 0);
}

TEST_F(IdentifyingTest, RowWithoutIdentifierIsRefused) {
  EXPECT_THAT(ErrorOf("mobile,姓名\n13800138000,a\n,b\n"),
              StartsWith("row 3, column 1: no identifier in \"mobile\""));
  EXPECT_THAT(ErrorOf("mobile,姓名\n13800138000,a\n \xE3\x80\x80,b\n"),
              StartsWith("row 3, column 1: no identifier in \"mobile\""));
  // Nothing personal in the row, nobody to count.
  EXPECT_EQ(Of("mobile,价格\n13800138000,1\n,2\n").persons(), 1);
}

// Also where the row is beyond the sample and its column is doubted only later.
TEST_F(IdentifyingTest, RowWithoutIdentifierBeyondTheSampleIsRefused) {
  std::string text = "employee_no,city\n";
  for (int i = 0; i < 12'000; ++i) absl::StrAppend(&text, i + 1, ",x\n");
  absl::StrAppend(&text, ",x\n1,", kId, "\n");
  EXPECT_THAT(ErrorOf(text), StartsWith("row 12002, column 1: no identifier"));
}

// A thousand rows of what a spreadsheet leaves of identity numbers were one
// person.
TEST_F(IdentifyingTest, IdentifierCutShortByASpreadsheetIsRefused) {
  for (const char* cut : {"1.10101E+17", "1.1e+17", "1E+17"}) {
    for (const char* header : {"身份证号", "employee_no", "Ref"}) {
      options_.identifier = header;
      EXPECT_THAT(ErrorOf(absl::StrCat(header, ",姓名\n", cut, ",张三\n")),
                  StartsWith("row 2, column 1: an identifier that is masked or "
                             "cut short"));
    }
  }
}

TEST_F(IdentifyingTest, MaskedIdentifierIsRefused) {
  EXPECT_THAT(ErrorOf("employee_no,姓名\nE1,a\n138****5678,b\n"),
              StartsWith("row 3, column 1: an identifier that is masked"));
}

TEST_F(IdentifyingTest, IdentifierThatIsAWordOrSignForNothingIsRefused) {
  for (const char* nothing :
       {"无", "暂无", "N/A", "n/a", "#N/A", "-", "--", "/", "0", "00000000",
        "000-000", "NULL", "null", "None", "nan", "未知", "－", "０", "?"}) {
    SCOPED_TRACE(nothing);
    for (const char* header : {"手机号", "employee_no"}) {
      EXPECT_THAT(ErrorOf(absl::StrCat(header, ",姓名\n13800138000,a\n",
                                       nothing, ",b\n")),
                  StartsWith("row 3, column 1: no identifier in \""));
    }
  }
}

TEST_F(IdentifyingTest, IdentifierColumnOfWhichTooLittleIsOneIsRefused) {
  for (const int good : {79, 80}) {
    std::string text = "手机号,姓名\n";
    for (int i = 0; i < 100; ++i) {
      absl::StrAppend(&text, i < good ? "13800138000" : "6591234567", ",a\n");
    }
    if (good == 80) {
      EXPECT_EQ(Of(text).persons(), 2);
      continue;
    }
    EXPECT_THAT(ErrorOf(text),
                StartsWith("row 81, column 1: no number of a person in "
                           "\"手机号\", and only 79 of its 100 values"));
    Declare("手机号", v1::FACT_YES);  // Foreign numbers, say.
    EXPECT_EQ(Of(text).persons(), 2);
  }
}

// A fifth of the rows were one person, "see remark".
TEST_F(IdentifyingTest, WordsInAColumnOfNumbersAreNobody) {
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

TEST_F(IdentifyingTest, ATelephoneThatManyShareIdentifiesNobody) {
  EXPECT_THAT(ErrorOf("姓名,电话\n张三,021-62345678\n李四,021-62345678\n"),
              HasSubstr("no column identifies the people"));
}

TEST_F(IdentifyingTest, EveryPersonOfARowIsCounted) {
  EXPECT_EQ(Of("{\"身份证号\":[\"110101199003074477\","
               "\"110101199003074493\",\"110101199003074514\"],"
               "\"姓名\":\"a\"}\n",
               "t.jsonl")
                .persons(),
            3);
}

TEST_F(IdentifyingTest, EveryColumnOfTheIdentifyingCategoryCountsItsPeople) {
  const std::string text =
      "父亲身份证号,母亲身份证号,病历\n"
      "110101199003074477,110101199003074493,flu\n"
      "110101199003074514,无,\n"
      ",440524188001010014,\n";
  const v1::Inspection found = Of(text);
  ASSERT_EQ(found.columns_size(), 3);
  EXPECT_EQ(found.persons(), 4);
  EXPECT_TRUE(found.columns(0).identifier());
  EXPECT_TRUE(found.columns(1).identifier());
  EXPECT_FALSE(found.columns(2).identifier());
  EXPECT_THAT(ErrorOf("父亲身份证号,母亲身份证号,姓名\n无,,a\n"),
              StartsWith("row 2, column 1: no identifier"));
  EXPECT_THAT(ErrorOf("父亲身份证号,母亲身份证号\n"
                      "110101199003074477,1.1E+17\n"),
              StartsWith("row 2, column 2: an identifier that is masked or"));
}

// The second column comes, or becomes one, only after the sample.
TEST_F(IdentifyingTest, LateIdentifyingColumnsCountTheirPeopleFromTheFirstRow) {
  std::string late;
  std::string becomes = "手机号,c2\n";
  for (int i = 0; i < 40'000; ++i) {
    const int64_t mobile = 13'800'000'000 + i;
    const int64_t other = 15'900'000'000 + i;
    absl::StrAppend(&late, "{\"手机号\":", mobile);
    if (i >= 39'000) absl::StrAppend(&late, ",\"手机\":", other);
    absl::StrAppend(&late, "}\n");
    absl::StrAppend(&becomes, mobile, ",");
    if (i >= 7'000) absl::StrAppend(&becomes, other);
    if (i < 7'000) absl::StrAppend(&becomes, "r", i);
    absl::StrAppend(&becomes, "\n");
  }
  EXPECT_EQ(Of(late, "t.jsonl").persons(), 41'000);
  // What stands there and is no number is taken for one: never too few.
  EXPECT_EQ(Of(becomes).persons(), 80'000);
}

// 112,000 people were 5,000: a cell was a person, whoever stood in it.
TEST_F(IdentifyingTest, IdentifierCellOfManyPeopleIsRefused) {
  std::string cell = "110101199003074477";
  for (int i = 1; i < 120; ++i) cell += ",110101199003074493";
  EXPECT_THAT(ErrorOf(Rows("身份证号", 100, 19, cell)),
              StartsWith("row 83, column 1: \"身份证号\" holds several "));
}

TEST_F(IdentifyingTest,
       IdentifierCellOfTwoPeopleIsRefusedHoweverTheyAreParted) {
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

TEST_F(IdentifyingTest, IdentifierAmongWordsIsRefused) {
  for (const char* cell : {"张三 13800138000", "tel13800138000",
                           "13800138000.0", "0013800138000"}) {
    EXPECT_THAT(ErrorOf(Rows("手机号", 20, 1, cell)),
                StartsWith("row 21, column 1: \"手机号\" holds several "))
        << cell;
  }
  options_.identifier = "Ref";
  EXPECT_THAT(ErrorOf(Rows("Ref", 20, 1, "订单 13800138000")),
              StartsWith("row 21, column 1: \"Ref\" holds several "));
}

TEST_F(IdentifyingTest, OneIdentifierInPiecesIsOnePerson) {
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
TEST_F(IdentifyingTest, DeclarationSettlesGapsButNoList) {
  const std::string gaps = Rows("工号", 20, 2, "2024/0012 0034");
  EXPECT_THAT(ErrorOf(gaps), StartsWith("row 20, column 1: \"工号\" holds wh"));
  Declare("工号", v1::FACT_YES);
  EXPECT_EQ(Of(gaps).persons(), 19);
  EXPECT_THAT(ErrorOf(Rows("工号", 20, 1, "E1、E2")),
              StartsWith("row 21, column 1: \"工号\" holds several "));
}

TEST_F(IdentifyingTest, IdentifierLongerThanAnyIsRefused) {
  std::string cell = "E1";
  for (int i = 2; i < 60; ++i) absl::StrAppend(&cell, "和E", i);
  EXPECT_THAT(ErrorOf(Rows("工号", 20, 1, cell)),
              StartsWith("row 21, column 1: \"工号\" holds what may be "));
}

// Whatever parts them, in one row of twenty: it was one person, and in every
// cell of a column thousands were.
TEST_F(IdentifyingTest, ACellThatMayHoldSeveralIsRefusedWhateverPartsThem) {
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

TEST_F(IdentifyingTest, ACellThatMayHoldSeveralIsRefusedInEveryRowToo) {
  for (const char* cell :
       {"E1001&E1002", "E1001和E1002", "E1001_E1002", "zhangsan lisi wangwu"}) {
    EXPECT_THAT(ErrorOf(Rows("用户账号", 20, 20, cell)),
                StartsWith("row 2, column 1: \"用户账号\" holds what may be "))
        << cell;
  }
}

TEST_F(IdentifyingTest, ACellThatIsPlainlyOneIsOnePerson) {
  const std::pair<const char*, std::vector<const char*>> kOne[] = {
      {"手机号",
       {"138 0013 8000", "+86 138-0013-8000", "0086-138-0013-8000",
        "(+86)13800138000", "+49 1511 234567", "0049 171 234 5678",
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

TEST_F(IdentifyingTest, DeclarationSettlesWhateverMayBeSeveral) {
  for (const char* cell : {"E1001&E1002", "John Smith", "E1001_E1002"}) {
    Declare("用户账号", v1::FACT_YES);
    EXPECT_EQ(Of(Rows("用户账号", 20, 2, cell)).persons(), 19) << cell;
    options_.declarations.Clear();
  }
  Declare("手机号", v1::FACT_YES);
  EXPECT_EQ(Of(Rows("手机号", 20, 2, "9123 4567 9876 5432")).persons(), 19);
}

// Two mobiles a text, each text another: 2,000 numbers were 1,000 people.
TEST_F(IdentifyingTest, ATextWithIdentifiersInsideIdentifiesNobody) {
  std::string text = "备注,unit_price\n";
  for (int i = 0; i < 1'000; ++i) {
    absl::StrAppend(&text, "联系 ", 13'800'000'000 + i, " 或 ",
                    13'900'000'000 + i, ",1\n");
  }
  EXPECT_THAT(ErrorOf(text),
              StartsWith("row 1, column 1: \"备注\" is or may be personal "
                         "information, and no column identifies"));
  options_.identifier = "备注";
  EXPECT_THAT(ErrorOf(text),
              StartsWith("row 2, column 1: \"备注\" holds several "));
}

// 30,000 people of one shared mobile were 10,001: the identity number had no
// values in the first rows.
TEST_F(IdentifyingTest, ABetterIdentifierThatFillsLaterIsTheOne) {
  std::string text = "身份证号,手机号\n";
  for (int i = 0; i < 30'000; ++i) {
    const bool late = i >= 10'000;
    absl::StrAppend(&text, late ? absl::StrCat("P", i) : "", ",",
                    late ? 13'800'138'000 : 13'900'000'000 + i, "\n");
  }
  EXPECT_THAT(ErrorOf(text),
              StartsWith("row 2, column 1: no identifier in \"身份证号\", but "
                         "personal information beside it."));
}

TEST_F(IdentifyingTest,
       ABetterIdentifierThatIsOneOnlyLaterCountsFromTheFirstRow) {
  std::string text = "c1,手机号\n";
  for (int i = 0; i < 60'000; ++i) {
    absl::StrAppend(&text, i < 10'000 ? absl::StrCat("r", i) : kId,
                    ",13800138000\n");
  }
  const v1::Inspection found = Of(text);
  EXPECT_TRUE(found.columns(0).identifier());
  EXPECT_FALSE(found.columns(1).identifier());
  EXPECT_EQ(found.persons(), 10'001);
}

// What the first rows took it for, it is not.
TEST_F(IdentifyingTest, AColumnOfWhichOnlyTheFirstRowsIdentifyIsNone) {
  std::string text = "c1,unit_price\n";
  for (int i = 0; i < 60'000; ++i) {
    absl::StrAppend(
        &text, i < 10'000 ? absl::StrCat(13'800'000'000 + i) : "批次7", ",1\n");
  }
  EXPECT_THAT(ErrorOf(text), HasSubstr("no column identifies the people"));
}

// Against a reading with a map and no cleverness, over random files.
TEST_F(IdentifyingTest, CountsAgreeWithANaiveReading) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    std::string text = "employee_no,salary,城市\n";
    std::map<std::string, bool> sensitive;
    for (int i = 0; i < 200; ++i) {
      const std::string id = absl::StrCat("E", random() % 60);
      const bool paid = random() % 4 == 0;
      absl::StrAppend(&text, id, ",", paid ? "100" : "", ",上海\n");
      sensitive[id] |= paid;
    }
    int64_t expected = 0;
    for (const auto& [id, paid] : sensitive) expected += paid ? 1 : 0;
    const v1::Inspection found = Of(text);
    EXPECT_EQ(found.persons(), static_cast<int64_t>(sensitive.size()));
    EXPECT_EQ(found.sensitive_persons(), expected);
  }
}

}  // namespace
}  // namespace tongguan::inspect
