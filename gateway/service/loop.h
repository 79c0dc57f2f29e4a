// The polling thread: takes events from one completion queue and hands each to
// its owner. Calls and their state belong to this thread; other threads reach
// it through Post.
#ifndef TONGGUAN_GATEWAY_SERVICE_LOOP_H_
#define TONGGUAN_GATEWAY_SERVICE_LOOP_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/completion_queue.h"

namespace tongguan::service {

// What waits for the completion queue.
class Event {
 public:
  virtual ~Event() = default;
  virtual void OnEvent(bool ok) = 0;
};

class Loop final : private Event {
 public:
  // `tick` is called on the polling thread about once every `period`.
  Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue,
       std::function<void()> tick, absl::Duration period);
  ~Loop() override;

  void Start();

  // Runs `work` on the polling thread, in the order of posting; what was posted
  // together is woken for once. Thread-safe; never blocks; not after Stop.
  void Post(std::function<void()> work);

  // Every call that is in the queue or will be holds the loop.
  void Hold() { ++held_; }
  void Release();

  // Ends the thread when all that was posted is done and nobody holds the
  // loop. The gRPC server must be shut down before, so that nothing new comes.
  void Stop();

  grpc::ServerCompletionQueue* queue() { return queue_.get(); }

 private:
  void Run();
  void OnEvent(bool ok) override;  // The alarm: something was posted.

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  const std::function<void()> tick_;
  const absl::Duration period_;
  std::thread thread_;

  // The polling thread's own (before Start: the starting thread's).
  int64_t held_ = 0;
  bool stopping_ = false;

  absl::Mutex mu_;
  std::vector<std::function<void()>> posted_ ABSL_GUARDED_BY(mu_);
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Alarm alarm_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_LOOP_H_
