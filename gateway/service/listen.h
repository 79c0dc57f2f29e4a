// How the gRPC server listens: mTLS, and bounds on what one peer can take.
#ifndef TONGGUAN_GATEWAY_SERVICE_LISTEN_H_
#define TONGGUAN_GATEWAY_SERVICE_LISTEN_H_

#include <string>

#include "gateway/service/config.h"
#include "grpcpp/server_builder.h"
#include "proto/tongguan/v1/config.pb.h"

namespace tongguan::service {

// `port` is set when the server is built. The bounds answer what Debian's gRPC
// 1.51 leaves open: streams, pings, handshakes, metadata, memory. `limits` are
// filled in.
void Configure(const std::string& address, const TlsTexts& tls,
               const v1::Limits& limits, int* port,
               grpc::ServerBuilder* builder);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_LISTEN_H_
