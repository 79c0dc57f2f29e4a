#include "gateway/inspect/fill_flow.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace tongguan::inspect {

void FillItems(const v1::Inspection& inspection, v1::Flow* flow) {
  v1::Flow stated;
  stated.mutable_items()->Swap(flow->mutable_items());
  absl::flat_hash_map<absl::string_view, const v1::DataItem*> by_name;
  for (const v1::DataItem& item : stated.items()) {
    by_name.emplace(item.name(), &item);
  }
  for (const v1::InspectedColumn& column : inspection.columns()) {
    if (column.values() == 0) continue;
    v1::DataItem* item = flow->add_items();
    item->set_name(column.name());
    item->set_category(column.category());
    item->set_personal(column.personal());
    item->set_sensitive(column.sensitive());
    item->set_override_reason(column.override_reason());
    item->set_important(v1::IMPORTANT_DATA_UNKNOWN);
    item->set_transform(v1::TRANSFORM_NONE);
    auto known = by_name.find(column.name());
    if (known == by_name.end()) known = by_name.find("*");
    if (known == by_name.end()) continue;
    item->set_important(known->second->important());
    item->set_transform(known->second->transform());
  }
  flow->clear_people();
}

bool MayBePersonal(const v1::Flow& flow) {
  return std::any_of(flow.items().begin(), flow.items().end(),
                     [](const v1::DataItem& item) {
                       return item.transform() != v1::TRANSFORM_ANONYMISED &&
                              (item.personal() != v1::FACT_NO ||
                               item.sensitive() != v1::FACT_NO);
                     });
}

}  // namespace tongguan::inspect
