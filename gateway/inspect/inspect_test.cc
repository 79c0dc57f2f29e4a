#include "gateway/inspect/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/inspect/column.h"
#include "gateway/inspect/testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kId = "11010519491231002X";
constexpr const char* kCard = "6222021234567890128";

class InspectTest : public testing::Test {
 protected:
  InspectTest() { options_.key = std::string(32, 'k'); }

  // Inspects the text; null, with the message in error_, if it is refused.
  std::unique_ptr<Result> Inspect(const std::string& text,
                                  const std::string& name = "t.csv") {
    options_.path = folder_.Write(name, text);
    auto result = InspectFile(options_, ShippedTaxonomy());
    error_ = result.ok() ? "" : std::string(result.status().message());
    return result.ok() ? *std::move(result) : nullptr;
  }
  v1::Inspection Of(const std::string& text,
                    const std::string& name = "t.csv") {
    const auto result = Inspect(text, name);
    EXPECT_NE(result, nullptr) << error_;
    return result == nullptr ? v1::Inspection() : result->inspection;
  }
  std::string ErrorOf(const std::string& text) {
    EXPECT_EQ(Inspect(text), nullptr);
    return error_;
  }
  void Declare(const std::string& column, v1::Fact personal,
               const std::string& category = "") {
    v1::Declaration* one = options_.declarations.add_declarations();
    one->set_column(column);
    one->set_personal(personal);
    one->set_category(category);
    one->set_reason("looked-at");
  }

  TestFolder folder_;
  Options options_;
  std::string error_;
};

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

TEST_F(InspectTest, PeopleAreCountedOnceHoweverTheyAreWritten) {
  const v1::Inspection found =
      Of("手机号,价格\n13800138000,1\n138-0013-8000,2\n+86 13800138000,3\n"
         "１３８００１３８０００,4\n13900139000,5\n");
  EXPECT_EQ(found.persons(), 2);
  EXPECT_EQ(found.sensitive_persons(), 0);
}

TEST_F(InspectTest, SensitivePeopleAreThoseWithASensitiveValue) {
  const v1::Inspection found =
      Of("employee_no,diagnosis\n1,flu\n2,\n3, \n1,\n4,x\n");
  EXPECT_EQ(found.persons(), 4);
  // A blank is a value: nobody knows what it stands for.
  EXPECT_EQ(found.sensitive_persons(), 3);
}

// The set is the HMAC of what is documented, so that another program of the
// exporter gets the same.
TEST_F(InspectTest, SetsAreTheKeyedPseudonymsSorted) {
  const auto result = Inspect("身份证号,salary\n" + std::string(kId) +
                              ",1\n110105194912310020 ,\n");
  ASSERT_NE(result, nullptr) << error_;
  auto key = people::PseudonymKey::Create(people::Algorithm::kHmacSha256,
                                          options_.key);
  ASSERT_TRUE(key.ok());
  std::set<people::Pseudonym> expected;
  for (const char* id : {kId, "110105194912310020"}) {
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

TEST_F(InspectTest, WithoutAKeyPeopleAreCountedAndTheSetsMeanNothing) {
  options_.key.clear();
  const auto once = Inspect("mobile\n13800138000\n13800138000\n");
  const auto again = Inspect("mobile\n13800138000\n");
  ASSERT_NE(once, nullptr);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(once->inspection.persons(), 1);
  EXPECT_NE(*once->persons.Set(), *again->persons.Set());
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
    absl::StrAppend(&text, i, ",", i < 11'000 ? "n/a" : kCard, "\n");
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
    absl::StrAppend(&text, i, ",", i % 50 == 7 ? kCard : "ok", "\n");
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
      absl::StrAppend(&text, i, ",",
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

TEST_F(InspectTest, ChosenIdentifierIsTaken) {
  options_.identifier = "Cust Ref";
  const v1::Inspection found =
      Of("身份证号,Cust Ref\n11010519491231002X,A\n11010519491231002X,a\n");
  EXPECT_TRUE(found.columns(1).identifier());
  EXPECT_EQ(found.persons(), 2);
}

TEST_F(InspectTest, ChosenIdentifierThatIsNotThereIsRefused) {
  options_.identifier = "x";
  EXPECT_EQ(ErrorOf("mobile\n13800138000\n"),
            "no column \"x\". Give --id-column a name of the header.");
}

TEST_F(InspectTest, NoIdentifierColumnIsRefused) {
  EXPECT_THAT(ErrorOf("product_code,age\nA,30\n"),
              StartsWith("row 1, column 2: \"age\" is or may be personal "
                         "information, and no column identifies"));
}

TEST_F(InspectTest, FileWithoutPersonalInformationNeedsNoIdentifier) {
  const v1::Inspection found = Of("product_code,unit_price\nA,30\n");
  EXPECT_EQ(found.persons(), 0);
}

TEST_F(InspectTest, RowWithoutIdentifierIsRefused) {
  EXPECT_THAT(ErrorOf("mobile,姓名\n13800138000,a\n,b\n"),
              StartsWith("row 3, column 1: no identifier in \"mobile\""));
  EXPECT_THAT(ErrorOf("mobile,姓名\n13800138000,a\n \xE3\x80\x80,b\n"),
              StartsWith("row 3, column 1: no identifier in \"mobile\""));
  // Nothing personal in the row, nobody to count.
  EXPECT_EQ(Of("mobile,价格\n13800138000,1\n,2\n").persons(), 1);
}

// Also where the row is beyond the sample and its column is doubted only later.
TEST_F(InspectTest, RowWithoutIdentifierBeyondTheSampleIsRefused) {
  std::string text = "employee_no,city\n";
  for (int i = 0; i < 12'000; ++i) absl::StrAppend(&text, i, ",x\n");
  absl::StrAppend(&text, ",x\n1,", kId, "\n");
  EXPECT_THAT(ErrorOf(text), StartsWith("row 12002, column 1: no identifier"));
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
    absl::StrAppend(&text, "{\"employee_no\":", i,
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

// Against a reading with a map and no cleverness, over random files.
TEST_F(InspectTest, CountsAgreeWithANaiveReading) {
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
