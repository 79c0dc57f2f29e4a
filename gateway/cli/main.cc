// The `tongguan` program.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "gateway/cli/cli.h"

// Read by jemalloc when the program starts. Two arenas, for the two threads
// that do the work: as many as processors would hold half as much memory again.
// What was freed goes back soon, though nobody asks for more: calls in batches
// come and go by tens of megabytes.
extern "C" {
const char* malloc_conf = "narenas:2,dirty_decay_ms:100,background_thread:true";
}

namespace {

int TerminalWidth() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col >= 60 ? size.ws_col : 100;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's Abseil is built to look for deadlocks at every lock, of which gRPC
  // takes many a call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // gRPC's own lines would mix with ours; GRPC_VERBOSITY brings them back.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  tongguan::cli::Terminal terminal{std::cin,
                                   std::cout,
                                   std::cerr,
                                   isatty(STDOUT_FILENO) == 1,
                                   TerminalWidth(),
                                   Environment,
                                   isatty(STDERR_FILENO) == 1};
  return tongguan::cli::Run({argv + 1, argv + argc}, terminal);
}
