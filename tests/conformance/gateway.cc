#include "tests/conformance/gateway.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "tests/conformance/parties.h"

namespace tongguan::conformance {
namespace {

constexpr int kCallSeconds = 30;

v1::GatewayConfig ConfigOf(const service::TestPki& pki) {
  v1::GatewayConfig config;
  config.set_listen("127.0.0.1:0");
  *config.mutable_tls() = pki.files();
  config.set_ledger(pki.folder() + "/ledger.sqlite");
  config.set_unsigned_dev_policy(true);
  config.set_origin("localhost/conformance");
  return config;
}

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::seconds(kCallSeconds));
}

absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(policy::Source policy,
                                                        absl::Time at) {
  std::unique_ptr<Gateway> gateway(new Gateway(at));
  TG_RETURN_IF_ERROR(gateway->Listen(std::move(policy)));
  return gateway;
}

absl::Status Gateway::Listen(policy::Source policy) {
  service::ServerOptions options;
  options.config = ConfigOf(pki_);
  options.clock = &clock_;
  options.load_policy = [policy = std::move(policy)](policy::Parts* parts) {
    return policy::Snapshot::Compile(policy, parts);
  };
  TG_ASSIGN_OR_RETURN(server_, service::Server::Start(std::move(options)));
  stub_ = v1::ExportGatewayService::NewStub(grpc::CreateChannel(
      absl::StrCat("127.0.0.1:", server_->port()),
      pki_.Client(
          absl::StrCat("tongguan:exporter/", DelegateUscc(), "/conformance"))));
  return absl::OkStatus();
}

Gateway::~Gateway() {
  stub_.reset();
  if (server_ != nullptr) server_->Drain();
}

absl::Status Gateway::DeclareOpening(const std::string& exporter,
                                     std::optional<int64_t> persons,
                                     std::optional<int64_t> sensitive) {
  v1::DeclareOpeningRequest request;
  const int32_t year = BeijingYear(clock_.Now());
  request.set_request_id(absl::StrCat("opening-", year));
  request.set_exporter(exporter);
  request.set_year(year);
  if (persons.has_value()) request.set_persons(*persons);
  if (sensitive.has_value()) request.set_sensitive_persons(*sensitive);
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::DeclareOpeningResponse response;
  return ToAbsl(stub_->DeclareOpening(&context, request, &response));
}

absl::StatusOr<v1::Decision> Gateway::Evaluate(const v1::Flow& flow) {
  v1::EvaluateRequest request;
  *request.mutable_flow() = flow;
  request.set_mode(v1::MODE_EVALUATE);
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::EvaluateResponse response;
  TG_RETURN_IF_ERROR(ToAbsl(stub_->Evaluate(&context, request, &response)));
  return response.decision();
}

}  // namespace tongguan::conformance
