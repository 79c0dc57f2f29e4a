#include "gateway/service/config.h"

#include <arpa/inet.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/status_macros.h"

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

absl::Status Bad(absl::string_view field, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", why));
}

// Splits "host:port" at the last colon; the host of "[::1]:1" keeps brackets.
absl::StatusOr<std::pair<std::string, int>> SplitAddress(
    const std::string& field, const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Bad(field, "not an address; use \"host:port\", port 0 picks one");
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
    return Bad("metrics_listen",
               "not loopback; use \"127.0.0.1:port\" or \"[::1]:port\" and a "
               "collector on this machine");
  }
  return absl::OkStatus();
}

absl::Status CheckLimits(const v1::Limits& limits) {
  for (const Range& range : kRanges) {
    const int32_t value = (limits.*range.get)();
    if (value < 0 || value > range.most) {
      return Bad(absl::StrCat("limits.", range.name),
                 absl::StrCat(value, " is out of range; use 1 to ", range.most,
                              ", or 0 for ", range.fallback));
    }
  }
  const v1::Limits filled = WithDefaults(limits);
  if (filled.flow_bytes() > filled.batch_bytes()) {
    return Bad("limits.flow_bytes",
               "above limits.batch_bytes, which bounds every message; lower it "
               "or raise that");
  }
  return absl::OkStatus();
}

absl::Status CheckGiven(absl::string_view field, const std::string& value,
                        absl::string_view what) {
  if (!value.empty()) return absl::OkStatus();
  return Bad(field, absl::StrCat("missing; name ", what));
}

absl::StatusOr<std::string> ReadPem(absl::string_view field,
                                    const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();  // A folder is read as nothing, without a throw.
  const std::string text = bytes.str();
  if (!absl::StrContains(text, "-----BEGIN ")) {
    return absl::FailedPreconditionError(absl::StrCat(
        field, ": cannot read PEM from ", path,
        "; check the path and that the gateway's user may read it"));
  }
  return text;
}

}  // namespace

v1::Limits WithDefaults(v1::Limits limits) {
  for (const Range& range : kRanges) {
    if ((limits.*range.get)() == 0) (limits.*range.set)(range.fallback);
  }
  return limits;
}

absl::Status CheckConfig(const v1::GatewayConfig& config) {
  if (!config.unsigned_dev_policy()) {
    return absl::FailedPreconditionError(
        "unsigned_dev_policy: signed bundles do not exist yet; start with "
        "--unsigned-dev-policy to say that you know");
  }
  TG_RETURN_IF_ERROR(CheckAddresses(config));
  TG_RETURN_IF_ERROR(CheckGiven("tls.certificate", config.tls().certificate(),
                                "the server certificate's PEM file"));
  TG_RETURN_IF_ERROR(CheckGiven("tls.private_key", config.tls().private_key(),
                                "the server key's PEM file"));
  TG_RETURN_IF_ERROR(CheckGiven("tls.client_ca", config.tls().client_ca(),
                                "the PEM file of the CA of client "
                                "certificates"));
  TG_RETURN_IF_ERROR(
      CheckGiven("ledger", config.ledger(), "the ledger's file"));
  return CheckLimits(config.limits());
}

absl::StatusOr<TlsTexts> ReadTls(const v1::TlsFiles& files) {
  TlsTexts texts;
  TG_ASSIGN_OR_RETURN(texts.certificate,
                      ReadPem("tls.certificate", files.certificate()));
  TG_ASSIGN_OR_RETURN(texts.private_key,
                      ReadPem("tls.private_key", files.private_key()));
  TG_ASSIGN_OR_RETURN(texts.client_ca,
                      ReadPem("tls.client_ca", files.client_ca()));
  return texts;
}

}  // namespace tongguan::service
