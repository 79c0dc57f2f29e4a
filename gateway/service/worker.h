// A thread for what may wait for the disk: reading the log and dry runs. It
// keeps the polling thread, and so every decision, from waiting with them.
#ifndef TONGGUAN_GATEWAY_SERVICE_WORKER_H_
#define TONGGUAN_GATEWAY_SERVICE_WORKER_H_

#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace tongguan::service {

// Thread-safe. The calls in flight bound what can queue here.
class Worker {
 public:
  Worker() : thread_([this] { Work(); }) {}
  ~Worker() { Stop(); }

  // Runs `job` after those before it; after Stop, at once in the caller.
  void Run(std::function<void()> job);

  // Ends the thread when all jobs are done. Idempotent.
  void Stop();

 private:
  void Work();

  absl::Mutex mu_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_WORKER_H_
