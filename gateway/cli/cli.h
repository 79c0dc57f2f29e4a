// The `tongguan` program as a function, so that tests run it in-process.
#ifndef TONGGUAN_GATEWAY_CLI_CLI_H_
#define TONGGUAN_GATEWAY_CLI_CLI_H_

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tongguan::cli {

// Exit codes. An ASSESS is never 0; "no" and "broken" are never the same.
enum ExitCode {
  kSuccess = 0,       // Done; for a check: ALLOW.
  kError = 1,         // Refused or failed.
  kUsage = 2,         // The command line is wrong.
  kAssess = 10,       // ASSESS: hold the flow.
  kBroken = 30,       // A log does not hold.
  kIncomplete = 31,   // A log holds as far as it could be checked.
  kUnavailable = 40,  // No gateway, no answer in time, or overloaded.
  kDenied = 41,       // Not authenticated or not permitted.
};

// What the program sees of the world.
struct Terminal {
  std::istream& in;
  std::ostream& out;    // Data.
  std::ostream& err;    // Everything else.
  bool is_tty = false;  // `out` is a terminal.
  int width = 100;      // Cells a line; 0: lines are not broken.
  // An environment variable; empty if not set.
  std::function<std::string(const char*)> env = [](const char*) {
    return std::string();
  };
  bool err_is_tty = false;  // `err` is a terminal.
  std::function<absl::Time()> now = [] { return absl::Now(); };
  std::function<void(absl::Duration)> sleep = absl::SleepFor;
};

// Runs `tongguan` with the arguments after the program's name.
int Run(const std::vector<std::string>& args, Terminal& terminal);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_CLI_H_
