// Rule 7, the gate. Notice, separate consent, impact assessment and guardian's
// consent stay due whatever the mechanism (O16 art 10; PIPL 30, 31, 39, 55;
// NDSR 22(3); CAC answers 2026-07, question 1). Transit is not gated.
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

bool NeedsConsent(v1::LegalBasis basis) {
  return basis == v1::LEGAL_BASIS_CONSENT || basis == v1::LEGAL_BASIS_UNKNOWN ||
         basis == v1::LEGAL_BASIS_UNSPECIFIED;
}

absl::InlinedVector<v1::Missing, 5> MissingDuties(const Weighing& w) {
  const v1::Duties& duties = w.flow().duties();
  absl::InlinedVector<v1::Missing, 5> missing;
  const bool partial = duties.notice() == v1::NOTICE_WITHOUT_SENSITIVE_PART;
  if (duties.notice() != v1::NOTICE_GIVEN && !partial) {
    missing.push_back(v1::MISSING_NOTICE);
  }
  if (partial && w.sensitive_flow()) {
    missing.push_back(v1::MISSING_SENSITIVE_NOTICE);
  }
  if (NeedsConsent(duties.legal_basis()) &&
      duties.separate_consent() != v1::SEPARATE_CONSENT_OBTAINED) {
    missing.push_back(v1::MISSING_SEPARATE_CONSENT);
  }
  if (w.facts().may_be_under_14 && duties.guardian_consent() != v1::FACT_YES) {
    missing.push_back(v1::MISSING_GUARDIAN_CONSENT);
  }
  if (duties.pipia() != v1::FACT_YES && !w.pipia_later()) {
    missing.push_back(v1::MISSING_PIPIA);
  }
  return missing;
}

}  // namespace

void WeighArt10Duties(Weighing& w) {
  if (w.Remaining().empty()) return;  // Nothing personal, or transit.
  const auto missing = MissingDuties(w);
  if (missing.empty() || w.suppose().duties_kept) {
    w.PassGate();
  } else {
    w.Block(missing);
  }
}

}  // namespace tongguan::engine
