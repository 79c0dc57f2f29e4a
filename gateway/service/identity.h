// Who calls, and what that caller may do. The identity is in the verified
// client certificate's URI SANs, in exactly one of these:
//   tongguan:exporter/<USCC>/<system>
//   tongguan:exporter/<USCC>/person/<name>
//   tongguan:regulator/<authority>/<officer>
//   tongguan:auditor/<organisation>
//   tongguan:operator/<name>
#ifndef TONGGUAN_GATEWAY_SERVICE_IDENTITY_H_
#define TONGGUAN_GATEWAY_SERVICE_IDENTITY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/beijing.h"
#include "gateway/policy/registry.h"
#include "grpcpp/security/auth_context.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {

enum class Role { kExporter, kRegulator, kAuditor, kOperator };

struct Identity {
  Role role = Role::kOperator;
  std::string organization;  // USCC, authority or organisation.
  std::string name;          // System, "person/<name>", officer or operator.
};

// Whether an exporter's certificate is of a person, not of a system, by the
// name in it or in a record: what takes two people takes two of these.
bool IsPerson(absl::string_view name);

// Unauthenticated unless exactly one of the SANs is of the forms above. SANs
// that do not begin with "tongguan:" are others' business.
absl::StatusOr<Identity> ReadIdentity(const std::vector<std::string>& uris);

// The identity of a call's peer.
absl::StatusOr<Identity> ReadIdentity(const grpc::AuthContext& context);

// As records name it.
v1::Actor ToActor(const Identity& identity);

// Whether the caller may ask, settle and declare for the exporter: its own, or
// one that authorised it and that day lies in the authorisation.
absl::Status MayAsk(const Identity& caller, const std::string& exporter,
                    const policy::Registry& registry, Day day);

// Whether the caller may read what concerns the exporter (empty: what concerns
// none or all): auditors and regulators everything, exporters as in MayAsk.
absl::Status MayRead(const Identity& caller, const std::string& exporter,
                     const policy::Registry& registry, Day day);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_IDENTITY_H_
