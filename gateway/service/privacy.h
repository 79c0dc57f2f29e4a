// Names that are really somebody's: an ID number as a request id, a telephone
// as an item's name. They would be recorded, logged and exported, so they are
// refused (PIPL 6, 51). The text of a refusal does not hold the name.
#ifndef TONGGUAN_GATEWAY_SERVICE_PRIVACY_H_
#define TONGGUAN_GATEWAY_SERVICE_PRIVACY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/taxonomy.h"
#include "gateway/service/identity.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

// Adds a violation for every name of the flow that the taxonomy's detectors
// take for a personal value, or that holds a card of any issuer
// (policy/cards.h). Codes of enterprises are none.
void CheckNames(const v1::Flow& flow, const policy::Taxonomy& taxonomy,
                const std::string& path,
                std::vector<v1::FieldViolation>* violations);

// InvalidArgument naming `field` if its text is such a value.
absl::Status CheckName(absl::string_view field, absl::string_view text,
                       const policy::Taxonomy& taxonomy);

// Unauthenticated if the caller's certificate has such a name: records name
// who asked.
absl::Status CheckCaller(const Identity& caller,
                         const policy::Taxonomy& taxonomy);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PRIVACY_H_
