// The gateway's configuration, checked: every refusal names the field and the
// mend.
#ifndef TONGGUAN_GATEWAY_SERVICE_CONFIG_H_
#define TONGGUAN_GATEWAY_SERVICE_CONFIG_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/tongguan/v1/config.pb.h"

namespace tongguan::service {

// The most that a clock may be said to be wrong.
inline constexpr int32_t kMostUncertainMillis = 60'000;

// The limits with the defaults of config.proto filled in.
v1::Limits WithDefaults(v1::Limits limits);

// FailedPrecondition without unsigned_dev_policy; InvalidArgument for a field
// that is missing, malformed or out of range. Reads no file.
absl::Status CheckConfig(const v1::GatewayConfig& config);

// The contents of the TLS files, PEM.
struct TlsTexts {
  std::string certificate;
  std::string private_key;
  std::string client_ca;
};

// FailedPrecondition that names the field and the file that cannot be read.
absl::StatusOr<TlsTexts> ReadTls(const v1::TlsFiles& files);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_CONFIG_H_
