#include "gateway/service/config.h"

#include <filesystem>

#include "gateway/service/testing.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"

namespace tongguan::service {
namespace {

using ::testing::StartsWith;

v1::GatewayConfig Good() {
  v1::GatewayConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(listen: "127.0.0.1:0"
         tls { certificate: "c" private_key: "k" client_ca: "a" }
         policy_dir: "policy" ledger: "ledger.db" unsigned_dev_policy: true)",
      &config));
  return config;
}

// The field that the refusal names; "" when there is none.
std::string Refused(const v1::GatewayConfig& config) {
  const std::string message(CheckConfig(config).message());
  return message.substr(0, message.find(':'));
}

TEST(ConfigTest, TakesAGoodOne) {
  EXPECT_TRUE(CheckConfig(Good()).ok()) << CheckConfig(Good());
}

TEST(ConfigTest, NamesTheFieldThatIsWrong) {
  v1::GatewayConfig config = Good();
  config.set_unsigned_dev_policy(false);
  EXPECT_EQ(Refused(config), "unsigned_dev_policy");
  for (const char* listen : {"", "127.0.0.1", ":50051", "host:", "host:65536",
                             "host:-1", "host:x"}) {
    config = Good();
    config.set_listen(listen);
    EXPECT_EQ(Refused(config), "listen") << listen;
  }
  config = Good();
  config.mutable_tls()->clear_client_ca();
  EXPECT_EQ(Refused(config), "tls.client_ca");
  config = Good();
  config.mutable_tls()->clear_private_key();
  EXPECT_EQ(Refused(config), "tls.private_key");
  config = Good();
  config.mutable_tls()->clear_certificate();
  EXPECT_EQ(Refused(config), "tls.certificate");
  config = Good();
  config.clear_ledger();
  EXPECT_EQ(Refused(config), "ledger");
}

TEST(ConfigTest, MetricsAreForThisMachineOnly) {
  v1::GatewayConfig config = Good();
  for (const char* address : {"0.0.0.0:9464", "10.0.0.1:9464", "[::]:9464",
                              "localhost.example.cn:9464", "128.0.0.1:9464"}) {
    config.set_metrics_listen(address);
    EXPECT_EQ(Refused(config), "metrics_listen") << address;
  }
  for (const char* address : {"127.0.0.1:9464", "127.1.2.3:0", "[::1]:9464"}) {
    config.set_metrics_listen(address);
    EXPECT_EQ(Refused(config), "") << address;
  }
}

TEST(ConfigTest, LimitsHaveDefaultsAndRanges) {
  const v1::Limits limits = WithDefaults({});
  EXPECT_EQ(limits.calls_in_flight(), 1024);
  EXPECT_EQ(limits.streams_per_connection(), 100);
  EXPECT_EQ(limits.flow_bytes(), 262'144);
  EXPECT_EQ(limits.batch_bytes(), 4'194'304);
  EXPECT_EQ(limits.batch_flows(), 1000);
  EXPECT_EQ(limits.drain_seconds(), 10);
  v1::GatewayConfig config = Good();
  config.mutable_limits()->set_calls_in_flight(-1);
  EXPECT_EQ(Refused(config), "limits.calls_in_flight");
  config = Good();
  config.mutable_limits()->set_batch_flows(100'001);
  EXPECT_EQ(Refused(config), "limits.batch_flows");
  config = Good();
  config.mutable_limits()->set_batch_bytes(1000);
  EXPECT_EQ(Refused(config), "limits.flow_bytes");
}

TEST(ConfigTest, TlsFilesThatCannotBeReadAreNamed) {
  const TestPki pki;
  EXPECT_TRUE(ReadTls(pki.files()).ok());
  v1::TlsFiles files = pki.files();
  files.set_private_key(pki.folder() + "/none.key");
  EXPECT_THAT(std::string(ReadTls(files).status().message()),
              StartsWith("tls.private_key"));
  files = pki.files();
  files.set_client_ca(pki.folder());
  EXPECT_THAT(std::string(ReadTls(files).status().message()),
              StartsWith("tls.client_ca"));
  files = pki.files();
  files.set_certificate("/dev/null");
  EXPECT_THAT(std::string(ReadTls(files).status().message()),
              StartsWith("tls.certificate"));
}

}  // namespace
}  // namespace tongguan::service
