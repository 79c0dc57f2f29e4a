// The yardstick: a gRPC server with the gateway's protos, credentials and
// server style (asynchronous, one completion queue, one polling thread) that
// answers Evaluate, BatchEvaluate and StreamEvaluate at once with a fixed
// decision of the usual size. What it costs is what gRPC costs. Ratios to it
// are the project's figures.
//
// noop_server --cert FILE --key FILE --client-ca FILE [--answer FILE]
// prints "listening on 127.0.0.1:PORT"; ends on SIGTERM. --answer: a serialized
// Decision to answer with (the load generator writes one with --save-answer).
#include <grpcpp/grpcpp.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"

namespace tongguan {
namespace {

using Service = v1::ExportGatewayService::AsyncService;

class Call {
 public:
  virtual ~Call() = default;
  // The call's next event.
  virtual void Proceed(bool ok) = 0;
};

template <typename Request, typename Response>
class NoopCall final : public Call {
 public:
  using Accept = void (*)(Service*, grpc::ServerContext*, Request*,
                          grpc::ServerAsyncResponseWriter<Response>*,
                          grpc::ServerCompletionQueue*, void*);
  using Answer = void (*)(const v1::Decision&, const Request&, Response*);

  NoopCall(Service* service, grpc::ServerCompletionQueue* queue, Accept accept,
           Answer answer, const v1::Decision* decision)
      : service_(service),
        queue_(queue),
        accept_(accept),
        answer_(answer),
        decision_(decision) {
    Wait();
  }

  void Proceed(bool ok) override {
    if (!waiting_) {
      Wait();
      return;
    }
    if (!ok) return;  // Shutting down.
    waiting_ = false;
    response_.Clear();
    answer_(*decision_, request_, &response_);
    writer_->Finish(response_, grpc::Status::OK, this);
  }

 private:
  void Wait() {
    waiting_ = true;
    context_.emplace();
    writer_.emplace(&*context_);
    accept_(service_, &*context_, &request_, &*writer_, queue_, this);
  }

  Service* const service_;
  grpc::ServerCompletionQueue* const queue_;
  const Accept accept_;
  const Answer answer_;
  const v1::Decision* const decision_;
  bool waiting_ = false;
  Request request_;
  Response response_;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<Response>> writer_;
};

// One stream after another: reads, answers, reads on.
class NoopStream final : public Call {
 public:
  NoopStream(Service* service, grpc::ServerCompletionQueue* queue,
             const v1::Decision* decision)
      : service_(service), queue_(queue), decision_(decision) {
    Wait();
  }

  void Proceed(bool ok) override {
    switch (state_) {
      case State::kWaiting:
        if (!ok) return;  // Shutting down.
        Read();
        return;
      case State::kReading:
        if (!ok) {
          state_ = State::kEnding;
          stream_->Finish(grpc::Status::OK, this);
          return;
        }
        state_ = State::kWriting;
        response_.Clear();
        *response_.mutable_result()->mutable_decision() = *decision_;
        stream_->Write(response_, this);
        return;
      case State::kWriting:
        Read();
        return;
      case State::kEnding:
        Wait();
        return;
    }
  }

 private:
  enum class State { kWaiting, kReading, kWriting, kEnding };

  void Read() {
    state_ = State::kReading;
    stream_->Read(&request_, this);
  }
  void Wait() {
    state_ = State::kWaiting;
    stream_.reset();
    context_.emplace();
    stream_.emplace(&*context_);
    service_->RequestStreamEvaluate(&*context_, &*stream_, queue_, queue_,
                                    this);
  }

  Service* const service_;
  grpc::ServerCompletionQueue* const queue_;
  const v1::Decision* const decision_;
  State state_ = State::kWaiting;
  v1::StreamEvaluateRequest request_;
  v1::StreamEvaluateResponse response_;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncReaderWriter<v1::StreamEvaluateResponse,
                                              v1::StreamEvaluateRequest>>
      stream_;
};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// A decision of the usual size: ten items, a dozen steps.
v1::Decision UsualDecision() {
  v1::Decision decision;
  decision.set_decision_id("2026-000000000042-T");
  decision.set_verdict(v1::VERDICT_ALLOW);
  decision.set_required_mechanism(v1::MECHANISM_NONE);
  for (uint32_t i = 0; i < 10; ++i) {
    v1::ItemVerdict* item = decision.add_items();
    item->set_item(i);
    item->set_mechanism(v1::MECHANISM_NONE);
    item->set_rule(v1::RULE_SMALL_VOLUME);
    item->set_satisfied(true);
    item->set_reason(v1::REASON_BELOW_THRESHOLD);
  }
  for (int i = 1; i <= 12; ++i) {
    v1::TraceStep* step = decision.add_trace();
    step->set_rule(static_cast<v1::Rule>(i));
    step->set_effect(v1::EFFECT_SKIPPED);
    step->set_reason(v1::REASON_OTHER_PURPOSE);
  }
  decision.mutable_policy()->set_digest(std::string(32, 'd'));
  return decision;
}

void AnswerOne(const v1::Decision& decision, const v1::EvaluateRequest&,
               v1::EvaluateResponse* response) {
  *response->mutable_decision() = decision;
}

void AnswerMany(const v1::Decision& decision,
                const v1::BatchEvaluateRequest& request,
                v1::BatchEvaluateResponse* response) {
  for (int i = 0; i < request.flows_size(); ++i) {
    *response->add_results()->mutable_decision() = decision;
  }
}

void AcceptOne(Service* s, grpc::ServerContext* c, v1::EvaluateRequest* r,
               grpc::ServerAsyncResponseWriter<v1::EvaluateResponse>* w,
               grpc::ServerCompletionQueue* q, void* tag) {
  s->RequestEvaluate(c, r, w, q, q, tag);
}

void AcceptMany(Service* s, grpc::ServerContext* c, v1::BatchEvaluateRequest* r,
                grpc::ServerAsyncResponseWriter<v1::BatchEvaluateResponse>* w,
                grpc::ServerCompletionQueue* q, void* tag) {
  s->RequestBatchEvaluate(c, r, w, q, q, tag);
}

int Serve(const grpc::SslServerCredentialsOptions& tls,
          const v1::Decision& decision, int stop_fd) {
  Service service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls),
                           &port);
  builder.RegisterService(&service);
  builder.SetMaxReceiveMessageSize(4 << 20);
  auto queue = builder.AddCompletionQueue();
  auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "listening on 127.0.0.1:" << port << std::endl;
  std::thread stopper([&] {
    signalfd_siginfo info;
    while (read(stop_fd, &info, sizeof(info)) < 0) {
    }
    server->Shutdown(std::chrono::system_clock::now());
    queue->Shutdown();
  });
  constexpr int kSlots = 1024;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < kSlots; ++i) {
    calls.push_back(
        std::make_unique<NoopCall<v1::EvaluateRequest, v1::EvaluateResponse>>(
            &service, queue.get(), AcceptOne, AnswerOne, &decision));
  }
  for (int i = 0; i < 64; ++i) {
    calls.push_back(
        std::make_unique<
            NoopCall<v1::BatchEvaluateRequest, v1::BatchEvaluateResponse>>(
            &service, queue.get(), AcceptMany, AnswerMany, &decision));
  }
  for (int i = 0; i < 64; ++i) {
    calls.push_back(
        std::make_unique<NoopStream>(&service, queue.get(), &decision));
  }
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Proceed(ok);
  stopper.join();
  return 0;
}

}  // namespace
}  // namespace tongguan

int main(int argc, char** argv) {
  // As the gateway does, whose yardstick this is.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  std::string cert, key, client_ca, answer;
  CLI::App app{"A gRPC server that does nothing"};
  app.add_option("--cert", cert)->required();
  app.add_option("--key", key)->required();
  app.add_option("--client-ca", client_ca)->required();
  app.add_option("--answer", answer);
  CLI11_PARSE(app, argc, argv);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  const int stop_fd = signalfd(-1, &stop, 0);
  grpc::SslServerCredentialsOptions tls(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = tongguan::ReadFile(client_ca);
  tls.pem_key_cert_pairs.push_back(
      {tongguan::ReadFile(key), tongguan::ReadFile(cert)});
  tongguan::v1::Decision decision = tongguan::UsualDecision();
  if (!answer.empty() &&
      !decision.ParseFromString(tongguan::ReadFile(answer))) {
    std::cerr << answer << ": not a serialized Decision\n";
    return 2;
  }
  return tongguan::Serve(tls, decision, stop_fd);
}
