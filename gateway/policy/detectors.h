// The taxonomy's detectors, made fast enough for every value of a large file.
// Thread-safe once compiled.
#ifndef TONGGUAN_GATEWAY_POLICY_DETECTORS_H_
#define TONGGUAN_GATEWAY_POLICY_DETECTORS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/taxonomy.h"
#include "re2/re2.h"
#include "re2/set.h"

namespace tongguan::policy {

// What a value was taken for.
struct Hit {
  const v1::Category* category = nullptr;  // Null: nothing.
  bool inside_text = false;  // A part of the value, not all of it.
};

// The detectors that count in one column: all that need no context, and those
// of the category that the column's name means.
class Watch {
 public:
  // What `value` is: the first detector that takes it, those of the column's
  // own category first. A value that none takes is tried again with full-width
  // forms narrowed and without spaces and '-', then part by part
  // (inside_text.h), of which the gravest counts. `scratch` is for use inside.
  Hit Find(absl::string_view value, std::string* scratch) const;

 private:
  friend class Detectors;

  struct Detector {
    std::unique_ptr<RE2> pattern;
    v1::ValueCheck check;
    const v1::Category* category;
    bool takes(absl::string_view value) const;
  };

  const v1::Category* Whole(absl::string_view value) const;
  Hit Inside(absl::string_view text, std::string* scratch) const;

  std::vector<Detector> own_;  // Of the column's category.
  std::vector<Detector> rest_;
  std::unique_ptr<RE2::Set> set_;  // The patterns of `rest_`.
};

class Detectors {
 public:
  // `taxonomy` must outlive the detectors. Refuses patterns that RE2 does not
  // take, naming them.
  static absl::StatusOr<Detectors> Compile(const Taxonomy& taxonomy);

  // What to watch for in a column whose name means `named`; null: nothing.
  const Watch& For(const v1::Category* named) const;

 private:
  Detectors() = default;

  // The first is for columns without a category that any detector finds.
  std::vector<std::pair<const v1::Category*, std::unique_ptr<Watch>>> watches_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_DETECTORS_H_
