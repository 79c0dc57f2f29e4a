// The names that the API takes: of items, systems, scenarios, recipients. They
// are identifier-like, so that no free text (and no personal value) gets in.
#ifndef TONGGUAN_GATEWAY_BASE_IDENTIFIER_H_
#define TONGGUAN_GATEWAY_BASE_IDENTIFIER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tongguan {

inline constexpr int kMaxIdentifierCharacters = 64;

// Whether `text` is 1 to 64 characters of valid UTF-8, each an ASCII letter or
// digit, a CJK ideograph (U+3400-4DBF, U+4E00-9FFF), '_', '.' or '-'.
bool IsIdentifier(absl::string_view text);

// The form in which names are compared: ASCII lower case, without '_', '-',
// '.'.
std::string FoldName(absl::string_view name);

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_IDENTIFIER_H_
