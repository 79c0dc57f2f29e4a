// What the checks of a flow's form are made of. A flow that is well-formed
// costs no memory from the heap.
#ifndef TONGGUAN_GATEWAY_ENGINE_CHECKER_H_
#define TONGGUAN_GATEWAY_ENGINE_CHECKER_H_

#include <string>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/identifier.h"
#include "gateway/engine/region.h"
#include "gateway/engine/validate.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace tongguan::engine {

inline constexpr size_t kMostViolations = 20;

// A place in the flow: written out only when something is wrong there.
class Path {
 public:
  explicit Path(absl::string_view root) : name_(root) {}
  // ".name" below `above`, and which of them where it is one of several. Both
  // must outlive this.
  Path(const Path& above, absl::string_view name, int index = -1)
      : above_(&above), name_(name), index_(index) {}

  std::string Text() const {
    std::string text = above_ == nullptr ? "" : above_->Text();
    absl::StrAppend(&text, name_);
    if (index_ >= 0) absl::StrAppend(&text, "[", index_, "]");
    return text;
  }

 private:
  const Path* above_ = nullptr;
  absl::string_view name_;
  int index_ = -1;
};

// How many values the enum has where these are 0, 1, 2, ...; else 0.
template <typename Enum>
int Values() {
  const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
  const int count = descriptor->value_count();
  for (int i = 0; i < count; ++i) {
    if (descriptor->value(i)->number() != i) return 0;
  }
  return count;
}

// "FACT_YES, FACT_NO, FACT_UNKNOWN": what may be answered.
inline std::string ValueNames(
    const google::protobuf::EnumDescriptor& descriptor) {
  std::string names;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    if (descriptor.value(i)->number() == 0) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ",
                    descriptor.value(i)->name());
  }
  return names;
}

class Checker {
 public:
  // Adds violations to `out`.
  explicit Checker(std::vector<v1::FieldViolation>* out) : out_(out) {}

  // `code` is a key of the catalogue of texts.
  template <typename... Operands>
  void Add(const Path& field, absl::string_view code, Operands... operands) {
    if (out_->size() >= kMostViolations) return;
    v1::FieldViolation& violation = out_->emplace_back();
    violation.set_field(field.Text());
    violation.set_code(code.data(), code.size());
    (violation.add_operands(absl::StrCat(operands)), ...);
  }

  // An enum value must be known and must not be *_UNSPECIFIED.
  template <typename Enum>
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Answered(const Path& above,
                                             absl::string_view field,
                                             Enum value) {
    static const int values = Values<Enum>();
    if (value <= 0 || value >= values) CheckValue({above, field}, value);
  }

  void Name(const Path& above, absl::string_view field,
            const std::string& value, bool may_be_empty = false) {
    if (value.empty() && may_be_empty) return;
    if (!IsIdentifier(value)) {
      Add({above, field}, "wrong.not_identifier");
    }
  }

  void Region(const Path& above, absl::string_view field,
              const std::string& value) {
    if (!IsRegion(value)) {
      Add({above, field}, "wrong.not_region");
    }
  }

  void Count(const Path& above, absl::string_view field, int64_t value) {
    if (value < 0 || value > kMaxPeople) {
      Add({above, field}, "wrong.people_range", value, kMaxPeople);
    }
  }

  // Refuses fields of the message that this version does not know.
  template <typename Message>
  void Known(const Path& path, const Message& message) {
    static const auto* reflection = Message::default_instance().GetReflection();
    const auto& unknown = reflection->GetUnknownFields(message);
    if (unknown.empty()) return;
    Add(path, "wrong.unknown_field", unknown.field(0).number(),
        message.GetDescriptor()->name());
  }

 private:
  template <typename Enum>
  ABSL_ATTRIBUTE_NOINLINE void CheckValue(const Path& field, Enum value) {
    const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
    if (descriptor->FindValueByNumber(value) == nullptr) {
      Add(field, "wrong.unknown_value", static_cast<int>(value),
          ValueNames(*descriptor));
    } else if (value == 0) {
      Add(field, "wrong.not_answered", ValueNames(*descriptor));
    }
  }

  std::vector<v1::FieldViolation>* out_;
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_CHECKER_H_
