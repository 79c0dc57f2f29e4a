// Every name that a flow has, filled with somebody's data.
#include "gateway/service/privacy.h"

#include <algorithm>
#include <iostream>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/engine/validate.h"
#include "gateway/policy/cards.h"
#include "gateway/policy/detectors.h"
#include "gateway/policy/inside_text.h"
#include "gateway/policy/snapshot.h"
#include "gateway/service/privacy_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

// The taxonomy that is shipped; tests run in the source folder.
const policy::Taxonomy& ShippedTaxonomy() {
  static const auto* const snapshot =
      new std::shared_ptr<const policy::Snapshot>(
          policy::LoadPolicyDir("policy").value());
  return (*snapshot)->taxonomy();
}

std::vector<v1::FieldViolation> Violations(const v1::Flow& flow) {
  std::vector<v1::FieldViolation> violations = engine::ValidateFlow(flow);
  CheckNames(flow, ShippedTaxonomy(), "flow", &violations);
  return violations;
}

TEST(PrivacyTest, EveryNameThatIsSomebodysDataIsRefusedWithoutSayingIt) {
  v1::Flow flow = FullFlow();
  ASSERT_THAT(Violations(flow), testing::IsEmpty());
  int names = 0;
  EachString(
      &flow, "flow",
      [&](const std::string& at, const std::string& was, const auto& set) {
        ++names;
        for (const std::string value : kSomebodys) {
          SCOPED_TRACE(absl::StrCat(at, " ", value));
          set(value);
          const auto violations = Violations(flow);
          EXPECT_FALSE(violations.empty());
          for (const v1::FieldViolation& violation : violations) {
            EXPECT_EQ(violation.DebugString().find(value), std::string::npos)
                << violation.DebugString();
          }
        }
        set(was);
      });
  EXPECT_EQ(names, 17);
}

TEST(PrivacyTest, OrdinaryNamesAreNobodys) {
  v1::Flow flow = FullFlow();
  for (const char* id :
       {"550e8400-e29b-41d4-a716-446655440000", "2026-11-21-batch-000123",
        "REQ20261121000001", "1795226400000", "订单号", "col_2026_11_21",
        "batch-1763724846-7", "v1.13.8", "139.168.10.123", "host-10.1.2.3",
        "5f13912345678abcdef0123456789abc",
        "a1b2c315-8123-4567-8abc-d13812345678", "云SERVER最新", "京东2026",
        "E12345678", "010-12345678",
        // Luhn holds of these too, but no issuer's cards begin so.
        "1763724846123453", "20261121120000001", "7992739871300016",
        "9400000000000000003",
        // An issuer's, but Luhn does not hold, or letters are among the digits.
        "4111111111111112", "4111111a11111111", "139.168.10.123-2026",
        "2026.11.21.10.30.05", "1.2.3.4.5.6", "v1.4.2.20261121", "天使202611",
        "使用202611", "202611使用量", "WJ12345"}) {
    SCOPED_TRACE(id);
    flow.set_request_id(id);
    EXPECT_THAT(Violations(flow), testing::IsEmpty());
  }
  flow.mutable_recipient()->set_organization_id("91350100M000100Y43");
  EXPECT_THAT(Violations(flow), testing::IsEmpty());
}

TEST(PrivacyTest, IdsOfSettlementsAndOpeningsAreNamesToo) {
  EXPECT_FALSE(
      CheckName("request_id", "11010519491231002X", ShippedTaxonomy()).ok());
  EXPECT_TRUE(CheckName("request_id", "settle-1", ShippedTaxonomy()).ok());
}

TEST(PrivacyTest, ACertificateThatNamesSomebodyIsRefusedWithoutSayingIt) {
  const auto refused = [](const Identity& caller, const std::string& value) {
    const absl::Status status = CheckCaller(caller, ShippedTaxonomy());
    EXPECT_TRUE(absl::IsUnauthenticated(status)) << value << status;
    EXPECT_EQ(status.ToString().find(value), std::string::npos) << status;
  };
  for (const std::string value : kSomebodys) {
    refused({Role::kExporter, policy::kShanghaiExporter, value}, value);
    refused({Role::kRegulator, "cac", value}, value);
    refused({Role::kRegulator, value, "officer"}, value);
    refused({Role::kAuditor, value, ""}, value);
    refused({Role::kOperator, "", value}, value);
  }
  for (const Identity& caller :
       {Identity{Role::kExporter, policy::kShanghaiExporter, "erp-2"},
        {Role::kRegulator, "cac-sh", "officer-012345"},
        {Role::kAuditor, "audit-co", ""},
        {Role::kOperator, "", "night-shift"}}) {
    EXPECT_TRUE(CheckCaller(caller, ShippedTaxonomy()).ok()) << caller.name;
  }
}

// A number in six pieces or more without its gaps, in fewer with '-' for up to
// two dots.
std::string Undressed(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;  // Behind the number's last digit.
    for (size_t k = i; k < text.size(); ++k) {
      if (absl::ascii_isdigit(text[k])) end = k + 1;
      if (!absl::StrContains("0123456789._-", text[k])) break;
      if (end == i) break;
    }
    if (end == i) {
      plain += text[i++];
      continue;
    }
    std::string number = text.substr(i, end - i);
    i = end;
    if (std::count_if(number.begin(), number.end(), absl::ascii_ispunct) > 4) {
      std::erase_if(number, absl::ascii_ispunct);
    } else if (std::count(number.begin(), number.end(), '.') <= 2) {
      std::replace(number.begin(), number.end(), '.', '-');
    }
    plain += number;
  }
  return plain;
}

// Whether a name is somebody's, worked out without any glance that spares work.
bool IsSomebodys(const std::string& text) {
  const auto digits =
      std::count_if(text.begin(), text.end(), absl::ascii_isdigit);
  const bool beyond = std::any_of(text.begin(), text.end(),
                                  [](char c) { return (c & 0x80) != 0; });
  if (digits < 4 && text.find_first_of("@\xEF") == std::string::npos &&
      (!beyond || digits == 0)) {
    return false;
  }
  std::string scratch;
  bool found = false;
  for (const std::string& form : {text, digits < 11 ? text : Undressed(text)}) {
    const v1::Category* category = ShippedTaxonomy()
                                       .detectors()
                                       .For(nullptr)
                                       .Find(form, &scratch)
                                       .category;
    found |= category != nullptr &&
             (category->data_class() == v1::DATA_CLASS_PERSONAL ||
              category->data_class() == v1::DATA_CLASS_SENSITIVE);
    policy::EachPart(form, [&found](absl::string_view part) {
      found |= policy::IsIssuedCard(part);
    });
  }
  return found;
}

// Of the pieces that matter to the rules, some joined, or of digits and signs.
std::string RandomName(std::mt19937_64* random) {
  static const std::vector<std::string> kPieces = {
      "-",
      "_",
      ".",
      "-",
      "_",
      ".",
      " ",
      "1",
      "86",
      "0086",
      "+49",
      "2026",
      "a",
      "x",
      "X",
      "f",
      "ord",
      "REQ",
      "WJ",
      "沪",
      "沪A",
      "使",
      "数据",
      "·",
      "挂",
      "A12345",
      "123456",
      "１３８",
      "１",
      "－",
      "　",
      "@",
      "\xEF",
      "\xE2\x80",
      "138",
      "1381",
      "2345",
      "678",
      "1234",
      "5678",
      "4111",
      "1111",
      "13812345678",
      "11010519491231002X",
      "110105194912310",
      "6222021234567890128",
      "4111111111111111",
      "zhang.san@corp.cn",
      "example.com",
      "550e8400-e29b-41d4-a716-446655440000",
      "81015340-9ca7-4564-8136-418226515520",
      "5f1391234567abcdef0123456789abcd",
      "01ARZ3NDEKTSV4RRFFQ69G5FAV",
      "2026-11-21",
      "1795226400000",
      "1M8GDM9AXKP042788"};
  static constexpr absl::string_view kCharacters = "0123456789-_. abf";
  const auto pick = [random](size_t many) { return (*random)() % many; };
  std::string text;
  const bool pieces = pick(2) == 0;
  for (size_t left = 1 + pick(pieces ? 6 : 30); left > 0; --left) {
    if (pieces) {
      text += kPieces[pick(kPieces.size())];
    } else {
      text += kCharacters[pick(kCharacters.size())];
    }
  }
  return text;
}

TEST(PrivacyTest, AGlanceSparesWorkOnly) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937_64 random(seed);
  constexpr int kNames = 40'000;
  int refused = 0;
  for (int i = 0; i < kNames; ++i) {
    const std::string name = RandomName(&random);
    const bool somebodys = IsSomebodys(name);
    ASSERT_EQ(CheckName("f", name, ShippedTaxonomy()).ok(), !somebodys) << name;
    refused += somebodys ? 1 : 0;
  }
  EXPECT_GT(refused, kNames / 20);
  EXPECT_LT(refused, kNames / 2);
}

// Of so many digits that a count of them may wrap to none.
TEST(PrivacyTest, AVeryLongTextIsLookedAt) {
  for (const int bits : {8, 12, 16, 20, 21}) {
    const std::string number = "13812345678";
    const std::string digits((size_t{1} << bits) - number.size(), '7');
    EXPECT_FALSE(
        CheckName("f", absl::StrCat(number, "-", digits), ShippedTaxonomy())
            .ok());
    EXPECT_TRUE(CheckName("f", digits, ShippedTaxonomy()).ok());
  }
}

// A client that numbers its requests at random meets a refusal so often, and is
// told; one that counts, or has letters among the digits, does not.
TEST(PrivacyTest, FewRandomNumbersOf16DigitsLookLikeACard) {
  std::mt19937_64 random(7);
  int refused = 0, refused_hex = 0;
  constexpr int kIds = 20000;
  for (int i = 0; i < kIds; ++i) {
    const uint64_t number = random();
    const auto id = absl::StrFormat("%016d", number % 10000000000000000u);
    refused += !CheckName("request_id", id, ShippedTaxonomy()).ok();
    const auto hex = absl::StrFormat("%016x%016x", number, random());
    refused_hex += !CheckName("request_id", hex, ShippedTaxonomy()).ok();
  }
  std::cout << "refused: " << refused << " of " << kIds << ", hexadecimal "
            << refused_hex << "\n";
  EXPECT_LT(refused, kIds / 25);
  EXPECT_GT(refused, kIds / 100);  // Else cards are not looked for.
  EXPECT_EQ(refused_hex, 0);
}

}  // namespace
}  // namespace tongguan::service
