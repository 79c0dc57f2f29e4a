// One StagePeople call after another. Belongs to the polling thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_STAGE_CALL_H_
#define TONGGUAN_GATEWAY_SERVICE_STAGE_CALL_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gateway/service/identity.h"
#include "gateway/service/loop.h"
#include "gateway/service/metrics.h"
#include "gateway/service/staging.h"
#include "gateway/service/stream_room.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_stream.h"
#include "grpcpp/support/byte_buffer.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

class StageCall final : public Event {
 public:
  // An upload of which nothing came for so long is refused.
  static constexpr absl::Duration kIdle = absl::Seconds(30);

  using Reader = grpc::ServerAsyncReader<grpc::ByteBuffer, grpc::ByteBuffer>;
  struct Parts {
    Loop* loop = nullptr;
    Metrics* metrics = nullptr;
    Staging* staging = nullptr;
    StreamRoom* room = nullptr;
    std::function<absl::Time()> now;
    // Asks gRPC for the next call.
    std::function<void(grpc::ServerContext*, Reader*, void* tag)> request;
    // Whether the caller may stage for the head's exporter under its key.
    std::function<absl::Status(const Identity&, const v1::StageHead&)>
        check_head;
  };

  explicit StageCall(Parts parts) : parts_(std::move(parts)) {}

  // Waits for the next call.
  void Accept();
  void OnEvent(bool ok) override;
  // Refuses the upload if it was idle for long.
  void Tick(absl::Time now);

 private:
  enum class State { kWaiting, kReading, kEnding };

  void Begin();
  void Read();
  absl::Status Take();
  void Finish();
  void Fail(const absl::Status& error);
  void End(bool delivered);

  const Parts parts_;
  State state_ = State::kWaiting;
  int events_ = 0;  // That gRPC owes this call.
  bool entered_ = false;
  std::optional<grpc::ServerContext> context_;
  std::optional<Reader> reader_;
  std::optional<Staging::Upload> upload_;
  Identity caller_;
  absl::Time last_read_;
  std::string kept_;  // Digest and exporter of the set, once it is kept.
  std::string exporter_;
  grpc::ByteBuffer bytes_;
  v1::StagePeopleRequest part_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_STAGE_CALL_H_
