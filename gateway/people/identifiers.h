// The one form of an identifier before it is hashed: the same person, written
// differently in two systems, must come out the same.
#ifndef TONGGUAN_GATEWAY_PEOPLE_IDENTIFIERS_H_
#define TONGGUAN_GATEWAY_PEOPLE_IDENTIFIERS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tongguan::people {

// Which rules hold beyond those for all.
enum class IdentifierKind {
  kOther,     // Employee numbers, account names: nothing further.
  kDocument,  // Resident identity and passport numbers: upper case, no spaces.
  kPhone,     // No spaces, '-', '(', ')', '.'; a mobile number without +86.
  kCard,      // Bank cards: no spaces or '-'.
};

// Writes the form of `value` (UTF-8) to `*form`, reusing its memory; empty when
// nothing is left: no identifier.
//   All: full-width forms (U+FF01 to U+FF5E) become ASCII, U+3000 and U+00A0 a
//   space; white space at both ends goes.
//   kPhone: "+86", "0086" or "86" before 11 digits that begin with 1 goes.
void NormalizeIdentifier(IdentifierKind kind, absl::string_view value,
                         std::string* form);

}  // namespace tongguan::people

#endif  // TONGGUAN_GATEWAY_PEOPLE_IDENTIFIERS_H_
