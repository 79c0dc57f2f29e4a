#include "gateway/text/refusal.h"

#include "gtest/gtest.h"

namespace tongguan::text {
namespace {

v1::FieldViolation Range(const std::string& code) {
  v1::FieldViolation violation;
  violation.set_field("flow.people.declared.persons");
  violation.set_code(code);
  violation.add_operands("-1");
  violation.add_operands("100");
  violation.set_description("from a newer gateway");
  return violation;
}

TEST(RefusalTest, DescribesInBothLanguages) {
  EXPECT_EQ(Describe(Language::kEnglish, Range("wrong.people_range")),
            "-1 is out of range; use 0 to 100");
  EXPECT_EQ(Describe(Language::kChinese, Range("wrong.people_range")),
            "-1 超出范围；请用 0 到 100");
}

TEST(RefusalTest, ACodeThatTheCatalogueLacksIsDescribedAsItCame) {
  for (const char* code : {"", "wrong.of_a_newer_gateway"}) {
    EXPECT_EQ(Describe(Language::kChinese, Range(code)),
              "from a newer gateway");
  }
}

TEST(RefusalTest, AnOperandCannotSteerATerminal) {
  v1::FieldViolation violation = Range("wrong.people_range");
  violation.set_operands(0, "\x1b[2J");
  EXPECT_EQ(Describe(Language::kEnglish, violation).find('\x1b'),
            std::string::npos);
}

TEST(RefusalTest, AStatusCarriesTheError) {
  const absl::Status status =
      Refuse(absl::StatusCode::kFailedPrecondition, "persons",
             "wrong.below_on_file", {"1", "2"});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(status.message(),
            "persons: 1 is below the 2 on file; an opening balance is only "
            "ever raised");
  const auto error = RefusalOf(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->message(), status.message());
  ASSERT_EQ(error->violations_size(), 1);
  EXPECT_EQ(error->violations(0).code(), "wrong.below_on_file");
  EXPECT_EQ(error->violations(0).description(),
            "1 is below the 2 on file; an opening balance is only ever raised");
  EXPECT_FALSE(RefusalOf(absl::InternalError("x")).has_value());
}

}  // namespace
}  // namespace tongguan::text
