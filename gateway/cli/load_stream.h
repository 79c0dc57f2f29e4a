// One StreamEvaluate call of the load generator: what is asked is written in
// order, one message at a time, and the answers are handed back in that order.
#ifndef TONGGUAN_GATEWAY_CLI_LOAD_STREAM_H_
#define TONGGUAN_GATEWAY_CLI_LOAD_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>

#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"

namespace tongguan::cli {

// What waits for the completion queue.
class LoadEvent {
 public:
  virtual ~LoadEvent() = default;
  virtual void On(bool ok) = 0;
};

class LoadStream {
 public:
  // Who asked, and the answer; null when the stream broke.
  using Answered = std::function<void(LoadEvent* who, const v1::FlowResult*)>;

  LoadStream(v1::ExportGatewayService::Stub* stub, grpc::CompletionQueue* queue,
             Answered answered);

  void Ask(LoadEvent* who, const v1::Flow& flow, v1::Mode mode);
  // Asks nothing more.
  void Close();
  bool broken() const { return broken_; }
  bool over() const { return over_; }

 private:
  class Step final : public LoadEvent {
   public:
    Step(LoadStream* stream, void (LoadStream::*step)(bool))
        : stream_(stream), step_(step) {}
    void On(bool ok) override { (stream_->*step_)(ok); }

   private:
    LoadStream* const stream_;
    void (LoadStream::*const step_)(bool);
  };

  void Started(bool ok);
  void Wrote(bool ok);
  void Read(bool ok);
  void Finished(bool) { over_ = true; }
  void Write();

  const Answered answered_;
  Step started_{this, &LoadStream::Started};
  Step wrote_{this, &LoadStream::Wrote};
  Step read_{this, &LoadStream::Read};
  Step finished_{this, &LoadStream::Finished};
  grpc::ClientContext context_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::StreamEvaluateRequest,
                                                v1::StreamEvaluateResponse>>
      stream_;
  std::deque<v1::StreamEvaluateRequest> unwritten_;
  std::deque<LoadEvent*> waiting_;  // For their answers, in order.
  v1::StreamEvaluateResponse answer_;
  bool writing_ = true;  // Until it has started.
  bool closing_ = false;
  bool closed_ = false;
  bool broken_ = false;
  bool over_ = false;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOAD_STREAM_H_
