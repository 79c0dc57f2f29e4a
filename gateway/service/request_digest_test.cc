// What is the same request and what is not, on a real gateway.
#include "gateway/service/request_digest.h"

#include "gateway/service/server_testing.h"

namespace tongguan::service {
namespace {

class RequestDigestTest : public ServerTest {};

// A settlement and a proposal to correct one have the same fields.
TEST_F(RequestDigestTest, TheSameBytesToAnotherVerbAreAnotherRequest) {
  StartOpened();
  v1::SettleRequest settle;
  settle.set_request_id("s");
  settle.set_exporter(kShanghai);
  settle.set_decision_id(Decide(Flow("a")).decision_id());
  settle.set_persons_left(50);
  v1::CorrectSettlementRequest correct;
  ASSERT_TRUE(correct.ParseFromString(settle.SerializeAsString()));
  ASSERT_EQ(correct.SerializeAsString(), settle.SerializeAsString());
  EXPECT_NE(RequestDigest(correct), RequestDigest(settle));
  v1::SettleResponse settled;
  v1::CorrectSettlementResponse corrected;
  const Client client =
      As(absl::StrCat("tongguan:exporter/", kShanghai, "/person/li"));
  ASSERT_TRUE(Ask(*client.gateway, &Gateway::Settle, settle, &settled).ok());
  const grpc::Status other =
      Ask(*client.gateway, &Gateway::CorrectSettlement, correct, &corrected);
  EXPECT_EQ(other.error_code(), grpc::StatusCode::ALREADY_EXISTS)
      << other.error_message();
  // And the other way round.
  settle.set_request_id("t");
  correct.set_request_id("t");
  ASSERT_TRUE(
      Ask(*client.gateway, &Gateway::CorrectSettlement, correct, &corrected)
          .ok());
  EXPECT_EQ(
      Ask(*client.gateway, &Gateway::Settle, settle, &settled).error_code(),
      grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(RequestDigestTest, AFlowIsTheSameRequestWhicheverCallBringsIt) {
  StartOpened();
  const Client client = AsExporter();
  const v1::Decision first = Decide(Flow("a"));
  v1::BatchEvaluateRequest batch;
  batch.set_mode(v1::MODE_EVALUATE);
  *batch.add_flows() = Flow("a");
  v1::BatchEvaluateResponse batched;
  ASSERT_TRUE(
      Ask(*client.gateway, &Gateway::BatchEvaluate, batch, &batched).ok());
  EXPECT_EQ(batched.results(0).decision().SerializeAsString(),
            first.SerializeAsString());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  const auto stream = client.gateway->StreamEvaluate(&context);
  v1::StreamEvaluateRequest one;
  one.set_mode(v1::MODE_EVALUATE);
  *one.mutable_flow() = Flow("a");
  stream->Write(one);
  stream->WritesDone();
  v1::StreamEvaluateResponse streamed;
  ASSERT_TRUE(stream->Read(&streamed));
  EXPECT_EQ(streamed.result().decision().SerializeAsString(),
            first.SerializeAsString());
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(Standing().counted().persons(), 500);
}

}  // namespace
}  // namespace tongguan::service
