// Every name that a flow has, filled with somebody's data.
#include "gateway/service/privacy.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "gateway/engine/testing.h"
#include "gateway/engine/validate.h"
#include "gateway/policy/snapshot.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace tongguan::service {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The taxonomy that is shipped; tests run in the source folder.
const policy::Taxonomy& ShippedTaxonomy() {
  static const auto* const snapshot =
      new std::shared_ptr<const policy::Snapshot>(
          policy::LoadPolicyDir("policy").value());
  return (*snapshot)->taxonomy();
}

constexpr const char* kSomebodys[] = {
    "11010519491231002X",    // Resident ID number.
    "13812345678",           // Mobile telephone.
    "86-138-1234-5678",      // The same, dressed up.
    "zhangsan.13812345678",  // The same inside a name.
    "zhangsan@example.com",  // E-mail address.
    "6222021234567890128",   // UnionPay card.
    "\xE6\xB2\xAA"
    "A12345",  // Plate: Shanghai.
};

// A flow with something in every part, so that reflection finds every name.
v1::Flow FullFlow() {
  v1::Flow flow = engine::TestFlow();
  flow.set_system("hr");
  flow.set_sector("retail");
  flow.set_scenario("membership");
  flow.mutable_recipient()->set_name("ACME");
  v1::OnwardRecipient* onward = flow.mutable_recipient()->add_onward();
  onward->set_organization_id("CLOUD");
  onward->set_region("SG");
  flow.mutable_duties()->set_pipia_reference("PIA-1");
  flow.mutable_items(0)->set_override_reason("tested");
  flow.mutable_purpose()->mutable_contract_necessity()->set_activity("visa");
  flow.mutable_purpose()->mutable_contract_necessity()->set_necessary(
      v1::FACT_YES);
  v1::ConditionAnswer* answer = flow.add_conditions();
  answer->set_condition("no_face");
  answer->set_holds(v1::FACT_YES);
  return flow;
}

// Told of a string: where it is, what it is, and how to set it.
using Visit =
    std::function<void(const std::string& at, const std::string& was,
                       const std::function<void(const std::string&)>& set)>;

// Visits every string that is set.
void EachString(Message* message, const std::string& path, const Visit& visit) {
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string at = absl::StrCat(path, ".", field->name());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
          EachString(reflection->MutableRepeatedMessage(message, field, i), at,
                     visit);
        }
      } else {
        EachString(reflection->MutableMessage(message, field), at, visit);
      }
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      ASSERT_FALSE(field->is_repeated()) << at << " is new: test it";
      visit(at, reflection->GetString(*message, field),
            [=](const std::string& value) {
              reflection->SetString(message, field, value);
            });
    }
  }
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
        "REQ20261121000001", "1795226400000", "订单号", "col_2026_11_21"}) {
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
