#include "gateway/policy/lists.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/policy/form.h"
#include "gateway/policy/patterns.h"
#include "gateway/policy/rows.h"

namespace tongguan::policy {
namespace {

using RefsByKey =
    absl::flat_hash_map<std::string, absl::InlinedVector<RowRef, 1>>;

// What one list is about.
struct ListIndex {
  using Scenarios = absl::flat_hash_set<std::string>;

  // Sectors of headings, each with their scenarios; "" stands for all.
  absl::flat_hash_map<std::string, Scenarios> headings;
  // Sectors named ("" for rows of all), each with the scenarios its rows name.
  absl::flat_hash_map<std::string, Scenarios> sectors;
  bool of_all = false;  // No row names a sector.
  std::vector<uint32_t> size_rules;

  void Add(const v1::ListRow& row, uint32_t number) {
    if (row.every() != v1::ROW_ITEMS_UNSPECIFIED) size_rules.push_back(number);
    if (IsHeading(row)) headings[row.sector()].insert(row.scenario());
    auto& scenarios = sectors[row.sector()];
    if (!row.scenario().empty()) scenarios.insert(row.scenario());
    of_all = sectors.size() == 1 && sectors.contains("");
  }
};

// A date of a list's head that may be left out.
absl::Status ReadDay(absl::string_view place, absl::string_view text,
                     Day* day) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<Day> read = ParseDay(text);
  if (!read.ok()) {
    return Refuse(place, absl::StrCat(read.status().message(), "."));
  }
  *day = *read;
  return absl::OkStatus();
}

absl::Status ReadDates(const std::string& place, List* list) {
  const v1::ListHead& head = list->head;
  if (head.effective().empty()) {
    return Refuse(absl::StrCat(place, ".effective"),
                  "missing. Write the first day in force.");
  }
  Day published = 0, expires = kNoDay, superseded = kNoDay;
  TG_RETURN_IF_ERROR(
      ReadDay(absl::StrCat(place, ".published"), head.published(), &published));
  TG_RETURN_IF_ERROR(ReadDay(absl::StrCat(place, ".effective"),
                             head.effective(), &list->effective));
  TG_RETURN_IF_ERROR(
      ReadDay(absl::StrCat(place, ".expires"), head.expires(), &expires));
  TG_RETURN_IF_ERROR(ReadDay(absl::StrCat(place, ".superseded_on"),
                             head.superseded_on(), &superseded));
  list->end = std::min(expires, superseded);
  return absl::OkStatus();
}

absl::Status CheckAreas(const std::string& place, const v1::ListHead& head) {
  if (head.areas().empty()) {
    return Refuse(absl::StrCat(place, ".areas"),
                  "empty. Name an area; \"CN\" is nationwide.");
  }
  for (const std::string& area : head.areas()) {
    TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(place, ".areas"), area));
  }
  for (const std::string& area : head.adopted_by()) {
    TG_RETURN_IF_ERROR(
        CheckIdentifier(absl::StrCat(place, ".adopted_by"), area));
  }
  return absl::OkStatus();
}

absl::Status CheckParties(const std::string& place, const v1::ListHead& head) {
  for (const std::string& exporter : head.exporters()) {
    const absl::Status code = CheckUscc(exporter);
    if (!code.ok()) {
      return Refuse(absl::StrCat(place, ".exporters"),
                    absl::StrCat(code.message(), "."));
    }
  }
  for (const std::string& recipient : head.recipients()) {
    TG_RETURN_IF_ERROR(
        CheckIdentifier(absl::StrCat(place, ".recipients"), recipient));
  }
  return absl::OkStatus();
}

absl::Status CheckHead(const std::string& place, const v1::ListHead& head) {
  TG_RETURN_IF_ERROR(CheckIdentifier(absl::StrCat(place, ".id"), head.id()));
  TG_RETURN_IF_ERROR(
      CheckIdentifier(absl::StrCat(place, ".edition"), head.edition()));
  if (head.sources().empty()) {
    return Refuse(absl::StrCat(place, ".sources"),
                  "empty. Name where the list was read.");
  }
  TG_RETURN_IF_ERROR(CheckAreas(place, head));
  TG_RETURN_IF_ERROR(CheckParties(place, head));
  if (head.report_working_days() < 0) {
    return Refuse(absl::StrCat(place, ".report_working_days"),
                  "negative. Write 0 where no report is asked for.");
  }
  if (head.releases_personal_data() && head.kind() != v1::LIST_KIND_GENERAL) {
    return Refuse(absl::StrCat(place, ".releases_personal_data"),
                  "only for general lists. Remove it.");
  }
  if (head.releases_personal_data() &&
      head.releases_personal_data_source().empty()) {
    return Refuse(absl::StrCat(place, ".releases_personal_data_source"),
                  "missing. Name the source that says so.");
  }
  return absl::OkStatus();
}

absl::Status CheckRow(const std::string& place, const v1::ListHead& head,
                      const v1::ListRow& row) {
  const std::string at = absl::StrCat(place, " row ", Quote(row.id()));
  if (const auto fault = FindRowFault(row)) {
    return Refuse(absl::StrCat(at, ".", fault->column), fault->message);
  }
  const bool general = head.kind() == v1::LIST_KIND_GENERAL;
  if (general && row.mechanism() == v1::ROW_MECHANISM_IMPORTANT_DATA) {
    return Refuse(absl::StrCat(at, ".mechanism"),
                  "important_data on a general list, which never releases "
                  "it. Remove the row.");
  }
  if (general &&
      (row.every() != v1::ROW_ITEMS_UNSPECIFIED || row.ciio_only())) {
    return Refuse(absl::StrCat(at, ".every"),
                  "a size rule on a general list, which names what it "
                  "releases. Name the items.");
  }
  if (!general && row.mechanism() == v1::ROW_MECHANISM_FREE) {
    return Refuse(absl::StrCat(at, ".mechanism"),
                  "free is only for general lists. Leave it empty or name "
                  "what is demanded.");
  }
  return absl::OkStatus();
}

absl::Status CheckList(List* list) {
  const std::string place =
      absl::StrCat("lists/", list->head.id(), "/", list->head.edition());
  TG_RETURN_IF_ERROR(CheckHead(place, list->head));
  TG_RETURN_IF_ERROR(ReadDates(place, list));
  list->name = absl::StrCat(list->head.id(), "@", list->head.edition());
  absl::flat_hash_set<absl::string_view> ids;
  for (const v1::ListRow& row : list->rows) {
    TG_RETURN_IF_ERROR(CheckRow(place, list->head, row));
    if (!ids.insert(row.id()).second) {
      return Refuse(absl::StrCat(place, " row ", Quote(row.id())),
                    "the row id stands twice. Give one a new id.");
    }
  }
  return absl::OkStatus();
}

// Puts rows [from, end) in order, each once.
void SortFrom(size_t from, RowRefs* rows) {
  std::sort(rows->begin() + from, rows->end());
  rows->erase(std::unique(rows->begin() + from, rows->end()), rows->end());
}

void Append(const RefsByKey& index, absl::string_view key, RowRefs* rows) {
  const auto it = index.find(key);
  if (it == index.end()) return;
  rows->insert(rows->end(), it->second.begin(), it->second.end());
}

}  // namespace

struct Lists::Index {
  std::vector<ListIndex> lists;
  absl::flat_hash_map<std::string, std::vector<uint32_t>> by_area;
  absl::flat_hash_set<std::string> sectors;  // Of rows of all lists.
  // Rows of all lists.
  RefsByKey by_category;
  RefsByKey by_name;  // Folded.
  Patterns patterns;  // Owners are indexes of pattern_rows.
  std::vector<RowRef> pattern_rows;

  void Add(const v1::ListRow& row, RowRef ref) {
    for (const std::string& category : row.categories()) {
      by_category[category].push_back(ref);
    }
    for (const std::string& name : row.names()) {
      by_name[FoldName(name)].push_back(ref);
    }
    if (!row.pattern().empty()) {
      patterns.Add(row.pattern(), static_cast<uint32_t>(pattern_rows.size()));
      pattern_rows.push_back(ref);
    }
    lists[ref.list].Add(row, ref.row);
  }

  // Appends the rows that name an item by name or pattern, worked out.
  void FindByName(absl::string_view name, absl::string_view folded,
                  RowRefs* rows) const {
    Append(by_name, folded, rows);
    std::vector<uint32_t> matching;
    patterns.Match(name, &matching);
    for (uint32_t i : matching) rows->push_back(pattern_rows[i]);
  }
};

Lists::Lists(std::vector<List> lists)
    : lists_(std::move(lists)), index_(std::make_unique<Index>()) {}

Lists::~Lists() = default;

absl::StatusOr<std::unique_ptr<const Lists>> Lists::Compile(
    std::vector<List> source) {
  absl::flat_hash_set<std::string> names;
  for (List& list : source) {
    TG_RETURN_IF_ERROR(CheckList(&list));
    if (!names.insert(list.name).second) {
      return Refuse(
          absl::StrCat("lists/", list.head.id(), "/", list.head.edition()),
          "the edition stands twice. Remove one.");
    }
  }
  std::unique_ptr<Lists> lists(new Lists(std::move(source)));
  Index& index = *lists->index_;
  index.lists.resize(lists->lists_.size());
  for (uint32_t i = 0; i < lists->lists_.size(); ++i) {
    const List& list = lists->lists_[i];
    for (uint32_t row = 0; row < list.rows.size(); ++row) {
      index.Add(list.rows[row], {i, row});
      index.sectors.insert(list.rows[row].sector());
    }
    for (const std::string& area : list.head.areas()) {
      index.by_area[area].push_back(i);
    }
    for (const std::string& area : list.head.adopted_by()) {
      index.by_area[area].push_back(i);
    }
  }
  TG_RETURN_IF_ERROR(index.patterns.Compile("lists"));
  return lists;
}

std::vector<uint32_t> Lists::InAreas(
    const std::vector<absl::string_view>& areas) const {
  std::vector<uint32_t> found;
  for (absl::string_view area : areas) {
    const auto it = index_->by_area.find(area);
    if (it == index_->by_area.end()) continue;
    found.insert(found.end(), it->second.begin(), it->second.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void Lists::FindRows(absl::string_view category, absl::string_view name,
                     RowRefs* rows) const {
  const size_t from = rows->size();
  if (!category.empty()) Append(index_->by_category, category, rows);
  if (!name.empty()) index_->FindByName(name, FoldName(name), rows);
  SortFrom(from, rows);
}

void Lists::FindRowsOfName(absl::string_view name, absl::string_view folded,
                           RowRefs* rows) const {
  const size_t from = rows->size();
  index_->FindByName(name, folded, rows);
  SortFrom(from, rows);
}

const std::vector<uint32_t>& Lists::SizeRules(uint32_t list) const {
  return index_->lists[list].size_rules;
}

bool Lists::HasHeadings(uint32_t list, absl::string_view sector,
                        absl::string_view scenario) const {
  const auto& headings = index_->lists[list].headings;
  if (headings.empty()) return false;
  for (absl::string_view s : {absl::string_view(), sector}) {
    const auto it = headings.find(s);
    if (it == headings.end()) continue;
    if (it->second.contains("") || it->second.contains(scenario)) return true;
  }
  return false;
}

bool Lists::KnowsSector(absl::string_view sector) const {
  return !sector.empty() && index_->sectors.contains(sector);
}

bool Lists::Covers(uint32_t list, absl::string_view sector,
                   absl::string_view scenario) const {
  const ListIndex& index = index_->lists[list];
  if (!index.of_all && sector.empty()) return false;
  const auto it =
      index.sectors.find(index.of_all ? absl::string_view() : sector);
  if (it == index.sectors.end()) return false;
  return it->second.empty() || it->second.contains(scenario);
}

std::string RowName(const List& list, const v1::ListRow& row) {
  return absl::StrCat(list.name, "#", row.id());
}

}  // namespace tongguan::policy
