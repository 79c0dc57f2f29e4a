#include "gateway/service/request_digest.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"

namespace tongguan::service {

std::string RequestDigest(const google::protobuf::Message& request,
                          absl::string_view bytes) {
  return DigestBytes(Sha256(absl::StrCat(request.GetDescriptor()->full_name(),
                                         absl::string_view("\0", 1), bytes)));
}

std::string RequestDigest(const google::protobuf::Message& request) {
  return RequestDigest(request, request.SerializeAsString());
}

}  // namespace tongguan::service
