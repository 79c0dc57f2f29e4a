#include "gateway/service/stage_call.h"

#include <string>

#include "gateway/base/status_macros.h"
#include "gateway/service/errors.h"
#include "gateway/service/unknown_fields.h"

namespace tongguan::service {

void StageCall::Accept() {
  state_ = State::kWaiting;
  upload_.reset();
  reader_.reset();
  context_.emplace();
  reader_.emplace(&*context_);
  parts_.loop->Hold();
  parts_.request(&*context_, &*reader_, static_cast<Event*>(this));
}

void StageCall::OnEvent(bool ok) {
  switch (state_) {
    case State::kWaiting:
      if (!ok) {  // The server shuts down: nobody will come.
        reader_.reset();
        context_.reset();
        parts_.loop->Release();
        return;
      }
      state_ = State::kReading;
      upload_.emplace(parts_.staging);
      reader_->Read(&part_, static_cast<Event*>(this));
      return;
    case State::kReading: {
      if (!ok) {  // All was sent, or the client is gone.
        Finish();
        return;
      }
      const absl::Status taken = Take();
      if (taken.ok()) {
        reader_->Read(&part_, static_cast<Event*>(this));
      } else {
        Fail(taken);
      }
      return;
    }
    case State::kEnding:
      Accept();
      parts_.loop->Release();
      return;
  }
}

absl::Status StageCall::Take() {
  TG_RETURN_IF_ERROR(RefuseUnknownFields(part_));
  if (part_.has_head()) {
    TG_RETURN_IF_ERROR(parts_.check_head(*context_, part_.head()));
  }
  return upload_->Add(part_, parts_.now());
}

void StageCall::Finish() {
  const absl::Time now = parts_.now();
  const int64_t persons = people::CountOf(upload_->set().persons);
  const int64_t sensitive = people::CountOf(upload_->set().sensitive_persons);
  const auto kept = parts_.staging->Keep(&*upload_, now);
  if (!kept.ok()) {
    Fail(kept.status());
    return;
  }
  v1::StagePeopleResponse response;
  response.set_digest(*kept);
  response.set_persons(persons);
  response.set_sensitive_persons(sensitive);
  response.set_expires_at_micros(absl::ToUnixMicros(now + Staging::kKept));
  state_ = State::kEnding;
  reader_->Finish(response, grpc::Status::OK, static_cast<Event*>(this));
}

void StageCall::Fail(const absl::Status& error) {
  const grpc::Status status = ToGrpcStatus(ToFlowError(error));
  parts_.metrics->CountError(status.error_code());
  upload_.reset();
  state_ = State::kEnding;
  reader_->FinishWithError(status, static_cast<Event*>(this));
}

}  // namespace tongguan::service
