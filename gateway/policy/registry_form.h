// The form of the entries that a registry holds many of, looked at without
// reflection.
#ifndef TONGGUAN_GATEWAY_POLICY_REGISTRY_FORM_H_
#define TONGGUAN_GATEWAY_POLICY_REGISTRY_FORM_H_

#include "proto/tongguan/v1/registry.pb.h"

namespace tongguan::policy {

// Whether CheckForm (form.h) would find nothing wrong. It says what is wrong.
bool HasForm(const v1::Enterprise& enterprise);
bool HasForm(const v1::Filing& filing);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_REGISTRY_FORM_H_
