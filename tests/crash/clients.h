// Enterprise systems that ask, ask again and settle until the gateway dies.
#ifndef TONGGUAN_TESTS_CRASH_CLIENTS_H_
#define TONGGUAN_TESTS_CRASH_CLIENTS_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "gateway/service/testing.h"
#include "grpcpp/grpcpp.h"
#include "proto/tongguan/v1/decision_log_service.grpc.pb.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"
#include "tests/crash/book.h"

namespace tongguan::crash {

// Demonstration exporters (policy/registry) without filings: their flows are
// allowed below 100,000 people of the year, and not from there on.
inline constexpr const char* kExporters[] = {"91999999TGDE00049D",
                                             "91999999TGDE00022M"};
inline constexpr int64_t kLimit = 100'000;

// A connection of one caller.
struct Caller {
  Caller(const service::TestPki& pki, int port, const std::string& uri);
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ExportGatewayService::Stub> gateway;
  std::unique_ptr<v1::DecisionLogService::Stub> log;
};
Caller AsExporter(const service::TestPki& pki, int port,
                  const std::string& exporter);
Caller AsAuditor(const service::TestPki& pki, int port);

// Calls a method; at most 20 s.
template <typename Stub, typename Request, typename Response>
grpc::Status Ask(Stub& stub,
                 grpc::Status (Stub::*method)(grpc::ClientContext*,
                                              const Request&, Response*),
                 const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(20));
  return (stub.*method)(&context, request, response);
}

// Ask and keep the answer in the book.
grpc::Status Evaluate(Caller& caller, const v1::Flow& flow, Book& book,
                      v1::Decision* decision);
grpc::Status Settle(Caller& caller, const v1::SettleRequest& request,
                    Book& book);

// `threads` clients, whose request ids begin with `prefix`. They run until the
// gateway does not answer, and note any other error in the book. `acknowledged`
// counts their answers.
void RunClients(const service::TestPki& pki, int port, int threads,
                const std::string& prefix, uint64_t seed, Book& book,
                std::atomic<int64_t>& acknowledged);

}  // namespace tongguan::crash

#endif  // TONGGUAN_TESTS_CRASH_CLIENTS_H_
