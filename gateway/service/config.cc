#include "gateway/service/config.h"

#include <arpa/inet.h>

#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/pem.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

// A limit's default and the range in which it may be set.
struct Range {
  const char* name;
  int32_t (v1::Limits::*get)() const;
  void (v1::Limits::*set)(int32_t);
  int32_t fallback;
  int32_t most;
};

using L = v1::Limits;
constexpr int32_t kMostBytes = 64 << 20;
const Range kRanges[] = {
    {"calls_in_flight", &L::calls_in_flight, &L::set_calls_in_flight, 1024,
     65536},
    {"streams_per_connection", &L::streams_per_connection,
     &L::set_streams_per_connection, 100, 10000},
    {"flow_bytes", &L::flow_bytes, &L::set_flow_bytes, 262144, kMostBytes},
    {"batch_bytes", &L::batch_bytes, &L::set_batch_bytes, 4194304, kMostBytes},
    {"batch_flows", &L::batch_flows, &L::set_batch_flows, 1000, 100000},
    {"drain_seconds", &L::drain_seconds, &L::set_drain_seconds, 10, 3600},
};

constexpr int64_t kStagedPeople = 10'000'000;
constexpr int64_t kMostStagedPeople = 1'000'000'000;

absl::Status Bad(absl::string_view field, absl::string_view key,
                 const std::vector<std::string>& operands = {}) {
  return text::Refuse(absl::StatusCode::kInvalidArgument, field, key, operands);
}

// Splits "host:port" at the last colon; the host of "[::1]:1" keeps brackets.
absl::StatusOr<std::pair<std::string, int>> SplitAddress(
    const std::string& field, const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Bad(field, "wrong.not_address");
  }
  return std::make_pair(address.substr(0, colon), port);
}

bool IsLoopback(const std::string& host) {
  if (host == "[::1]") return true;
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 &&
         (ntohl(address.s_addr) >> 24) == 127;
}

absl::Status CheckAddresses(const v1::GatewayConfig& config) {
  TG_RETURN_IF_ERROR(SplitAddress("listen", config.listen()).status());
  if (config.metrics_listen().empty()) return absl::OkStatus();
  TG_ASSIGN_OR_RETURN(auto metrics,
                      SplitAddress("metrics_listen", config.metrics_listen()));
  if (!IsLoopback(metrics.first)) {
    return Bad("metrics_listen", "wrong.not_loopback");
  }
  return absl::OkStatus();
}

absl::Status CheckLimits(const v1::Limits& limits) {
  for (const Range& range : kRanges) {
    const int32_t value = (limits.*range.get)();
    if (value < 0 || value > range.most) {
      return Bad(absl::StrCat("limits.", range.name), "wrong.limit_range",
                 {absl::StrCat(value), absl::StrCat(range.most),
                  absl::StrCat(range.fallback)});
    }
  }
  if (limits.staged_people() < 0 ||
      limits.staged_people() > kMostStagedPeople) {
    return Bad("limits.staged_people", "wrong.limit_range",
               {absl::StrCat(limits.staged_people()),
                absl::StrCat(kMostStagedPeople), absl::StrCat(kStagedPeople)});
  }
  const v1::Limits filled = WithDefaults(limits);
  if (filled.flow_bytes() > filled.batch_bytes()) {
    return Bad("limits.flow_bytes", "wrong.flow_above_batch");
  }
  return absl::OkStatus();
}

absl::Status CheckGiven(absl::string_view field, const std::string& value,
                        absl::string_view key) {
  if (!value.empty()) return absl::OkStatus();
  return Bad(field, key);
}

// Nothing is read of a file that cannot be: then it is refused as no PEM.
Pem ReadPem(const std::string& field, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();  // A folder is read as nothing, without a throw.
  return {field, path, bytes.str()};
}

}  // namespace

v1::Limits WithDefaults(v1::Limits limits) {
  for (const Range& range : kRanges) {
    if ((limits.*range.get)() == 0) (limits.*range.set)(range.fallback);
  }
  if (limits.staged_people() == 0) limits.set_staged_people(kStagedPeople);
  return limits;
}

absl::Status CheckConfig(const v1::GatewayConfig& config) {
  if (!config.unsigned_dev_policy()) {
    return text::Refuse(absl::StatusCode::kFailedPrecondition,
                        "unsigned_dev_policy", "wrong.unsigned_policy");
  }
  TG_RETURN_IF_ERROR(CheckAddresses(config));
  TG_RETURN_IF_ERROR(CheckGiven("tls.certificate", config.tls().certificate(),
                                "wrong.no_tls_certificate"));
  TG_RETURN_IF_ERROR(CheckGiven("tls.private_key", config.tls().private_key(),
                                "wrong.no_tls_key"));
  TG_RETURN_IF_ERROR(CheckGiven("tls.client_ca", config.tls().client_ca(),
                                "wrong.no_client_ca"));
  TG_RETURN_IF_ERROR(CheckGiven("ledger", config.ledger(), "wrong.no_ledger"));
  const int32_t uncertain = config.clock_uncertainty_millis();
  if (uncertain < 0 || uncertain > kMostUncertainMillis) {
    return Bad("clock_uncertainty_millis", "wrong.people_range",
               {absl::StrCat(uncertain), absl::StrCat(kMostUncertainMillis)});
  }
  return CheckLimits(config.limits());
}

absl::StatusOr<TlsTexts> ReadTls(const v1::TlsFiles& files) {
  const Pem certificate = ReadPem("tls.certificate", files.certificate());
  const Pem key = ReadPem("tls.private_key", files.private_key());
  const Pem ca = ReadPem("tls.client_ca", files.client_ca());
  TG_RETURN_IF_ERROR(CheckPair(certificate, key));
  TG_RETURN_IF_ERROR(CheckCertificates(ca));
  return TlsTexts{certificate.text, key.text, ca.text};
}

}  // namespace tongguan::service
