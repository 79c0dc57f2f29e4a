#include "gateway/policy/form.h"

#include <gtest/gtest.h>

#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

TEST(FormTest, TextIsUtf8WithoutNul) {
  for (absl::string_view text :
       {"", "a", "é", "身份证", "😀", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsText(text)) << text;
  }
}

TEST(FormTest, RefusesIllFormedText) {
  for (absl::string_view text :
       {absl::string_view("a\0", 2), absl::string_view("\x80"),
        absl::string_view("\xc1\x81"), absl::string_view("\xe0\x81\x81"),
        absl::string_view("\xed\xa0\x80"), absl::string_view("\xe4\xb8"),
        absl::string_view("\xf0\x80\x80\x80"),
        absl::string_view("\xf4\x90\x80\x80"), absl::string_view("\xf5"),
        absl::string_view("\xe4\xb8z")}) {
    EXPECT_FALSE(IsText(text)) << Quote(text);
  }
}

TEST(FormTest, QuoteShowsTextAndEscapesTheRest) {
  EXPECT_EQ(Quote("身份证"), "\"身份证\"");
  EXPECT_EQ(Quote("a\nb"), "\"a\\nb\"");
  EXPECT_EQ(Quote("\xff"), "\"\\xff\"");
  const std::string bad(1000, '\xe4');
  EXPECT_TRUE(IsText(Quote(bad)));
}

TEST(FormTest, RefusesUnspecifiedEnum) {
  v1::Filing filing = TestFiling("f", v1::FILING_KIND_STANDARD_CONTRACT);
  EXPECT_TRUE(CheckForm("filing", filing).ok());  // Extension has a meaning.
  filing.clear_status();
  EXPECT_EQ(CheckForm("filing", filing).message(),
            "filing.status: unspecified. Name a value of FilingStatus.");
}

TEST(FormTest, RefusesUnknownEnumValue) {
  v1::Filing filing = TestFiling("f", v1::FILING_KIND_STANDARD_CONTRACT);
  filing.set_extension(static_cast<v1::Extension>(7));
  EXPECT_EQ(CheckForm("filing", filing).message(),
            "filing.extension: 7 is not a value of Extension. Name one.");
}

TEST(FormTest, RefusesUnknownField) {
  v1::Filing filing = TestFiling("f", v1::FILING_KIND_STANDARD_CONTRACT);
  v1::FilingScope& scope = *filing.mutable_scope();
  scope.GetReflection()->MutableUnknownFields(&scope)->AddVarint(99, 1);
  EXPECT_EQ(CheckForm("filing", filing).message(),
            "filing.scope: field 99 is not one of FilingScope. Use the version "
            "that wrote it.");
}

TEST(FormTest, RefusesBadTextWithItsPath) {
  v1::Filing filing = TestFiling("f", v1::FILING_KIND_STANDARD_CONTRACT);
  filing.mutable_scope()->add_items("ok");
  const std::string bad(1, '\xff');
  filing.mutable_scope()->add_items(bad);
  EXPECT_EQ(CheckForm("filing", filing).message(),
            "filing.scope.items[1]: not UTF-8 text. Save the file as UTF-8.");
}

}  // namespace
}  // namespace tongguan::policy
