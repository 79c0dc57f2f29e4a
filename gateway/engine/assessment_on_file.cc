// Rule 10. A concluded assessment that is valid and covers purpose, recipient,
// kinds and scale is followed, also where less would do (O16 art 9; NDSR 38;
// CAC answers 2026-01, question 1).
#include "gateway/engine/rules.h"

namespace tongguan::engine {
namespace {

// The first item's reason, of those the assessment does not cover.
v1::Reason CoversAll(const Weighing& w, const FilingFacts& filing,
                     const Items& items) {
  for (uint32_t i : items) {
    const v1::Reason reason = w.Covers(filing, i);
    if (reason != v1::REASON_FILING_COVERS) return reason;
  }
  return v1::REASON_FILING_COVERS;
}

}  // namespace

void WeighAssessmentOnFile(Weighing& w) {
  const Items remaining = w.Remaining();
  if (remaining.empty()) return;
  v1::Reason reason = v1::REASON_NO_FILING;
  Reference reference;
  int64_t operand = 0;
  for (const FilingFacts& filing : w.facts().filings) {
    const policy::Filing& source = *filing.filing;
    if (source.kind != v1::FILING_KIND_SECURITY_ASSESSMENT) break;
    reason = CoversAll(w, filing, remaining);
    if (reason == v1::REASON_FILING_COVERS) {
      w.SettleByAssessment(remaining, filing);
      return;
    }
    reference = Reference(source.id);
    operand = reason == v1::REASON_EXCEEDS_SCALE ? source.approved_people
                                                 : filing.operand;
  }
  if (reason == v1::REASON_EXCEEDS_SCALE) {
    w.Skip(v1::RULE_ASSESSMENT_ON_FILE, reason, {*w.PeopleTotal(), operand},
           reference);
  } else if (operand != 0) {
    w.Skip(v1::RULE_ASSESSMENT_ON_FILE, reason, {operand}, reference);
  } else {
    w.Skip(v1::RULE_ASSESSMENT_ON_FILE, reason, {}, reference);
  }
}

}  // namespace tongguan::engine
