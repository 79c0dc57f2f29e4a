// certs/make-dev-certs.sh: what it makes is what the gateway accepts.
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/cli_testing.h"
#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tongguan::cli {
namespace {

using ::testing::HasSubstr;

// Runs a shell command; its outputs together.
Outcome Shell(const std::string& command) {
  Outcome outcome{-1, "", ""};
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (size_t got = fread(buffer, 1, sizeof(buffer), pipe)) {
    outcome.out.append(buffer, got);
  }
  const int status = pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class DevCertsTest : public service::ServerTest {
 protected:
  DevCertsTest() : dir_(pki_.folder() + "/dev") {}
  ~DevCertsTest() override { std::filesystem::remove_all(dir_); }

  Outcome Make(const std::string& more = "") {
    return Shell(absl::StrCat("certs/make-dev-certs.sh '", dir_,
                              "' --exporter ", service::kShanghai, " ", more));
  }
  std::string Serial() {
    return Shell(absl::StrCat("openssl x509 -noout -serial -in '", dir_,
                              "/server.pem'"))
        .out;
  }

  const std::string dir_;
};

TEST_F(DevCertsTest, GatewayAndExporterAcceptEachOther) {
  const Outcome made = Make();
  ASSERT_EQ(made.code, 0) << made.out;
  v1::TlsFiles* tls = config_.mutable_tls();
  tls->set_certificate(dir_ + "/server.pem");
  tls->set_private_key(dir_ + "/server.key");
  tls->set_client_ca(dir_ + "/ca.pem");
  Start();
  const auto standing = [this](const std::string& who, const char* host) {
    return RunCli({"standing", "--exporter", service::kShanghai, "--server",
                   absl::StrCat(host, ":", server_->port()), "--ca",
                   dir_ + "/ca.pem", "--cert", dir_ + "/" + who + ".pem",
                   "--key", dir_ + "/" + who + ".key"});
  };
  for (const char* who : {"exporter", "regulator", "auditor"}) {
    const Outcome run = standing(who, "127.0.0.1");
    EXPECT_EQ(run.code, kSuccess) << who << run.err;
  }
  EXPECT_EQ(standing("operator", "127.0.0.1").code, kDenied);
  EXPECT_EQ(
      standing(absl::StrCat("exporter-", service::kShanghai), "localhost").code,
      kSuccess);
}

TEST_F(DevCertsTest, CertificatesHoldUnderStrictChecks) {
  ASSERT_EQ(
      Make(absl::StrCat("--exporter ", service::kShenzhen, ":erp --exporter ",
                        service::kShenzhen, ":person/li"))
          .code,
      0);
  const std::string shenzhen =
      absl::StrCat("exporter-", service::kShenzhen, "-erp");
  for (const std::string& who :
       {std::string("server"), std::string("exporter"),
        std::string("regulator"), std::string("auditor"),
        std::string("operator"), shenzhen}) {
    const std::string file = absl::StrCat("'", dir_, "/", who, ".pem'");
    const std::string purpose = who == "server" ? "sslserver" : "sslclient";
    const Outcome verified =
        Shell(absl::StrCat("openssl verify -x509_strict -purpose ", purpose,
                           " -CAfile '", dir_, "/ca.pem' ", file));
    EXPECT_EQ(verified.code, 0) << verified.out;
    EXPECT_THAT(Shell("openssl x509 -noout -text -in " + file).out,
                HasSubstr("CA:FALSE"));
  }
  EXPECT_THAT(
      Shell(absl::StrCat("openssl x509 -noout -ext subjectAltName -in '", dir_,
                         "/", shenzhen, ".pem'"))
          .out,
      HasSubstr(
          absl::StrCat("URI:tongguan:exporter/", service::kShenzhen, "/erp")));
  EXPECT_THAT(
      Shell(absl::StrCat("openssl x509 -noout -ext subjectAltName -in '", dir_,
                         "/exporter-", service::kShenzhen, "-person-li.pem'"))
          .out,
      HasSubstr(absl::StrCat("URI:tongguan:exporter/", service::kShenzhen,
                             "/person/li\n")));
}

TEST_F(DevCertsTest, KeysAreForTheirOwnerOnly) {
  ASSERT_EQ(Make().code, 0);
  int keys = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir_)) {
    if (file.path().extension() != ".key") continue;
    struct stat found {};
    ASSERT_EQ(stat(file.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u) << file.path();
    ++keys;
  }
  EXPECT_EQ(keys, 7);
}

TEST_F(DevCertsTest, LeavesACompleteFolderAsItIs) {
  ASSERT_EQ(Make().code, 0);
  const std::string before = Serial();
  EXPECT_EQ(Make().code, 0);
  EXPECT_EQ(Serial(), before);
  EXPECT_EQ(Make("--force").code, 0);
  EXPECT_NE(Serial(), before);
}

TEST_F(DevCertsTest, RefusesAFolderThatHoldsSomethingElse) {
  std::filesystem::create_directory(dir_);
  WriteFile(dir_ + "/server.key", "precious");
  const Outcome refused = Make();
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("--force"));
  EXPECT_EQ(std::filesystem::file_size(dir_ + "/server.key"), 8u);
}

TEST_F(DevCertsTest, RefusesAnExporterThatIsNoUscc) {
  const Outcome refused = Make("--exporter 'x/../y'");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.out, HasSubstr("18-character"));
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

}  // namespace
}  // namespace tongguan::cli
