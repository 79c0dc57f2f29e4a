#include "gateway/inspect/declarations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/inspect/testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The declarations, checked; or the message.
std::string Read(absl::string_view text, v1::Declarations* out = nullptr) {
  auto read = ReadDeclarations("d.tsv", text);
  if (!read.ok()) return SaidInBoth(read.status());
  const absl::Status status =
      CheckDeclarations("d.tsv", ShippedTaxonomy(), &*read);
  if (out != nullptr) *out = *read;
  return status.ok() ? "" : SaidInBoth(status);
}

TEST(DeclarationsTest, RowsAreRead) {
  v1::Declarations read;
  EXPECT_EQ(Read("# why\ncolumn\tpersonal\tcategory\treason\r\n\n"
                 "金额 (元)\tno\t\tnot-about-people\r\nx1\t\tsalary\tq3-2026\n",
                 &read),
            "");
  ASSERT_EQ(read.declarations_size(), 2);
  EXPECT_EQ(read.declarations(0).column(), "金额_元");
  EXPECT_EQ(read.declarations(0).personal(), v1::FACT_NO);
  EXPECT_EQ(read.declarations(1).personal(), v1::FACT_UNSPECIFIED);
  EXPECT_EQ(read.declarations(1).category(), "salary");
  EXPECT_EQ(read.declarations(1).reason(), "q3-2026");
}

TEST(DeclarationsTest, UnknownFieldNamesLineAndCell) {
  EXPECT_THAT(Read("column\twhy\na\tb\n"), StartsWith("d.tsv:2:2: "));
}

TEST(DeclarationsTest, FactThatIsNoneNamesLineAndCell) {
  EXPECT_THAT(Read("column\tpersonal\treason\na\tno\tr\nb\tmaybe\tr\n"),
              StartsWith("d.tsv:3:2: "));
}

TEST(DeclarationsTest, MoreCellsThanTheHeaderAreRefused) {
  EXPECT_THAT(Read("column\treason\na\tb\tc\n"), StartsWith("d.tsv:2: more"));
}

TEST(DeclarationsTest, MissingReasonIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\na\tno\n"),
              StartsWith("d.tsv: declaration 1: no reason"));
}

TEST(DeclarationsTest, ReasonOfFreeTextIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\treason\na\tno\tbecause I say so\n"),
              StartsWith("d.tsv: declaration 1: no reason"));
}

TEST(DeclarationsTest, ReasonSaysWhichCharactersItTakesAndWhereMoreMayStand) {
  const std::string error =
      Read("column\tpersonal\treason\na\tno\tso, it is\n");
  EXPECT_THAT(error, HasSubstr("1 to 64 letters, CJK characters, digits, "
                               "'_', '.', '-'"));
  EXPECT_THAT(error, HasSubstr("lines that begin with #"));
  v1::Declarations read;
  EXPECT_EQ(Read("# Agreed with legal, 2026-11-02: figures only.\n"
                 "column\tpersonal\treason\na\tno\t法务已核对_2026-11\n",
                 &read),
            "");
  EXPECT_EQ(read.declarations(0).reason(), "法务已核对_2026-11");
}

// It is sent, as names of columns are.
TEST(DeclarationsTest, ReasonWithSomebodysNumberIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\treason\na\tno\task-13800138000\n"),
              StartsWith("d.tsv: declaration 1: the reason looks as if it"));
}

TEST(DeclarationsTest, ColumnTwiceIsRefused) {
  EXPECT_THAT(
      Read("column\tpersonal\treason\na b\tno\tr\na_b\tno\tr\n"),
      StartsWith("d.tsv: declaration 2: a column that is declared before"));
}

TEST(DeclarationsTest, UnknownCategoryIsRefused) {
  EXPECT_THAT(
      Read("column\tcategory\treason\na\tnone\tr\n"),
      StartsWith("d.tsv: declaration 1: a category that the taxonomy lacks"));
}

TEST(DeclarationsTest, DeclaringNothingIsRefused) {
  EXPECT_THAT(Read("column\treason\na\tr\n"),
              StartsWith("d.tsv: declaration 1: nothing is declared"));
}

TEST(DeclarationsTest, SensitiveButNotPersonalIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\tsensitive\treason\na\tno\tyes\tr\n"),
              StartsWith("d.tsv: declaration 1: sensitive but not personal"));
}

TEST(DeclarationsTest, MissingColumnIsRefused) {
  EXPECT_THAT(Read("personal\treason\nno\tr\n"),
              StartsWith("d.tsv: declaration 1: no column's name"));
}

}  // namespace
}  // namespace tongguan::inspect
