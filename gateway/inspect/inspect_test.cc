#include "gateway/inspect/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/inspect/inspect_testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class InspectTest : public InspectingTest {};

TEST_F(InspectTest, ColumnsAreClassifiedByNameAndByValue) {
  const v1::Inspection found =
      Of(absl::StrCat("姓名,c2,salary,unit_price,empty\n张三,", kId,
                      ",9000,1.5,\n李四,440524188001010014,8000,2,\n"));
  ASSERT_EQ(found.columns_size(), 5);
  const auto is = [&found](int i, const char* category, v1::ColumnBasis basis,
                           v1::Fact personal, v1::Fact sensitive) {
    const v1::InspectedColumn& column = found.columns(i);
    EXPECT_EQ(column.category(), category);
    EXPECT_EQ(column.basis(), basis) << i;
    EXPECT_EQ(column.personal(), personal) << i;
    EXPECT_EQ(column.sensitive(), sensitive) << i;
    EXPECT_EQ(column.number(), i + 1);
  };
  is(0, "name", v1::COLUMN_BASIS_NAME, v1::FACT_YES, v1::FACT_NO);
  is(1, "resident_id_number", v1::COLUMN_BASIS_VALUES, v1::FACT_YES,
     v1::FACT_NO);
  is(2, "salary", v1::COLUMN_BASIS_NAME, v1::FACT_YES, v1::FACT_YES);
  is(3, "price_list", v1::COLUMN_BASIS_NAME, v1::FACT_NO, v1::FACT_NO);
  is(4, "", v1::COLUMN_BASIS_NOTHING, v1::FACT_UNKNOWN, v1::FACT_UNKNOWN);
  EXPECT_EQ(found.columns(4).values(), 0);
  EXPECT_TRUE(found.columns(1).identifier());
  EXPECT_EQ(found.rows(), 2);
  EXPECT_EQ(found.persons(), 2);
  EXPECT_EQ(found.sensitive_persons(), 2);
}

TEST_F(InspectTest, OnePersonalValueInALongFileIsFoundAndMakesTheFactUnknown) {
  std::string text = "employee_no,城市\n";
  for (int i = 0; i < 30'000; ++i) {
    absl::StrAppend(&text, "E", i, ",", i == 22'222 ? kId : "上海", "\n");
  }
  const v1::Inspection found = Of(text);
  const v1::InspectedColumn& city = found.columns(1);
  EXPECT_EQ(city.category(), "location_site");
  ASSERT_EQ(city.hits_size(), 1);
  EXPECT_EQ(city.hits(0).category(), "resident_id_number");
  EXPECT_EQ(city.hits(0).values(), 1);
  EXPECT_EQ(city.hits(0).first_row(), 22'224);
  EXPECT_FALSE(city.hits(0).inside_text());
  EXPECT_EQ(city.personal(), v1::FACT_UNKNOWN);
  EXPECT_EQ(city.sensitive(), v1::FACT_NO);
}

TEST_F(InspectTest, ADeclarationOverridesAndIsNamed) {
  Declare("城市", v1::FACT_NO);
  const v1::Inspection found =
      Of(absl::StrCat("employee_no,城市\n1,上海\n2,", kId, "\n"));
  const v1::InspectedColumn& city = found.columns(1);
  EXPECT_EQ(city.basis(), v1::COLUMN_BASIS_DECLARED);
  EXPECT_EQ(city.personal(), v1::FACT_NO);
  EXPECT_EQ(city.override_reason(), "looked-at");
  EXPECT_EQ(city.hits_size(), 1);  // Reported all the same.
}

TEST_F(InspectTest, ADeclaredCategoryBringsItsFacts) {
  Declare("x1", v1::FACT_UNSPECIFIED, "salary");
  const v1::Inspection found = Of("employee_no,x1\n1,5\n2,\n");
  EXPECT_EQ(found.columns(1).category(), "salary");
  EXPECT_EQ(found.columns(1).sensitive(), v1::FACT_YES);
  EXPECT_EQ(found.sensitive_persons(), 1);
}

TEST_F(InspectTest, DeclarationOfAColumnThatIsNotThereIsRefused) {
  Declare("none", v1::FACT_NO);
  EXPECT_THAT(ErrorOf("mobile\n13800138000\n"),
              StartsWith("no column \"none\", which is declared."));
}

// The first 10,000 rows show cards too few to make the column what it is; its
// other values belong to sensitive people all the same.
TEST_F(InspectTest, AColumnThatTurnsOutSensitiveIsCountedFromItsFirstRow) {
  std::string text = "employee_no,acct\n";
  for (int i = 0; i < 100'000; ++i) {
    absl::StrAppend(&text, i + 1, ",", i < 11'000 ? "n/a" : kCard, "\n");
  }
  const v1::Inspection found = Of(text);
  EXPECT_EQ(found.columns(1).category(), "bank_account");
  EXPECT_EQ(found.columns(1).basis(), v1::COLUMN_BASIS_VALUES);
  EXPECT_EQ(found.columns(1).sensitive(), v1::FACT_YES);
  EXPECT_EQ(found.sensitive_persons(), 100'000);
}

TEST_F(InspectTest, AFewSensitiveValuesMakeTheirOwnersSensitive) {
  std::string text = "employee_no,remark\n";
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&text, i + 1, ",", i % 50 == 7 ? kCard : "ok", "\n");
  }
  const v1::Inspection found = Of(text);
  EXPECT_EQ(found.columns(1).sensitive(), v1::FACT_UNKNOWN);
  EXPECT_EQ(found.sensitive_persons(), 2);
}

// 80 % of the values that are not empty, to the value.
TEST_F(InspectTest, ShareIsOfTheValuesThatAreNotEmpty) {
  for (const int good : {79, 80}) {
    std::string text = "employee_no,c\n";
    for (int i = 0; i < 150; ++i) {
      absl::StrAppend(&text, i + 1, ",",
                      i >= 100   ? ""
                      : i < good ? "13800138000"
                                 : "none",
                      "\n");
    }
    const v1::Inspection found = Of(text);
    EXPECT_EQ(found.columns(1).category(), good == 80 ? "mobile" : "");
    EXPECT_EQ(found.columns(1).hits(0).values(), good);
  }
}

TEST_F(InspectTest, ASensitiveNameIsNotOutvotedByOrdinaryValues) {
  const v1::Inspection found =
      Of("employee_no,bank_account\n1,13800138000\n2,13900139000\n");
  EXPECT_EQ(found.columns(1).category(), "bank_account");
  EXPECT_EQ(found.columns(1).sensitive(), v1::FACT_YES);
}

TEST_F(InspectTest, SectorMakesACategorySensitive) {
  const std::string text = "employee_no,portrait\n1,a.jpg\n";
  EXPECT_EQ(Of(text).sensitive_persons(), 0);
  options_.sector = "automotive";
  EXPECT_EQ(Of(text).sensitive_persons(), 1);
}

TEST_F(InspectTest, HitsInsideTextsAreToldApartFromWholeOnes) {
  const v1::Inspection found =
      Of("工号,手机号\n1,13800138000\n2,张三13800138000\n3,13900139000\n"
         "4,13911112222\n5,13911112223\n6,李四13911112224\n");
  const v1::InspectedColumn& column = found.columns(1);
  ASSERT_EQ(column.hits_size(), 2);
  EXPECT_EQ(column.hits(0).values(), 4);
  EXPECT_FALSE(column.hits(0).inside_text());
  EXPECT_EQ(column.hits(1).category(), "mobile");
  EXPECT_EQ(column.hits(1).values(), 2);
  EXPECT_EQ(column.hits(1).first_row(), 3);
  EXPECT_TRUE(column.hits(1).inside_text());
}

TEST_F(InspectTest, AKeyThatIsThereTwiceIsRefused) {
  EXPECT_THAT(ErrorOf("{\"身份证号\":\"110101199003074477\","
                      "\"身份证号\":\"11010119900307423X\"}\n",
                      "t.jsonl"),
              StartsWith("row 1, column 1: a key that is there twice"));
  EXPECT_THAT(ErrorOf("{\"a\":{\"b\":1},\"a.b\":2}\n", "t.jsonl"),
              StartsWith("row 1, column 1: a key that is there twice"));
}

// Six people were two.
TEST_F(InspectTest, JsonNumberThatLosesDigitsIsRefused) {
  std::string text;
  for (int i = 1; i <= 6; ++i) {
    absl::StrAppend(&text, "{\"身份证号\":11010119900307447", i, ".0}\n");
  }
  EXPECT_THAT(ErrorOf(text, "t.jsonl"),
              StartsWith("row 1, column 1: a number with a point or exponent"));
  EXPECT_THAT(ErrorOf("{\"mobile\":1,\"x\":-1e16}", "t.jsonl"),
              StartsWith("row 1, column 2: a number with a point or exponent"));
}

TEST_F(InspectTest, JsonNumberWithAPointAndNothingBehindIsAnInteger) {
  EXPECT_EQ(Of("{\"手机号\":13800138000.0}\n{\"手机号\":13800138000}\n"
               "{\"手机号\":\"13800138000\"}\n",
               "t.jsonl")
                .persons(),
            1);
}

TEST_F(InspectTest, PersonalValuesInsideATextAreFoundInOneRow) {
  for (const char* odd :
       {"上海 联系 zhang.san@corp.cn", "张三 138-1234-5678",
        "电话：１３８１２３４５６７８", "tel13812345678", "沪A12345 李四"}) {
    std::string text = "工号,城市\n";
    for (int i = 1; i <= 20; ++i) absl::StrAppend(&text, "E", i, ",上海\n");
    absl::StrAppend(&text, "E99,", odd, "\n");
    const v1::Inspection found = Of(text);
    ASSERT_EQ(found.columns_size(), 2) << odd;
    EXPECT_EQ(found.columns(1).personal(), v1::FACT_UNKNOWN) << odd;
    ASSERT_EQ(found.columns(1).hits_size(), 1) << odd;
    EXPECT_EQ(found.columns(1).hits(0).first_row(), 22) << odd;
    EXPECT_TRUE(found.columns(1).hits(0).inside_text()) << odd;
  }
}

TEST_F(InspectTest, FirstRowThatIsNoHeaderIsRefusedWithoutItsValue) {
  EXPECT_THAT(ErrorOf(absl::StrCat("张三,", kId, "x\n李四,1\n")),
              Not(HasSubstr("110105")));
  const std::string error =
      ErrorOf("张三,E13800138000,13800138000\n李四,1,2\n");
  EXPECT_THAT(error, StartsWith("row 1, column 3: "));
  EXPECT_THAT(ErrorOf("张三,tel-13800138000\n李四,1\n"),
              StartsWith("row 1, column 2: the name looks like a value "
                         "(mobile)."));
}

// Without this the first row would be sent: the telephones below it identify.
TEST_F(InspectTest, FirstRowOfNamesOfPeopleIsRefusedWithoutThem) {
  const std::string rows =
      "张三,上海,未填\n李四,北京,13812345678\n王五,北京,13912345678\n";
  const std::string refused = ErrorOf(rows);
  EXPECT_THAT(refused, HasSubstr("row 1"));
  EXPECT_THAT(refused, HasSubstr("--header"));
  EXPECT_THAT(refused, Not(HasSubstr("张三")));
  options_.header = true;
  EXPECT_EQ(Of(rows).columns(0).personal(), v1::FACT_UNKNOWN);
  options_.header = false;
  Declare("上海", v1::FACT_NO);
  EXPECT_EQ(Of(rows).columns(1).personal(), v1::FACT_NO);
}

TEST_F(InspectTest, HeaderWithoutRowsIsRefused) {
  EXPECT_EQ(ErrorOf("mobile\n"), "row 1: no rows. There is nothing to check.");
}

TEST_F(InspectTest, JsonLinesAreInspectedAlike) {
  const v1::Inspection found =
      Of("{\"mobile\":13800138000,\"owner\":{\"name\":\"张三\"}}\n"
         "{\"mobile\":\"13900139000\",\"new_key\":[\"x\"]}\n",
         "t.jsonl");
  ASSERT_EQ(found.columns_size(), 3);
  EXPECT_EQ(found.columns(1).name(), "owner.name");
  EXPECT_EQ(found.columns(2).name(), "new_key");
  EXPECT_EQ(found.persons(), 2);
}

// A key that comes after the sample and is sensitive.
TEST_F(InspectTest, LateJsonKeysCount) {
  std::string text;
  for (int i = 0; i < 12'000; ++i) {
    absl::StrAppend(&text, "{\"employee_no\":", i + 1,
                    i >= 11'000 ? ",\"salary\":1}\n" : "}\n");
  }
  EXPECT_EQ(Of(text, "t.jsonl").sensitive_persons(), 1'000);
}

TEST_F(InspectTest, ProgressReachesTheFileAndOnlyGrows) {
  std::string text = "mobile\n";
  for (int i = 0; i < 150'000; ++i) absl::StrAppend(&text, "13800138000\n");
  std::vector<int64_t> told;
  options_.progress = [&](int64_t bytes, int64_t of) {
    EXPECT_EQ(of, static_cast<int64_t>(text.size()));
    told.push_back(bytes);
  };
  Of(text);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_LT(told[0], told[1]);
}

}  // namespace
}  // namespace tongguan::inspect
