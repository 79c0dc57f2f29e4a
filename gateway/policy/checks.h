// Check characters of numbers. Each is handed a value that its detector's
// pattern took: the length and the alphabet are right.
#ifndef TONGGUAN_GATEWAY_POLICY_CHECKS_H_
#define TONGGUAN_GATEWAY_POLICY_CHECKS_H_

#include "absl/strings/string_view.h"
#include "proto/tongguan/v1/taxonomy.pb.h"

namespace tongguan::policy {

// Whether `value` passes `check`. False for a value of another length, and for
// a check that this build does not know.
bool PassesCheck(v1::ValueCheck check, absl::string_view value);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_CHECKS_H_
