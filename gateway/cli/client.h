// A connection to the gateway: mTLS, one deadline a call.
#ifndef TONGGUAN_GATEWAY_CLI_CLIENT_H_
#define TONGGUAN_GATEWAY_CLI_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/cli/context.h"
#include "grpcpp/grpcpp.h"
#include "proto/tongguan/v1/decision_log_service.grpc.pb.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"

namespace tongguan::cli {

using GatewayStub = v1::ExportGatewayService::StubInterface;
using LogStub = v1::DecisionLogService::StubInterface;

// The end of a call, with the FlowError that the gateway sent (RefusalOf).
absl::Status ToStatus(const grpc::Status& status);

class Client {
 public:
  // Reads the certificate files and makes the channel. On failure nothing is
  // made, the reason is said and `*exit_code` set.
  static std::unique_ptr<Client> Connect(Context& context, int* exit_code);

  // One call. Errors keep the gateway's message.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext call;
    call.set_deadline(absl::ToChronoTime(absl::Now() + deadline_));
    return ToStatus((StubOf(static_cast<Stub*>(nullptr)).*method)(
        &call, request, response));
  }

  // Stages two sets in messages of 1 MiB, within the deadline of one call.
  absl::Status StagePeople(const v1::StageHead& head, absl::string_view persons,
                           absl::string_view sensitive_persons,
                           v1::StagePeopleResponse* response);
  // Pseudonyms that were sent for staging so far, kept or refused.
  int64_t staged() const { return staged_; }

  // A channel with a connection of its own, as the same caller.
  std::shared_ptr<grpc::Channel> Connection() const;

  // The exporter that the client certificate names; empty if it names none.
  const std::string& exporter() const { return exporter_; }

 private:
  GatewayStub& StubOf(GatewayStub*) { return *gateway_; }
  LogStub& StubOf(LogStub*) { return *log_; }

  absl::Duration deadline_;
  int64_t staged_ = 0;
  std::string exporter_;
  std::string server_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::unique_ptr<GatewayStub> gateway_;
  std::unique_ptr<LogStub> log_;
};

// A file's bytes, at most 16 MiB; "-" is `in`. The message names the file.
absl::StatusOr<std::string> ReadInput(const std::string& path,
                                      std::istream& in);

// The USCC of the first URI SAN "tongguan:exporter/<USCC>/…" of a PEM
// certificate; empty if there is none.
std::string ExporterOfCertificate(const std::string& pem);

// Whether `exporter` is empty or a unified social credit code; kUsage, said
// why.
int CheckExporter(Context& context, const std::string& exporter);

// Takes the certificate's exporter where none is given; kUsage if it has none.
int TakeExporter(Context& context, const Client& client, std::string* exporter);

// A record by its id, said why not on failure; see Client::Connect.
bool GetRecord(Context& context, Client& client, const std::string& id,
               v1::GetDecisionResponse* response, int* exit_code);

// A new id for a request, such as "check-4f…": unguessable and unique.
std::string NewRequestId(absl::string_view verb);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_CLIENT_H_
