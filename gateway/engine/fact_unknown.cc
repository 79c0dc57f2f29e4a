// Rule 2. Unknown is not no: what is not known about the exporter or the data
// holds the flow, whatever else would free it.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

// Demands of the items. True if there are any.
bool DemandOf(Weighing& w, const Items& items, v1::Reason reason,
              v1::Missing missing) {
  if (items.empty()) return false;
  w.Demand(v1::RULE_FACT_UNKNOWN, items, v1::MECHANISM_NOT_DETERMINABLE,
           reason);
  w.Missing(missing, items, {}, reason);
  return true;
}

bool UnknownOfExporter(Weighing& w) {
  const Facts& facts = w.facts();
  if (facts.exporter == nullptr) {
    return DemandOf(w, w.All(), v1::REASON_EXPORTER_NOT_REGISTERED,
                    v1::MISSING_EXPORTER_REGISTRATION);
  }
  return facts.ciio == v1::FACT_UNKNOWN &&
         DemandOf(w, w.All(), v1::REASON_CIIO_UNKNOWN, v1::MISSING_CIIO_STATUS);
}

bool UnknownOfFlow(Weighing& w) {
  const v1::Flow& flow = w.flow();
  bool found = false;
  const bool mixing_known = flow.domestic_data_added() == v1::FACT_YES ||
                            flow.domestic_data_added() == v1::FACT_NO;
  if (flow.origin() == v1::ORIGIN_UNKNOWN ||
      (flow.origin() == v1::ORIGIN_OVERSEAS && !mixing_known)) {
    found |= DemandOf(w, w.All(), v1::REASON_MIXING_UNKNOWN,
                      v1::MISSING_MIXING_FACT);
  }
  if (flow.duties().under_14() == v1::FACT_YES) return found;
  // What is of people under 14 contradicts that there are none.
  const Items of_unknown_age = flow.duties().under_14() == v1::FACT_UNKNOWN
                                   ? w.Personal()
                                   : w.All() & w.facts().under_14;
  found |=
      DemandOf(w, of_unknown_age, v1::REASON_AGE_UNKNOWN, v1::MISSING_AGE_FACT);
  return found;
}

bool UnknownOfItems(Weighing& w) {
  const Items unclear = w.All() & w.facts().unclear;
  if (unclear.empty()) return false;
  using Reading = bool (*)(const ItemFacts&);
  struct {
    v1::Reason reason;
    Reading unknown;
    v1::Missing missing = v1::MISSING_ITEM_FACT;
  } constexpr kReadings[] = {
      {v1::REASON_PERSONAL_UNKNOWN,
       [](const ItemFacts& f) { return f.personal == v1::FACT_UNKNOWN; }},
      {v1::REASON_SENSITIVE_UNKNOWN,
       [](const ItemFacts& f) { return f.sensitive == v1::FACT_UNKNOWN; }},
      {v1::REASON_IMPORTANT_UNKNOWN,
       [](const ItemFacts& f) { return f.important_unknown; }},
      {v1::REASON_CATEGORY_UNKNOWN,
       [](const ItemFacts& f) { return f.category_unknown; }},
      {v1::REASON_SPECIAL_REGIME_UNANSWERED,
       [](const ItemFacts& f) { return f.regime_unanswered; },
       v1::MISSING_SPECIAL_REGIME_ANSWER},
  };
  bool found = false;
  for (const auto& reading : kReadings) {
    Items items;
    for (uint32_t i : unclear) {
      if (reading.unknown(w.facts().items[i])) items.Add(i);
    }
    found |= DemandOf(w, items, reading.reason, reading.missing);
  }
  return found;
}

// Names the category that the item was taken for, if it was for one.
bool DoubtedByItself(Weighing& w) {
  bool found = false;
  for (uint32_t i : w.All() & w.facts().unclear) {
    const ItemFacts& item = w.facts().items[i];
    if (!item.doubted) continue;
    found = true;
    const Reference category = item.contradicts == nullptr
                                   ? Reference()
                                   : Reference(item.contradicts->id());
    w.Demand(v1::RULE_FACT_UNKNOWN, {i}, v1::MECHANISM_NOT_DETERMINABLE,
             v1::REASON_DECLARATION_DOUBTED, {}, category);
    w.Missing(v1::MISSING_ITEM_FACT, {i}, category,
              v1::REASON_DECLARATION_DOUBTED);
  }
  return found;
}

// A catalogue of important data names an item that is not declared so.
bool DoubtedByCatalogue(Weighing& w) {
  bool found = false;
  for (uint32_t i : w.All() & w.facts().listed) {
    const ItemFacts& item = w.facts().items[i];
    if (item.important || item.important_unknown) continue;
    const Named named = FindImportant(w, i);
    if (named.row == nullptr) continue;
    found = true;
    if (!named.threshold_known) {
      HoldUnknownThreshold(w, i, named);
      continue;
    }
    w.Demand(v1::RULE_FACT_UNKNOWN, {i}, v1::MECHANISM_NOT_DETERMINABLE,
             v1::REASON_DECLARATION_DOUBTED, {}, named.reference());
    w.Missing(v1::MISSING_ITEM_FACT, {i}, named.reference(),
              v1::REASON_DECLARATION_DOUBTED);
  }
  return found;
}

// A row names the item and does not say what it demands: hold, never free.
bool RowIncomplete(Weighing& w) {
  bool found = false;
  for (uint32_t i : w.All() & w.facts().listed) {
    const Named named = FindNamed(w, i, v1::ROW_MECHANISM_UNSPECIFIED);
    if (named.row == nullptr) continue;
    const Reference row = named.reference();
    w.Demand(v1::RULE_FACT_UNKNOWN, {i}, v1::MECHANISM_NOT_DETERMINABLE,
             v1::REASON_LIST_ROW_INCOMPLETE, {}, row);
    w.Missing(v1::MISSING_LIST_CONTENT, {i}, row,
              v1::REASON_LIST_ROW_INCOMPLETE);
    found = true;
  }
  return found;
}

}  // namespace

void WeighFactUnknown(Weighing& w) {
  bool found = UnknownOfExporter(w);
  found |= UnknownOfFlow(w);
  found |= UnknownOfItems(w);
  found |= DoubtedByItself(w);
  found |= DoubtedByCatalogue(w);
  found |= RowIncomplete(w);
  if (!found) w.Skip(v1::RULE_FACT_UNKNOWN, v1::REASON_FACTS_KNOWN);
}

}  // namespace tongguan::engine
