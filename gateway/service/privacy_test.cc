// Every name that a flow has, filled with somebody's data.
#include "gateway/service/privacy.h"

#include <iostream>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/engine/validate.h"
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
