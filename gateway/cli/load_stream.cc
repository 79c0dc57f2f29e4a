#include "gateway/cli/load_stream.h"

#include <utility>

namespace tongguan::cli {

LoadStream::LoadStream(v1::ExportGatewayService::Stub* stub,
                       grpc::CompletionQueue* queue, Answered answered)
    : answered_(std::move(answered)),
      stream_(stub->PrepareAsyncStreamEvaluate(&context_, queue)) {
  stream_->StartCall(static_cast<LoadEvent*>(&started_));
}

void LoadStream::Ask(LoadEvent* who, const v1::Flow& flow, v1::Mode mode) {
  waiting_.push_back(who);
  v1::StreamEvaluateRequest& request = unwritten_.emplace_back();
  *request.mutable_flow() = flow;
  request.set_mode(mode);
  Write();
}

void LoadStream::Close() {
  closing_ = true;
  Write();
}

void LoadStream::Write() {
  if (writing_ || broken_ || closed_) return;
  if (!unwritten_.empty()) {
    writing_ = true;
    grpc::WriteOptions options;
    if (unwritten_.size() > 1) options.set_buffer_hint();
    stream_->Write(unwritten_.front(), options,
                   static_cast<LoadEvent*>(&wrote_));
    return;
  }
  if (!closing_) return;
  writing_ = closed_ = true;
  stream_->WritesDone(static_cast<LoadEvent*>(&wrote_));
}

void LoadStream::Started(bool ok) {
  writing_ = false;
  if (ok) Write();
  stream_->Read(&answer_, static_cast<LoadEvent*>(&read_));
}

void LoadStream::Wrote(bool) {
  writing_ = false;
  if (!unwritten_.empty()) unwritten_.pop_front();
  Write();
}

void LoadStream::Read(bool ok) {
  if (!ok || waiting_.empty()) {
    broken_ = true;
    stream_->Finish(&status_, static_cast<LoadEvent*>(&finished_));
    for (LoadEvent* who : std::exchange(waiting_, {})) answered_(who, nullptr);
    return;
  }
  LoadEvent* const who = waiting_.front();
  waiting_.pop_front();
  answered_(who, &answer_.result());
  stream_->Read(&answer_, static_cast<LoadEvent*>(&read_));
}

}  // namespace tongguan::cli
