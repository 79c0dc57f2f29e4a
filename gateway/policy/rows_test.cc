#include "gateway/policy/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace tongguan::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kHeader[] =
    "id,sector,scenario,sector_zh,scenario_zh,data_class,data_subclass,"
    "categories,names,pattern,conditions,condition_text,counter,threshold_op,"
    "threshold_low,threshold_high,mechanism,gloss_en,source,confidence,every,"
    "ciio_only\n";

// A sound row with one column's cell replaced.
std::string RowWith(absl::string_view column, absl::string_view cell) {
  std::string row;
  for (int i = 0; i < v1::ListRow::descriptor()->field_count(); ++i) {
    const std::string& name = v1::ListRow::descriptor()->field(i)->name();
    absl::StrAppend(&row, i > 0 ? "," : "",
                    name == column ? cell : (name == "id" ? "r1" : ""));
  }
  return absl::StrCat(row, "\n");
}

absl::StatusOr<std::vector<v1::ListRow>> Read(absl::string_view rows) {
  return ReadRows("lists/x/1/items.csv", absl::StrCat(kHeader, rows));
}

template <typename Result>
std::string Message(const Result& result) {
  return std::string(result.status().message());
}

// The refusal of a row in which one cell is replaced.
std::string Refusal(absl::string_view column, absl::string_view cell) {
  return Message(Read(RowWith(column, cell)));
}

TEST(RowsTest, ReadsEveryColumn) {
  const auto rows = Read(
      "r-1,automotive,ota,汽车,升级,类,子类,name; face_image,车牌号;VIN,^vin,"
      "no_face,\"no faces, no plates\",persons,in,100000,1000000,contract,"
      "gloss,https://example.cn,S,,yes\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1u);
  const v1::ListRow& row = rows->front();
  EXPECT_EQ(row.id(), "r-1");
  EXPECT_EQ(row.sector(), "automotive");
  EXPECT_EQ(row.scenario(), "ota");
  EXPECT_EQ(row.sector_zh(), "汽车");
  EXPECT_EQ(row.scenario_zh(), "升级");
  EXPECT_EQ(row.data_class(), "类");
  EXPECT_EQ(row.data_subclass(), "子类");
  EXPECT_THAT(row.categories(), ElementsAre("name", "face_image"));
  EXPECT_THAT(row.names(), ElementsAre("车牌号", "VIN"));
  EXPECT_EQ(row.pattern(), "^vin");
  EXPECT_THAT(row.conditions(), ElementsAre("no_face"));
  EXPECT_EQ(row.condition_text(), "no faces, no plates");
  EXPECT_EQ(row.counter(), v1::THRESHOLD_COUNTER_PERSONS);
  EXPECT_EQ(row.threshold_op(), "in");
  EXPECT_EQ(row.threshold_low(), 100'000);
  EXPECT_EQ(row.threshold_high(), 1'000'000);
  EXPECT_EQ(row.mechanism(), v1::ROW_MECHANISM_CONTRACT);
  EXPECT_EQ(row.gloss_en(), "gloss");
  EXPECT_EQ(row.source(), "https://example.cn");
  EXPECT_EQ(row.confidence(), "S");
  EXPECT_EQ(row.every(), v1::ROW_ITEMS_UNSPECIFIED);
  EXPECT_TRUE(row.ciio_only());
}

TEST(RowsTest, ReadsWhichItemsASizeRuleSpeaksOf) {
  const std::pair<const char*, v1::RowItems> words[] = {
      {"", v1::ROW_ITEMS_UNSPECIFIED},
      {"personal", v1::ROW_ITEMS_PERSONAL},
      {"sensitive", v1::ROW_ITEMS_SENSITIVE}};
  for (const auto& [word, items] : words) {
    const auto rows = Read(RowWith("every", word));
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->front().every(), items);
    EXPECT_FALSE(rows->front().ciio_only());
    EXPECT_EQ(IsHeading(rows->front()), items == v1::ROW_ITEMS_UNSPECIFIED);
  }
}

TEST(RowsTest, ReadsAFileWithoutTheColumnsOfSizeRules) {
  const std::string header =
      absl::StrReplaceAll(kHeader, {{",every,ciio_only", ""}});
  const auto rows =
      ReadRows("p", absl::StrCat(header, "r1", std::string(19, ','), "\n"));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->front().every(), v1::ROW_ITEMS_UNSPECIFIED);
}

TEST(RowsTest, RefusesASizeRuleOfTheContractPart) {
  EXPECT_THAT(Message(Read("r1,,,,,,,,,,,,,,,,contract,,,,personal,\n")),
              StartsWith("lists/x/1/items.csv:2:every: on a row of the "
                         "contract part"));
}

TEST(RowsTest, RefusesASizeRuleThatNamesItems) {
  for (const char* named : {"name,,", ",vin,", ",,^vin"}) {
    EXPECT_EQ(Message(Read(absl::StrCat("r1,,,,,,,", named,
                                        std::string(11, ','), "personal,\n"))),
              "lists/x/1/items.csv:2:every: beside items that the row names. "
              "Leave one of them out.");
  }
}

TEST(RowsTest, ReadsColumnsInAnyOrderAndByteOrderMark) {
  std::string header, cells;
  for (int i = v1::ListRow::descriptor()->field_count() - 1; i >= 0; --i) {
    const std::string& name = v1::ListRow::descriptor()->field(i)->name();
    absl::StrAppend(&header, header.empty() ? "" : ",", name);
    absl::StrAppend(&cells, i + 1 < 22 ? "," : "", name == "id" ? "r9" : "");
  }
  const auto rows =
      ReadRows("p", absl::StrCat("\xEF\xBB\xBF", header, "\r\n", cells));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->front().id(), "r9");
}

TEST(RowsTest, ReadsHeaderAlone) {
  const auto rows = Read("");
  ASSERT_TRUE(rows.ok());
  EXPECT_TRUE(rows->empty());
}

TEST(RowsTest, ReadsEveryMechanism) {
  const std::pair<const char*, v1::RowMechanism> words[] = {
      {"", v1::ROW_MECHANISM_UNSPECIFIED},
      {"free", v1::ROW_MECHANISM_FREE},
      {"contract", v1::ROW_MECHANISM_CONTRACT},
      {"assessment", v1::ROW_MECHANISM_ASSESSMENT},
      {"important_data", v1::ROW_MECHANISM_IMPORTANT_DATA},
      {"genetic_resources", v1::ROW_MECHANISM_GENETIC_RESOURCES}};
  for (const auto& [word, mechanism] : words) {
    const auto rows = Read(RowWith("mechanism", word));
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->front().mechanism(), mechanism);
  }
}

TEST(RowsTest, ReadsEveryCounter) {
  for (absl::string_view word :
       {"persons", "sensitive_persons", "people", "records"}) {
    const auto rows = Read(RowWith("counter", word));
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(v1::ThresholdCounter_Name(rows->front().counter()),
              absl::StrCat("THRESHOLD_COUNTER_", absl::AsciiStrToUpper(word)));
  }
}

TEST(RowsTest, RefusesMissingHeader) {
  EXPECT_EQ(Message(ReadRows("p", "")),
            "p:1:1: the header row is missing. Write the column names.");
}

TEST(RowsTest, RefusesMissingColumn) {
  EXPECT_EQ(Message(ReadRows("p", "id,sector\n")),
            "p:1:scenario: the column is missing. Add it.");
}

TEST(RowsTest, RefusesUnknownColumn) {
  EXPECT_EQ(Message(ReadRows("p", "id,fields\n")),
            "p:1:2: \"fields\" is not a column. Remove or correct it.");
}

TEST(RowsTest, RefusesDoubledColumn) {
  EXPECT_EQ(Message(ReadRows("p", "id,id\n")),
            "p:1:id: the column stands twice. Remove one.");
}

TEST(RowsTest, RefusesShortRow) {
  EXPECT_THAT(Message(Read("r1,automotive\n")),
              StartsWith("lists/x/1/items.csv:2:scenario: 2 cells, but the "
                         "header has 22."));
}

TEST(RowsTest, RefusesLongRow) {
  EXPECT_THAT(Message(Read(absl::StrCat(RowWith("", ""), "r2",
                                        std::string(22, ','), "\n"))),
              StartsWith("lists/x/1/items.csv:3:24: 23 cells"));
}

TEST(RowsTest, RefusesEmptyLine) {
  EXPECT_THAT(Message(Read("\n")),
              StartsWith("lists/x/1/items.csv:2:sector: 1 cells"));
}

TEST(RowsTest, RefusesBadQuotes) {
  EXPECT_THAT(Refusal("names", "a\"b"),
              StartsWith("lists/x/1/items.csv:2:names: a quote inside"));
  EXPECT_THAT(Refusal("gloss_en", "\"a\"b"),
              StartsWith("lists/x/1/items.csv:2:gloss_en: text after"));
  EXPECT_THAT(Refusal("source", "\"a"),
              StartsWith("lists/x/1/items.csv:2:source: the quotation does "
                         "not end."));
}

TEST(RowsTest, RefusesNulByte) {
  EXPECT_EQ(Refusal("gloss_en", absl::string_view("a\0b", 3)),
            "lists/x/1/items.csv:2:gloss_en: not UTF-8 text. Save the file as "
            "UTF-8.");
}

TEST(RowsTest, RefusesInvalidUtf8) {
  EXPECT_THAT(Refusal("sector_zh", "\xB5\xE7"),  // GBK.
              StartsWith("lists/x/1/items.csv:2:sector_zh: not UTF-8"));
}

TEST(RowsTest, RefusesInvalidUtf8InHeader) {
  EXPECT_THAT(Message(ReadRows("p", "id,\xff\n")),
              StartsWith("p:1:2: not UTF-8"));
}

TEST(RowsTest, RefusesThresholdOpWithoutNumber) {
  EXPECT_EQ(Message(Read("r1,,,,,,,,,,,,persons,>=,,,contract,,,,,\n")),
            "lists/x/1/items.csv:2:threshold_low: missing beside "
            "threshold_op. Write the number.");
}

TEST(RowsTest, RefusesNumberWithoutThresholdOp) {
  EXPECT_THAT(Refusal("threshold_low", "5"),
              StartsWith("lists/x/1/items.csv:2:threshold_op: missing"));
}

TEST(RowsTest, RefusesThresholdWithoutCounter) {
  EXPECT_THAT(Message(Read("r1,,,,,,,,,,,,,>=,5,,,,,,,\n")),
              StartsWith("lists/x/1/items.csv:2:counter: missing"));
}

TEST(RowsTest, RefusesIntervalThatIsNone) {
  EXPECT_THAT(Message(Read("r1,,,,,,,,,,,,persons,in,5,5,,,,,,\n")),
              StartsWith("lists/x/1/items.csv:2:threshold_high: not above"));
}

TEST(RowsTest, RefusesUpperBoundWithoutInterval) {
  EXPECT_THAT(Message(Read("r1,,,,,,,,,,,,persons,>=,5,9,,,,,,\n")),
              StartsWith("lists/x/1/items.csv:2:threshold_high: only for"));
}

TEST(RowsTest, RefusesNegativeNumbers) {
  EXPECT_THAT(Refusal("threshold_low", "-1"),
              StartsWith("lists/x/1/items.csv:2:threshold_low: negative."));
  EXPECT_THAT(Refusal("threshold_high", "-1"),
              StartsWith("lists/x/1/items.csv:2:threshold_high: negative."));
}

TEST(RowsTest, RefusesWhatIsNotANumber) {
  for (absl::string_view cell :
       {"1e5", "10万", "1.5", "99999999999999999999", "0x10"}) {
    EXPECT_THAT(Refusal("threshold_low", cell),
                HasSubstr(":2:threshold_low: \"" + std::string(cell) +
                          "\" is not a number."));
  }
}

TEST(RowsTest, RefusesUnknownWords) {
  EXPECT_EQ(Refusal("mechanism", "none"),
            "lists/x/1/items.csv:2:mechanism: \"none\" is not known. Write "
            "nothing or one of: free, contract, assessment, important_data, "
            "genetic_resources.");
  EXPECT_THAT(Refusal("counter", "person"),
              StartsWith("lists/x/1/items.csv:2:counter: \"person\" is not"));
  EXPECT_THAT(Refusal("every", "general"),
              StartsWith("lists/x/1/items.csv:2:every: \"general\" is not"));
  EXPECT_THAT(Refusal("ciio_only", "no"),
              StartsWith("lists/x/1/items.csv:2:ciio_only: \"no\" is not"));
  EXPECT_THAT(Refusal("threshold_op", "=>"),
              StartsWith("lists/x/1/items.csv:2:threshold_op: \"=>\" is not"));
  EXPECT_THAT(Refusal("confidence", "high"),
              StartsWith("lists/x/1/items.csv:2:confidence: \"high\" is not"));
}

TEST(RowsTest, RefusesWhatIsNoIdentifier) {
  for (absl::string_view column :
       {"id", "sector", "scenario", "categories", "names", "conditions"}) {
    EXPECT_THAT(Refusal(column, "a b"),
                StartsWith(absl::StrCat("lists/x/1/items.csv:2:", column,
                                        ": \"a b\" is not an identifier.")));
  }
  EXPECT_THAT(Refusal("id", ""),
              StartsWith("lists/x/1/items.csv:2:id: \"\" is not"));
  EXPECT_THAT(Refusal("names", "_-"),
              StartsWith("lists/x/1/items.csv:2:names: only joiners."));
}

TEST(RowsTest, RefusesBadPatterns) {
  EXPECT_THAT(Refusal("pattern", "(vin"),
              StartsWith("lists/x/1/items.csv:2:pattern: pattern \"(vin\" is "
                         "not RE2:"));
  EXPECT_THAT(Refusal("pattern", "v*"),
              StartsWith("lists/x/1/items.csv:2:pattern: pattern \"v*\" "
                         "matches every name."));
}

TEST(RowsTest, RowNumbersCountRecordsNotLines) {
  EXPECT_THAT(Message(Read(absl::StrCat(RowWith("gloss_en", "\"two\nlines\""),
                                        RowWith("id", "a b")))),
              StartsWith("lists/x/1/items.csv:3:id:"));
}

TEST(RowsTest, HeadingsNameNothing) {
  v1::ListRow row;
  row.set_id("r");
  row.set_sector("s");
  EXPECT_TRUE(IsHeading(row));
  for (const char* column :
       {"data_class", "data_subclass", "categories", "names", "pattern"}) {
    const auto rows = Read(RowWith(column, "x"));
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_FALSE(IsHeading(rows->front())) << column;
  }
}

}  // namespace
}  // namespace tongguan::policy
