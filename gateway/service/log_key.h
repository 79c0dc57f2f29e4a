// The key that signs the log, and the records that say which key that is.
#ifndef TONGGUAN_GATEWAY_SERVICE_LOG_KEY_H_
#define TONGGUAN_GATEWAY_SERVICE_LOG_KEY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/journal/key.h"
#include "gateway/ledger/ledger.h"
#include "proto/tongguan/v1/config.pb.h"

namespace tongguan::service {

using LogKey = std::shared_ptr<const journal::SigningKey>;

// The key of the configured ledger. Made, and `*made` set to its file, when
// there is neither a key nor a ledger yet. FailedPrecondition when the ledger
// is there and its key is not, or the key is of another origin.
absl::StatusOr<LogKey> OpenLogKey(const v1::GatewayConfig& config,
                                  std::string* made);

// Makes sure that the log names `key` as its own: appends the record that does
// if it has none. FailedPrecondition when it names another.
absl::Status RecordLogKey(const journal::SigningKey& key,
                          ledger::Ledger& ledger);

// Appends, under a head that the old key signs, the record that names `next`.
// The ledger must not be open elsewhere.
absl::Status RotateLogKey(const std::string& ledger_path, const LogKey& old_key,
                          const journal::SigningKey& next, const Clock& clock);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_LOG_KEY_H_
