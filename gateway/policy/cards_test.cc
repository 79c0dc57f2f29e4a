#include "gateway/policy/cards.h"

#include "gtest/gtest.h"

namespace tongguan::policy {
namespace {

TEST(CardsTest, KnowsNumbersThatIssuersPublishForTests) {
  for (const char* card :
       {"4111111111111111", "4222222222222", "5555555555554444",
        "2223003122003222", "2720990000000007", "378282246310005",
        "371449635398431", "6011111111111117", "3530111333300000",
        "30569309025904", "38520000023237", "6222021234567890128"}) {
    EXPECT_TRUE(IsIssuedCard(card)) << card;
  }
}

TEST(CardsTest, WrongPrefixLengthCheckDigitOrCharacterIsNoCard) {
  for (const char* text :
       {"", "4", "411111111111111",  // A digit too few.
        "4111111111111112",          // Luhn does not hold.
        "2220990000000010",          // One below Mastercard's first range.
        "1763724846123453", "20261121120000001", "9400000000000000003",
        "4111111111111111x", "41x1111111111111", "41111111x1111111",
        "411111111111111111111111"}) {
    EXPECT_FALSE(IsIssuedCard(text)) << text;
  }
}

}  // namespace
}  // namespace tongguan::policy
