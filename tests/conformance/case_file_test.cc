#include "tests/conformance/case_file.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kHeading[] =
    "id\tfacts\texpected_outcome\trequired_mechanism\tgoverning_article\t"
    "source\tconfidence\tnote\n";
constexpr char kTime[] = "eval_time=2026-11-21T10:00:00+08:00";

// A case with these facts after the time.
Case Read(const std::string& facts) {
  const auto cases = ParseCases(absl::StrCat(
      kHeading, "X1\t", kTime, facts, "\tallow\tnone\tart\tsrc\tS\tnote\n"));
  EXPECT_TRUE(cases.ok()) << cases.status();
  EXPECT_EQ(cases->size(), 1u);
  return cases->front();
}

// Problems of the row `line`, which stands for a whole line.
std::vector<std::string> ProblemsOfLine(const std::string& line) {
  const auto cases = ParseCases(absl::StrCat(kHeading, line, "\n"));
  EXPECT_TRUE(cases.ok()) << cases.status();
  return cases->front().problems;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(CaseFileTest, ReadsEveryColumn) {
  const Case row = Read(";ciio=n");
  EXPECT_THAT(row.problems, IsEmpty());
  EXPECT_EQ(row.line, 2);
  EXPECT_EQ(row.id, "X1");
  EXPECT_EQ(row.outcome, "allow");
  EXPECT_EQ(row.mechanism, "none");
  EXPECT_EQ(row.article, "art");
  EXPECT_EQ(row.note, "note");
  EXPECT_TRUE(row.facts.Is("ciio", "n"));
}

TEST(CaseFileTest, WorkedCasesHoldNothingUnknown) {
  for (const char* file : {"cases.tsv", "boundary.tsv"}) {
    const auto cases =
        ParseCases(ReadText(absl::StrCat("tests/conformance/", file)));
    ASSERT_TRUE(cases.ok()) << file << ": " << cases.status();
    EXPECT_GT(cases->size(), 90u) << file;
    for (const Case& row : *cases) {
      EXPECT_THAT(row.problems, IsEmpty()) << file << " " << row.id;
    }
  }
}

TEST(CaseFileTest, WrongHeadingIsRefused) {
  EXPECT_FALSE(ParseCases("id\tfacts\n").ok());
  EXPECT_FALSE(ParseCases("").ok());
}

TEST(CaseFileTest, CarriageReturnsAndEmptyLinesAreNoProblem) {
  const auto cases = ParseCases(
      absl::StrCat(std::string(kHeading, sizeof(kHeading) - 2), "\r\n\r\nX1\t",
                   kTime, "\tallow\tnone\ta\ts\tS\t\r\n"));
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_EQ(cases->size(), 1u);
  EXPECT_THAT(cases->front().problems, IsEmpty());
  EXPECT_EQ(cases->front().line, 3);
}

TEST(CaseFileTest, SevenColumnsFail) {
  EXPECT_THAT(
      ProblemsOfLine(absl::StrCat("X1\t", kTime, "\tallow\tnone\ta\ts\tS")),
      ElementsAre(HasSubstr("7 columns where 8 belong")));
}

TEST(CaseFileTest, NineColumnsFail) {
  EXPECT_THAT(
      ProblemsOfLine(absl::StrCat("X1\t", kTime, "\tallow\tnone\ta\ts\tS\t\t")),
      ElementsAre(HasSubstr("9 columns where 8 belong")));
}

TEST(CaseFileTest, UnknownOutcomeFails) {
  EXPECT_THAT(
      ProblemsOfLine(absl::StrCat("X1\t", kTime, "\tdeny\tnone\ta\ts\tS\t")),
      ElementsAre("unknown value 'deny' of key 'expected_outcome'"));
}

TEST(CaseFileTest, UnknownMechanismFails) {
  EXPECT_THAT(
      ProblemsOfLine(absl::StrCat("X1\t", kTime, "\tallow\tpermit\ta\ts\tS\t")),
      ElementsAre("unknown value 'permit' of key 'required_mechanism'"));
}

TEST(CaseFileTest, ABadRowLeavesTheOthersAlone) {
  const auto cases = ParseCases(
      absl::StrCat(kHeading, "X1\tnonsense\tallow\tnone\ta\ts\tS\t\nX2\t",
                   kTime, "\tallow\tnone\ta\ts\tS\t\n"));
  ASSERT_TRUE(cases.ok());
  ASSERT_EQ(cases->size(), 2u);
  EXPECT_THAT((*cases)[0].problems,
              ElementsAre("no '=' in 'nonsense'", "no key 'eval_time'"));
  EXPECT_THAT((*cases)[1].problems, IsEmpty());
}

TEST(CaseFileTest, UnknownKeyFails) {
  EXPECT_THAT(Read(";persons_in_reqest=1").problems,
              ElementsAre("unknown key 'persons_in_reqest'"));
}

TEST(CaseFileTest, KeyTwiceFails) {
  EXPECT_THAT(Read(";ciio=n;ciio=n").problems, ElementsAre("key 'ciio' twice"));
}

TEST(CaseFileTest, PartWithoutEqualsSignFails) {
  EXPECT_THAT(Read(";ciio").problems, ElementsAre("no '=' in 'ciio'"));
  EXPECT_THAT(Read(";").problems, ElementsAre("no '=' in ''"));
}

TEST(CaseFileTest, MissingTimeFails) {
  EXPECT_THAT(ProblemsOfLine("X1\tciio=n\tallow\tnone\ta\ts\tS\t"),
              ElementsAre("no key 'eval_time'"));
}

struct BadValue {
  const char* key;
  const char* value;
};

class BadValueTest : public ::testing::TestWithParam<BadValue> {};

TEST_P(BadValueTest, FailsNamingKeyAndValue) {
  const auto& [key, value] = GetParam();
  EXPECT_THAT(Read(absl::StrCat(";", key, "=", value)).problems,
              ElementsAre(absl::StrCat("unknown value '", value, "' of key '",
                                       key, "'")));
}

INSTANTIATE_TEST_SUITE_P(
    EveryKey, BadValueTest,
    ::testing::Values(
        BadValue{"direction", "sideways"}, BadValue{"accessor", "robot"},
        BadValue{"data_leaves_mainland", "maybe"},
        BadValue{"exporter_region", "CN-GD"},
        BadValue{"exporter_region", "CN-HK"},
        BadValue{"exporter_in_ftz", "yes"},
        BadValue{"exporter_registered_gba", "unknown"},
        BadValue{"recipient_registered_gba", ""}, BadValue{"ciio", "Y"},
        BadValue{"foreign_invested", "1"}, BadValue{"green_channel", "true"},
        BadValue{"industry", "two words"}, BadValue{"scenario", ""},
        BadValue{"data_categories", "a||b"}, BadValue{"contains_pi", "no"},
        BadValue{"important_data", "secret"},
        BadValue{"important_data_notified_on", "2026-02-30"},
        BadValue{"important_data_notified_on", "none"},
        BadValue{"sa_applied", "soon"}, BadValue{"persons_ytd_before", "-1"},
        BadValue{"persons_ytd_before", "1e5"},
        BadValue{"persons_ytd_before", ""},
        BadValue{"sensitive_ytd_before", "1 000"},
        BadValue{"persons_prev_year", "unknown"},
        BadValue{"processed_persons_total", "many"},
        BadValue{"persons_deleted_since", "+1"},
        BadValue{"exempt_ytd_before", "1.5"},
        BadValue{"persons_in_request", "unknown"},
        BadValue{"sensitive_in_request", "99999999999999999999"},
        BadValue{"persons_new", "none"}, BadValue{"sensitive_new", "all"},
        BadValue{"purpose", "contract_necessity"},
        BadValue{"purpose", "contract_necessity:gift"},
        BadValue{"necessity", "unknown"}, BadValue{"labor_rules", "unknown"},
        BadValue{"collective_contract", "bundled"},
        BadValue{"overseas_decides_hiring", "partly"},
        BadValue{"legal_basis", "PIPL13(1)(9)"}, BadValue{"notice", "bundled"},
        BadValue{"separate_consent", "y_without_sensitive_necessity"},
        BadValue{"pipia", "unknown"}, BadValue{"subject_under_14", "14"},
        BadValue{"guardian_consent", "bundled"},
        BadValue{"data_origin", "abroad"},
        BadValue{"domestic_data_added", "some"},
        BadValue{"processing", "hashed"},
        BadValue{"processing", "encrypted|hashed"},
        BadValue{"recipient_region", "CN"}, BadValue{"recipient_region", "us"},
        BadValue{"recipient", "inside_group"},
        BadValue{"recipient_status", "ok"},
        BadValue{"onward_recipient", "listed"},
        BadValue{"onward_transfer", "XX"}, BadValue{"changed", "nothing"},
        BadValue{"partial", "y"}, BadValue{"extension", "refused"},
        BadValue{"splitting", "unknown"},
        BadValue{"group_sibling_ytd", "unknown"},
        BadValue{"special_regime", "none"}, BadValue{"licence", "unknown"},
        BadValue{"list_id", "HN-2024"}, BadValue{"list_position", "inside"},
        BadValue{"list_releases_personal_data", "unknown"},
        BadValue{"list_filing", "filed"},
        BadValue{"list_adopted_locally", "unknown"},
        BadValue{"list_superseded", "2026"}));

TEST(CaseFileTest, MalformedTimesFail) {
  for (const char* time :
       {"2026-11-21", "2026-11-21T10:00:00", "2026-13-01T10:00:00Z",
        "infinite-future", "yesterday", ""}) {
    EXPECT_THAT(ProblemsOfLine(absl::StrCat("X1\teval_time=", time,
                                            "\tallow\tnone\ta\ts\tS\t")),
                ElementsAre(absl::StrCat("unknown value '", time,
                                         "' of key 'eval_time'")));
  }
}

struct BadFiling {
  const char* filing;
  const char* problem;
};

class BadFilingTest : public ::testing::TestWithParam<BadFiling> {};

TEST_P(BadFilingTest, FailsNamingThePart) {
  EXPECT_THAT(
      Read(absl::StrCat(";mechanism_on_file=", GetParam().filing)).problems,
      ElementsAre(absl::StrCat("mechanism_on_file: ", GetParam().problem)));
}

INSTANTIATE_TEST_SUITE_P(
    EveryPart, BadFilingTest,
    ::testing::Values(
        BadFiling{"licence:covers=y", "unknown value 'licence' of key 'kind'"},
        BadFiling{"", "unknown value '' of key 'kind'"},
        BadFiling{"certification:until=2027-01-01", "unknown key 'until'"},
        BadFiling{"certification:covers", "no '=' in 'covers'"},
        BadFiling{"certification:covers=y:covers=y", "key 'covers' twice"},
        BadFiling{"certification:covers=unknown",
                  "unknown value 'unknown' of key 'covers'"},
        BadFiling{"certification:status=lost",
                  "unknown value 'lost' of key 'status'"},
        BadFiling{"certification:issued=2026-02-29",
                  "unknown value '2026-02-29' of key 'issued'"},
        BadFiling{"certification:issued=none",
                  "unknown value 'none' of key 'issued'"},
        BadFiling{"certification:expires=2026-2-1",
                  "unknown value '2026-2-1' of key 'expires'"},
        BadFiling{"standard_contract:expired=x",
                  "unknown value 'x' of key 'expired'"},
        BadFiling{"standard_contract:expired=2026-01-01:expires=2026-01-01",
                  "two last days: 'expires' and 'expired'"},
        BadFiling{"standard_contract:effective=none",
                  "unknown value 'none' of key 'effective'"},
        BadFiling{"standard_contract:signed=",
                  "unknown value '' of key 'signed'"},
        BadFiling{"standard_contract:filed=never",
                  "unknown value 'never' of key 'filed'"},
        BadFiling{"standard_contract:filer=bank",
                  "unknown value 'bank' of key 'filer'"},
        BadFiling{"security_assessment:applied=now",
                  "unknown value 'now' of key 'applied'"},
        BadFiling{"security_assessment:approved_persons=all",
                  "unknown value 'all' of key 'approved_persons'"},
        BadFiling{"certification:body=CESI",
                  "unknown value 'CESI' of key 'body'"},
        BadFiling{"certification:holder=exporter",
                  "unknown value 'exporter' of key 'holder'"}));

}  // namespace
}  // namespace tongguan::conformance
