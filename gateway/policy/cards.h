// Numbers of bank cards, as their issuers give them out.
#ifndef TONGGUAN_GATEWAY_POLICY_CARDS_H_
#define TONGGUAN_GATEWAY_POLICY_CARDS_H_

#include "absl/strings/string_view.h"

namespace tongguan::policy {

// Whether these are the digits of a card, nothing else: they begin as an
// issuer's cards do, are as many as its cards have, 13 to 19, and Luhn holds
// (ISO/IEC 7812-1). Of random numbers of 16 digits these are about 3 in 100;
// Luhn alone is 10. Dates and times of this century begin as nobody's cards.
bool IsIssuedCard(absl::string_view digits);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_CARDS_H_
