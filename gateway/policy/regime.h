// Checks of the regime's numbers, and what is worked out of them.
#ifndef TONGGUAN_GATEWAY_POLICY_REGIME_H_
#define TONGGUAN_GATEWAY_POLICY_REGIME_H_

#include "absl/status/status.h"
#include "gateway/base/beijing.h"
#include "gateway/policy/registry.h"
#include "proto/tongguan/v1/regime.pb.h"

namespace tongguan::policy {

// Refuses a regime with a rule missing or doubled in its order, a number that
// is not positive or has no article, a switch without article, a small volume
// not below the assessment's, doubled ids, no city of the Greater Bay Area, or
// no day since when it is the law.
absl::Status CheckRegime(const v1::Regime& regime);

// The first day on which all of a checked regime is the law: what was free on
// an earlier one, it cannot say.
Day SinceOf(const v1::Regime& regime);

// The periods that filings are dated by.
FilingPeriods PeriodsOf(const v1::Regime& regime);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_REGIME_H_
