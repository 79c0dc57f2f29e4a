// StreamEvaluate and StagePeople over gRPC.
#include <atomic>
#include <future>
#include <utility>
#include <vector>

#include "gateway/people/pseudonyms.h"
#include "gateway/service/exact_testing.h"
#include "gateway/service/server_testing.h"
#include "gateway/service/stage_call.h"
#include "gateway/service/stream_call.h"

namespace tongguan::service {
namespace {

using Stream = grpc::ClientReaderWriter<v1::StreamEvaluateRequest,
                                        v1::StreamEvaluateResponse>;

// A stream with its client; cancelled where a test forgets it.
struct Opened {
  Opened(Client to, absl::Duration most) : client(std::move(to)) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + most));
    stream = client.gateway->StreamEvaluate(&context);
  }
  ~Opened() { context.TryCancel(); }

  bool Ask(const v1::Flow& flow, v1::Mode mode = v1::MODE_EVALUATE) {
    v1::StreamEvaluateRequest request;
    *request.mutable_flow() = flow;
    request.set_mode(mode);
    return stream->Write(request);
  }
  v1::FlowResult Answer() {
    v1::StreamEvaluateResponse response;
    EXPECT_TRUE(stream->Read(&response)) << "the stream ended";
    return response.result();
  }
  grpc::Status End() {
    stream->WritesDone();
    v1::StreamEvaluateResponse response;
    EXPECT_FALSE(stream->Read(&response)) << "an answer nobody asked for";
    return stream->Finish();
  }

  Client client;
  grpc::ClientContext context;
  std::unique_ptr<Stream> stream;
};

class StreamTest : public ServerTest {
 protected:
  std::unique_ptr<Opened> OpenStream(const std::string& uscc = kShanghai,
                                     absl::Duration most = absl::Seconds(60)) {
    return std::make_unique<Opened>(AsExporter(uscc), most);
  }
};

TEST_F(StreamTest, AnswersComeInTheOrderAsked) {
  StartOpened();
  auto stream = OpenStream();
  constexpr int kFlows = 200;
  auto written = std::async(std::launch::async, [&] {
    for (int i = 0; i < kFlows; ++i) {
      // Every seventh is malformed, every fifth is not recorded.
      v1::Flow flow = Flow(absl::StrCat("flow-", i), 1 + i);
      if (i % 7 == 3) flow.set_exporter("nobody");
      if (!stream->Ask(flow,
                       i % 5 == 2 ? v1::MODE_DRY_RUN : v1::MODE_EVALUATE)) {
        return false;
      }
    }
    return true;
  });
  for (int i = 0; i < kFlows; ++i) {
    const v1::FlowResult result = stream->Answer();
    SCOPED_TRACE(i);
    ASSERT_EQ(result.has_error(), i % 7 == 3);
    if (result.has_error()) {
      EXPECT_EQ(result.error().code(), grpc::INVALID_ARGUMENT);
      EXPECT_EQ(result.error().violations(0).field(), "flow.exporter");
      continue;
    }
    EXPECT_EQ(result.decision().decision_id().empty(), i % 5 == 2);
    // Who was counted before is all those of the flows before it.
    int64_t before = 0;
    for (int k = 0; k < i; ++k) {
      if (k % 7 != 3 && k % 5 != 2) before += 1 + k;
    }
    EXPECT_EQ(result.decision().headroom().persons().before(), before);
  }
  EXPECT_TRUE(written.get());
  EXPECT_TRUE(stream->End().ok());
}

TEST_F(StreamTest, TheSameRequestIdIsCountedOnce) {
  StartOpened();
  auto stream = OpenStream();
  ASSERT_TRUE(stream->Ask(Flow("once")));
  const v1::FlowResult first = stream->Answer();
  ASSERT_TRUE(stream->Ask(Flow("once")));
  EXPECT_EQ(stream->Answer().SerializeAsString(), first.SerializeAsString());
  ASSERT_TRUE(stream->Ask(Flow("once", 501)));
  EXPECT_EQ(stream->Answer().error().code(), grpc::ALREADY_EXISTS);
  EXPECT_TRUE(stream->End().ok());
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(StreamTest, AModeNotGivenIsRefusedAndTheStreamGoesOn) {
  StartOpened();
  auto stream = OpenStream();
  ASSERT_TRUE(stream->Ask(Flow("a"), v1::MODE_UNSPECIFIED));
  EXPECT_EQ(stream->Answer().error().violations(0).field(), "mode");
  ASSERT_TRUE(stream->Ask(Flow("a")));
  EXPECT_TRUE(stream->Answer().has_decision());
  EXPECT_TRUE(stream->End().ok());
}

TEST_F(StreamTest, UnknownFieldsAreRefusedAndTheStreamGoesOn) {
  StartOpened();
  auto stream = OpenStream();
  v1::StreamEvaluateRequest request;
  *request.mutable_flow() = Flow("a");
  request.set_mode(v1::MODE_EVALUATE);
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(999, 1);
  ASSERT_TRUE(stream->stream->Write(request));
  EXPECT_EQ(stream->Answer().error().code(), grpc::INVALID_ARGUMENT);
  ASSERT_TRUE(stream->Ask(Flow("a")));
  EXPECT_TRUE(stream->Answer().has_decision());
}

// A client that never reads: answers fill the way to it, then nothing is read.
TEST_F(StreamTest, AClientThatTakesNoAnswersIsHeldBack) {
  StartOpened();
  auto stream = OpenStream(kShanghai, absl::Seconds(3));
  v1::Flow flow = Flow("");  // Of some 20 KiB: gRPC itself holds a few MiB.
  for (int i = 1; i < 300; ++i) *flow.add_items() = flow.items(0);
  for (int i = 0; i < flow.items_size(); ++i) {
    flow.mutable_items(i)->set_name(absl::StrCat("a_longer_item_name_", i));
  }
  constexpr int kFlows = 4'000;
  int sent = 0;
  for (; sent < kFlows; ++sent) {
    flow.set_request_id(absl::StrCat("flow-", sent));
    if (!stream->Ask(flow)) break;
  }
  EXPECT_LT(sent, kFlows);
  EXPECT_TRUE(Decide(Flow("another")).has_headroom());  // Others go on.
}

TEST_F(StreamTest, AClientThatTakesNoAnswersIsEndedInTheEnd) {
  StartOpened();
  auto stream = OpenStream();
  std::atomic<int> sent = 0;
  auto blocked = std::async(std::launch::async, [&] {
    v1::Flow flow = Flow("");
    for (int i = 1; i < 300; ++i) *flow.add_items() = flow.items(0);
    for (int i = 0; i < flow.items_size(); ++i) {
      flow.mutable_items(i)->set_name(absl::StrCat("a_longer_item_name_", i));
    }
    do {
      flow.set_request_id(absl::StrCat("flow-", ++sent));
    } while (stream->Ask(flow));
  });
  int before = -1;
  while (std::exchange(before, sent.load()) != sent) {
    blocked.wait_for(std::chrono::milliseconds(500));
  }
  clock_.Set(clock_.Now() + StreamCall::kIdle);
  blocked.wait();
  v1::StreamEvaluateResponse response;
  while (stream->stream->Read(&response)) {
  }
  EXPECT_EQ(stream->stream->Finish().error_code(), grpc::CANCELLED);
}

TEST_F(StreamTest, AClientThatGoesAwayKeepsNoPlace) {
  StartOpened();
  for (int i = 0; i < 100; ++i) {  // More than may be open at once.
    auto stream = OpenStream();
    ASSERT_TRUE(stream->Ask(Flow(absl::StrCat("flow-", i))));
    stream->context.TryCancel();
    EXPECT_FALSE(stream->stream->Finish().ok());
  }
  // The last may not have been noticed yet.
  bool taken = false;
  for (int i = 0; i < 100 && !taken; ++i) {
    auto stream = OpenStream();
    stream->Ask(Flow(absl::StrCat("late-", i)));
    v1::StreamEvaluateResponse response;
    taken = stream->stream->Read(&response);
  }
  EXPECT_TRUE(taken);
}

TEST_F(StreamTest, OneOrganizationCannotHoldAllStreams) {
  StartOpened();
  std::vector<std::unique_ptr<Opened>> streams;
  for (int i = 0; i < 16; ++i) {
    streams.push_back(OpenStream());
    ASSERT_TRUE(streams.back()->Ask(Flow(absl::StrCat("flow-", i))));
    EXPECT_TRUE(streams.back()->Answer().has_decision());
  }
  auto refused = OpenStream();
  v1::StreamEvaluateResponse response;
  EXPECT_FALSE(refused->stream->Read(&response));
  EXPECT_EQ(refused->stream->Finish().error_code(), grpc::RESOURCE_EXHAUSTED);
  auto another = OpenStream(kShenzhen);
  v1::Flow flow = Flow("x");
  flow.set_exporter(kShenzhen);
  ASSERT_TRUE(another->Ask(flow));
  EXPECT_TRUE(another->Answer().has_decision());
}

TEST_F(StreamTest, AnIdleStreamIsEnded) {
  StartOpened();
  auto stream = OpenStream();
  ASSERT_TRUE(stream->Ask(Flow("a")));
  EXPECT_TRUE(stream->Answer().has_decision());
  // The gateway learns that its answer has gone after that has come. What it
  // answers to another call it answers later.
  for (int i = 0; i < 2; ++i) {
    v1::GetActivePolicyResponse policy;
    ASSERT_TRUE(Ask(*stream->client.policy, &Policy::GetActivePolicy,
                    v1::GetActivePolicyRequest(), &policy)
                    .ok());
  }
  clock_.Set(clock_.Now() + StreamCall::kIdle);
  v1::StreamEvaluateResponse response;
  EXPECT_FALSE(stream->stream->Read(&response));
  EXPECT_EQ(stream->stream->Finish().error_code(), grpc::UNAVAILABLE);
}

// With an hour for draining this test would not end.
TEST_F(StreamTest, AnOpenStreamDoesNotKeepTheGatewayFromEnding) {
  config_.mutable_limits()->set_drain_seconds(3600);
  StartOpened();
  auto stream = OpenStream();
  ASSERT_TRUE(stream->Ask(Flow("a")));
  EXPECT_TRUE(stream->Answer().has_decision());
  server_->Drain();
  v1::StreamEvaluateResponse response;
  EXPECT_FALSE(stream->stream->Read(&response));
  EXPECT_EQ(stream->stream->Finish().error_code(), grpc::UNAVAILABLE);
}

class StageTest : public StreamTest {
 protected:
  StageTest() {
    for (v1::Enterprise& enterprise :
         *source_.registry[0].mutable_enterprises()) {
      v1::PseudonymKey* key = enterprise.add_pseudonym_keys();
      key->set_id("k1");
      key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SHA256);
      key->set_valid_from("2026-01-01");
    }
  }

  // An upload as the Shanghai exporter.
  struct Upload {
    explicit Upload(Client to) : client(std::move(to)) {
      context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
      writer = client.gateway->StagePeople(&context, &response);
    }
    ~Upload() { context.TryCancel(); }
    bool Head(const std::string& key = "k1") {
      v1::StagePeopleRequest part;
      part.mutable_head()->set_exporter(kShanghai);
      part.mutable_head()->set_key_id(key);
      return writer->Write(part);
    }
    bool Persons(const std::string& set) {
      v1::StagePeopleRequest part;
      part.set_persons(set);
      return writer->Write(part);
    }
    grpc::Status End() {
      writer->WritesDone();
      return writer->Finish();
    }

    Client client;
    grpc::ClientContext context;
    v1::StagePeopleResponse response;
    std::unique_ptr<grpc::ClientWriter<v1::StagePeopleRequest>> writer;
  };

  // Stages a set in parts of `part` people.
  grpc::Status Stage(const std::string& set, int64_t part,
                     v1::StagePeopleResponse* response) {
    Upload upload(AsExporter());
    upload.Head();
    const size_t bytes = static_cast<size_t>(part) * people::kPseudonymSize;
    for (size_t at = 0; at < set.size(); at += bytes) {
      upload.Persons(set.substr(at, bytes));
    }
    const grpc::Status status = upload.End();
    *response = upload.response;
    return status;
  }

  static v1::Flow StagedFlow(const std::string& id, const std::string& digest) {
    v1::Flow flow = Flow(id);
    flow.mutable_people()->mutable_staged()->set_digest(digest);
    return flow;
  }
};

TEST_F(StageTest, StagedPeopleAreCountedOnceHoweverOftenTheyCome) {
  StartOpened();
  v1::StagePeopleResponse staged;
  const std::string set = SetOf(0, 25'000);
  ASSERT_TRUE(Stage(set, 4'000, &staged).ok());
  EXPECT_EQ(staged.persons(), 25'000);
  EXPECT_EQ(staged.digest(), DigestBytes(people::SetDigest({"k1", set, ""})));
  const v1::Decision first = Decide(StagedFlow("a", staged.digest()));
  EXPECT_EQ(first.charged_persons(), 25'000);
  // Decided once; to decide again the set is staged again, whole or in part.
  v1::Decision none;
  EXPECT_EQ(
      Evaluate(AsExporter(), Request(StagedFlow("b", staged.digest())), &none)
          .error_code(),
      grpc::FAILED_PRECONDITION);
  ASSERT_TRUE(Stage(SetOf(10'000, 30'000), 20'000, &staged).ok());
  EXPECT_EQ(Decide(StagedFlow("c", staged.digest())).charged_persons(), 5'000);
  EXPECT_EQ(Standing().counted_exact().persons(), 30'000);
}

// The answer to an old request is no reason to let go of a set staged since.
TEST_F(StageTest, ARepeatedRequestLeavesASetThatWasStagedAgain) {
  StartOpened();
  v1::StagePeopleResponse staged;
  ASSERT_TRUE(Stage(SetOf(0, 100), 100, &staged).ok());
  const v1::Flow first = StagedFlow("a", staged.digest());
  Decide(first);
  ASSERT_TRUE(Stage(SetOf(0, 100), 100, &staged).ok());
  Decide(first);
  EXPECT_EQ(Decide(StagedFlow("b", staged.digest())).charged_persons(), 0);
}

TEST_F(StageTest, StagedPeopleOfAnotherExporterAreNotThere) {
  StartOpened();
  v1::StagePeopleResponse staged;
  ASSERT_TRUE(Stage(SetOf(0, 100), 100, &staged).ok());
  v1::Flow flow = StagedFlow("a", staged.digest());
  flow.set_exporter(kShenzhen);
  v1::Decision decision;
  EXPECT_EQ(
      Evaluate(AsExporter(kShenzhen), Request(flow), &decision).error_code(),
      grpc::FAILED_PRECONDITION);
}

TEST_F(StageTest, AKeyNotRegisteredIsRefused) {
  StartOpened();
  Upload upload(AsExporter());
  upload.Head("k2");
  EXPECT_EQ(upload.End().error_code(), grpc::INVALID_ARGUMENT);
}

TEST_F(StageTest, AnExporterCannotStageForAnother) {
  StartOpened();
  Upload upload(AsExporter(kShenzhen));
  upload.Head();
  EXPECT_EQ(upload.End().error_code(), grpc::PERMISSION_DENIED);
}

// A part that is no message must not pass for the end of the set.
TEST_F(StageTest, AMalformedPartIsNotTheEndOfTheSet) {
  StartOpened();
  const auto channel = AsExporter().channel;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  v1::StagePeopleRequest head, people;
  head.mutable_head()->set_exporter(kShanghai);
  head.mutable_head()->set_key_id("k1");
  people.set_persons(SetOf(0, 10));
  grpc::ByteBuffer response;
  const grpc::internal::RpcMethod method(
      "/tongguan.v1.ExportGatewayService/StagePeople",
      grpc::internal::RpcMethod::CLIENT_STREAMING);
  std::unique_ptr<grpc::ClientWriter<grpc::ByteBuffer>> writer(
      grpc::internal::ClientWriterFactory<grpc::ByteBuffer>::Create(
          channel.get(), method, &context, &response));
  for (const std::string& bytes :
       {head.SerializeAsString(), people.SerializeAsString(),
        std::string("\x12\x7f not so long")}) {
    const grpc::Slice slice(bytes);
    writer->Write(grpc::ByteBuffer(&slice, 1));
  }
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), grpc::INVALID_ARGUMENT);
}

TEST_F(StageTest, AnIdleUploadIsRefused) {
  StartOpened();
  Upload upload(AsExporter());
  ASSERT_TRUE(upload.Head());
  ASSERT_TRUE(upload.Persons(SetOf(0, 10)));
  // The gateway may read these parts after the clock is put on.
  grpc::Status status;
  auto ended =
      std::async(std::launch::async, [&] { status = upload.writer->Finish(); });
  while (ended.wait_for(std::chrono::milliseconds(20)) !=
         std::future_status::ready) {
    clock_.Set(clock_.Now() + StageCall::kIdle);
  }
  EXPECT_EQ(status.error_code(), grpc::DEADLINE_EXCEEDED);
}

TEST_F(StageTest, AnUploadThatWasCancelledKeepsNoRoom) {
  config_.mutable_limits()->set_staged_people(2'000);
  StartOpened();
  {
    Upload upload(AsExporter());
    ASSERT_TRUE(upload.Head());
    ASSERT_TRUE(upload.Persons(SetOf(0, 1'000)));
    upload.context.TryCancel();  // Before the gateway can have answered.
    upload.writer->Finish();
  }
  // One exporter has half of the room. The end may not have been noticed yet.
  v1::StagePeopleResponse staged;
  grpc::Status status;
  for (int i = 0; i == 0 || (i < 200 && !status.ok()); ++i) {
    status = Stage(SetOf(5'000, 6'000), 1'000, &staged);
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(Stage(SetOf(9'000, 9'001), 1, &staged).error_code(),
            grpc::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace tongguan::service
