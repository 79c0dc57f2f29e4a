// Stands between SQLite and the disk in tests: fdatasync of the test program is
// this one, which can be held or made to fail.
#ifndef TONGGUAN_GATEWAY_SERVICE_SYNC_GATE_TESTING_H_
#define TONGGUAN_GATEWAY_SERVICE_SYNC_GATE_TESTING_H_

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace tongguan::service {

class SyncGate {
 public:
  void Hold() { Set(kHeld); }
  void Fail() { Set(kFailing); }
  void Release() { Set(kOpen); }
  // Until a commit has come to the gate since Hold.
  void AwaitArrival() {
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&arrived_));
  }
  bool Pass() {
    absl::MutexLock lock(&mu_);
    arrived_ = true;
    mu_.Await(absl::Condition(
        +[](State* state) { return *state != kHeld; }, &state_));
    return state_ == kOpen;
  }

 private:
  enum State { kOpen, kHeld, kFailing };
  void Set(State state) {
    absl::MutexLock lock(&mu_);
    state_ = state;
    arrived_ = false;
  }

  absl::Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_) = kOpen;
  bool arrived_ ABSL_GUARDED_BY(mu_) = false;
};

inline SyncGate& Gate() {
  static SyncGate& gate = *new SyncGate;
  return gate;
}

}  // namespace tongguan::service

// Inline, and there though nothing here calls it: several sources of a program
// may include this.
extern "C" __attribute__((used)) inline int fdatasync(int file) {
  if (!tongguan::service::Gate().Pass()) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

#endif  // TONGGUAN_GATEWAY_SERVICE_SYNC_GATE_TESTING_H_
