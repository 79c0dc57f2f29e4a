// For tests: a gateway that writes down every byte it is sent, whatever the
// method, and answers ALLOW.
#ifndef TONGGUAN_GATEWAY_CLI_WIRE_TESTING_H_
#define TONGGUAN_GATEWAY_CLI_WIRE_TESTING_H_

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/mutex.h"
#include "gateway/service/testing.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::cli {

// One message as it came.
struct Sent {
  std::string method;
  std::string bytes;
};

class RecordingGateway : public grpc::CallbackGenericService {
 public:
  explicit RecordingGateway(const v1::TlsFiles& files) {
    grpc::SslServerCredentialsOptions tls(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = Read(files.client_ca());
    tls.pem_key_cert_pairs.push_back(
        {Read(files.private_key()), Read(files.certificate())});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls),
                             &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~RecordingGateway() override { server_->Shutdown(); }

  int port() const { return port_; }

  std::vector<Sent> sent() {
    MutexLock lock(&mu_);
    return sent_;
  }
  // All that was sent, metadata too, one after another.
  std::string wire() {
    MutexLock lock(&mu_);
    std::string all = metadata_;
    for (const Sent& one : sent_) absl::StrAppend(&all, one.method, one.bytes);
    return all;
  }

 private:
  class Call : public grpc::ServerGenericBidiReactor {
   public:
    Call(RecordingGateway* gateway, std::string method)
        : gateway_(gateway), method_(std::move(method)) {
      StartRead(&read_);
    }

    void OnReadDone(bool ok) override {
      if (ok) {
        gateway_->Add(method_, read_);
        StartRead(&read_);
        return;
      }
      const std::string answer = Answer();
      const grpc::Slice slice(answer);
      written_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&written_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    std::string Answer() const {
      if (absl::EndsWith(method_, "/StagePeople")) {
        v1::StagePeopleResponse response;
        response.set_digest(std::string(32, 'd'));
        return response.SerializeAsString();
      }
      v1::EvaluateResponse response;
      response.mutable_decision()->set_verdict(v1::VERDICT_ALLOW);
      return response.SerializeAsString();
    }

    RecordingGateway* const gateway_;
    const std::string method_;
    grpc::ByteBuffer read_;
    grpc::ByteBuffer written_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    MutexLock lock(&mu_);
    for (const auto& [key, value] : context->client_metadata()) {
      metadata_.append(key.data(), key.size());
      metadata_.append(value.data(), value.size());
    }
    return new Call(this, context->method());
  }

  void Add(const std::string& method, const grpc::ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    const bool dumped = buffer.Dump(&slices).ok();
    Sent sent{method, dumped ? "" : "lost"};
    for (const grpc::Slice& slice : slices) {
      sent.bytes.append(reinterpret_cast<const char*>(slice.begin()),
                        slice.size());
    }
    MutexLock lock(&mu_);
    sent_.push_back(std::move(sent));
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  Mutex mu_;
  std::vector<Sent> sent_ ABSL_GUARDED_BY(mu_);
  std::string metadata_ ABSL_GUARDED_BY(mu_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_WIRE_TESTING_H_
