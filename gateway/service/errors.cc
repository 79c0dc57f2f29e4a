#include "gateway/service/errors.h"

#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/engine/validate.h"

namespace tongguan::service {
namespace {

// Messages are percent-encoded (three bytes for one at worst), details base64
// (four for three): together below 7 KiB.
constexpr size_t kMostMessageBytes = 768;
constexpr size_t kMostDetailBytes = 3072;

bool CallerCanMend(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

// At most `most` bytes, not cut inside a UTF-8 character.
std::string Cut(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end) + "...";
}

}  // namespace

v1::FlowError ToFlowError(const absl::Status& error) {
  v1::FlowError out;
  if (CallerCanMend(error.code())) {
    out.set_code(static_cast<int>(error.code()));
    out.set_message(std::string(error.message()));
    return out;
  }
  std::fprintf(stderr, "tongguan: %s\n", error.ToString().c_str());
  if (error.code() == absl::StatusCode::kUnavailable) {
    out.set_code(grpc::StatusCode::UNAVAILABLE);
    out.set_message(
        "the gateway cannot record now, so it gives no answer: hold the flow "
        "and ask again with the same request_id");
  } else {
    out.set_code(grpc::StatusCode::INTERNAL);
    out.set_message(
        "the gateway failed and gives no answer: hold the flow; the gateway's "
        "log tells its operator why");
  }
  return out;
}

v1::FlowError ToFlowError(const std::vector<v1::FieldViolation>& violations) {
  v1::FlowError out = ToFlowError(engine::ToStatus(violations));
  for (const v1::FieldViolation& violation : violations) {
    *out.add_violations() = violation;
  }
  return out;
}

grpc::Status ToGrpcStatus(const v1::FlowError& error) {
  std::string details;
  if (error.violations_size() > 0) {
    v1::FlowError kept = error;
    kept.set_message(Cut(error.message(), kMostMessageBytes));
    while (kept.ByteSizeLong() > kMostDetailBytes &&
           kept.violations_size() > 0) {
      kept.mutable_violations()->RemoveLast();
    }
    details = kept.SerializeAsString();
  }
  return grpc::Status(static_cast<grpc::StatusCode>(error.code()),
                      Cut(error.message(), kMostMessageBytes), details);
}

grpc::Status ToGrpcStatus(const absl::Status& error) {
  return ToGrpcStatus(ToFlowError(error));
}

}  // namespace tongguan::service
