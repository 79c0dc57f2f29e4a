#include "gateway/service/stream_call.h"

#include <utility>

#include "gateway/base/wire.h"
#include "gateway/service/errors.h"
#include "gateway/service/unknown_fields.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

// Messages that were larger are not kept for the next flow.
constexpr size_t kMostKeptBytes = 64 << 10;

absl::Status Parse(grpc::ByteBuffer* bytes, v1::StreamEvaluateRequest* into) {
  if (!ParseAnew(bytes, into)) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "",
                        "wrong.not_a_message");
  }
  return RefuseUnknownFields(*into);
}

}  // namespace

void StreamCall::Accept() {
  open_ = entered_ = reading_ = writing_ = all_read_ = gone_ = false;
  finishing_ = over_ = spoken_ = false;
  stream_.reset();
  context_.emplace();
  stream_.emplace(&*context_);
  parts_.loop->Hold();
  parts_.request(&*context_, &*stream_, static_cast<Event*>(&accepted_));
}

void StreamCall::Accepted(bool ok) {
  if (!ok) {  // The server shuts down: nobody will come.
    stream_.reset();
    context_.reset();
    parts_.loop->Release();
    return;
  }
  open_ = true;
  moved_ = parts_.now();
  auto caller = parts_.room->Admit(*context_);
  entered_ = caller.ok();
  if (!entered_) {
    Finish(caller.status());
    return;
  }
  caller_ = *std::move(caller);
  Advance();
}

void StreamCall::Read() {
  const bool full = flows_.size() >= kWindow;
  if (reading_ || all_read_ || draining_ || gone_ || finishing_ || full) return;
  reading_ = true;
  stream_->Read(&incoming_, static_cast<Event*>(&received_));
}

void StreamCall::Received(bool ok) {
  reading_ = false;
  all_read_ = !ok;  // All was sent, or the client is gone.
  if (finishing_) {
    EndIfOver();
    return;
  }
  if (ok) Take();
  Advance();
}

void StreamCall::Take() {
  moved_ = parts_.now();
  std::unique_ptr<StreamFlow> flow = Spare();
  flow->large = incoming_.Length() > kMostKeptBytes;
  const absl::Status parsed = Parse(&incoming_, &flow->request);
  incoming_.Clear();
  if (!parsed.ok()) {
    parts_.count_error(parsed);
    v1::FlowResult result;
    *result.mutable_error() = ToFlowError(parsed);
    flow->result = result.SerializeAsString();
    flow->begun = flow->answered = true;
  }
  flows_.push_back(std::move(flow));
}

// Whatever can be done now: begin flows, send answers, read on, end.
void StreamCall::Advance() {
  if (advancing_ || finishing_) return;
  advancing_ = true;
  Begin();
  Answer();
  Read();
  advancing_ = false;
  if (!flows_.empty() || writing_) return;
  if (all_read_ || gone_) {
    Finish(absl::OkStatus());
  } else if (draining_) {
    Finish(text::Refuse(absl::StatusCode::kUnavailable, "", "wrong.ending"));
  }
}

// After all that one commit answers: answers that go together share a packet.
void StreamCall::AdvanceSoon() {
  if (awaited_) return;
  awaited_ = true;
  parts_.loop->Post([this] {
    awaited_ = false;
    Advance();
    EndIfOver();
  });
}

// Flows that are recorded join the ledger's queue behind each other. A dry run
// sees the last commit, so it waits for those before it, and those behind for
// it.
void StreamCall::Begin() {
  bool all_answered = true;
  for (size_t i = 0; i < flows_.size(); ++i) {
    StreamFlow* flow = flows_[i].get();
    const bool dry = flow->request.mode() == v1::MODE_DRY_RUN;
    if (!flow->begun) {
      if (dry && !all_answered) return;
      flow->begun = true;
      parts_.decide(caller_, flow, [this, flow] {
        flow->answered = true;
        AdvanceSoon();
      });
    }
    if (dry && !flow->answered) return;
    all_answered = all_answered && flow->answered;
  }
}

void StreamCall::Answer() {
  while (!writing_ && !flows_.empty() && flows_.front()->answered) {
    std::unique_ptr<StreamFlow> flow = std::move(flows_.front());
    flows_.pop_front();
    if (!gone_) Write(*flow);
    Keep(std::move(flow));
    Begin();
  }
}

void StreamCall::Write(const StreamFlow& flow) {
  std::string response;
  AppendField(v1::StreamEvaluateResponse::kResultFieldNumber, flow.result,
              &response);
  const grpc::Slice slice(response);
  grpc::WriteOptions options;
  // More follows at once: it can share a packet. Not the first: gRPC would hold
  // back the metadata before it, and not end the write before they are sent.
  if (spoken_ && !flows_.empty() && flows_.front()->answered) {
    options.set_buffer_hint();
  }
  writing_ = true;
  stream_->Write(grpc::ByteBuffer(&slice, 1), options,
                 static_cast<Event*>(&written_));
}

void StreamCall::Written(bool ok) {
  writing_ = false;
  spoken_ = true;
  moved_ = parts_.now();
  gone_ = gone_ || !ok;
  Advance();
}

void StreamCall::Finish(const absl::Status& status) {
  finishing_ = true;
  if (!status.ok()) parts_.count_error(status);
  stream_->Finish(
      status.ok() ? grpc::Status::OK : ToGrpcStatus(ToFlowError(status)),
      static_cast<Event*>(&finished_));
}

void StreamCall::Finished(bool) {
  over_ = true;
  EndIfOver();
}

void StreamCall::EndIfOver() {
  if (!over_ || reading_ || awaited_) return;
  if (entered_) parts_.room->Leave(caller_.organization);
  Accept();
  parts_.loop->Release();
}

void StreamCall::Tick(absl::Time now) {
  if (!open_ || finishing_ || now - moved_ < kIdle) return;
  if (writing_) {
    context_->TryCancel();  // No word could reach who takes no answers.
  } else if (flows_.empty()) {
    Finish(text::Refuse(absl::StatusCode::kUnavailable, "", "wrong.idle"));
  }
}

void StreamCall::Drain() {
  draining_ = true;
  if (open_) Advance();
}

std::unique_ptr<StreamFlow> StreamCall::Spare() {
  if (spare_.empty()) return std::make_unique<StreamFlow>();
  std::unique_ptr<StreamFlow> flow = std::move(spare_.back());
  spare_.pop_back();
  return flow;
}

void StreamCall::Keep(std::unique_ptr<StreamFlow> flow) {
  if (flow->large) return;
  flow->result.clear();
  flow->question.reset();
  flow->asking.reset();
  flow->begun = flow->answered = false;
  spare_.push_back(std::move(flow));
}

}  // namespace tongguan::service
