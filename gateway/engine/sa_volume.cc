// Rule 15. 1,000,000 people (ordinary) or 10,000 (sensitive) this year with
// this flow: a security assessment; either number triggers, and the number
// itself is included (O16 art 7(1)(2); PIQA2604-1).
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

// The volume cannot be known. What an assessment on file covers whole needs no
// more than that; the rest is undetermined.
void WeighUnknownVolume(Weighing& w, const Items& items) {
  const Items open = items - w.OnAssessment();
  const Items covered = items & w.OnAssessment();
  if (!covered.empty()) {
    w.Demand(v1::RULE_SA_VOLUME, covered, v1::MECHANISM_SECURITY_ASSESSMENT,
             v1::REASON_COUNTER_UNKNOWN);
  }
  if (!open.empty()) w.CounterUnknown(open);
}

}  // namespace

void WeighSaVolume(Weighing& w) {
  w.DemandGba();
  const Items items = w.ForVolume();
  if (items.empty()) return;
  const auto persons = w.PersonsTotal();
  const auto sensitive = w.SensitiveTotal();
  if (!persons.has_value() || !sensitive.has_value()) {
    WeighUnknownVolume(w, items);
    return;
  }
  const int64_t most_persons = w.regime().assessment_persons().value();
  const int64_t most_sensitive = w.regime().assessment_sensitive().value();
  if (*sensitive >= most_sensitive) {
    w.Demand(v1::RULE_SA_VOLUME, items, v1::MECHANISM_SECURITY_ASSESSMENT,
             v1::REASON_SENSITIVE_REACHED, {*sensitive, most_sensitive});
  } else if (*persons >= most_persons) {
    w.Demand(v1::RULE_SA_VOLUME, items, v1::MECHANISM_SECURITY_ASSESSMENT,
             v1::REASON_THRESHOLD_REACHED, {*persons, most_persons});
  } else {
    w.Skip(v1::RULE_SA_VOLUME, v1::REASON_BELOW_THRESHOLD,
           {*persons, most_persons, *sensitive, most_sensitive});
  }
}

}  // namespace tongguan::engine
