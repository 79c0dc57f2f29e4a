// Staged sets of people on a real gateway: each serves one request.
#include <future>
#include <utility>
#include <vector>

#include "gateway/service/exact_testing.h"
#include "gateway/service/server_testing.h"
#include "gateway/service/sync_gate_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kPeople = 20'000;  // More than a request takes.

class StagedTest : public ServerTest {
 protected:
  StagedTest() {
    v1::PseudonymKey* key =
        source_.registry[0].mutable_enterprises(0)->add_pseudonym_keys();
    key->set_id("k1");
    key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SHA256);
    key->set_valid_from("2026-01-01");
  }
  ~StagedTest() override { Gate().Release(); }

  // Stages the people; their digest.
  std::string Stage(int64_t from = 0, int64_t to = kPeople) {
    const Client client = AsExporter();
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    v1::StagePeopleResponse response;
    const auto writer = client.gateway->StagePeople(&context, &response);
    v1::StagePeopleRequest part;
    part.mutable_head()->set_exporter(kShanghai);
    part.mutable_head()->set_key_id("k1");
    writer->Write(part);
    part.set_persons(SetOf(from, to));
    writer->Write(part);
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.digest();
  }
  static v1::Flow StagedFlow(const std::string& id, const std::string& digest) {
    v1::Flow flow = Flow(id);
    flow.mutable_people()->mutable_staged()->set_digest(digest);
    return flow;
  }
  grpc::Status Try(const v1::Flow& flow) {
    return Evaluate(AsExporter(), Request(flow));
  }
  std::future<grpc::Status> Later(const v1::Flow& flow) {
    return std::async(std::launch::async, [this, flow] {
      grpc::Status status = Try(flow);
      while (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
        status = Try(flow);  // A probe of AwaitFull had the place.
      }
      return status;
    });
  }
  // Until as many calls are under way as may be. A probe waits for nothing.
  void AwaitFull() {
    while (Try(v1::Flow()).error_code() !=
           grpc::StatusCode::RESOURCE_EXHAUSTED) {
    }
  }
  int64_t Records() {
    v1::ListDecisionsRequest request;
    request.set_exporter(kShanghai);
    v1::ListDecisionsResponse response;
    const grpc::Status status = Ask(*As("tongguan:auditor/audit").log,
                                    &Log::ListDecisions, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.entries_size();
  }
  grpc::Status Settle(const std::string& id, const std::string& decision,
                      const std::string& digest) {
    v1::SettleRequest request;
    request.set_request_id(id);
    request.set_exporter(kShanghai);
    request.set_decision_id(decision);
    request.mutable_people()->mutable_staged()->set_digest(digest);
    v1::SettleResponse response;
    return Ask(*AsExporter().gateway, &Gateway::Settle, request, &response);
  }
};

TEST_F(StagedTest, AStagedSetIsDecidedOnceAndARetryIsAnswered) {
  StartOpened();
  const std::string digest = Stage();
  const v1::Decision first = Decide(StagedFlow("a", digest));
  EXPECT_EQ(first.charged_persons(), kPeople);
  EXPECT_EQ(Decide(StagedFlow("a", digest)).SerializeAsString(),
            first.SerializeAsString());
  const grpc::Status other = Try(StagedFlow("b", digest));
  EXPECT_EQ(other.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(other.error_message(), HasSubstr("stage them again"));
  Stage();
  EXPECT_EQ(Decide(StagedFlow("b", digest)).charged_persons(), 0);
}

// The key is taken out of the registry: whoever was answered has the answer
// again, in each kind of call; a new request is refused with its field.
TEST_F(StagedTest, AFlowIsAnsweredAgainWhenItsKeyIsGone) {
  StartOpened();
  const std::string digest = Stage();
  v1::Flow exact = Flow("a");
  exact.mutable_people()->mutable_exact()->set_key_id("k1");
  exact.mutable_people()->mutable_exact()->set_persons(SetOf(0, 30));
  const std::string first = Decide(exact).SerializeAsString();
  source_.registry[0].mutable_enterprises(0)->clear_pseudonym_keys();
  ASSERT_TRUE(server_->Reload().ok());
  EXPECT_EQ(Decide(exact).SerializeAsString(), first);
  v1::BatchEvaluateRequest batch;
  batch.set_mode(v1::MODE_EVALUATE);
  *batch.add_flows() = exact;
  *batch.add_flows() = exact;
  batch.mutable_flows(1)->set_request_id("b");
  *batch.add_flows() = StagedFlow("c", digest);
  v1::BatchEvaluateResponse response;
  const grpc::Status status =
      Ask(*AsExporter().gateway, &Gateway::BatchEvaluate, batch, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.results(0).decision().SerializeAsString(), first);
  EXPECT_EQ(response.results(1).error().violations(0).field(),
            "flows[1].people.exact.key_id");
  EXPECT_EQ(response.results(2).error().violations(0).code(),
            "wrong.people_key");
  for (const v1::Mode mode : {v1::MODE_EVALUATE, v1::MODE_DRY_RUN}) {
    exact.set_request_id("new");
    const grpc::Status refused = Evaluate(AsExporter(), Request(exact, mode));
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(refused.error_message(), HasSubstr("flow.people.exact.key_id"));
  }
}

// Both name the set before either is recorded.
TEST_F(StagedTest, OfTwoRequestsUnderWayTheFirstHasTheSet) {
  config_.mutable_limits()->set_calls_in_flight(2);
  StartOpened();
  const std::string digest = Stage();
  const int64_t before = Records();
  Gate().Hold();
  auto first = Later(StagedFlow("a", digest));
  Gate().AwaitArrival();
  auto second = Later(StagedFlow("b", digest));
  AwaitFull();
  Gate().Release();
  const grpc::Status won = first.get();
  EXPECT_TRUE(won.ok()) << won.error_message();
  const grpc::Status lost = second.get();
  EXPECT_EQ(lost.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(lost.error_message(), HasSubstr("another request (a)"));
  EXPECT_EQ(Records(), before + 1);
}

TEST_F(StagedTest, ARetryOnItsHeelsIsAnsweredTheSame) {
  config_.mutable_limits()->set_calls_in_flight(2);
  StartOpened();
  const v1::Flow flow = StagedFlow("a", Stage());
  const int64_t before = Records();
  Gate().Hold();
  auto first = Later(flow);
  Gate().AwaitArrival();
  auto second = Later(flow);
  AwaitFull();
  Gate().Release();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
  EXPECT_EQ(Records(), before + 1);
  EXPECT_EQ(Standing().counted_exact().persons(), kPeople);
}

TEST_F(StagedTest, TwoFlowsOfABatchCannotShareASet) {
  StartOpened();
  const std::string digest = Stage();
  v1::BatchEvaluateRequest request;
  request.set_mode(v1::MODE_EVALUATE);
  for (const char* id : {"a", "b", "a"}) {
    *request.add_flows() = StagedFlow(id, digest);
  }
  v1::BatchEvaluateResponse response;
  const grpc::Status status =
      Ask(*AsExporter().gateway, &Gateway::BatchEvaluate, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).decision().charged_persons(), kPeople);
  EXPECT_EQ(response.results(1).error().code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(response.results(2).decision().SerializeAsString(),
            response.results(0).decision().SerializeAsString());
}

TEST_F(StagedTest, ARequestThatEndsWithoutARecordLeavesTheSet) {
  StartOpened();
  const std::string digest = Stage();
  Decide(Flow("used"));
  EXPECT_EQ(Try(StagedFlow("used", digest)).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Decide(StagedFlow("b", digest)).charged_persons(), kPeople);
}

TEST_F(StagedTest, AFlowInErrorOfABatchLeavesTheSetToTheNext) {
  StartOpened();
  const std::string digest = Stage();
  v1::Flow wrong = StagedFlow("wrong", digest);
  wrong.clear_items();
  EXPECT_EQ(Try(wrong).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Decide(StagedFlow("a", digest), v1::MODE_DRY_RUN).charged_persons(),
            kPeople);
  EXPECT_EQ(Decide(StagedFlow("b", digest)).charged_persons(), kPeople);
}

// Staged again for another flow while the first is under way, whose end takes
// its own set and not the new one.
TEST_F(StagedTest, ASetStagedAnewIsAnotherSet) {
  config_.mutable_limits()->set_calls_in_flight(2);
  StartOpened();
  const std::string digest = Stage();
  Gate().Hold();
  auto first = Later(StagedFlow("a", digest));
  Gate().AwaitArrival();
  Stage();
  Gate().Release();
  EXPECT_TRUE(first.get().ok());
  EXPECT_EQ(Decide(StagedFlow("b", digest)).verdict(), v1::VERDICT_ALLOW);
}

TEST_F(StagedTest, ASettlementUsesItsSetsLikeAFlow) {
  StartOpened();
  const std::string digest = Stage();
  const std::string id = Decide(StagedFlow("a", digest)).decision_id();
  Stage();
  // One that is refused leaves the set; one that is recorded takes it.
  EXPECT_EQ(Settle("s", "2026-99-8", digest).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Settle("a", id, digest).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  const grpc::Status settled = Settle("s", id, digest);
  EXPECT_TRUE(settled.ok()) << settled.error_message();
  EXPECT_EQ(Standing().counted_exact().persons(), 0);
  EXPECT_EQ(Try(StagedFlow("b", digest)).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace tongguan::service
