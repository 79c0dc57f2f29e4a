#include "gateway/policy/registry_form.h"

#include <gtest/gtest.h>

#include <functional>

#include "gateway/policy/form.h"
#include "gateway/policy/testing.h"

namespace tongguan::policy {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

v1::Enterprise SoundEnterprise() {
  v1::Enterprise enterprise = TestSource().registry[0].enterprises(0);
  enterprise.add_delegations()->set_delegate("x");
  v1::PseudonymKey* key = enterprise.add_pseudonym_keys();
  key->set_id("k");
  key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SM3);
  enterprise.add_zones("CN-SH-FTZ");
  return enterprise;
}

v1::Filing SoundFiling() {
  v1::Filing filing = TestFiling("F", v1::FILING_KIND_CERTIFICATE);
  filing.set_extension(v1::EXTENSION_GRANTED);
  filing.mutable_scope()->add_items("vin");
  filing.mutable_scope()->add_onward("ACME-SG");
  return filing;
}

void SetEnum(const FieldDescriptor* field, int value, Message* message) {
  message->GetReflection()->SetEnumValue(message, field, value);
}

void SpoilText(const FieldDescriptor* field, const std::string& text,
               Message* message) {
  const auto* reflection = message->GetReflection();
  if (field->is_repeated()) {
    reflection->AddString(message, field, text);
  } else {
    reflection->SetString(message, field, text);
  }
}

// Spoils, one at a time, every field of the message and of those below it, and
// calls `check` after each.
void SpoilEach(Message* message, const std::function<void()>& check) {
  const std::string sound = message->SerializeAsString();
  const auto spoil = [&](const auto& change) {
    change();
    SCOPED_TRACE(message->GetTypeName());
    check();
    ASSERT_TRUE(message->ParseFromString(sound));
  };
  const auto* reflection = message->GetReflection();
  spoil([&] { reflection->MutableUnknownFields(message)->AddVarint(99, 1); });
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    SCOPED_TRACE(field->name());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      for (const std::string& bad :
           {std::string("a\0b", 3), std::string("\xff"),
            std::string("12345678\xc3")}) {
        spoil([&] { SpoilText(field, bad, message); });
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      spoil([&] { SetEnum(field, 99, message); });
      spoil([&] { SetEnum(field, 0, message); });
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      SpoilEach(field->is_repeated()
                    ? reflection->MutableRepeatedMessage(message, field, 0)
                    : reflection->MutableMessage(message, field),
                check);
    }
  }
}

// What each field may be is told by CheckForm, from the descriptors: a field
// that HasForm overlooks fails here.
TEST(RegistryFormTest, IsAsStrictAsCheckForm) {
  v1::Enterprise enterprise = SoundEnterprise();
  v1::Filing filing = SoundFiling();
  ASSERT_TRUE(CheckForm("", enterprise).ok()) << CheckForm("", enterprise);
  ASSERT_TRUE(CheckForm("", filing).ok()) << CheckForm("", filing);
  EXPECT_TRUE(HasForm(enterprise));
  EXPECT_TRUE(HasForm(filing));
  int refused = 0;
  SpoilEach(&enterprise, [&] {
    EXPECT_EQ(HasForm(enterprise), CheckForm("", enterprise).ok());
    refused += HasForm(enterprise) ? 0 : 1;
  });
  SpoilEach(&filing, [&] {
    EXPECT_EQ(HasForm(filing), CheckForm("", filing).ok());
    refused += HasForm(filing) ? 0 : 1;
  });
  EXPECT_GT(refused, 70);
}

}  // namespace
}  // namespace tongguan::policy
