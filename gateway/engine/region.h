// Countries and regions by code.
#ifndef TONGGUAN_GATEWAY_ENGINE_REGION_H_
#define TONGGUAN_GATEWAY_ENGINE_REGION_H_

#include "absl/strings/string_view.h"

namespace tongguan::engine {

// Whether `code` is assigned in ISO 3166-1 alpha-2, such as "SG". Hong Kong,
// Macao and Taiwan are HK, MO and TW.
bool IsRegion(absl::string_view code);

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_REGION_H_
