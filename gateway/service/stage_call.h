// One StagePeople call after another. A fixed number takes calls; further
// clients wait in gRPC, unread. Belongs to the polling thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_STAGE_CALL_H_
#define TONGGUAN_GATEWAY_SERVICE_STAGE_CALL_H_

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "gateway/service/loop.h"
#include "gateway/service/metrics.h"
#include "gateway/service/staging.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_stream.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

class StageCall final : public Event {
 public:
  using Reader =
      grpc::ServerAsyncReader<v1::StagePeopleResponse, v1::StagePeopleRequest>;
  struct Parts {
    Loop* loop = nullptr;
    Metrics* metrics = nullptr;
    Staging* staging = nullptr;
    std::function<absl::Time()> now;
    // Asks gRPC for the next call.
    std::function<void(grpc::ServerContext*, Reader*, void* tag)> request;
    // Whether the caller may stage for the head's exporter under its key.
    std::function<absl::Status(const grpc::ServerContext&,
                               const v1::StageHead&)>
        check_head;
  };

  explicit StageCall(Parts parts) : parts_(std::move(parts)) {}

  // Waits for the next call.
  void Accept();
  void OnEvent(bool ok) override;

 private:
  enum class State { kWaiting, kReading, kEnding };

  absl::Status Take();
  void Finish();
  void Fail(const absl::Status& error);

  const Parts parts_;
  State state_ = State::kWaiting;
  std::optional<grpc::ServerContext> context_;
  std::optional<Reader> reader_;
  std::optional<Staging::Upload> upload_;
  v1::StagePeopleRequest part_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_STAGE_CALL_H_
