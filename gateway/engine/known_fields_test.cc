// The walk over a flow's messages, held against the descriptors: an unknown
// field is planted in every message that a flow can hold.
#include "gateway/engine/known_fields.h"

#include <gtest/gtest.h>

#include "google/protobuf/descriptor.h"

namespace tongguan::engine {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kUnknown = 9999;

// Plants an unknown field in `message`, a part of `flow` at `path`, alone; then
// in every message below it.
void PlantEverywhere(Message* message, const std::string& path, v1::Flow* flow,
                     int* planted) {
  const auto* reflection = message->GetReflection();
  reflection->MutableUnknownFields(message)->AddVarint(kUnknown, 1);
  std::vector<v1::FieldViolation> violations;
  Checker check(&violations);
  CheckKnownFields(*flow, Path("flow"), &check);
  ASSERT_EQ(violations.size(), 1u) << path;
  EXPECT_EQ(violations[0].field(), path);
  ++*planted;
  reflection->MutableUnknownFields(message)->Clear();
  const auto* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string below = absl::StrCat(path, ".", field->name());
    if (field->is_repeated()) {
      reflection->AddMessage(message, field);
      PlantEverywhere(reflection->AddMessage(message, field),
                      absl::StrCat(below, "[1]"), flow, planted);
    } else {
      PlantEverywhere(reflection->MutableMessage(message, field), below, flow,
                      planted);
    }
  }
}

TEST(KnownFieldsTest, AnUnknownFieldIsFoundInEveryMessage) {
  v1::Flow flow;
  int planted = 0;
  PlantEverywhere(&flow, "flow", &flow, &planted);
  EXPECT_GE(planted, 20);  // Flow's messages when this was written.
}

TEST(KnownFieldsTest, KnownFieldsAreNotRefused) {
  v1::Flow flow;
  flow.add_items()->set_name("vin");
  flow.mutable_people()->mutable_exact()->set_key_id("k");
  std::vector<v1::FieldViolation> violations;
  Checker check(&violations);
  CheckKnownFields(flow, Path("flow"), &check);
  EXPECT_TRUE(violations.empty());
}

}  // namespace
}  // namespace tongguan::engine
