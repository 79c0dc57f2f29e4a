// A gateway of its own for one run, asked over its public API: an in-process
// server on loopback with mutual TLS, an empty ledger in a temporary folder,
// and a clock that stands where it is put.
#ifndef TONGGUAN_TESTS_CONFORMANCE_GATEWAY_H_
#define TONGGUAN_TESTS_CONFORMANCE_GATEWAY_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/policy/snapshot.h"
#include "gateway/service/server.h"
#include "gateway/service/testing.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"

namespace tongguan::conformance {

class Gateway {
 public:
  // Starts a server with this policy at this moment.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(policy::Source policy,
                                                        absl::Time at);
  ~Gateway();

  // Puts the clock forward; moments must not go back.
  void SetTime(absl::Time at) { clock_.Set(at); }

  // Declares the opening balance of the clock's Beijing year. A counter that
  // is not given stays unknown.
  absl::Status DeclareOpening(const std::string& exporter,
                              std::optional<int64_t> persons,
                              std::optional<int64_t> sensitive);

  // Asks for a recorded decision.
  absl::StatusOr<v1::Decision> Evaluate(const v1::Flow& flow);

 private:
  explicit Gateway(absl::Time at) : clock_(at) {}
  absl::Status Listen(policy::Source policy);

  ManualClock clock_;
  service::TestPki pki_;  // Its temporary folder holds the ledger, too.
  std::unique_ptr<service::Server> server_;
  std::unique_ptr<v1::ExportGatewayService::Stub> stub_;
};

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_GATEWAY_H_
