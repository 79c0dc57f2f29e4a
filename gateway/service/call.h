// One unary call from its acceptance to its reply. Calls are kept and used
// again with their messages, which parse faster when they have been used.
// Everything here belongs to the polling thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_CALL_H_
#define TONGGUAN_GATEWAY_SERVICE_CALL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gateway/service/loop.h"
#include "gateway/service/metrics.h"
#include "gateway/service/unknown_fields.h"
#include "gateway/text/refusal.h"
#include "google/protobuf/io/coded_stream.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_unary_call.h"
#include "grpcpp/support/byte_buffer.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

class CallPool;

// Empties a message before it is parsed anew. A request's flow is kept with its
// items, which protobuf would free; an empty flow is refused as a missing one.
template <typename Message>
void Empty(Message* message) {
  message->Clear();
}
template <typename Request>
void EmptyButFlow(Request* request) {
  std::unique_ptr<v1::Flow> flow(request->release_flow());
  request->Clear();
  if (flow == nullptr) return;
  flow->Clear();
  request->set_allocated_flow(flow.release());
}
inline void Empty(v1::EvaluateRequest* request) { EmptyButFlow(request); }
inline void Empty(v1::StreamEvaluateRequest* request) { EmptyButFlow(request); }

// False if the bytes are no such message.
template <typename Message>
bool ParseAnew(grpc::ByteBuffer* bytes, Message* message) {
  Empty(message);
  grpc::ProtoBufferReader reader(bytes);
  google::protobuf::io::CodedInputStream in(&reader);
  return reader.status().ok() && message->MergeFromCodedStream(&in) &&
         in.ConsumedEntireMessage();
}

class Call : public Event {
 public:
  using Writer = grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>;
  // Asks gRPC for the next call of a method.
  using Requester =
      std::function<void(grpc::ServerContext*, grpc::ByteBuffer*, Writer*,
                         grpc::ServerCompletionQueue*, void* tag)>;

  explicit Call(CallPool* pool) : pool_(pool) {}

  // Waits for the next call of the method.
  void Accept();
  void OnEvent(bool ok) override;

  // Ends the call. Exactly one of these and UnaryCall::Reply, once.
  void Fail(const absl::Status& error);
  void Fail(const v1::FlowError& error);

  const grpc::ServerContext& context() const { return *context_; }

 protected:
  // Parses the request; handles it; forgets what the handler kept.
  virtual absl::Status Parse(grpc::ByteBuffer* bytes) = 0;
  virtual void Handle() = 0;
  virtual void Forget() = 0;
  void Send(const grpc::ByteBuffer& bytes);

 private:
  friend class CallPool;
  void End(const grpc::Status& status);

  CallPool* const pool_;
  std::optional<grpc::ServerContext> context_;
  std::optional<Writer> writer_;
  grpc::ByteBuffer bytes_;
  bool accepted_ = false;  // A peer is waiting for the reply.
  bool admitted_ = false;  // It counts as in flight.
};

// How many calls are in flight, over all methods, and the bound on it. Beyond
// it a call is refused at once, unparsed.
struct Admission {
  int limit = 0;
  int in_flight = 0;
};

// The calls of one method. A fixed number waits for calls or refuses them, so
// that refusals are bounded too; an admitted call has a place of its own.
class CallPool {
 public:
  using Maker = std::function<std::unique_ptr<Call>(CallPool*)>;

  CallPool(Loop* loop, Admission* admission, Metrics* metrics,
           Call::Requester request, Maker make);

  // Begins to take calls.
  void Open();

 private:
  friend class Call;
  void AcceptNext();
  bool Admit(Call* call);
  void Ended(Call* call);

  Loop* const loop_;
  Admission* const admission_;
  Metrics* const metrics_;
  const Call::Requester request_;
  const Maker make_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<Call*> idle_;
};

// A call with its messages and what its handler keeps until the reply.
template <typename RequestT, typename ResponseT, typename StateT>
class UnaryCall final : public Call {
 public:
  using Request = RequestT;
  using Response = ResponseT;
  using Handler = std::function<void(UnaryCall*)>;

  UnaryCall(CallPool* pool, Handler handler)
      : Call(pool), handler_(std::move(handler)) {}

  void Reply() {
    grpc::ByteBuffer bytes;
    bool own = false;
    const grpc::Status status =
        grpc::SerializationTraits<ResponseT>::Serialize(response, &bytes, &own);
    if (!status.ok()) {
      Fail(absl::InternalError("a reply could not be serialized"));
      return;
    }
    Send(bytes);
  }
  // The same with a reply that is serialized already.
  void Reply(const std::string& serialized) {
    const grpc::Slice slice(serialized);
    Send(grpc::ByteBuffer(&slice, 1));
  }

  RequestT request;
  ResponseT response;
  std::optional<StateT> state;  // Set while the call is handled.

 private:
  // A message that was larger is not kept for the next call.
  static constexpr size_t kMostKeptBytes = 64 << 10;

  absl::Status Parse(grpc::ByteBuffer* bytes) override {
    state.emplace();
    large_ = bytes->Length() > kMostKeptBytes;
    if (!ParseAnew(bytes, &request)) {
      return text::Refuse(absl::StatusCode::kInvalidArgument, "",
                          "wrong.not_a_message");
    }
    return RefuseUnknownFields(request);
  }
  void Handle() override { handler_(this); }
  void Forget() override {
    state.reset();
    response.Clear();
    if (large_) {
      RequestT().Swap(&request);
      ResponseT().Swap(&response);
    }
  }

  const Handler handler_;
  bool large_ = false;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_CALL_H_
