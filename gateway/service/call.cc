#include "gateway/service/call.h"

#include "gateway/service/errors.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

// Calls of a method that wait for a peer or refuse one.
constexpr int kWaiting = 16;

}  // namespace

void Call::Accept() {
  bytes_.Clear();
  context_.emplace();
  writer_.emplace(&*context_);
  accepted_ = admitted_ = false;
  pool_->loop_->Hold();
  pool_->request_(&*context_, &bytes_, &*writer_, pool_->loop_->queue(),
                  static_cast<Event*>(this));
}

void Call::OnEvent(bool ok) {
  if (accepted_) {
    pool_->Ended(this);
    return;
  }
  if (!ok) {  // The server shuts down: nobody will come.
    writer_.reset();
    context_.reset();
    pool_->loop_->Release();
    return;
  }
  accepted_ = true;
  admitted_ = pool_->Admit(this);
  if (!admitted_) {
    Fail(text::Refuse(absl::StatusCode::kResourceExhausted, "", "wrong.busy"));
    return;
  }
  if (absl::Status parsed = Parse(&bytes_); !parsed.ok()) {
    Fail(parsed);
    return;
  }
  Handle();
}

void Call::Fail(const absl::Status& error) { Fail(ToFlowError(error)); }

void Call::Fail(const v1::FlowError& error) {
  const grpc::Status status = ToGrpcStatus(error);
  pool_->metrics_->CountError(status.error_code());
  End(status);
}

void Call::Send(const grpc::ByteBuffer& bytes) {
  writer_->Finish(bytes, grpc::Status::OK, static_cast<Event*>(this));
}

void Call::End(const grpc::Status& status) {
  writer_->FinishWithError(status, static_cast<Event*>(this));
}

CallPool::CallPool(Loop* loop, Admission* admission, Metrics* metrics,
                   Call::Requester request, Maker make)
    : loop_(loop),
      admission_(admission),
      metrics_(metrics),
      request_(std::move(request)),
      make_(std::move(make)) {}

void CallPool::Open() {
  for (int i = 0; i < kWaiting; ++i) AcceptNext();
}

void CallPool::AcceptNext() {
  if (idle_.empty()) {
    calls_.push_back(make_(this));
    idle_.push_back(calls_.back().get());
  }
  Call* next = idle_.back();
  idle_.pop_back();
  next->Accept();
}

bool CallPool::Admit(Call*) {
  if (admission_->in_flight >= admission_->limit) return false;
  metrics_->SetInFlight(++admission_->in_flight);
  AcceptNext();
  return true;
}

void CallPool::Ended(Call* call) {
  call->writer_.reset();
  call->context_.reset();
  call->Forget();
  if (call->admitted_) {
    metrics_->SetInFlight(--admission_->in_flight);
    idle_.push_back(call);
  } else {
    call->Accept();  // It took no other's place: it waits again itself.
  }
  loop_->Release();
}

}  // namespace tongguan::service
