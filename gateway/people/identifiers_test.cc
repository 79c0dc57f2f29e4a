#include "gateway/people/identifiers.h"

#include <gtest/gtest.h>

namespace tongguan::people {
namespace {

std::string Form(IdentifierKind kind, absl::string_view value) {
  std::string form = "what was there before";
  NormalizeIdentifier(kind, value, &form);
  return form;
}

TEST(IdentifiersTest, WideFormsBecomeAscii) {
  EXPECT_EQ(Form(IdentifierKind::kOther, "Ａ１２３～！"), "A123~!");
  EXPECT_EQ(Form(IdentifierKind::kOther, "\u3000工号\u00A07\u3000"), "工号 7");
}

TEST(IdentifiersTest, CharactersBesideTheWideFormsStay) {
  // U+FF00, U+FF5F, U+FFE5 and a cut sequence.
  for (const char* text : {"\uFF00", "\uFF5F", "\uFFE5", "\xEF\xBC", "\xC2"}) {
    EXPECT_EQ(Form(IdentifierKind::kOther, text), text);
  }
}

TEST(IdentifiersTest, WhiteSpaceAtTheEndsGoes) {
  EXPECT_EQ(Form(IdentifierKind::kOther, " \t E 17\r\n"), "E 17");
  EXPECT_EQ(Form(IdentifierKind::kOther, " \u3000 "), "");
}

TEST(IdentifiersTest, DocumentsAreUpperCaseWithoutSpaces) {
  EXPECT_EQ(Form(IdentifierKind::kDocument, "110105 19491231 002x"),
            "11010519491231002X");
  EXPECT_EQ(
      Form(IdentifierKind::kDocument, "１１０１０５１９４９１２３１００２ｘ"),
      "11010519491231002X");
}

TEST(IdentifiersTest, CaseOfOtherIdentifiersTellsPeopleApart) {
  EXPECT_NE(Form(IdentifierKind::kOther, "ab12"),
            Form(IdentifierKind::kOther, "AB12"));
}

TEST(IdentifiersTest, PhonesInAllTheirSpellingsAreOne) {
  for (const char* text :
       {"13800138000", "138 0013 8000", "138-0013-8000", "+86 138-0013-8000",
        "+8613800138000", "008613800138000", "8613800138000",
        "(+86)138.0013.8000", "＋８６１３８００１３８０００"}) {
    EXPECT_EQ(Form(IdentifierKind::kPhone, text), "13800138000") << text;
  }
}

TEST(IdentifiersTest, EightySixOfANumberThatIsNoMobileStays) {
  EXPECT_EQ(Form(IdentifierKind::kPhone, "8612345678"), "8612345678");
  EXPECT_EQ(Form(IdentifierKind::kPhone, "+86 21 5888 0000"), "+862158880000");
}

TEST(IdentifiersTest, CardsLoseTheirGaps) {
  EXPECT_EQ(Form(IdentifierKind::kCard, "6222 0200-0011 2233"),
            "6222020000112233");
}

}  // namespace
}  // namespace tongguan::people
