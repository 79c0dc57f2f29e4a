// `tongguan serve` as a child process, and its death.
#ifndef TONGGUAN_TESTS_CRASH_PROCESS_H_
#define TONGGUAN_TESTS_CRASH_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tongguan::crash {

class Process {
 public:
  // Starts it; what it says on standard error is appended to `log`. It dies
  // with this process.
  static absl::StatusOr<std::unique_ptr<Process>> Start(
      const std::vector<std::string>& args, const std::string& log);
  // Kills it, if it lives.
  ~Process();

  // Waits until it listens: the port. Unavailable if it ends before, or within
  // 30 s says nothing.
  absl::StatusOr<int> Port();

  // kill -9; returns when it is gone.
  void Kill();

 private:
  Process(pid_t pid, int output) : pid_(pid), output_(output) {}
  pid_t pid_;
  const int output_;  // Its standard output.
};

}  // namespace tongguan::crash

#endif  // TONGGUAN_TESTS_CRASH_PROCESS_H_
