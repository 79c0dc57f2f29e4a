// Where the time comes from. Everything that needs the time is handed a Clock.
// Thread-safe.
#ifndef TONGGUAN_GATEWAY_BASE_CLOCK_H_
#define TONGGUAN_GATEWAY_BASE_CLOCK_H_

#include <atomic>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tongguan {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

// A clock that stands where it was put, for tests and what-if questions.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time at) { Set(at); }
  absl::Time Now() const override {
    return absl::FromUnixMicros(micros_.load(std::memory_order_acquire));
  }
  void Set(absl::Time at) {
    micros_.store(absl::ToUnixMicros(at), std::memory_order_release);
  }

 private:
  std::atomic<int64_t> micros_{0};
};

}  // namespace tongguan

#endif  // TONGGUAN_GATEWAY_BASE_CLOCK_H_
