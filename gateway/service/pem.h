// PEM files of TLS, checked before gRPC takes them: it says of a bad one only
// that it cannot connect or listen.
#ifndef TONGGUAN_GATEWAY_SERVICE_PEM_H_
#define TONGGUAN_GATEWAY_SERVICE_PEM_H_

#include <string>

#include "absl/status/status.h"

namespace tongguan::service {

// A file as errors name it.
struct Pem {
  std::string field;  // The flag or field that names it, such as "--cert".
  std::string path;
  std::string text;
};

// Refuses unless the file holds certificates, each well-formed.
absl::Status CheckCertificates(const Pem& file);

// Refuses unless certificate and key are well-formed and belong together.
absl::Status CheckPair(const Pem& certificate, const Pem& key);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PEM_H_
