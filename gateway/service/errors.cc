#include "gateway/service/errors.h"

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "gateway/text/refusal.h"

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

// The words of errors that come from below, where there are none.
absl::string_view KeyOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kAlreadyExists:
      return "wrong.request_id_used";
    case absl::StatusCode::kResourceExhausted:
      return "wrong.busy";
    default:
      return "";
  }
}

v1::FlowError Worded(absl::StatusCode code, absl::string_view key,
                     const std::string& message = "") {
  v1::FlowError error;
  error.set_code(static_cast<int>(code));
  error.add_violations()->set_code(key.data(), key.size());
  error.mutable_violations(0)->set_description(message);
  return *text::RefusalOf(text::ToStatus(std::move(error), message));
}

}  // namespace

v1::FlowError ToFlowError(const absl::Status& error) {
  if (auto refusal = text::RefusalOf(error)) return *std::move(refusal);
  if (CallerCanMend(error.code())) {
    return Worded(error.code(), KeyOf(error.code()),
                  std::string(error.message()));
  }
  std::fprintf(stderr, "tongguan: %s\n", error.ToString().c_str());
  if (error.code() == absl::StatusCode::kUnavailable) {
    return Worded(absl::StatusCode::kUnavailable, "wrong.not_recorded");
  }
  return Worded(absl::StatusCode::kInternal, "wrong.gateway_failed");
}

v1::FlowError ToFlowError(const std::vector<v1::FieldViolation>& violations) {
  v1::FlowError out;
  out.set_code(grpc::StatusCode::INVALID_ARGUMENT);
  for (const v1::FieldViolation& violation : violations) {
    *out.add_violations() = violation;
  }
  return *text::RefusalOf(text::ToStatus(std::move(out)));
}

grpc::Status ToGrpcStatus(const v1::FlowError& error) {
  v1::FlowError kept = error;
  kept.set_message(Cut(error.message(), kMostMessageBytes));
  if (kept.ByteSizeLong() > kMostDetailBytes) {
    // Those with a code can be worded from it.
    for (v1::FieldViolation& violation : *kept.mutable_violations()) {
      if (!violation.code().empty()) violation.clear_description();
    }
  }
  while (kept.ByteSizeLong() > kMostDetailBytes && kept.violations_size() > 0) {
    kept.mutable_violations()->RemoveLast();
  }
  return grpc::Status(static_cast<grpc::StatusCode>(error.code()),
                      kept.message(), kept.SerializeAsString());
}

grpc::Status ToGrpcStatus(const absl::Status& error) {
  return ToGrpcStatus(ToFlowError(error));
}

}  // namespace tongguan::service
