#include "gateway/service/identity.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/uscc.h"
#include "gateway/text/refusal.h"
#include "grpc/grpc_security_constants.h"

namespace tongguan::service {
namespace {

constexpr absl::string_view kScheme = "tongguan:";
constexpr absl::string_view kPerson = "person";  // Before a person's name.

struct RoleForm {
  Role role;
  const char* name;
  size_t parts;  // Of the path, the role's name included.
};

constexpr RoleForm kForms[] = {
    {Role::kExporter, "exporter", 3},
    {Role::kRegulator, "regulator", 3},
    {Role::kAuditor, "auditor", 2},
    {Role::kOperator, "operator", 2},
};

absl::Status BadForm(absl::string_view key) {
  return text::Refuse(absl::StatusCode::kUnauthenticated, "", key);
}

absl::StatusOr<Identity> ReadPath(absl::string_view path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  for (const RoleForm& form : kForms) {
    if (parts[0] != form.name) continue;
    const bool person = form.role == Role::kExporter &&
                        parts.size() == form.parts + 1 && parts[2] == kPerson;
    if (parts.size() != form.parts && !person) {
      return BadForm("wrong.certificate_parts");
    }
    for (size_t i = 1; i < parts.size(); ++i) {
      if (!IsIdentifier(parts[i])) return BadForm("wrong.certificate_part");
    }
    if (form.role == Role::kExporter && !CheckUscc(parts[1]).ok()) {
      return BadForm("wrong.certificate_uscc");
    }
    Identity identity{form.role, "", parts.back()};
    if (form.role != Role::kOperator) identity.organization = parts[1];
    if (form.role == Role::kAuditor) identity.name.clear();
    if (person) identity.name = absl::StrCat(kPerson, "/", parts.back());
    return identity;
  }
  return BadForm("wrong.certificate_role");
}

}  // namespace

bool IsPerson(absl::string_view name) {
  return absl::ConsumePrefix(&name, kPerson) && absl::StartsWith(name, "/");
}

absl::StatusOr<Identity> ReadIdentity(const std::vector<std::string>& uris) {
  const std::string* found = nullptr;
  for (const std::string& uri : uris) {
    if (!absl::StartsWith(uri, kScheme)) continue;
    if (found != nullptr) return BadForm("wrong.certificate_twice");
    found = &uri;
  }
  if (found == nullptr) return BadForm("wrong.certificate_none");
  return ReadPath(absl::StripPrefix(*found, kScheme));
}

absl::StatusOr<Identity> ReadIdentity(const grpc::AuthContext& context) {
  if (!context.IsPeerAuthenticated()) {
    return BadForm("wrong.no_certificate");
  }
  std::vector<std::string> uris;
  for (const grpc::string_ref& uri :
       context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    uris.emplace_back(uri.data(), uri.size());
  }
  return ReadIdentity(uris);
}

v1::Actor ToActor(const Identity& identity) {
  v1::Actor actor;
  actor.set_organization(identity.organization);
  for (const RoleForm& form : kForms) {
    if (form.role == identity.role) actor.set_role(form.name);
  }
  actor.set_name(identity.name);
  return actor;
}

absl::Status MayAsk(const Identity& caller, const std::string& exporter,
                    const policy::Registry& registry, Day day) {
  if (caller.role != Role::kExporter) {
    return text::Refuse(absl::StatusCode::kPermissionDenied, "",
                        "wrong.exporters_only");
  }
  if (caller.organization == exporter ||
      registry.MayAsk(caller.organization, exporter, day)) {
    return absl::OkStatus();
  }
  return text::Refuse(absl::StatusCode::kPermissionDenied, "",
                      "wrong.other_enterprise");
}

absl::Status MayRead(const Identity& caller, const std::string& exporter,
                     const policy::Registry& registry, Day day) {
  switch (caller.role) {
    case Role::kRegulator:
    case Role::kAuditor:
      return absl::OkStatus();
    case Role::kOperator:
      return text::Refuse(absl::StatusCode::kPermissionDenied, "",
                          "wrong.operator");
    case Role::kExporter:
      return MayAsk(caller, exporter, registry, day);
  }
  return text::Refuse(absl::StatusCode::kPermissionDenied, "",
                      "wrong.operator");
}

}  // namespace tongguan::service
