// C2SP tlog-proof: that a record is in the log, as one text that is checked
// without the log.
#ifndef TONGGUAN_GATEWAY_JOURNAL_RECEIPT_H_
#define TONGGUAN_GATEWAY_JOURNAL_RECEIPT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/journal/key.h"
#include "gateway/journal/proof.h"

namespace tongguan::journal {

struct Receipt {
  uint64_t index = 0;
  Proof proof;
  std::string checkpoint;  // A signed note.
};

std::string FormatReceipt(const Receipt& receipt);

// InvalidArgument for a bad form. `extra` lines of others are refused: nothing
// signs them.
absl::StatusOr<Receipt> ParseReceipt(absl::string_view text);

// OK when `record` is the record of the receipt in the log of `key`.
absl::Status VerifyReceipt(const Receipt& receipt, absl::string_view record,
                           const PublicKey& key);

}  // namespace tongguan::journal

#endif  // TONGGUAN_GATEWAY_JOURNAL_RECEIPT_H_
