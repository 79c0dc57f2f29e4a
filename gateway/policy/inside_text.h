// The parts of a text that may be a value: numbers, e-mail addresses, licence
// plates, codes. What they are, detectors say.
#ifndef TONGGUAN_GATEWAY_POLICY_INSIDE_TEXT_H_
#define TONGGUAN_GATEWAY_POLICY_INSIDE_TEXT_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace tongguan::policy {

// Whether the text can hold such a part: 11 letters and digits on end, 11
// digits, an '@', a character of another script before a letter, or what plates
// without one begin with before a digit. One pass, for the many texts that hold
// none.
bool MayHoldValues(absl::string_view text);

// Tells `part` of every part of `text` (UTF-8, full-width forms narrowed). It
// lives for the call. Parts overlap. They are
//   - runs of 11 letters and digits or more;
//   - numbers of 11 to 19 digits, bounded by what is no digit, letters beside
//     them or not: in one piece, or in up to five with spaces, '-', '_', '(',
//     ')' or dashes between (dots only around pieces of three digits or more,
//     and more than one of them: else it is a decimal number or an address);
//     with the 'X' after 17 of them; without leading zeros;
//   - what stands around an '@', as far as e-mail addresses go;
//   - a character of another script, a letter and five or six more, in upper
//     case and without gaps, of which two are digits: a plate; six digits after
//     that of embassies, with its dots (使·123·456) or without; "WJ", such a
//     character and five more.
// Passed over, since 11 digits on end are chance there, are UUIDs and hashes
// (tokens.h). Of their pieces between '-' those of 11 digits alone or more are
// told, but for 12, 16 and so on: of those chance makes some.
// Returns how many bytes it looked at again or ahead. That and the parts
// together are at most kMostSteps bytes a byte of `text`, whoever wrote it.
size_t EachPart(absl::string_view text,
                absl::FunctionRef<void(absl::string_view part)> part);
inline constexpr size_t kMostSteps = 160;

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_INSIDE_TEXT_H_
