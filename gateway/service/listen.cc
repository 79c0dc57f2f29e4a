#include "gateway/service/listen.h"

#include <memory>

#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"

namespace tongguan::service {
namespace {

constexpr size_t kMemoryBytes = size_t{256} << 20;  // Of all connections.
constexpr int kThreads = 8;  // Of gRPC's own: health and reflection.

struct Argument {
  const char* name;
  int value;
};

constexpr Argument kArguments[] = {
    {GRPC_ARG_ALLOW_REUSEPORT, 0},  // Two gateways never share a port.
    {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000},
    {GRPC_ARG_MAX_METADATA_SIZE, 8192},
    {GRPC_ARG_KEEPALIVE_TIME_MS, 60'000},
    {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000},
    {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
    {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30'000},
    {GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2},
    // Certificates are checked at the handshake: an hour bounds how long one
    // that has expired stays of use.
    {GRPC_ARG_MAX_CONNECTION_AGE_MS, 3'600'000},
    {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60'000},
};

std::shared_ptr<grpc::ServerCredentials> Credentials(const TlsTexts& tls) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = tls.client_ca;
  options.pem_key_cert_pairs.push_back({tls.private_key, tls.certificate});
  return grpc::SslServerCredentials(options);
}

}  // namespace

void Configure(const std::string& address, const TlsTexts& tls,
               const v1::Limits& limits, int* port,
               grpc::ServerBuilder* builder) {
  static const bool reflection = [] {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)reflection;
  builder->AddListeningPort(address, Credentials(tls), port);
  builder->SetMaxReceiveMessageSize(limits.batch_bytes());
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              limits.streams_per_connection());
  for (const Argument& argument : kArguments) {
    builder->AddChannelArgument(argument.name, argument.value);
  }
  grpc::ResourceQuota quota("tongguan");
  quota.Resize(kMemoryBytes);
  quota.SetMaxThreads(kThreads);
  builder->SetResourceQuota(quota);
  // One thread is enough for reflection; more would take events away from the
  // polling thread.
  using Option = grpc::ServerBuilder::SyncServerOption;
  builder->SetSyncServerOption(Option::NUM_CQS, 1);
  builder->SetSyncServerOption(Option::MIN_POLLERS, 1);
  builder->SetSyncServerOption(Option::MAX_POLLERS, 1);
}

}  // namespace tongguan::service
