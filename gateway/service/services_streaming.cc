#include <utility>

#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/errors.h"
#include "gateway/service/privacy.h"
#include "gateway/service/services.h"
#include "gateway/service/services_api.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

// Calls beyond those that a room admits: they refuse.
constexpr int kRefusing = 4;

}  // namespace

void Services::Tick() {
  const absl::Time now = parts_.clock->Now();
  for (StageCall& call : stage_calls_) call.Tick(now);
  for (StreamCall& call : stream_calls_) call.Tick(now);
}

void Services::Drain() {
  for (StreamCall& call : stream_calls_) call.Drain();
}

void Services::OpenStreams() {
  StreamCall::Parts parts;
  parts.loop = parts_.loop;
  parts.room = &stream_room_;
  parts.now = [this] { return parts_.clock->Now(); };
  parts.request = [this](grpc::ServerContext* context,
                         StreamCall::Stream* stream, void* tag) {
    api_->gateway.RequestStreamEvaluate(context, stream, parts_.loop->queue(),
                                        parts_.loop->queue(), tag);
  };
  parts.decide = [this](const Identity& caller, StreamFlow* flow,
                        const std::function<void()>& done) {
    StreamEvaluate(caller, flow, done);
  };
  parts.count_error = [this](const absl::Status& error) {
    parts_.metrics->CountError(static_cast<grpc::StatusCode>(error.code()));
  };
  for (int i = 0; i < stream_room_.most() + kRefusing; ++i) {
    stream_calls_.emplace_back(parts);
    stream_calls_.back().Accept();
  }
}

void Services::StreamEvaluate(const Identity& caller, StreamFlow* flow,
                              const std::function<void()>& done) {
  absl::StatusOr<Asking> made = MakeAsking(caller);
  absl::Status refusal = made.status();
  if (refusal.ok()) refusal = ReadMode(flow->request.mode(), "", &*made);
  if (!refusal.ok()) {
    flow->result = ResultOf(ToFlowError(refusal));
    done();
    return;
  }
  const Asking& asking = flow->asking.emplace(*std::move(made));
  FlowQuestion& question = flow->question.emplace();
  auto wrong = Pose(flow->request.flow(), asking, "flow", &question);
  if (wrong) {
    flow->result = ResultOf(*std::move(wrong));
    done();
    return;
  }
  if (asking.dry_run) {
    auto result = std::make_shared<v1::FlowResult>();
    Work(
        [this, &question, result] {
          return DecideDry(question, *parts_.ledger,
                           result->mutable_decision());
        },
        [this, flow, result, done](const absl::Status& decided) {
          flow->result = ResultOf(decided, result.get());
          done();
        });
    return;
  }
  Submit(question,
         [this, flow, done](const absl::StatusOr<ledger::Stored>& stored) {
           flow->result = ResultOf(stored);
           done();
         });
}

absl::Status Services::CheckHead(const Identity& caller,
                                 const v1::StageHead& head) const {
  const auto policy = parts_.policy->snapshot();
  const Day today = BeijingDay(parts_.clock->Now());
  TG_RETURN_IF_ERROR(CheckCaller(caller, policy->taxonomy()));
  TG_RETURN_IF_ERROR(
      MayAsk(caller, head.exporter(), policy->registry(), today));
  TG_RETURN_IF_ERROR(
      CheckName("head.key_id", head.key_id(), policy->taxonomy()));
  if (policy->registry().FindKey(head.exporter(), head.key_id(), today).ok()) {
    return absl::OkStatus();
  }
  return text::Refuse(absl::StatusCode::kInvalidArgument, "head.key_id",
                      "wrong.people_key", {head.key_id()});
}

void Services::OpenStaging() {
  StageCall::Parts parts;
  parts.loop = parts_.loop;
  parts.metrics = parts_.metrics;
  parts.staging = &*staging_;
  parts.room = &stage_room_;
  parts.now = [this] { return parts_.clock->Now(); };
  parts.request = [this](grpc::ServerContext* context,
                         StageCall::Reader* reader, void* tag) {
    api_->gateway.RequestStagePeople(context, reader, parts_.loop->queue(),
                                     parts_.loop->queue(), tag);
  };
  parts.check_head = [this](const Identity& caller, const v1::StageHead& head) {
    return CheckHead(caller, head);
  };
  for (int i = 0; i < stage_room_.most() + kRefusing; ++i) {
    stage_calls_.emplace_back(parts);
    stage_calls_.back().Accept();
  }
}

}  // namespace tongguan::service
