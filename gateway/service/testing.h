// A public-key infrastructure for tests: a CA of its own, a server certificate
// for 127.0.0.1 and localhost, and client certificates with any URI SANs. Keys
// are made at run time and live in a temporary folder. Tests only: failures of
// OpenSSL end the test program.
#ifndef TONGGUAN_GATEWAY_SERVICE_TESTING_H_
#define TONGGUAN_GATEWAY_SERVICE_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/security/credentials.h"
#include "proto/tongguan/v1/config.pb.h"

struct evp_pkey_st;
struct x509_st;

namespace tongguan::service {

// What a certificate is to say.
struct TestCertificate {
  std::vector<std::string> uris;  // URI SANs.
  bool server = false;            // Server: SANs of this host, serverAuth.
  bool authority = false;         // Says that it is a CA.
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(24);
};

// A certificate and its key, PEM.
struct TestPair {
  std::string certificate;
  std::string private_key;
};

class TestPki {
 public:
  TestPki();
  ~TestPki();
  TestPki(const TestPki&) = delete;
  TestPki& operator=(const TestPki&) = delete;

  // Files of the server's side, for GatewayConfig.tls.
  const v1::TlsFiles& files() const { return files_; }
  // The temporary folder; removed with this object.
  const std::string& folder() const { return folder_; }

  // A certificate signed by this CA.
  TestPair Issue(const TestCertificate& wanted) const;

  // Credentials of a client that trusts this CA: with a certificate of this
  // one URI SAN; with any pair; with none.
  std::shared_ptr<grpc::ChannelCredentials> Client(
      const std::string& uri) const;
  std::shared_ptr<grpc::ChannelCredentials> ClientWith(
      const TestPair& pair) const;
  std::shared_ptr<grpc::ChannelCredentials> ClientWithoutCertificate() const;

 private:
  std::string Write(const std::string& name, const std::string& text) const;

  std::shared_ptr<evp_pkey_st> ca_key_;
  std::shared_ptr<x509_st> ca_;
  std::string folder_;
  v1::TlsFiles files_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_TESTING_H_
