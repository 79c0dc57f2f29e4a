#include "gateway/policy/lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "absl/strings/str_cat.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

std::unique_ptr<const Lists> Compile(std::vector<List> source) {
  auto lists = Lists::Compile(std::move(source));
  EXPECT_TRUE(lists.ok()) << lists.status();
  return lists.ok() ? *std::move(lists) : nullptr;
}

std::string Refusal(List list) {
  return std::string(Lists::Compile({std::move(list)}).status().message());
}

std::vector<std::string> Ids(const Lists& lists, const RowRefs& refs) {
  std::vector<std::string> ids;
  for (const RowRef& ref : refs) {
    ids.push_back(lists.all()[ref.list].rows[ref.row].id());
  }
  return ids;
}

std::vector<std::string> Find(const Lists& lists, uint32_t list,
                              absl::string_view category,
                              absl::string_view name) {
  RowRefs all, refs;
  lists.FindRows(category, name, &all);
  for (const RowRef& ref : all) {
    if (ref.list == list) refs.push_back(ref);
  }
  return Ids(lists, refs);
}

TEST(ListsTest, FindsRowsByCategoryNameAndPattern) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "by-category")->add_categories("face_image");
  AddRow(&list, "by-name")->add_names("VIN_Code");
  AddRow(&list, "by-pattern")->set_pattern("^vin");
  v1::ListRow* both = AddRow(&list, "by-all");
  both->add_categories("face_image");
  both->add_names("vin_code");
  both->set_pattern("code$");
  AddRow(&list, "heading")->set_sector("automotive");
  const auto lists = Compile({list});
  EXPECT_THAT(Find(*lists, 0, "face_image", "x"),
              ElementsAre("by-category", "by-all"));
  EXPECT_THAT(Find(*lists, 0, "", "VinCode"),
              ElementsAre("by-name", "by-pattern", "by-all"));
  EXPECT_THAT(Find(*lists, 0, "face_image", "vin-code"),
              ElementsAre("by-category", "by-name", "by-pattern", "by-all"));
  EXPECT_THAT(Find(*lists, 0, "", "VIN"), ElementsAre("by-pattern"));
  EXPECT_THAT(Find(*lists, 0, "", "x"), ElementsAre());
  EXPECT_THAT(Find(*lists, 0, "face", ""), ElementsAre());
}

TEST(ListsTest, FindsRowsOfTheAskedListOnly) {
  List first = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&first, "a")->add_names("x");
  List second = TestList(v1::LIST_KIND_GENERAL);
  AddRow(&second, "b")->add_names("x");
  const auto lists = Compile({first, second});
  EXPECT_THAT(Find(*lists, 0, "", "x"), ElementsAre("a"));
  EXPECT_THAT(Find(*lists, 1, "", "x"), ElementsAre("b"));
  RowRefs refs;
  lists->FindRows("", "x", &refs);
  lists->FindRows("", "x", &refs);  // Appends.
  EXPECT_THAT(Ids(*lists, refs), ElementsAre("a", "b", "a", "b"));
}

// The index against a plain reading of every row.
TEST(ListsTest, FindsWhatReadingEveryRowFinds) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto word = [&random] { return absl::StrCat("w", random() % 12); };
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  for (int i = 0; i < 200; ++i) {
    v1::ListRow* row = AddRow(&list, absl::StrCat("r", i));
    if (random() % 2) row->add_categories(word());
    if (random() % 2) row->add_names(word());
    if (random() % 8 == 0) row->set_pattern(absl::StrCat("^", word(), "$"));
  }
  const auto lists = Compile({list});
  for (int i = 0; i < 500; ++i) {
    const std::string category = word(), name = word();
    std::vector<std::string> expected;
    for (const v1::ListRow& row : list.rows) {
      const auto holds = [](const auto& words, const std::string& wanted) {
        return std::count(words.begin(), words.end(), wanted) > 0;
      };
      if (holds(row.categories(), category) || holds(row.names(), name) ||
          row.pattern() == absl::StrCat("^", name, "$")) {
        expected.push_back(row.id());
      }
    }
    ASSERT_EQ(Find(*lists, 0, category, name), expected);
  }
}

TEST(ListsTest, SizeRulesAreNoHeadingsAndNameNoItem) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "item")->add_names("x");
  AddRow(&list, "size")->set_every(v1::ROW_ITEMS_PERSONAL);
  AddRow(&list, "sensitive")->set_every(v1::ROW_ITEMS_SENSITIVE);
  const auto lists = Compile({list, TestList(v1::LIST_KIND_IMPORTANT_DATA)});
  EXPECT_THAT(lists->SizeRules(0), ElementsAre(1, 2));
  EXPECT_THAT(lists->SizeRules(1), ElementsAre());
  EXPECT_FALSE(lists->HasHeadings(0, "", ""));
  EXPECT_THAT(Find(*lists, 0, "", "x"), ElementsAre("item"));
}

TEST(ListsTest, HeadingsOfSectorAndScenario) {
  const auto with = [](const char* sector, const char* scenario) {
    List list = TestList(v1::LIST_KIND_NEGATIVE);
    v1::ListRow* heading = AddRow(&list, "heading");
    heading->set_sector(sector);
    heading->set_scenario(scenario);
    v1::ListRow* of_class = AddRow(&list, "class");
    of_class->set_sector("pharma");
    of_class->set_data_class("类");
    AddRow(&list, "item")->add_names("x");
    return Compile({list});
  };
  const auto of_all = with("", "");
  EXPECT_TRUE(of_all->HasHeadings(0, "automotive", "ota"));
  EXPECT_TRUE(of_all->HasHeadings(0, "", ""));
  const auto of_sector = with("automotive", "");
  EXPECT_TRUE(of_sector->HasHeadings(0, "automotive", "ota"));
  EXPECT_TRUE(of_sector->HasHeadings(0, "automotive", ""));
  EXPECT_FALSE(of_sector->HasHeadings(0, "retail", "ota"));
  EXPECT_FALSE(of_sector->HasHeadings(0, "", ""));
  const auto of_scenario = with("automotive", "ota");
  EXPECT_TRUE(of_scenario->HasHeadings(0, "automotive", "ota"));
  EXPECT_FALSE(of_scenario->HasHeadings(0, "automotive", ""));
  EXPECT_FALSE(of_scenario->HasHeadings(0, "retail", "ota"));
  const auto of_scenario_of_all = with("", "ota");
  EXPECT_TRUE(of_scenario_of_all->HasHeadings(0, "retail", "ota"));
  EXPECT_FALSE(of_scenario_of_all->HasHeadings(0, "retail", ""));
  // Neither a class nor an item is a heading.
  EXPECT_FALSE(of_sector->HasHeadings(0, "pharma", ""));
}

TEST(ListsTest, CoversNamedSectorsAndScenarios) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "whole-sector")->set_sector("retail");
  AddRow(&list, "heading")->set_sector("automotive");
  v1::ListRow* row = AddRow(&list, "scenario");
  row->set_sector("automotive");
  row->set_scenario("ota");
  AddRow(&list, "of-all")->add_names("x");
  const auto lists = Compile({list});
  EXPECT_TRUE(lists->Covers(0, "retail", "anything"));
  EXPECT_TRUE(lists->Covers(0, "retail", ""));
  EXPECT_TRUE(lists->Covers(0, "automotive", "ota"));
  EXPECT_FALSE(lists->Covers(0, "automotive", "r_and_d"));
  EXPECT_FALSE(lists->Covers(0, "automotive", ""));
  // The row of all sectors does not make the list one of all sectors.
  EXPECT_FALSE(lists->Covers(0, "pharma", ""));
  EXPECT_FALSE(lists->Covers(0, "", ""));
}

TEST(ListsTest, ListWithoutSectorsCoversAll) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "of-all")->add_names("x");
  const auto lists = Compile({list, TestList(v1::LIST_KIND_GENERAL)});
  EXPECT_TRUE(lists->Covers(0, "pharma", "x"));
  EXPECT_TRUE(lists->Covers(0, "", ""));
  EXPECT_FALSE(lists->Covers(1, "pharma", ""));  // It has no row.
}

TEST(ListsTest, InAreasFindsServedAndAdopting) {
  List first = TestList(v1::LIST_KIND_NEGATIVE);
  first.head.add_adopted_by("CN-BJ");
  List second = TestList(v1::LIST_KIND_GENERAL);
  second.head.add_areas("CN-BJ");
  List third = TestList(v1::LIST_KIND_IMPORTANT_DATA);
  third.head.set_areas(0, "CN");
  const auto lists = Compile({first, second, third});
  EXPECT_THAT(lists->InAreas({"CN-SH-FTZ", "CN-SH"}), ElementsAre(0, 1));
  EXPECT_THAT(lists->InAreas({"CN-BJ", "CN", "CN-SH"}), ElementsAre(0, 1, 2));
  EXPECT_THAT(lists->InAreas({"CN-GD"}), ElementsAre());
  EXPECT_THAT(lists->InAreas({}), ElementsAre());
}

TEST(ListsTest, InForceIsHalfOpenAndEndsAtTheEarlierDay) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.set_expires("2026-12-31");
  list.head.set_superseded_on("2026-05-01");
  const auto lists = Compile({list});
  const List& compiled = lists->all()[0];
  EXPECT_EQ(compiled.name, "test-negative@1");
  EXPECT_FALSE(compiled.InForce(ParseDay("2025-12-31").value()));
  EXPECT_TRUE(compiled.InForce(ParseDay("2026-01-01").value()));
  EXPECT_TRUE(compiled.InForce(ParseDay("2026-04-30").value()));
  EXPECT_FALSE(compiled.InForce(ParseDay("2026-05-01").value()));
}

TEST(ListsTest, RowNamesCarryListAndEdition) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "r1");
  const auto lists = Compile({list});
  EXPECT_EQ(RowName(lists->all()[0], lists->all()[0].rows[0]),
            "test-negative@1#r1");
}

// 100,000 rows beside 10: the time may not follow the number of rows. Ten times
// is far from the ten thousand of a linear search and from the clock's noise.
TEST(ListsTest, FindingDoesNotSlowDownWithRows) {
  const auto nanoseconds = [](int rows) {
    List list = TestList(v1::LIST_KIND_NEGATIVE);
    for (int i = 0; i < rows; ++i) {
      v1::ListRow* row = AddRow(&list, absl::StrCat("r", i));
      row->add_names(absl::StrCat("item", i));
      row->add_categories(absl::StrCat("category", i));
    }
    AddRow(&list, "p")->set_pattern("^vin");
    const auto lists = Compile({std::move(list)});
    int64_t best = INT64_MAX;
    for (int round = 0; round < 20; ++round) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < 1'000; ++i) {
        RowRefs refs;
        lists->FindRows("category7", "item7", &refs);
        EXPECT_EQ(refs.size(), 1u);
      }
      const auto taken = std::chrono::steady_clock::now() - start;
      best = std::min<int64_t>(best,
                               std::chrono::nanoseconds(taken).count() / 1'000);
    }
    return best;
  };
  const int64_t few = nanoseconds(10), many = nanoseconds(100'000);
  RecordProperty("few_ns", static_cast<int>(few));
  RecordProperty("many_ns", static_cast<int>(many));
  EXPECT_LT(many, 10 * (few + 20));
}

TEST(ListsTest, RefusesDoubledEdition) {
  const List list = TestList(v1::LIST_KIND_NEGATIVE);
  EXPECT_EQ(std::string(Lists::Compile({list, list}).status().message()),
            "lists/test-negative/1: the edition stands twice. Remove one.");
}

TEST(ListsTest, RefusesDoubledRowId) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "r");
  AddRow(&list, "r");
  EXPECT_EQ(Refusal(list),
            "lists/test-negative/1 row \"r\": the row id stands twice. Give "
            "one a new id.");
}

TEST(ListsTest, RefusesBadPatternInARow) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  AddRow(&list, "r")->set_pattern("[");
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-negative/1 row \"r\".pattern: pattern"));
}

TEST(ListsTest, RefusesIdsThatAreNoIdentifiers) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.set_id("a/b");
  EXPECT_THAT(Refusal(list), StartsWith("lists/a/b/1.id: \"a/b\" is not"));
  list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.set_edition("");
  EXPECT_THAT(Refusal(list), StartsWith("lists/test-negative/.edition: "));
}

TEST(ListsTest, RefusesMissingEffective) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.clear_effective();
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-negative/1.effective: missing."));
}

TEST(ListsTest, RefusesBadDates) {
  for (const char* field :
       {"published", "effective", "expires", "superseded_on"}) {
    List list = TestList(v1::LIST_KIND_NEGATIVE);
    list.head.GetReflection()->SetString(
        &list.head, v1::ListHead::descriptor()->FindFieldByName(field),
        "2026-02-30");
    EXPECT_THAT(Refusal(list),
                StartsWith(absl::StrCat("lists/test-negative/1.", field,
                                        ": \"2026-02-30\" is not a date.")));
  }
}

TEST(ListsTest, RefusesEmptyAreas) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.clear_areas();
  EXPECT_THAT(Refusal(list), StartsWith("lists/test-negative/1.areas: empty."));
}

TEST(ListsTest, RefusesMissingSource) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.clear_sources();
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-negative/1.sources: empty."));
}

TEST(ListsTest, RefusesReleaseOfPersonalDataWithoutSource) {
  List list = TestList(v1::LIST_KIND_GENERAL);
  list.head.set_releases_personal_data(true);
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-general/1.releases_personal_data_source: "
                         "missing."));
  list.head.set_releases_personal_data_source("art 1");
  EXPECT_EQ(Refusal(list), "");
}

TEST(ListsTest, RefusesReleaseOfPersonalDataByNegativeList) {
  List list = TestList(v1::LIST_KIND_NEGATIVE);
  list.head.set_releases_personal_data(true);
  list.head.set_releases_personal_data_source("art 1");
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-negative/1.releases_personal_data: "
                         "only for general lists."));
}

TEST(ListsTest, RefusesImportantDataOnGeneralList) {
  List list = TestList(v1::LIST_KIND_GENERAL);
  AddRow(&list, "r", v1::ROW_MECHANISM_IMPORTANT_DATA);
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-general/1 row \"r\".mechanism: "
                         "important_data on a general list"));
}

TEST(ListsTest, RefusesASizeRuleOnAGeneralList) {
  List list = TestList(v1::LIST_KIND_GENERAL);
  AddRow(&list, "r", v1::ROW_MECHANISM_FREE)->set_every(v1::ROW_ITEMS_PERSONAL);
  EXPECT_THAT(Refusal(list), StartsWith("lists/test-general/1 row \"r\".every: "
                                        "a size rule on a general list"));
  list.rows[0].clear_every();
  list.rows[0].set_ciio_only(true);
  EXPECT_THAT(Refusal(list), StartsWith("lists/test-general/1 row \"r\".every: "
                                        "a size rule on a general list"));
}

TEST(ListsTest, RefusesFreeRowOutsideGeneralLists) {
  for (v1::ListKind kind :
       {v1::LIST_KIND_NEGATIVE, v1::LIST_KIND_IMPORTANT_DATA}) {
    List list = TestList(kind);
    AddRow(&list, "r", v1::ROW_MECHANISM_FREE);
    EXPECT_THAT(Refusal(list),
                testing::HasSubstr(" row \"r\".mechanism: free is only"));
  }
}

TEST(ListsTest, RefusesBadExporterCode) {
  List list = TestList(v1::LIST_KIND_GENERAL);
  list.head.add_exporters("91350100M000100Y44");
  EXPECT_THAT(Refusal(list), StartsWith("lists/test-general/1.exporters: "
                                        "\"91350100M000100Y44\" is not"));
}

TEST(ListsTest, RefusesNegativeReportDays) {
  List list = TestList(v1::LIST_KIND_GENERAL);
  list.head.set_report_working_days(-1);
  EXPECT_THAT(Refusal(list),
              StartsWith("lists/test-general/1.report_working_days: "));
}

}  // namespace
}  // namespace tongguan::policy
