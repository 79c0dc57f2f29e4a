// Unified social credit codes (统一社会信用代码, GB 32100-2015).
#ifndef TONGGUAN_GATEWAY_BASE_USCC_H_
#define TONGGUAN_GATEWAY_BASE_USCC_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tongguan {

// OK for 18 characters of the standard's alphabet with the right check
// character; else InvalidArgument that says what is wrong.
absl::Status CheckUscc(absl::string_view code);

// The check character of the first 17 characters, which must be valid ones.
char UsccCheckCharacter(absl::string_view first17);

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_USCC_H_
