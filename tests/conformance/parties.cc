#include "tests/conformance/parties.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/uscc.h"

namespace tongguan::conformance {
namespace {

// Area code 999999 is not assigned (GB/T 2260): no real enterprise has these.
std::string MakeUscc(int64_t number) {
  std::string code = absl::StrFormat("91999999%09d", number);
  code.push_back(UsccCheckCharacter(code));
  return code;
}

}  // namespace

Parties PartiesOf(int line) {
  const std::string name = absl::StrCat("case-", line);
  return {.name = name,
          .exporter = MakeUscc(2 * int64_t{line}),
          .sibling = MakeUscc(2 * int64_t{line} + 1),
          .recipient = absl::StrCat("recipient-", line),
          .onward = absl::StrCat("onward-", line)};
}

std::string DelegateUscc() { return MakeUscc(0); }

}  // namespace tongguan::conformance
