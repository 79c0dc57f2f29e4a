// Rule 1. Regimes of their own, which no mechanism of this law cures: state
// secrets and core data, requests of foreign authorities (PIPL 41, DSL 36),
// recipients on CAC's list (PIPL 42), human genetic resources, and what is
// export-controlled, surveyed or credit data without its licence.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

void DemandOfFlow(Weighing& w, v1::Mechanism mechanism, v1::Reason reason,
                  std::initializer_list<int64_t> operands = {}) {
  w.Demand(v1::RULE_SPECIAL_REGIME, w.All(), mechanism, reason, operands);
}

bool Claims(const v1::Flow& flow, v1::SpecialRegime regime) {
  for (const v1::SpecialRegimeClaim& claim : flow.special_regimes()) {
    if (claim.regime() == regime && !claim.does_not_apply()) return true;
  }
  return false;
}

bool NeedsLicence(const v1::SpecialRegimeClaim& claim) {
  return claim.regime() == v1::SPECIAL_REGIME_EXPORT_CONTROLLED_TECHNOLOGY ||
         claim.regime() == v1::SPECIAL_REGIME_SURVEYING_RESULT ||
         claim.regime() == v1::SPECIAL_REGIME_CREDIT_REPORTING;
}

bool SecretOrCore(Weighing& w) {
  const bool secret = Claims(w.flow(), v1::SPECIAL_REGIME_STATE_SECRET);
  if (!secret && !Claims(w.flow(), v1::SPECIAL_REGIME_CORE_DATA)) return false;
  DemandOfFlow(w, v1::MECHANISM_PROHIBITED_OR_SPECIAL,
               secret ? v1::REASON_STATE_SECRET : v1::REASON_CORE_DATA);
  return true;
}

bool ForeignAuthority(Weighing& w) {
  const v1::Purpose& purpose = w.flow().purpose();
  if (!purpose.has_foreign_authority_request() ||
      purpose.foreign_authority_request().approved() == v1::FACT_YES ||
      w.suppose().licensed) {
    return false;
  }
  DemandOfFlow(w, v1::MECHANISM_COMPETENT_AUTHORITY_APPROVAL,
               v1::REASON_FOREIGN_AUTHORITY);
  w.Missing(v1::MISSING_AUTHORITY_APPROVAL, {}, {},
            v1::REASON_FOREIGN_AUTHORITY);
  return true;
}

bool Restricted(Weighing& w) {
  const policy::Registry& registry = w.facts().policy.registry();
  const v1::Recipient& recipient = w.flow().recipient();
  const auto listed = [&](const std::string& organization) {
    return registry.FindRestricted(organization, w.facts().today) != nullptr;
  };
  bool found = listed(recipient.organization_id()) || listed(recipient.name());
  for (const v1::OnwardRecipient& onward : recipient.onward()) {
    found |= listed(onward.organization_id());
  }
  if (found) {
    DemandOfFlow(w, v1::MECHANISM_CAC_RESTRICTED_LIST,
                 v1::REASON_RESTRICTED_RECIPIENT);
  }
  return found;
}

bool GeneticResources(Weighing& w) {
  if (Claims(w.flow(), v1::SPECIAL_REGIME_HUMAN_GENETIC_RESOURCES)) {
    DemandOfFlow(w, v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE,
                 v1::REASON_GENETIC_RESOURCES);
    return true;
  }
  bool found = false;
  for (uint32_t i : w.All() & w.facts().listed) {
    const Named named = FindNamed(w, i, v1::ROW_MECHANISM_GENETIC_RESOURCES);
    if (named.row == nullptr) continue;
    w.Demand(v1::RULE_SPECIAL_REGIME, {i},
             v1::MECHANISM_HUMAN_GENETIC_RESOURCES_PROCEDURE,
             v1::REASON_GENETIC_EXCLUDED_BY_LIST, {}, named.reference());
    found = true;
  }
  return found;
}

bool Unlicensed(Weighing& w) {
  if (w.suppose().licensed) return false;
  for (const v1::SpecialRegimeClaim& claim : w.flow().special_regimes()) {
    if (!NeedsLicence(claim) || claim.does_not_apply() ||
        claim.licence() == v1::FACT_YES) {
      continue;
    }
    DemandOfFlow(w, v1::MECHANISM_SPECIAL_LICENCE, v1::REASON_LICENCE_MISSING,
                 {claim.regime()});
    w.Missing(v1::MISSING_LICENCE, {}, {}, v1::REASON_LICENCE_MISSING);
    return true;
  }
  return false;
}

}  // namespace

void WeighSpecialRegime(Weighing& w) {
  // Every one is told; of several the first is the one that is named.
  bool found = SecretOrCore(w);
  found |= ForeignAuthority(w);
  found |= Restricted(w);
  found |= GeneticResources(w);
  found |= Unlicensed(w);
  if (!found) w.Skip(v1::RULE_SPECIAL_REGIME, v1::REASON_NO_SPECIAL_REGIME);
}

}  // namespace tongguan::engine
