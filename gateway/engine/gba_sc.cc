// Rule 13. The Greater Bay Area standard contract (Mainland-Hong Kong guideline
// of 2023-12, Mainland-Macao guideline of 2024-09) serves between registered
// parties of the area at any volume, in place of the national volume rules.
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

bool IsGbaContract(v1::FilingKind kind) {
  return kind == v1::FILING_KIND_GBA_CONTRACT_HONG_KONG ||
         kind == v1::FILING_KIND_GBA_CONTRACT_MACAO;
}

// Whether the contract stands for rules 14-16 at this volume.
bool ServesVolume(const Weighing& w) {
  if (w.regime().gba_at_any_volume().on()) return true;
  const auto persons = w.PersonsTotal();
  const auto sensitive = w.SensitiveTotal();
  return persons.has_value() && sensitive.has_value() &&
         *persons < w.regime().assessment_persons().value() &&
         *sensitive < w.regime().assessment_sensitive().value();
}

}  // namespace

void WeighGbaSc(Weighing& w) {
  if (w.ForVolume().empty()) return;
  bool served = false;
  v1::Reason reason = v1::REASON_NO_FILING;
  Reference reference;
  for (const FilingFacts& filing : w.facts().filings) {
    if (!IsGbaContract(filing.filing->kind)) continue;
    Items covered;
    for (uint32_t i : w.ForVolume()) {
      const v1::Reason said = w.Covers(filing, i);
      if (said == v1::REASON_FILING_COVERS && !w.Important().Has(i)) {
        covered.Add(i);
      } else {
        reason = said;
      }
    }
    reference = Reference(filing.filing->id);
    if (covered.empty() || !ServesVolume(w)) continue;
    w.SettleByGba(covered, filing);
    served = true;
  }
  if (!served) w.Skip(v1::RULE_GBA_SC, reason, {}, reference);
}

}  // namespace tongguan::engine
