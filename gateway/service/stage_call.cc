#include "gateway/service/stage_call.h"

#include "gateway/base/status_macros.h"
#include "gateway/service/call.h"
#include "gateway/service/errors.h"
#include "gateway/service/unknown_fields.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {

void StageCall::Accept() {
  state_ = State::kWaiting;
  entered_ = false;
  kept_.clear();
  upload_.reset();
  reader_.reset();
  context_.emplace();
  reader_.emplace(&*context_);
  parts_.loop->Hold();
  events_ = 1;
  parts_.request(&*context_, &*reader_, static_cast<Event*>(this));
}

void StageCall::OnEvent(bool ok) {
  --events_;
  switch (state_) {
    case State::kWaiting:
      if (ok) {
        Begin();
        return;
      }
      // The server shuts down: nobody will come.
      reader_.reset();
      context_.reset();
      parts_.loop->Release();
      return;
    case State::kReading: {
      if (!ok) {  // All was sent, or the client is gone.
        Finish();
        return;
      }
      const absl::Status taken = Take();
      taken.ok() ? Read() : Fail(taken);
      return;
    }
    case State::kEnding:
      End(ok);
      return;
  }
}

void StageCall::Begin() {
  upload_.emplace(parts_.staging);
  auto caller = parts_.room->Admit(*context_);
  entered_ = caller.ok();
  if (!entered_) {
    Fail(caller.status());
    return;
  }
  caller_ = *std::move(caller);
  Read();
}

void StageCall::Read() {
  state_ = State::kReading;
  last_read_ = parts_.now();
  ++events_;
  reader_->Read(&bytes_, static_cast<Event*>(this));
}

absl::Status StageCall::Take() {
  if (!ParseAnew(&bytes_, &part_)) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "",
                        "wrong.not_a_message");
  }
  TG_RETURN_IF_ERROR(RefuseUnknownFields(part_));
  if (part_.has_head()) {
    TG_RETURN_IF_ERROR(parts_.check_head(caller_, part_.head()));
  }
  return upload_->Add(part_, parts_.now());
}

void StageCall::Finish() {
  const absl::Time now = parts_.now();
  exporter_ = upload_->set().exporter;
  const int64_t persons = people::CountOf(upload_->set().persons);
  const int64_t sensitive = people::CountOf(upload_->set().sensitive_persons);
  auto kept = parts_.staging->Keep(&*upload_, now);
  if (!kept.ok()) {
    Fail(kept.status());
    return;
  }
  kept_ = *std::move(kept);
  v1::StagePeopleResponse response;
  response.set_digest(kept_);
  response.set_persons(persons);
  response.set_sensitive_persons(sensitive);
  response.set_expires_at_micros(absl::ToUnixMicros(now + Staging::kKept));
  grpc::ByteBuffer bytes;
  bool own = false;
  const grpc::Status status =
      grpc::SerializationTraits<v1::StagePeopleResponse>::Serialize(
          response, &bytes, &own);
  state_ = State::kEnding;
  ++events_;
  reader_->Finish(bytes, status, static_cast<Event*>(this));
}

void StageCall::Fail(const absl::Status& error) {
  const grpc::Status status = ToGrpcStatus(ToFlowError(error));
  parts_.metrics->CountError(status.error_code());
  upload_.reset();
  state_ = State::kEnding;
  ++events_;
  reader_->FinishWithError(status, static_cast<Event*>(this));
}

void StageCall::End(bool delivered) {
  // A client that is gone before it knows the digest cannot name the set.
  if (!delivered && !kept_.empty()) parts_.staging->Release(kept_, exporter_);
  if (events_ > 0) return;  // A message was awaited when the call failed.
  if (entered_) parts_.room->Leave(caller_.organization);
  Accept();
  parts_.loop->Release();
}

void StageCall::Tick(absl::Time now) {
  if (state_ != State::kReading || now - last_read_ < kIdle) return;
  Fail(text::Refuse(absl::StatusCode::kDeadlineExceeded, "", "wrong.idle"));
}

}  // namespace tongguan::service
