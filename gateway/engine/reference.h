// What a step, a demand or a gap refers to: a list by its name, a row of one,
// or a filing by its id. Points into the policy; put into words only in the
// decision.
#ifndef TONGGUAN_GATEWAY_ENGINE_REFERENCE_H_
#define TONGGUAN_GATEWAY_ENGINE_REFERENCE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/policy/lists.h"

namespace tongguan::engine {

class Reference {
 public:
  Reference() = default;
  explicit Reference(const policy::List& list) : name_(list.name) {}
  Reference(const policy::List& list, const v1::ListRow& row)
      : name_(list.name), row_(&row) {}
  explicit Reference(absl::string_view filing_id) : name_(filing_id) {}

  bool empty() const { return name_.empty(); }
  // "", "id@edition", "id@edition#row" (as policy::RowName), or a filing's id.
  void Write(std::string* text) const {
    text->assign(name_.data(), name_.size());
    if (row_ == nullptr) return;
    text->push_back('#');
    text->append(row_->id());
  }
  friend bool operator==(const Reference& a, const Reference& b) {
    return a.name_ == b.name_ && a.row_ == b.row_;
  }

 private:
  absl::string_view name_;
  const v1::ListRow* row_ = nullptr;
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_REFERENCE_H_
