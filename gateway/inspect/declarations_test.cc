#include "gateway/inspect/declarations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/inspect/testing.h"

namespace tongguan::inspect {
namespace {

using ::testing::StartsWith;

// The declarations, checked; or the message.
std::string Read(absl::string_view text, v1::Declarations* out = nullptr) {
  auto read = ReadDeclarations("d.tsv", text);
  if (!read.ok()) return std::string(read.status().message());
  const absl::Status status = CheckDeclarations(ShippedTaxonomy(), &*read);
  if (out != nullptr) *out = *read;
  return std::string(status.message());
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
              StartsWith("declaration 1: no reason"));
}

TEST(DeclarationsTest, ReasonOfFreeTextIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\treason\na\tno\tbecause I say so\n"),
              StartsWith("declaration 1: no reason"));
}

TEST(DeclarationsTest, ColumnTwiceIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\treason\na b\tno\tr\na_b\tno\tr\n"),
              StartsWith("declaration 2: a column that is declared before"));
}

TEST(DeclarationsTest, UnknownCategoryIsRefused) {
  EXPECT_THAT(Read("column\tcategory\treason\na\tnone\tr\n"),
              StartsWith("declaration 1: a category that the taxonomy lacks"));
}

TEST(DeclarationsTest, DeclaringNothingIsRefused) {
  EXPECT_THAT(Read("column\treason\na\tr\n"),
              StartsWith("declaration 1: nothing is declared"));
}

TEST(DeclarationsTest, SensitiveButNotPersonalIsRefused) {
  EXPECT_THAT(Read("column\tpersonal\tsensitive\treason\na\tno\tyes\tr\n"),
              StartsWith("declaration 1: sensitive but not personal"));
}

TEST(DeclarationsTest, MissingColumnIsRefused) {
  EXPECT_THAT(Read("personal\treason\nno\tr\n"),
              StartsWith("declaration 1: no column's name"));
}

}  // namespace
}  // namespace tongguan::inspect
