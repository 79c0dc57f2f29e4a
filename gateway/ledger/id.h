// Decision ids: log year, leaf index, check character: "2026-000000000042-T".
// Nothing has to be looked up to find a record by its id.
#ifndef TONGGUAN_GATEWAY_LEDGER_ID_H_
#define TONGGUAN_GATEWAY_LEDGER_ID_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tongguan::ledger {

struct RecordId {
  int32_t year = 0;
  uint64_t index = 0;
};

// "YYYY-" + index in at least 12 decimal digits + "-" + check character
// (ISO 7064 mod 37-2 over the digits of year and index).
std::string FormatId(RecordId id);

// InvalidArgument on a bad form or a wrong check character.
absl::StatusOr<RecordId> ParseId(absl::string_view text);

}  // namespace tongguan::ledger

#endif  // TONGGUAN_GATEWAY_LEDGER_ID_H_
