// Rule 3. Data notified to the processor or published as important data needs
// a security assessment (O16 art 7(1)(1) of a CIIO, 7(1)(2) of others; NDSR
// 37); automotive personal information of 100,000 people or more is published
// important data (AUTO21 art 3(6)(5), read as PIQA2604-1 reads such numbers).
#include <algorithm>
#include <string>

#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

Items WithFlag(const Weighing& w, v1::ImportantData flag) {
  Items items;
  for (uint32_t i : w.All() & w.facts().important) {
    if (w.flow().items(static_cast<int>(i)).important() == flag) items.Add(i);
  }
  return items;
}

bool ByFlag(Weighing& w, v1::ImportantData flag, v1::Reason reason) {
  const Items items = WithFlag(w, flag);
  if (items.empty()) return false;
  w.Demand(v1::RULE_IMPORTANT_DATA, items, v1::MECHANISM_SECURITY_ASSESSMENT,
           reason);
  return true;
}

bool IsSensitiveIn(const v1::Category* category, const std::string& sector) {
  return category != nullptr &&
         std::any_of(category->sensitive_in_sectors().begin(),
                     category->sensitive_in_sectors().end(),
                     [&sector](const std::string& s) { return s == sector; });
}

// About motor vehicles: the flow says so, or leaves its sector out and holds
// what the rules of motor vehicles call sensitive.
bool MayBeAutomotive(const Weighing& w) {
  const std::string& automotive = w.regime().automotive_sector();
  if (automotive.empty()) return false;
  if (w.flow().sector() == automotive) return true;
  if (w.facts().sector_known) return false;
  for (uint32_t i : w.Personal()) {
    const ItemFacts& item = w.facts().items[i];
    if (IsSensitiveIn(item.claimed, automotive) ||
        IsSensitiveIn(item.seen, automotive)) {
      return true;
    }
  }
  return false;
}

bool ByAutomotiveVolume(Weighing& w) {
  const v1::Regime& regime = w.regime();
  if (!w.has_personal() || !MayBeAutomotive(w)) return false;
  const auto total = w.PeopleTotal();
  if (!total.has_value()) {
    w.CounterUnknown(w.Personal());
    return true;
  }
  const int64_t threshold = regime.automotive_important_persons().value();
  if (*total < threshold) return false;
  w.MarkImportant(w.Personal());
  w.Demand(v1::RULE_IMPORTANT_DATA, w.Personal(),
           v1::MECHANISM_SECURITY_ASSESSMENT, v1::REASON_IMPORTANT_BY_VOLUME,
           {*total, threshold});
  return true;
}

}  // namespace

void WeighImportantData(Weighing& w) {
  bool found =
      ByFlag(w, v1::IMPORTANT_DATA_NOTIFIED, v1::REASON_IMPORTANT_NOTIFIED);
  found |=
      ByFlag(w, v1::IMPORTANT_DATA_PUBLISHED, v1::REASON_IMPORTANT_PUBLISHED);
  found |= ByFlag(w, v1::IMPORTANT_DATA_SELF_IDENTIFIED,
                  v1::REASON_IMPORTANT_SELF_IDENTIFIED);
  found |= ByAutomotiveVolume(w);
  if (!found) w.Skip(v1::RULE_IMPORTANT_DATA, v1::REASON_NO_IMPORTANT_DATA);
}

}  // namespace tongguan::engine
