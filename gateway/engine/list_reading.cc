#include "gateway/engine/list_reading.h"

#include <algorithm>
#include <array>

namespace tongguan::engine {
namespace {

bool ConditionsHold(const v1::Flow& flow, const v1::ListRow& row) {
  return std::all_of(row.conditions().begin(), row.conditions().end(),
                     [&flow](const std::string& condition) {
                       return std::any_of(
                           flow.conditions().begin(), flow.conditions().end(),
                           [&condition](const v1::ConditionAnswer& answer) {
                             return answer.condition() == condition &&
                                    answer.holds() == v1::FACT_YES;
                           });
                     });
}

// Shows the rows of the list that speak of the item, those that name it first,
// until `found` says true; whether it did.
template <typename Found>
bool FindRow(const Weighing& w, const ListFacts& list, uint32_t item,
             Found found) {
  for (const auto& [named, index] : list.rows) {
    if (named == item && found(list.list->rows[index])) return true;
  }
  for (uint32_t index : list.size_rules) {
    const v1::ListRow& rule = list.list->rows[index];
    if (w.SizedBy(rule).Has(item) && found(rule)) return true;
  }
  return false;
}

// What one general list says of an item, its filing set aside.
Release AskGeneral(const Weighing& w, const ListFacts& list, uint32_t item) {
  Release out{v1::REASON_NOT_LISTED, &list, nullptr};
  if (!list.covers) out.reason = v1::REASON_SECTOR_NOT_LISTED;
  for (const auto& [named, index] : list.rows) {
    const v1::ListRow& row = list.list->rows[index];
    if (named != item || row.mechanism() != v1::ROW_MECHANISM_FREE) continue;
    out.row = &row;
    if (!ConditionsHold(w.flow(), row)) {
      out.reason = v1::REASON_LIST_CONDITION_NOT_MET;
    } else if (!w.ThresholdReached(row, item).value_or(false)) {
      out.reason = v1::REASON_LIST_THRESHOLD_NOT_REACHED;
    } else if (!list.list->head.releases_personal_data()) {
      out.reason = v1::REASON_LIST_KEEPS_PERSONAL_DATA;
    } else {
      out.reason = v1::REASON_LISTED;
      return out;
    }
  }
  return out;
}

// The same of a negative list.
Release AskNegative(const Weighing& w, const ListFacts& list, uint32_t item) {
  Release out{v1::REASON_OUTSIDE_LIST, &list, nullptr};
  if (!list.covers) {
    out.reason = v1::REASON_SECTOR_NOT_LISTED;
    return out;
  }
  // Below its number a size rule says nothing.
  const auto restricts = [&](const v1::ListRow& row) {
    if (row.every() != v1::ROW_ITEMS_UNSPECIFIED &&
        !w.ThresholdReached(row, item).value_or(true)) {
      return false;
    }
    out.row = &row;
    out.reason = v1::REASON_LISTED_RESTRICTED;
    return true;
  };
  if (FindRow(w, list, item, restricts)) return out;
  if (list.headings ||
      list.list->head.completeness() != v1::COMPLETENESS_COMPLETE) {
    out.reason = v1::REASON_LIST_NOT_COMPLETE;
  } else if (!w.facts().items[item].Classified()) {
    out.reason = v1::REASON_ITEM_NOT_CLASSIFIED;
  }
  return out;
}

Release Ask(const Weighing& w, uint32_t item, v1::ListKind kind,
            Release (*ask)(const Weighing&, const ListFacts&, uint32_t)) {
  Release best;
  if (w.Important().Has(item)) {
    best.reason = v1::REASON_HAS_IMPORTANT_DATA;
    return best;
  }
  for (const ListFacts& list : w.facts().lists) {
    if (list.list->head.kind() != kind) continue;
    Release said = ask(w, list, item);
    const v1::Reason serves =
        list.activity_outside ? v1::REASON_LIST_OTHER_AREA : w.Serves(list);
    if (said.released() && serves == v1::REASON_MET) return said;
    if (said.released()) said.reason = serves;
    // A filing that alone is missing is the nearest miss of all.
    if (best.reason != v1::REASON_LIST_FILING_MISSING) best = said;
  }
  return best;
}

// Whether `a` is rather named than `b`.
bool Before(const Named& a, const Named& b) {
  return b.row == nullptr || std::pair(a.threshold_known, a.stated) >
                                 std::pair(b.threshold_known, b.stated);
}

// The row wanted, as FindNamed says.
Named Find(const Weighing& w, uint32_t item, v1::ListKind kind,
           bool (*list_wanted)(const Weighing&, const ListFacts&),
           bool (*wanted)(const v1::ListRow&, v1::RowMechanism),
           v1::RowMechanism mechanism) {
  Named found;
  for (const ListFacts& list : w.facts().lists) {
    if (list.list->head.kind() != kind || !list.binds) continue;
    if (!list_wanted(w, list)) continue;
    const auto rather = [&](const v1::ListRow& row) {
      if (!wanted(row, mechanism)) return false;
      const std::optional<bool> reached = w.ThresholdReached(row, item);
      if (!reached.value_or(true)) return false;
      const Named one = {&list, &row, reached.has_value(), IsOf(w.flow(), row)};
      if (Before(one, found)) found = one;
      return false;
    };
    FindRow(w, list, item, rather);
  }
  return found;
}

bool AnyList(const Weighing&, const ListFacts&) { return true; }

bool ListServes(const Weighing& w, const ListFacts& list) {
  return w.Serves(list) == v1::REASON_MET;
}

bool HasMechanism(const v1::ListRow& row, v1::RowMechanism mechanism) {
  return row.mechanism() == mechanism;
}

bool AnyRow(const v1::ListRow&, v1::RowMechanism) { return true; }

// Whether lists say the same of all these items: no row speaks of one, none is
// important, and either all are classified or none.
bool Alike(const Weighing& w, const Items& items) {
  const Facts& facts = w.facts();
  if (!(items & facts.listed).empty() || !(items & w.Important()).empty()) {
    return false;
  }
  const Items classified = items & facts.classified;
  return classified.empty() || classified == items;
}

}  // namespace

Named FindNamed(const Weighing& w, uint32_t item, v1::RowMechanism mechanism) {
  return Find(w, item, v1::LIST_KIND_NEGATIVE, AnyList, HasMechanism,
              mechanism);
}

Named FindNamedServing(const Weighing& w, uint32_t item,
                       v1::RowMechanism mechanism) {
  return Find(w, item, v1::LIST_KIND_NEGATIVE, ListServes, HasMechanism,
              mechanism);
}

void HoldUnknownThreshold(Weighing& w, uint32_t item, const Named& named) {
  const bool number_known =
      !named.row->threshold_op().empty() &&
      named.row->counter() != v1::THRESHOLD_COUNTER_RECORDS &&
      w.facts().items[item].MayBePersonal();
  if (number_known) {
    w.CounterUnknown({item});
    return;
  }
  const Reference row = named.reference();
  w.Demand(v1::RULE_FACT_UNKNOWN, {item}, v1::MECHANISM_NOT_DETERMINABLE,
           v1::REASON_LIST_ROW_INCOMPLETE, {}, row);
  w.Missing(v1::MISSING_LIST_CONTENT, {item}, row,
            v1::REASON_LIST_ROW_INCOMPLETE);
}

Named FindImportant(const Weighing& w, uint32_t item) {
  return Find(w, item, v1::LIST_KIND_IMPORTANT_DATA, AnyList, AnyRow,
              v1::ROW_MECHANISM_IMPORTANT_DATA);
}

Release ReleasedByGeneralList(const Weighing& w, uint32_t item) {
  return Ask(w, item, v1::LIST_KIND_GENERAL, AskGeneral);
}

Release ReleasedByNegativeList(const Weighing& w, uint32_t item) {
  return Ask(w, item, v1::LIST_KIND_NEGATIVE, AskNegative);
}

void ReleaseByLists(Weighing& w, v1::Rule rule,
                    Release (*find)(const Weighing&, uint32_t)) {
  const Items remaining = w.Remaining();
  if (remaining.empty()) return;
  Release refused;
  struct Group {
    const ListFacts* list;
    v1::Reason reason;
    Items items;
  };
  absl::InlinedVector<Group, 2> groups;
  // Of items that no row speaks of, and that are not important, lists say the
  // same: by whether they are classified.
  std::array<std::optional<Release>, 2> plain;
  const auto ask = [&](uint32_t i) {
    if (w.facts().listed.Has(i) || w.Important().Has(i)) return find(w, i);
    std::optional<Release>& said = plain[w.facts().items[i].Classified()];
    if (!said.has_value()) said = find(w, i);
    return *said;
  };
  const auto take = [&](const Release& said, const Items& items) {
    if (said.released()) {
      if (groups.empty() || groups.back().list != said.list) {
        groups.push_back({said.list, said.reason, {}});
      }
      groups.back().items |= items;
      return;
    }
    refused = said;
    if (said.reason == v1::REASON_LIST_FILING_MISSING) {
      w.Missing(v1::MISSING_LIST_FILING, {}, Reference(*said.list->list),
                said.reason);
    }
  };
  if (Alike(w, remaining)) {
    take(find(w, remaining.front()), remaining);
  } else {
    for (uint32_t i : remaining) take(ask(i), {i});
  }
  for (const Group& group : groups) {
    if (group.list->list->head.demonstration()) {
      w.Warn(v1::WARNING_DEMONSTRATION_DATA);
    }
    w.Release(rule, group.items, group.reason, {},
              Reference(*group.list->list));
  }
  if (groups.empty()) {
    w.Skip(
        rule, refused.reason, {},
        refused.list == nullptr ? Reference() : Reference(*refused.list->list));
  }
}

}  // namespace tongguan::engine
