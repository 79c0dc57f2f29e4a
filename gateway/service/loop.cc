#include "gateway/service/loop.h"

#include <chrono>
#include <utility>

namespace tongguan::service {
namespace {

using Clock = std::chrono::system_clock;

}  // namespace

Loop::Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue,
           std::function<void()> tick, absl::Duration period)
    : queue_(std::move(queue)), tick_(std::move(tick)), period_(period) {}

Loop::~Loop() {
  if (thread_.joinable()) Stop();
}

void Loop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Loop::Run() {
  const auto period = absl::ToChronoMicroseconds(period_);
  auto next = Clock::now() + period;
  for (;;) {
    void* tag = nullptr;
    bool ok = false;
    const auto status = queue_->AsyncNext(&tag, &ok, next);
    if (status == grpc::CompletionQueue::SHUTDOWN) return;
    if (status == grpc::CompletionQueue::GOT_EVENT) {
      static_cast<Event*>(tag)->OnEvent(ok);
    }
    if (const auto now = Clock::now(); now >= next) {
      next = now + period;
      tick_();
    }
  }
}

void Loop::Post(std::function<void()> work) {
  absl::MutexLock lock(&mu_);
  posted_.push_back(std::move(work));
  if (woken_) return;
  woken_ = true;
  alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC),
             static_cast<Event*>(this));
}

void Loop::OnEvent(bool) {
  std::vector<std::function<void()>> work;
  {
    absl::MutexLock lock(&mu_);
    work.swap(posted_);
    woken_ = false;
  }
  for (std::function<void()>& item : work) item();
}

void Loop::Release() {
  --held_;
  if (stopping_ && held_ == 0) queue_->Shutdown();
}

void Loop::Stop() {
  Post([this] {
    stopping_ = true;
    Hold();
    Release();
  });
  thread_.join();
}

}  // namespace tongguan::service
