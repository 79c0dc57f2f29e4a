// The RPCs: each takes a call in, asks deciding, changes or reading, and ends
// the call. On the polling thread but for what it hands to ledger and worker.
#ifndef TONGGUAN_GATEWAY_SERVICE_SERVICES_H_
#define TONGGUAN_GATEWAY_SERVICE_SERVICES_H_

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/active_policy.h"
#include "gateway/service/call.h"
#include "gateway/service/deciding.h"
#include "gateway/service/metrics.h"
#include "gateway/service/stage_call.h"
#include "gateway/service/staging.h"
#include "gateway/service/stream_call.h"
#include "gateway/service/worker.h"
#include "grpcpp/server_builder.h"
#include "proto/tongguan/v1/config.pb.h"

namespace tongguan::service {

using Stored = std::function<void(absl::StatusOr<ledger::Stored>)>;

// What the deciding calls keep until the reply.
struct EvaluateState {
  Asking asking;
  FlowQuestion question;
};
struct BatchState {
  Asking asking;
  // One a flow, in one piece: they are too large for what malloc keeps at hand.
  std::vector<FlowQuestion> questions;
  std::deque<std::string> results;  // A serialized FlowResult a flow.
  int open = 0;                     // Flows without a result yet.
};
using EvaluateCall =
    UnaryCall<v1::EvaluateRequest, v1::EvaluateResponse, EvaluateState>;
using BatchCall =
    UnaryCall<v1::BatchEvaluateRequest, v1::BatchEvaluateResponse, BatchState>;

// How many flows of batches may be in flight: so many full batches.
inline constexpr int kBatchesInFlight = 4;
// How many streams may be open, in all and for one organization.
inline constexpr int kStreams = 64;
inline constexpr int kStreamsEach = 16;

// The most that can wait for the ledger at once under these limits.
size_t MostSubmissions(const v1::Limits& limits);

class Services {
 public:
  // What the RPCs work with; all of it must outlive the calls.
  struct Parts {
    const Clock* clock = nullptr;
    v1::Limits limits;  // Filled in.
    absl::Duration clock_uncertainty;
    ledger::Ledger* ledger = nullptr;
    ActivePolicy* policy = nullptr;
    Metrics* metrics = nullptr;
    Loop* loop = nullptr;
    Worker* worker = nullptr;
    std::string log_origin;  // Name of the log in its checkpoints.
  };

  Services();
  ~Services();

  // Before the server is built; after it was built and before it polls.
  void Register(grpc::ServerBuilder* builder);
  void Open(const Parts& parts);

  // Once a second, and before the server shuts down; on the polling thread.
  void Tick();
  void Drain();

 private:
  // The RPCs that decide: services_deciding.cc.
  void OpenDeciding();
  void Evaluate(EvaluateCall* call);
  void BatchEvaluate(BatchCall* call);
  void PoseBatch(BatchCall* call);
  // Well-formed flows of a batch and where their results go.
  using PosedFlows = std::vector<std::pair<const FlowQuestion*, std::string*>>;
  void DecideBatchDry(BatchCall* call, const PosedFlows& posed);
  void EndBatch(BatchCall* call);
  void Submit(const FlowQuestion& question, Stored done);
  // Hands a request that uses these staged sets to the ledger; `done` is called
  // here. A request that was answered before is answered without them.
  void Submit(std::vector<SharedSet> sets, ledger::Submission submission,
              Stored done);
  void EndEvaluate(EvaluateCall* call, const absl::Status& result);
  void EndEvaluate(EvaluateCall* call, const ledger::Stored& stored);
  // A flow's result, serialized and counted.
  std::string ResultOf(const absl::StatusOr<ledger::Stored>& stored);
  std::string ResultOf(const absl::Status& decided, v1::FlowResult* result);
  std::string ResultOf(v1::FlowError error);

  // The RPCs that are streams: services_streaming.cc.
  void OpenStreams();
  void OpenStaging();
  void StreamEvaluate(const Identity& caller, StreamFlow* flow,
                      const std::function<void()>& done);
  absl::Status CheckHead(const Identity& caller,
                         const v1::StageHead& head) const;

  // The others: services.cc.
  void OpenChanges();
  void OpenReading();
  template <typename CallT, typename Check, typename Make, typename Reader>
  void Change(CallT* call, std::vector<SharedSet> sets, Check check, Make make,
              Reader read);
  // The same with people who were, or were not, sent.
  template <typename CallT, typename Check, typename Make, typename Reader>
  void Settle(CallT* call, Check check, Make make, Reader read);
  template <typename CallT, typename Reader>
  void Read(CallT* call, Reader read);

  // Takes calls of a method from now on.
  template <typename CallT>
  void Add(Call::Requester request, typename CallT::Handler handler);
  // Runs `job` on the worker, then `end` with its result here.
  void Work(std::function<absl::Status()> job,
            std::function<void(const absl::Status&)> end);
  // Who calls, when, under which policy.
  absl::StatusOr<Asking> Begin(const Call& call);
  absl::StatusOr<Asking> MakeAsking(Identity caller);
  // Hands a submission's result on to the polling thread.
  Stored OnLoop(Stored done);

  // The generated services, with requests and replies as bytes, so that a call
  // that is refused is not parsed and one that cannot be parsed is told why.
  struct Api;
  const std::unique_ptr<Api> api_;
  Parts parts_;
  Admission admission_;
  std::optional<Staging> staging_;
  int batch_flows_in_flight_ = 0;
  v1::Decision head_;  // Of the decision that is being answered.
  std::list<std::unique_ptr<CallPool>> pools_;
  StreamRoom stage_room_;
  StreamRoom stream_room_;
  std::list<StageCall> stage_calls_;
  std::list<StreamCall> stream_calls_;
};

template <typename CallT>
void Services::Add(Call::Requester request, typename CallT::Handler handler) {
  pools_.push_back(std::make_unique<CallPool>(
      parts_.loop, &admission_, parts_.metrics, std::move(request),
      [handler = std::move(handler)](CallPool* pool) {
        return std::make_unique<CallT>(pool, handler);
      }));
  pools_.back()->Open();
}

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_SERVICES_H_
