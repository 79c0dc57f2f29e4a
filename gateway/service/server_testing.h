// For the tests of the service: a gateway on loopback with a policy that tests
// change, a clock that stands, and clients of any certificate.
#ifndef TONGGUAN_GATEWAY_SERVICE_SERVER_TESTING_H_
#define TONGGUAN_GATEWAY_SERVICE_SERVER_TESTING_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/engine/testing.h"
#include "gateway/service/server.h"
#include "gateway/service/testing.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/decision_log_service.grpc.pb.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"
#include "proto/tongguan/v1/policy_service.grpc.pb.h"

namespace tongguan::service {

inline constexpr const char* kShanghai = policy::kShanghaiExporter;
inline constexpr const char* kShenzhen = policy::kShenzhenExporter;

// 2026-11-21T12:00:00 in Beijing.
inline absl::Time TestNow() { return absl::FromUnixSeconds(1795233600); }

inline std::string ExporterUri(const std::string& uscc) {
  return absl::StrCat("tongguan:exporter/", uscc, "/erp");
}

// A client with one certificate.
struct Client {
  explicit Client(std::shared_ptr<grpc::Channel> to)
      : channel(std::move(to)),
        gateway(v1::ExportGatewayService::NewStub(channel)),
        log(v1::DecisionLogService::NewStub(channel)),
        policy(v1::PolicyService::NewStub(channel)) {}

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ExportGatewayService::Stub> gateway;
  std::unique_ptr<v1::DecisionLogService::Stub> log;
  std::unique_ptr<v1::PolicyService::Stub> policy;
};

// Calls a method and waits at most 20 s.
template <typename Stub, typename Request, typename Response>
grpc::Status Ask(Stub& stub,
                 grpc::Status (Stub::*method)(grpc::ClientContext*,
                                              const Request&, Response*),
                 const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  return (stub.*method)(&context, request, response);
}

class ServerTest : public testing::Test {
 protected:
  using Gateway = v1::ExportGatewayService::Stub;
  using Log = v1::DecisionLogService::Stub;
  using Policy = v1::PolicyService::Stub;

  ServerTest() {
    config_.set_listen("127.0.0.1:0");
    *config_.mutable_tls() = pki_.files();
    config_.set_ledger(pki_.folder() + "/ledger.db");
    config_.set_unsigned_dev_policy(true);
  }

  absl::StatusOr<std::unique_ptr<Server>> TryStart() {
    return Server::Start({config_, &clock_, [this](policy::Parts* parts) {
                            return LoadPolicy(parts);
                          }});
  }
  void Start() {
    auto started = TryStart();
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  void Restart() {
    server_ = nullptr;
    Start();
  }
  // Starts, with opening balances of 0 for the Shanghai exporter.
  void StartOpened() {
    Start();
    const grpc::Status opened = Open(0, 0);
    ASSERT_TRUE(opened.ok()) << opened.error_message();
  }

  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> LoadPolicy(
      policy::Parts* parts = nullptr) {
    if (!policy_error_.ok()) return policy_error_;
    return policy::Snapshot::Compile(source_, parts);
  }

  std::shared_ptr<grpc::Channel> Channel(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    return grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", server_->port()), credentials, arguments);
  }
  Client As(const std::string& uri) {
    return Client(Channel(pki_.Client(uri)));
  }
  Client AsExporter(const std::string& uscc = kShanghai) {
    return As(ExporterUri(uscc));
  }

  static v1::EvaluateRequest Request(v1::Flow flow,
                                     v1::Mode mode = v1::MODE_EVALUATE) {
    v1::EvaluateRequest request;
    *request.mutable_flow() = std::move(flow);
    request.set_mode(mode);
    return request;
  }
  static v1::Flow Flow(const std::string& id, int64_t persons = 500) {
    v1::Flow flow = engine::TestFlow();
    flow.set_request_id(id);
    flow.mutable_people()->mutable_declared()->set_persons(persons);
    return flow;
  }

  grpc::Status Evaluate(const Client& client,
                        const v1::EvaluateRequest& request,
                        v1::Decision* decision = nullptr) {
    v1::EvaluateResponse response;
    const grpc::Status status =
        Ask(*client.gateway, &Gateway::Evaluate, request, &response);
    if (decision != nullptr) decision->Swap(response.mutable_decision());
    return status;
  }
  // As the Shanghai exporter; fails the test on an error.
  v1::Decision Decide(const v1::Flow& flow, v1::Mode mode = v1::MODE_EVALUATE) {
    v1::Decision decision;
    const grpc::Status status =
        Evaluate(AsExporter(), Request(flow, mode), &decision);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return decision;
  }
  grpc::Status Open(int64_t persons, int64_t sensitive,
                    const std::string& exporter = kShanghai) {
    v1::DeclareOpeningRequest request;
    request.set_request_id(absl::StrCat("open-", persons, "-", sensitive));
    request.set_exporter(exporter);
    request.set_year(2026);
    request.set_persons(persons);
    request.set_sensitive_persons(sensitive);
    v1::DeclareOpeningResponse response;
    return Ask(*AsExporter(exporter).gateway, &Gateway::DeclareOpening, request,
               &response);
  }
  v1::GetStandingResponse Standing(const std::string& exporter = kShanghai) {
    v1::GetStandingRequest request;
    request.set_exporter(exporter);
    v1::GetStandingResponse response;
    const grpc::Status status = Ask(*As("tongguan:auditor/audit").gateway,
                                    &Gateway::GetStanding, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  TestPki pki_;
  ManualClock clock_{TestNow()};
  v1::GatewayConfig config_;
  policy::Source source_ = policy::TestSource();
  absl::Status policy_error_;
  std::unique_ptr<Server> server_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_SERVER_TESTING_H_
