#include "gateway/service/unknown_fields.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/text/refusal.h"
#include "google/protobuf/unknown_field_set.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::service {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status RefuseBelow(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    if (!reflection.HasField(message, &field)) return absl::OkStatus();
    return RefuseUnknownFields(reflection.GetMessage(message, &field));
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    TG_RETURN_IF_ERROR(
        RefuseUnknownFields(reflection.GetRepeatedMessage(message, &field, i)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RefuseUnknownFields(const Message& message) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  const auto* descriptor = message.GetDescriptor();
  if (!unknown.empty()) {
    return text::Refuse(
        absl::StatusCode::kInvalidArgument, "", "wrong.unknown_field",
        {absl::StrCat(unknown.field(0).number()), descriptor->name()});
  }
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field.message_type() == v1::Flow::descriptor()) continue;
    TG_RETURN_IF_ERROR(RefuseBelow(message, field));
  }
  return absl::OkStatus();
}

}  // namespace tongguan::service
