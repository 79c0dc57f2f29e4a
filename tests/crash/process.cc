#include "tests/crash/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tongguan::crash {
namespace {

constexpr int kReadyMillis = 30'000;

// After fork: only what is safe between threads.
[[noreturn]] void Become(char* const* argv, int output, int log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(126);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(
    const std::vector<std::string>& args, const std::string& log) {
  std::vector<char*> argv;
  for (const std::string& arg : args) {
    argv.push_back(const_cast<char*>(arg.c_str()));
  }
  argv.push_back(nullptr);
  int ends[2];
  const int log_file =
      open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_file < 0 || pipe2(ends, O_CLOEXEC) != 0) {
    return absl::InternalError(absl::StrCat("cannot open ", log));
  }
  const pid_t pid = fork();
  if (pid == 0) Become(argv.data(), ends[1], log_file);
  close(log_file);
  close(ends[1]);
  if (pid < 0) return absl::InternalError("cannot fork");
  return std::unique_ptr<Process>(new Process(pid, ends[0]));
}

Process::~Process() {
  Kill();
  close(output_);
}

absl::StatusOr<int> Process::Port() {
  std::string said;
  pollfd ready{output_, POLLIN, 0};
  while (said.find('\n') == std::string::npos) {
    char buffer[256];
    if (poll(&ready, 1, kReadyMillis) <= 0) break;
    const ssize_t got = read(output_, buffer, sizeof(buffer));
    if (got <= 0) break;
    said.append(buffer, static_cast<size_t>(got));
  }
  const size_t colon = said.rfind(':');
  int port;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(said.substr(colon + 1), &port)) {
    return absl::UnavailableError(
        absl::StrCat("the gateway does not listen; it said: \"", said, "\""));
  }
  return port;
}

void Process::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace tongguan::crash
