// Runs `tongguan` in-process, for tests.
#ifndef TONGGUAN_GATEWAY_CLI_CLI_TESTING_H_
#define TONGGUAN_GATEWAY_CLI_CLI_TESTING_H_

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/cli/cli.h"

namespace tongguan::cli {

struct Outcome {
  int code;
  std::string out;
  std::string err;
  absl::Duration slept = {};  // As it was told to; it does not.
};

using Environment = std::map<std::string, std::string>;

inline Outcome RunCli(const std::vector<std::string>& args,
                      const Environment& environment = {},
                      const std::string& input = "", bool is_tty = false,
                      absl::Time now = absl::Now()) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{in, out, err};
  terminal.is_tty = is_tty;
  terminal.now = [now] { return now; };
  absl::Duration slept;
  terminal.sleep = [&slept](absl::Duration time) { slept += time; };
  terminal.err_is_tty = is_tty;
  terminal.env = [&environment](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  const int code = Run(args, terminal);
  return {code, out.str(), err.str(), slept};
}

inline void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_CLI_TESTING_H_
