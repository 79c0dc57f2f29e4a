// A mutex and a condition that the thread sanitizer sees and clang's
// thread-safety analysis checks. Debian's Abseil is built without the
// sanitizer, which therefore reports every use of absl::Mutex as a race.
#ifndef TONGGUAN_GATEWAY_BASE_MUTEX_H_
#define TONGGUAN_GATEWAY_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace tongguan {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mu_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};

// Holds a mutex for a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) {
    mu_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mu_;
};

class CondVar {
 public:
  // Lets go of `mu` until notified; may wake without reason: ask again.
  void Wait(Mutex* mu) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
    woken_.wait(lock);
    lock.release();
  }
  // The same, for so long at most.
  void WaitFor(Mutex* mu, std::chrono::microseconds most)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
    woken_.wait_for(lock, most);
    lock.release();
  }
  void NotifyOne() { woken_.notify_one(); }
  void NotifyAll() { woken_.notify_all(); }

 private:
  std::condition_variable woken_;
};

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_MUTEX_H_
