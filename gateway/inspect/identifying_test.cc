// Who is counted: which columns identify, and in which rows.
#include "gateway/inspect/identifying.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/inspect/inspect_testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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
