// Whether what stands in a cell may be several identifiers.
#ifndef TONGGUAN_GATEWAY_INSPECT_SEVERAL_H_
#define TONGGUAN_GATEWAY_INSPECT_SEVERAL_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "gateway/people/identifiers.h"

namespace tongguan::inspect {

enum class Several {
  kNo,
  kPerhaps,  // Whoever knows the column may say that it is one all the same.
  kYes,      // Parted by signs of a list: ',', ';', '|', a line end.
};

// Of a value, with full-width forms narrowed, that is not what detectors expect
// there. It is one identifier only if it has the form of one:
//   - not longer than any: `most` letters and digits where the column says what
//     it holds (kOther: 128 bytes, 20 digits on end); hashes and UUIDs are one;
//   - letters and digits on end, or parts joined by signs that identifiers have
//     inside ('-', '_', '.' …; in documents and cards gaps and brackets too),
//     of which none stands for another: parts that are alike (E1001-E1002) may
//     be one each, and so may numbers of which each is long enough;
//   - words about it (other scripts, brackets, gaps) have no digit; without any
//     digit there is one word.
// A telephone is digits, however grouped, that cannot be cut into two.
// Anything else may be several. What nobody can tell is taken for one: numbers
// of no known length on end, or of up to four digits joined (1001-1002, as
// 2024-0012 is), names of other scripts without a gap.
Several HoldsSeveral(people::IdentifierKind kind, size_t most,
                     absl::string_view text);

// Whether a telephone, normalized, is written with the code of another country:
// '+' or "00", no zero, 7 to 15 digits (E.164). Digits inside it may look like
// a mainland number: +49 151 1234 5678.
bool IsForeignTelephone(absl::string_view form);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_SEVERAL_H_
