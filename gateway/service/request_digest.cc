#include "gateway/service/request_digest.h"

#include "gateway/base/sha256.h"

namespace tongguan::service {

std::string RequestDigest(const google::protobuf::Message& request,
                          absl::string_view bytes) {
  constexpr absl::string_view kBetween("\0", 1);
  return DigestBytes(
      Sha256({request.GetDescriptor()->full_name(), kBetween, bytes}));
}

std::string RequestDigest(const google::protobuf::Message& request) {
  return RequestDigest(request, request.SerializeAsString());
}

}  // namespace tongguan::service
