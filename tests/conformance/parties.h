// The enterprises and overseas bodies of one worked case: its own, so that no
// case sees another's filings, lists or tallies.
#ifndef TONGGUAN_TESTS_CONFORMANCE_PARTIES_H_
#define TONGGUAN_TESTS_CONFORMANCE_PARTIES_H_

#include <string>

namespace tongguan::conformance {

struct Parties {
  std::string name;       // Identifier of the case, such as "case-17".
  std::string exporter;   // USCC.
  std::string sibling;    // USCC of the group's other member, its parent.
  std::string recipient;  // Organisation ids.
  std::string onward;
};

// The parties of the case in this line of the file.
Parties PartiesOf(int line);

// USCC of the shared-service centre that asks for every exporter.
std::string DelegateUscc();

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_PARTIES_H_
