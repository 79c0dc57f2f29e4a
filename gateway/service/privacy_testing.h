// For tests: somebody's data, and every place in a request that takes a text.
#ifndef TONGGUAN_GATEWAY_SERVICE_PRIVACY_TESTING_H_
#define TONGGUAN_GATEWAY_SERVICE_PRIVACY_TESTING_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/engine/testing.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::service {

inline constexpr const char* kSomebodys[] = {
    "11010519491231002X",    // Resident ID number.
    "13812345678",           // Mobile telephone.
    "86-138-1234-5678",      // The same, dressed up.
    "zhangsan.13812345678",  // The same inside a name.
    "zhangsan@example.com",  // E-mail address.
    "6222021234567890128",   // UnionPay card.
    "沪A12345",              // Plate: Shanghai.
    // Each once went through.
    "id11010519491231002X",
    "110105491231002",  // Resident ID number before 2000.
    "ord13812345678x",
    "T13812345678",
    "138_1234_5678",
    "138.1234.5678",
    "138.12345678",
    "x138-1234.5678",
    "008613812345678",
    "job-86-138-1234-5678",
    "card6222021234567890128",
    "6222_0212_3456_7890_128",
    "x-沪A12345",
    "x-沪ADZ12B",  // Plate with two digits.
    "zhang.san@corp.cn.2026",
    "1.3.8.1.2.3.4.5.6.7.8",
    "job-1_3_8_1_2_3_4_5_6_7_8",
    "x-1-3-8-1-2-3-4-5-6-7-8",
    "zhang.san.138.1234.5678",
    // Cards of other issuers: the numbers that they publish for tests.
    "4111111111111111",
    "ord-4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4222222222222",
    "5555555555554444",
    "card5555_5555_5555_4444",
    "2223003122003222",
    "378282246310005",
    "x3714-496353-98431",
    "6011111111111117",
    "3530111333300000",
    "30569309025904",
    // Plates of the armed police and of embassies.
    "WJ京12345",
    "x-wj京1234x",
    "使123456",
    "car-使123456",
};

// A flow with something in every part, so that reflection finds every name.
inline v1::Flow FullFlow() {
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
inline void EachString(google::protobuf::Message* message,
                       const std::string& path, const Visit& visit) {
  const auto* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    const std::string at = absl::StrCat(path, ".", field->name());
    if (field->cpp_type() ==
        google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
          EachString(reflection->MutableRepeatedMessage(message, field, i), at,
                     visit);
        }
      } else {
        EachString(reflection->MutableMessage(message, field), at, visit);
      }
    } else if (field->type() ==
               google::protobuf::FieldDescriptor::TYPE_STRING) {
      ASSERT_FALSE(field->is_repeated()) << at << " is new: test it";
      visit(at, reflection->GetString(*message, field),
            [=](const std::string& value) {
              reflection->SetString(message, field, value);
            });
    }
  }
}

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PRIVACY_TESTING_H_
