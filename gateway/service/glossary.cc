#include "gateway/service/glossary.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace tongguan::service {
namespace {

using Terms = google::protobuf::RepeatedPtrField<v1::Term>;

class Glossary {
 public:
  Glossary(const policy::Snapshot& policy, Terms* terms)
      : policy_(policy), terms_(terms) {}

  void AddCategory(const std::string& id) {
    const v1::Category* category = policy_.taxonomy().FindCategory(id);
    if (category != nullptr) Add(id, category->name_zh(), category->name_en());
  }

  // The names that lists give to the sector and the scenario.
  void AddScene(const v1::Flow& flow) {
    if (flow.sector().empty()) return;
    const std::vector<policy::List>& lists = policy_.lists().all();
    for (uint32_t i = 0; i < lists.size(); ++i) {
      if (!policy_.lists().Covers(i, flow.sector(), flow.scenario())) continue;
      for (const v1::ListRow& row : lists[i].rows) {
        if (row.sector() != flow.sector()) continue;
        if (!row.sector_zh().empty()) Add(row.sector(), row.sector_zh(), "");
        if (row.scenario() == flow.scenario() && !row.scenario_zh().empty()) {
          Add(row.scenario(), row.scenario_zh(), "");
          return;
        }
      }
    }
  }

  // A list by "id@edition", also with "#row" behind.
  void AddList(absl::string_view reference) {
    const absl::string_view name = reference.substr(0, reference.find('#'));
    for (const policy::List& list : policy_.lists().all()) {
      if (list.name != name) continue;
      v1::Term* term = Add(list.name, list.head.name_zh(), list.head.name_en());
      if (term != nullptr) term->set_body(list.head.centre());
    }
  }

  void AddLane(const v1::Flow& flow, const std::string& registration) {
    const policy::Exporter* exporter = policy_.registry().Find(flow.exporter());
    if (exporter == nullptr || registration.empty()) return;
    for (const policy::GreenChannel& channel : exporter->registrations) {
      if (channel.source.id() != registration) continue;
      v1::Term* term = Add(registration, channel.source.programme(), "");
      if (term == nullptr) continue;
      term->set_body(channel.source.granting_body());
      term->set_contact(channel.source.contact());
    }
  }

 private:
  // Null where the id is there already, or is none.
  v1::Term* Add(const std::string& id, const std::string& chinese,
                const std::string& english) {
    if (id.empty() || !seen_.insert(id).second) return nullptr;
    v1::Term* term = terms_->Add();
    term->set_id(id);
    term->set_name_zh(chinese);
    term->set_name_en(english);
    return term;
  }

  const policy::Snapshot& policy_;
  Terms* const terms_;
  absl::flat_hash_set<std::string> seen_;
};

}  // namespace

void FillGlossary(const v1::Flow& flow, const v1::Decision& decision,
                  const policy::Snapshot& policy, Terms* glossary) {
  Glossary words(policy, glossary);
  for (const v1::DataItem& item : flow.items()) {
    words.AddCategory(item.category());
  }
  words.AddScene(flow);
  words.AddLane(flow, decision.lane_reference());
  const auto add_lists = [&words](const auto& entries) {
    for (const auto& entry : entries) words.AddList(entry.reference());
  };
  add_lists(decision.items());
  add_lists(decision.trace());
  add_lists(decision.missing());
  add_lists(decision.smallest_change());
  add_lists(decision.obligations());
}

}  // namespace tongguan::service
