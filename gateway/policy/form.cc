#include "gateway/policy/form.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "proto/tongguan/v1/list.pb.h"
#include "proto/tongguan/v1/registry.pb.h"

namespace tongguan::policy {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Length of the well-formed UTF-8 sequence at the front; 0 if there is none.
size_t SequenceLength(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  if (byte(0) < 0x80) return byte(0) == 0 ? 0 : 1;
  const size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const bool bad = (byte(0) == 0xE0 && byte(1) < 0xA0) ||
                   (byte(0) == 0xED && byte(1) > 0x9F) ||
                   (byte(0) == 0xF0 && byte(1) < 0x90) ||
                   (byte(0) == 0xF4 && byte(1) > 0x8F);
  return bad ? 0 : length;
}

bool MayBeUnspecified(const EnumDescriptor* type) {
  return type == v1::ThresholdCounter_descriptor() ||
         type == v1::RowMechanism_descriptor() ||
         type == v1::RowItems_descriptor() ||
         type == v1::SpecialRegime_descriptor() ||
         type == v1::Extension_descriptor();
}

// "place.field" or "place.field[i]".
std::string Below(absl::string_view place, const FieldDescriptor* field,
                  int index) {
  return field->is_repeated()
             ? absl::StrCat(place, ".", field->name(), "[", index, "]")
             : absl::StrCat(place, ".", field->name());
}

// Checks one value of a field; `index` is -1 for a singular field.
absl::Status CheckValue(absl::string_view place, const Message& message,
                        const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  const bool one = index < 0;
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string& text =
          one ? reflection->GetStringReference(message, field, &scratch)
              : reflection->GetRepeatedStringReference(message, field, index,
                                                       &scratch);
      if (IsText(text)) return absl::OkStatus();
      return Refuse(Below(place, field, index),
                    "not UTF-8 text. Save the file as UTF-8.");
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value =
          one ? reflection->GetEnumValue(message, field)
              : reflection->GetRepeatedEnumValue(message, field, index);
      const EnumDescriptor* type = field->enum_type();
      if (type->FindValueByNumber(value) == nullptr) {
        return Refuse(Below(place, field, index),
                      absl::StrCat(value, " is not a value of ", type->name(),
                                   ". Name one."));
      }
      if (value != 0 || MayBeUnspecified(type)) return absl::OkStatus();
      return Refuse(
          Below(place, field, index),
          absl::StrCat("unspecified. Name a value of ", type->name(), "."));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (one && !reflection->HasField(message, field)) break;
      return CheckForm(
          Below(place, field, index),
          one ? reflection->GetMessage(message, field)
              : reflection->GetRepeatedMessage(message, field, index));
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Refuse(absl::string_view place, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", message));
}

std::string Quote(absl::string_view text) {
  constexpr size_t kLongest = 256;  // 64 characters of UTF-8.
  if (text.size() <= kLongest && IsText(text)) {
    return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text), "\"");
  }
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kLongest)), "\"");
}

std::string Entry::Text(absl::string_view below) const {
  return absl::StrCat("registry ", what, " ", Quote(id), below);
}

bool IsText(absl::string_view bytes) {
  // Eight characters of ASCII at a time; a byte less one borrows from its
  // highest bit only if it is 0.
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = kOnes << 7;
  while (!bytes.empty()) {
    if (bytes.size() >= sizeof(uint64_t)) {
      uint64_t word;
      std::memcpy(&word, bytes.data(), sizeof(word));
      if (((word | (word - kOnes)) & kHigh) == 0) {
        bytes.remove_prefix(sizeof(word));
        continue;
      }
    }
    const size_t length = SequenceLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

absl::Status CheckForm(absl::string_view place, const Message& message) {
  const google::protobuf::Descriptor* type = message.GetDescriptor();
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  if (!unknown.empty()) {
    return Refuse(place, absl::StrCat("field ", unknown.field(0).number(),
                                      " is not one of ", type->name(),
                                      ". Use the version that wrote it."));
  }
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!field->is_repeated()) {
      TG_RETURN_IF_ERROR(CheckValue(place, message, field, -1));
      continue;
    }
    const int size = message.GetReflection()->FieldSize(message, field);
    for (int k = 0; k < size; ++k) {
      TG_RETURN_IF_ERROR(CheckValue(place, message, field, k));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckIdentifier(absl::string_view place, absl::string_view text,
                             bool empty_too) {
  if (IsIdentifier(text) || (empty_too && text.empty())) {
    return absl::OkStatus();
  }
  return Refuse(place, absl::StrCat(Quote(text),
                                    " is not an identifier. Use 1 to 64 "
                                    "letters, digits, CJK ideographs, '_', "
                                    "'.', '-'."));
}

}  // namespace tongguan::policy
