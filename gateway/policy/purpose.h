// Purposes as filings name them: "contract_necessity:visa",
// "human_resources", "recruitment", "emergency", "statutory_duty",
// "foreign_authority_request", "international_trade", ... A contract filing
// that names "contract_necessity" covers every activity.
#ifndef TONGGUAN_GATEWAY_POLICY_PURPOSE_H_
#define TONGGUAN_GATEWAY_POLICY_PURPOSE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::policy {

// The id of a purpose; empty when no kind is set.
std::string PurposeId(const v1::Purpose& purpose);

// Whether a purpose id that was filed covers the purpose: the same, or contract
// necessity as a whole.
bool CoversPurpose(absl::string_view filed, const v1::Purpose& purpose);

// Whether `id` is a purpose id that a filing may name.
bool IsPurposeId(absl::string_view id);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_PURPOSE_H_
