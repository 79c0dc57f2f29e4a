// One StreamEvaluate call after another. The flows of a stream are read,
// decided and answered in order, some of them at once under way: where the
// client does not take its answers, no more is read, and HTTP/2 holds it back.
// Belongs to the polling thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_STREAM_CALL_H_
#define TONGGUAN_GATEWAY_SERVICE_STREAM_CALL_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/service/call.h"
#include "gateway/service/deciding.h"
#include "gateway/service/loop.h"
#include "gateway/service/stream_room.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_stream.h"
#include "grpcpp/support/byte_buffer.h"

namespace tongguan::service {

// One flow from its reading to its answer. Kept and used again.
struct StreamFlow {
  v1::StreamEvaluateRequest request;
  std::string result;  // A serialized FlowResult.
  std::optional<Asking> asking;
  std::optional<FlowQuestion> question;
  bool large = false;  // Its message is not kept.
  bool begun = false;
  bool answered = false;
};

class StreamCall final {
 public:
  // Flows of one stream that are under way at once.
  static constexpr int kWindow = 16;
  // A stream on which nothing was asked, or no answer taken, for so long is
  // ended.
  static constexpr absl::Duration kIdle = absl::Minutes(5);

  using Stream =
      grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
  struct Parts {
    Loop* loop = nullptr;
    StreamRoom* room = nullptr;
    std::function<absl::Time()> now;
    // Asks gRPC for the next call.
    std::function<void(grpc::ServerContext*, Stream*, void* tag)> request;
    // Fills the flow's result, then calls `done` on this thread.
    std::function<void(const Identity& caller, StreamFlow* flow,
                       std::function<void()> done)>
        decide;
    std::function<void(const absl::Status&)> count_error;
  };

  explicit StreamCall(Parts parts) : parts_(std::move(parts)) {}

  // Waits for the next call.
  void Accept();
  // Ends the call if it was idle for long.
  void Tick(absl::Time now);
  // Reads no more; ends the call when what was read is answered.
  void Drain();

 private:
  class Step final : public Event {
   public:
    Step(StreamCall* call, void (StreamCall::*step)(bool))
        : call_(call), step_(step) {}
    void OnEvent(bool ok) override { (call_->*step_)(ok); }

   private:
    StreamCall* const call_;
    void (StreamCall::*const step_)(bool);
  };

  void Accepted(bool ok);
  void Received(bool ok);
  void Written(bool ok);
  void Finished(bool ok);

  void Read();
  void Take();
  void Advance();
  void AdvanceSoon();
  void Begin();
  void Answer();
  void Write(const StreamFlow& flow);
  void Finish(const absl::Status& status);
  void EndIfOver();
  std::unique_ptr<StreamFlow> Spare();
  void Keep(std::unique_ptr<StreamFlow> flow);

  const Parts parts_;
  Step accepted_{this, &StreamCall::Accepted};
  Step received_{this, &StreamCall::Received};
  Step written_{this, &StreamCall::Written};
  Step finished_{this, &StreamCall::Finished};

  std::optional<grpc::ServerContext> context_;
  std::optional<Stream> stream_;
  Identity caller_;
  absl::Time moved_;  // When a message last came or went.
  grpc::ByteBuffer incoming_;
  std::deque<std::unique_ptr<StreamFlow>> flows_;  // In order; front is next.
  std::vector<std::unique_ptr<StreamFlow>> spare_;
  bool open_ = false;       // A client is there.
  bool entered_ = false;    // It has a place in the room.
  bool reading_ = false;    // A message is awaited.
  bool writing_ = false;    // An answer is on its way.
  bool spoken_ = false;     // An answer has gone.
  bool all_read_ = false;   // The client sends no more.
  bool draining_ = false;   // Nothing more is read.
  bool gone_ = false;       // Nobody takes the answers.
  bool finishing_ = false;  // Finish was called,
  bool over_ = false;       // and is done.
  bool advancing_ = false;
  bool awaited_ = false;  // AdvanceSoon was called.
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_STREAM_CALL_H_
