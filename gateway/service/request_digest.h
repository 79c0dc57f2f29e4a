// What makes two requests of one id the same request.
#ifndef TONGGUAN_GATEWAY_SERVICE_REQUEST_DIGEST_H_
#define TONGGUAN_GATEWAY_SERVICE_REQUEST_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace tongguan::service {

// SHA-256 of the message's full name, a NUL and its bytes: the same bytes sent
// to another verb are another request. A flow is its own message, whichever
// call brings it. DecisionRecord.request_digest; 32 bytes.
std::string RequestDigest(const google::protobuf::Message& request,
                          absl::string_view bytes);
std::string RequestDigest(const google::protobuf::Message& request);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_REQUEST_DIGEST_H_
