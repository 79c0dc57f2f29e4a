// A filing's scope and dates. See policy/regime/README.md for the readings.
#ifndef TONGGUAN_GATEWAY_POLICY_FILING_H_
#define TONGGUAN_GATEWAY_POLICY_FILING_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/policy/form.h"
#include "gateway/policy/registry.h"

namespace tongguan::policy {

class Calendar;

// Checks the filing's scope and works its dates out; a refusal names the field
// of the entry. Words of the scope are kept in `strings`; the id is not set.
//  * Contracts cover from `effective` (O13 art 6) to `expires`, if stated, and
//    must be filed within so many working days of taking effect (art 7).
//  * Certificates (O20) and assessments (O16 art 9) cover from `issued` to
//    `expires`; where none is stated, for so many years less a day. A granted
//    extension of an assessment adds the extension's years. A last day after
//    the anniversary that these years reach is refused.
// Without `effective` or `issued` a filing never covers.
absl::StatusOr<Filing> CompileFiling(const Entry& entry,
                                     const v1::Filing& source,
                                     const FilingPeriods& periods,
                                     const Calendar& calendar,
                                     Strings* strings);

// Reads a required date; a refusal names `place`.
absl::StatusOr<Day> ReadDay(absl::string_view place, absl::string_view text);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_FILING_H_
