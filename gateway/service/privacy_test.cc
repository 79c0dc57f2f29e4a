// Every name that a flow has, filled with somebody's data.
#include "gateway/service/privacy.h"

#include "absl/strings/str_cat.h"
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
        "E12345678", "010-12345678"}) {
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

}  // namespace
}  // namespace tongguan::service
