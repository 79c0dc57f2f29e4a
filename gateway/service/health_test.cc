// grpc.health.v1.Health, as a probe sees it.
#include "gateway/service/health.h"

#include <memory>
#include <vector>

#include "gateway/service/server_testing.h"
#include "grpcpp/generic/generic_stub.h"

namespace tongguan::service {
namespace {

using HealthTest = ServerTest;

// A stream of grpc.health.v1.Health/Watch, read one answer after another.
class Watcher {
 public:
  Watcher(const std::shared_ptr<grpc::Channel>& channel,
          const std::string& service)
      : stub_(channel) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    call_ =
        stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_);
    call_->StartCall(nullptr);
    Next();
    std::string request = "\x0a";  // HealthCheckRequest.service.
    request.push_back(static_cast<char>(service.size()));
    request.append(service);
    const grpc::Slice slice(request);
    call_->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(),
                     nullptr);
    Next();
  }

  // The next status; -1 when there is no more.
  int Status() {
    grpc::ByteBuffer bytes;
    call_->Read(&bytes, nullptr);
    grpc::Slice slice;
    if (!Next() || !bytes.DumpToSingleSlice(&slice).ok()) return -1;
    return slice.size() == 2 ? slice.begin()[1] : 0;
  }
  grpc::Status End() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Next();
    return status;
  }
  void Cancel() { context_.TryCancel(); }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

TEST_F(HealthTest, AWatcherHearsOfEachChangeAndOfTheEnd) {
  Start();
  const auto channel = Channel(pki_.Client("tongguan:operator/ops"));
  Watcher reload(channel, "tongguan.v1.PolicyReload");
  Watcher unknown(channel, "tongguan.v1.Nothing");
  EXPECT_EQ(reload.Status(), 1);
  EXPECT_EQ(unknown.Status(), 3);
  policy_error_ = absl::InvalidArgumentError("bad");
  EXPECT_FALSE(server_->Reload().ok());
  EXPECT_EQ(reload.Status(), 2);
  policy_error_ = absl::OkStatus();
  EXPECT_TRUE(server_->Reload().ok());
  EXPECT_EQ(reload.Status(), 1);
  server_->Drain();
  EXPECT_EQ(reload.Status(), -1);
  EXPECT_EQ(reload.End().error_code(), grpc::UNAVAILABLE);
}

TEST_F(HealthTest, WatchersThatGoKeepNoPlace) {
  Start();
  const auto channel = Channel(pki_.Client("tongguan:operator/ops"));
  for (int i = 0; i < 200; ++i) {  // More than may watch at once.
    Watcher watcher(channel, "");
    const int status = watcher.Status();
    if (i < 10) {
      EXPECT_EQ(status, 1);
    }
    watcher.Cancel();
    watcher.End();
  }
  // The last may not have been noticed yet.
  int status = -1;
  for (int i = 0; i < 100 && status != 1; ++i) {
    status = Watcher(channel, "").Status();
  }
  EXPECT_EQ(status, 1);
}

// A call that is opened and asks nothing.
struct Silent {
  explicit Silent(const std::shared_ptr<grpc::Channel>& channel)
      : stub(channel) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    call = stub.PrepareCall(&context, "/grpc.health.v1.Health/Check", &queue);
    call->StartCall(nullptr);
    Next();
  }
  ~Silent() { context.TryCancel(); }
  void Next() {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
  }
  grpc::Status End() {
    grpc::Status status;
    call->Finish(&status, nullptr);
    Next();
    return status;
  }

  grpc::GenericStub stub;
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
};

TEST_F(HealthTest, OneOrganizationCannotKeepOthersFromAsking) {
  Start();
  const auto hostile = AsExporter().channel;
  std::vector<std::unique_ptr<Silent>> silent;
  silent.reserve(90);
  for (int i = 0; i < 90; ++i) {  // More than may ask at once in all.
    silent.push_back(std::make_unique<Silent>(hostile));
  }
  EXPECT_EQ(silent.back()->End().error_code(), grpc::RESOURCE_EXHAUSTED);
  Watcher probe(Channel(pki_.Client("tongguan:operator/ops")), "");
  EXPECT_EQ(probe.Status(), 1);
}

TEST_F(HealthTest, ACallThatAsksNothingIsEnded) {
  Start();
  Silent silent(AsExporter().channel);
  EXPECT_EQ(silent.End().error_code(), grpc::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace tongguan::service
