// What the disk alone does: writes and syncs as the ledger's commits do, at a
// fixed rate, and prints the latencies. The gateway cannot stall for less.
//
//   disk_probe FILE [--bytes 24576] [--rate 2000] [--seconds 20]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// The write-ahead log is some megabytes, written over and over.
constexpr int64_t kFileBytes = 8 << 20;

// Latencies in microseconds; empty: the file cannot be written.
std::vector<int64_t> Probe(int fd, const std::string& bytes, int rate,
                           int seconds) {
  std::vector<int64_t> took;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  const auto step = std::chrono::nanoseconds(1'000'000'000 / rate);
  off_t at = 0;
  for (auto due = Clock::now(); due < end; due += step) {
    std::this_thread::sleep_until(due);
    const auto began = Clock::now();
    const auto size = static_cast<ssize_t>(bytes.size());
    if (pwrite(fd, bytes.data(), bytes.size(), at) != size ||
        fdatasync(fd) != 0) {
      return {};
    }
    took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
                       Clock::now() - began)
                       .count());
    at = (at + size) % kFileBytes;
    // What is late is not made up for: a commit takes what waited for it.
    due = std::max(due, Clock::now() - step);
  }
  std::sort(took.begin(), took.end());
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  int bytes = 24576, rate = 2000, seconds = 20;
  CLI::App app{"What the disk alone does"};
  app.add_option("file", path, "is made and removed")->required();
  app.add_option("--bytes", bytes)->check(CLI::Range(1, 1 << 20));
  app.add_option("--rate", rate)->check(CLI::Range(1, 100'000));
  app.add_option("--seconds", seconds)->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  const int fd =
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    std::fprintf(stderr, "%s: cannot be made\n", path.c_str());
    return 1;
  }
  unlink(path.c_str());
  const auto took = Probe(fd, std::string(bytes, 'x'), rate, seconds);
  close(fd);
  if (took.empty()) {
    std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
    return 1;
  }
  std::printf(
      "disk alone, %d bytes written and synced %zu times in %d s: p50 %ld us, "
      "p99 %ld us, p99.9 %ld us, worst %ld us\n",
      bytes, took.size(), seconds, took[took.size() / 2],
      took[took.size() * 99 / 100], took[took.size() * 999 / 1000],
      took.back());
  return 0;
}
