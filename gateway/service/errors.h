// The one place where errors become what callers see: canonical codes, and
// texts that hold no data values of the gateway's inside.
#ifndef TONGGUAN_GATEWAY_SERVICE_ERRORS_H_
#define TONGGUAN_GATEWAY_SERVICE_ERRORS_H_

#include <vector>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

// The error as callers see it. Errors that a caller can mend keep code and
// text, and are told in words of the catalogue (text/refusal.h); UNAVAILABLE
// keeps its code; every other becomes INTERNAL. The text of the last two goes
// to standard error only.
v1::FlowError ToFlowError(const absl::Status& error);

// INVALID_ARGUMENT with the fields.
v1::FlowError ToFlowError(const std::vector<v1::FieldViolation>& violations);

// The error as the end of a call: the FlowError, serialized, is its details.
// Both texts are cut so that the trailers stay below
// the 8 KiB that gRPC clients accept.
grpc::Status ToGrpcStatus(const v1::FlowError& error);
grpc::Status ToGrpcStatus(const absl::Status& error);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_ERRORS_H_
