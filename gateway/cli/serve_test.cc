// `tongguan serve` as a process of its own: ready line, signals, refusals.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/service/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

// The program running, with a pipe from both of its outputs.
class Process {
 public:
  explicit Process(const std::vector<std::string>& args) {
    int pipe_ends[2];
    EXPECT_EQ(pipe(pipe_ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      dup2(pipe_ends[1], STDERR_FILENO);
      std::vector<char*> argv = {const_cast<char*>(TONGGUAN_BINARY)};
      for (const std::string& arg : args) {
        argv.push_back(const_cast<char*>(arg.c_str()));
      }
      argv.push_back(nullptr);
      execv(TONGGUAN_BINARY, argv.data());
      _exit(126);
    }
    close(pipe_ends[1]);
    output_ = pipe_ends[0];
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_);
  }

  // Reads until `part` was said, the outputs ended or 30 s passed in silence.
  bool Says(const std::string& part) {
    pollfd ready{output_, POLLIN, 0};
    while (!absl::StrContains(said_, part) && poll(&ready, 1, 30'000) > 0) {
      char buffer[4096];
      const ssize_t got = read(output_, buffer, sizeof(buffer));
      if (got <= 0) break;
      said_.append(buffer, static_cast<size_t>(got));
    }
    return absl::StrContains(said_, part);
  }
  void Signal(int signal) { kill(pid_, signal); }
  // The exit code; what was said to the end is in said().
  int Wait() {
    Says("\x01never");
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& said() const { return said_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string said_;
};

class ServeTest : public testing::Test {
 protected:
  ServeTest() {
    policy_ = pki_.folder() + "/policy";
    std::filesystem::copy("policy", policy_,
                          std::filesystem::copy_options::recursive);
    config_ = pki_.folder() + "/gateway.textproto";
    WriteFile(
        config_,
        absl::StrCat("listen: \"127.0.0.1:0\"\n", "tls {\n",
                     "  certificate: \"", pki_.files().certificate(), "\"\n",
                     "  private_key: \"", pki_.files().private_key(), "\"\n",
                     "  client_ca: \"", pki_.files().client_ca(), "\"\n}\n",
                     "policy_dir: \"", policy_, "\"\n", "ledger: \"",
                     pki_.folder(), "/ledger.db\"\n"));
  }
  ~ServeTest() override { std::filesystem::remove_all(policy_); }

  std::vector<std::string> Args(const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"serve", "--config", config_, "--lang",
                                     "en"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }

  const service::TestPki pki_;
  std::string policy_;
  std::string config_;
};

TEST_F(ServeTest, SaysWhereItListensReloadsAndEndsOnSigterm) {
  Process gateway(Args({"--unsigned-dev-policy"}));
  ASSERT_TRUE(gateway.Says("listening on 127.0.0.1:")) << gateway.said();
  gateway.Signal(SIGHUP);
  EXPECT_TRUE(gateway.Says("policy loaded again")) << gateway.said();
  gateway.Signal(SIGTERM);
  EXPECT_EQ(gateway.Wait(), kSuccess);
  EXPECT_THAT(gateway.said(), HasSubstr("stopped; the ledger is closed"));
}

TEST_F(ServeTest, KeepsThePolicyWhenTheNewOneIsRefused) {
  Process gateway(Args({"--unsigned-dev-policy"}));
  ASSERT_TRUE(gateway.Says("listening on ")) << gateway.said();
  WriteFile(policy_ + "/registry/enterprises.textproto", "bogus: 1\n");
  gateway.Signal(SIGHUP);
  EXPECT_TRUE(gateway.Says("enterprises.textproto")) << gateway.said();
  EXPECT_THAT(gateway.said(), HasSubstr("the old one stays"));
  gateway.Signal(SIGINT);
  EXPECT_EQ(gateway.Wait(), kSuccess) << gateway.said();
}

TEST_F(ServeTest, DoesNotStartWithoutUnsignedDevPolicy) {
  Process gateway(Args({}));
  EXPECT_EQ(gateway.Wait(), kError);
  EXPECT_THAT(gateway.said(), HasSubstr("unsigned_dev_policy"));
}

TEST_F(ServeTest, FlagsGoBeforeTheFile) {
  Process gateway(
      Args({"--unsigned-dev-policy", "--policy-dir", "/no/policy"}));
  EXPECT_EQ(gateway.Wait(), kError);
  EXPECT_THAT(gateway.said(), HasSubstr("/no/policy"));
}

TEST_F(ServeTest, ConfigWithAFieldThatDoesNotExistNamesLineAndColumn) {
  WriteFile(config_, "listen: \"127.0.0.1:0\"\nlissten: 1\n");
  Process gateway(Args({}));
  EXPECT_EQ(gateway.Wait(), kError);
  EXPECT_THAT(gateway.said(), HasSubstr(config_ + ":2:"));
}

TEST_F(ServeTest, PortThatIsTakenIsAnError) {
  Process first(Args({"--unsigned-dev-policy"}));
  ASSERT_TRUE(first.Says("listening on 127.0.0.1:")) << first.said();
  ASSERT_TRUE(first.Says("\n"));
  const std::string port = first.said().substr(
      first.said().rfind(':') + 1,
      first.said().find('\n') - first.said().rfind(':') - 1);
  Process second(
      Args({"--unsigned-dev-policy", "--ledger", pki_.folder() + "/other.db",
            "--listen", absl::StrCat("127.0.0.1:", port)}));
  EXPECT_EQ(second.Wait(), kError) << second.said();
}

}  // namespace
}  // namespace tongguan::cli
