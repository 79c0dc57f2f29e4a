// A field that this version does not know may carry a fact that matters:
// nothing is decided past it.
#ifndef TONGGUAN_GATEWAY_SERVICE_UNKNOWN_FIELDS_H_
#define TONGGUAN_GATEWAY_SERVICE_UNKNOWN_FIELDS_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace tongguan::service {

// InvalidArgument that names message and field number of an unknown field
// anywhere in the message. Flows are left out: ValidateFlow looks into them.
absl::Status RefuseUnknownFields(const google::protobuf::Message& message);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_UNKNOWN_FIELDS_H_
