// Evaluate and BatchEvaluate over mTLS.
#include <map>

#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"
#include "google/protobuf/unknown_field_set.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;

class DecidingTest : public ServerTest {
 protected:
  // Fails with the code, and a message that names the field; charges nobody.
  void ExpectRefused(const v1::EvaluateRequest& request, grpc::StatusCode code,
                     const std::string& word) {
    const grpc::Status status = Evaluate(AsExporter(), request);
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr(word));
    EXPECT_EQ(Standing().counted().persons(), 0);
  }
  v1::BatchEvaluateResponse Batch(const v1::BatchEvaluateRequest& request) {
    v1::BatchEvaluateResponse response;
    const grpc::Status status =
        Ask(*AsExporter().gateway, &Gateway::BatchEvaluate, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
};

TEST_F(DecidingTest, AllowsRecordsAndCharges) {
  StartOpened();
  const v1::Decision decision = Decide(Flow("a", 500));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_ALLOW);
  EXPECT_FALSE(decision.decision_id().empty());
  EXPECT_EQ(decision.decided_at_micros(), absl::ToUnixMicros(TestNow()));
  EXPECT_EQ(decision.policy().digest(), (*LoadPolicy())->digest());
  EXPECT_TRUE(decision.policy().unsigned_policy());
  EXPECT_THAT(decision.warnings(),
              testing::Contains(v1::WARNING_UNSIGNED_POLICY));
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(DecidingTest, ACounterIsUnknownUntilTheOpening) {
  Start();
  const v1::Decision unknown = Decide(Flow("a"));
  EXPECT_EQ(unknown.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(unknown.headline(), v1::RULE_FACT_UNKNOWN);
  ASSERT_TRUE(Open(0, 0).ok());
  EXPECT_EQ(Decide(Flow("b")).verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(DecidingTest, TheThresholdHoldsAcrossRequests) {
  StartOpened();
  EXPECT_EQ(Decide(Flow("a", 99'999)).verdict(), v1::VERDICT_ALLOW);
  const v1::Decision second = Decide(Flow("b", 1));
  EXPECT_EQ(second.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(second.headline(), v1::RULE_SCC_BAND);
  EXPECT_EQ(Standing().counted().persons(), 99'999);
}

TEST_F(DecidingTest, SiblingsOfAGroupThatSumsAreCounted) {
  v1::Group* group = source_.registry[0].add_groups();
  group->set_id("group");
  group->set_name("group");
  group->add_members(kShanghai);
  group->add_members(kShenzhen);
  StartOpened();
  EXPECT_EQ(Decide(Flow("a", 500)).headline(), v1::RULE_FACT_UNKNOWN);
  ASSERT_TRUE(Open(99'600, 0, kShenzhen).ok());
  EXPECT_EQ(Decide(Flow("b", 500)).headline(), v1::RULE_SCC_BAND);
  EXPECT_EQ(Decide(Flow("c", 399)).verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(Standing().group_persons(), 99'600);
}

TEST_F(DecidingTest, TheForecastOfAGroupTakesThePaceOfAllItsMembers) {
  v1::Group* group = source_.registry[0].add_groups();
  group->set_id("group");
  group->set_name("group");
  group->add_members(kShanghai);
  group->add_members(kShenzhen);
  StartOpened();
  // While a member's opening is not known, neither is the day.
  EXPECT_EQ(Standing().persons_forecasts(0).threshold(), 0);
  ASSERT_TRUE(Open(40'000, 0, kShenzhen).ok());
  EXPECT_EQ(Decide(Flow("a", 500)).verdict(), v1::VERDICT_ALLOW);
  v1::Flow sibling = Flow("b", 29'500);
  sibling.set_exporter(kShenzhen);
  v1::Decision decision;
  ASSERT_TRUE(
      Evaluate(AsExporter(kShenzhen), Request(sibling), &decision).ok());
  ASSERT_EQ(decision.verdict(), v1::VERDICT_ALLOW) << decision.DebugString();
  // 70,000 of 100,000; 1,000 a day: thirty days.
  const v1::Forecast forecast = Standing().persons_forecasts(0);
  EXPECT_EQ(forecast.people(), 30'000);
  EXPECT_EQ(forecast.threshold(), 100'000);
  EXPECT_EQ(forecast.reached_on(), FormatDay(BeijingDay(clock_.Now()) + 30));
}

TEST_F(DecidingTest, ARepeatedRequestGetsTheSameBytesAndIsChargedOnce) {
  StartOpened();
  const v1::Decision first = Decide(Flow("a", 500));
  clock_.Set(TestNow() + absl::Hours(30));
  const v1::Decision again = Decide(Flow("a", 500));
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  Restart();
  const v1::Decision later = Decide(Flow("a", 500));
  EXPECT_EQ(first.SerializeAsString(), later.SerializeAsString());
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(DecidingTest, ARepeatedRequestIdWithAnotherBodyIsRefused) {
  StartOpened();
  Decide(Flow("a", 500));
  EXPECT_EQ(Evaluate(AsExporter(), Request(Flow("a", 501))).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  v1::SettleRequest settle;
  settle.set_request_id("a");
  settle.set_exporter(kShanghai);
  settle.set_decision_id(Decide(Flow("a", 500)).decision_id());
  v1::SettleResponse response;
  EXPECT_EQ(Ask(*AsExporter().gateway, &Gateway::Settle, settle, &response)
                .error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(DecidingTest, TwoExportersMayUseTheSameRequestId) {
  StartOpened();
  ASSERT_TRUE(Open(0, 0, kShenzhen).ok());
  v1::Flow other = Flow("a", 7);
  other.set_exporter(kShenzhen);
  const std::string first = Decide(Flow("a", 500)).decision_id();
  v1::Decision second;
  ASSERT_TRUE(Evaluate(AsExporter(kShenzhen), Request(other), &second).ok());
  EXPECT_NE(first, second.decision_id());
  EXPECT_EQ(Standing(kShenzhen).counted().persons(), 7);
}

TEST_F(DecidingTest, DryRunsRecordAndCountNothing) {
  StartOpened();
  v1::Flow flow = Flow("", 500);
  const v1::Decision decision = Decide(flow, v1::MODE_DRY_RUN);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_ALLOW);
  EXPECT_TRUE(decision.dry_run());
  EXPECT_EQ(decision.decision_id(), "");
  EXPECT_EQ(decision.headroom().persons().after(), 500);
  EXPECT_EQ(Standing().counted().persons(), 0);
}

TEST_F(DecidingTest, ADryRunOfAnotherDayUsesThatDayAndItsYear) {
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("", 500), v1::MODE_DRY_RUN);
  request.set_as_of("2027-01-04");
  v1::Decision decision;
  ASSERT_TRUE(Evaluate(AsExporter(), request, &decision).ok());
  EXPECT_EQ(decision.headline(), v1::RULE_FACT_UNKNOWN);  // 2027 is not opened.
  EXPECT_EQ(absl::FromUnixMicros(decision.decided_at_micros()),
            StartOfBeijingDay(*ParseDay("2027-01-04")) + absl::Hours(12));
}

TEST_F(DecidingTest, AsOfIsRefusedForEvaluateAndMalformed) {
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("a"));
  request.set_as_of("2026-11-21");
  ExpectRefused(request, grpc::StatusCode::INVALID_ARGUMENT, "as_of");
  for (const char* day : {"2026-02-29", "20261121", "2026-11-21 ", "today"}) {
    request.set_mode(v1::MODE_DRY_RUN);
    request.set_as_of(day);
    ExpectRefused(request, grpc::StatusCode::INVALID_ARGUMENT, "as_of");
  }
}

TEST_F(DecidingTest, ADayBeforeTheLawIsRefused) {
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("", 500), v1::MODE_DRY_RUN);
  for (const char* day : {"2023-05-01", "2024-06-01", "2025-12-31"}) {
    request.set_as_of(day);
    ExpectRefused(request, grpc::StatusCode::INVALID_ARGUMENT, "as_of");
  }
  request.set_as_of("2026-01-01");
  v1::Decision decision;
  EXPECT_TRUE(Evaluate(AsExporter(), request, &decision).ok());
}

TEST_F(DecidingTest, AModeThatIsNotGivenOrNotKnownIsRefused) {
  StartOpened();
  ExpectRefused(Request(Flow("a"), v1::MODE_UNSPECIFIED),
                grpc::StatusCode::INVALID_ARGUMENT, "mode");
  ExpectRefused(Request(Flow("a"), static_cast<v1::Mode>(3)),
                grpc::StatusCode::INVALID_ARGUMENT, "mode");
}

TEST_F(DecidingTest, ARequestIdIsRequired) {
  StartOpened();
  ExpectRefused(Request(Flow("")), grpc::StatusCode::INVALID_ARGUMENT,
                "flow.request_id");
}

void AddUnknown(google::protobuf::Message* message, int number) {
  message->GetReflection()->MutableUnknownFields(message)->AddVarint(number, 1);
}

TEST_F(DecidingTest, UnknownFieldsAreRefusedAtEveryDepth) {
  StartOpened();
  v1::EvaluateRequest top = Request(Flow("a"));
  AddUnknown(&top, 99);
  ExpectRefused(top, grpc::StatusCode::INVALID_ARGUMENT, "99");
  v1::EvaluateRequest flow = Request(Flow("a"));
  AddUnknown(flow.mutable_flow(), 98);
  ExpectRefused(flow, grpc::StatusCode::INVALID_ARGUMENT, "98");
  v1::EvaluateRequest item = Request(Flow("a"));
  AddUnknown(item.mutable_flow()->mutable_items(0), 97);
  ExpectRefused(item, grpc::StatusCode::INVALID_ARGUMENT, "97");
  v1::EvaluateRequest people = Request(Flow("a"));
  AddUnknown(people.mutable_flow()->mutable_people()->mutable_declared(), 96);
  ExpectRefused(people, grpc::StatusCode::INVALID_ARGUMENT, "96");
}

TEST_F(DecidingTest, ViolationsComeInTheDetailsToo) {
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("a"));
  request.mutable_flow()->set_exporter("91310000MA1K35X52X");
  request.mutable_flow()->clear_origin();
  const grpc::Status status = Evaluate(AsExporter(), request);
  ASSERT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::FlowError error;
  ASSERT_TRUE(error.ParseFromString(status.error_details()));
  std::map<std::string, std::string> fields;
  for (const v1::FieldViolation& violation : error.violations()) {
    fields[violation.field()] = violation.description();
  }
  EXPECT_TRUE(fields.contains("flow.exporter"));
  EXPECT_TRUE(fields.contains("flow.origin"));
}

TEST_F(DecidingTest, TheLongestViolationsStillReachTheClient) {
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("a"));
  for (int i = 0; i < 60; ++i) {
    v1::DataItem* item = request.mutable_flow()->add_items();
    item->set_name("\u6570 " + std::string(200, 'x'));
  }
  const grpc::Status status = Evaluate(AsExporter(), request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
      << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr("flow.items[1].name"));
}

TEST_F(DecidingTest, AnOversizedFlowIsRefused) {
  config_.mutable_limits()->set_flow_bytes(2000);
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("a"));
  while (request.flow().ByteSizeLong() <= 2000) {
    engine::AddItem(request.mutable_flow(),
                    absl::StrCat("part", request.flow().items_size()),
                    v1::FACT_NO);
  }
  ExpectRefused(request, grpc::StatusCode::INVALID_ARGUMENT, "2000 bytes");
  request.mutable_flow()->mutable_items()->RemoveLast();
  EXPECT_TRUE(Evaluate(AsExporter(), request).ok());
}

TEST_F(DecidingTest, AMessageAboveTheReceiveLimitIsResourceExhausted) {
  config_.mutable_limits()->set_flow_bytes(2000);
  config_.mutable_limits()->set_batch_bytes(4000);
  StartOpened();
  v1::EvaluateRequest request = Request(Flow("a"));
  request.mutable_flow()->set_system(std::string(5000, 'x'));
  EXPECT_EQ(Evaluate(AsExporter(), request).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(DecidingTest, AFilingCoversToItsLastDayInBeijing) {
  v1::Filing* assessment = source_.registry[0].add_filings();
  *assessment = policy::TestFiling("F1", v1::FILING_KIND_SECURITY_ASSESSMENT);
  assessment->set_expires("2026-11-21");
  StartOpened();
  EXPECT_EQ(Decide(Flow("a", 200'000)).verdict(), v1::VERDICT_ALLOW);
  clock_.Set(StartOfBeijingDay(*ParseDay("2026-11-22")) -
             absl::Microseconds(1));
  EXPECT_EQ(Decide(Flow("b", 10)).verdict(), v1::VERDICT_ALLOW);
  clock_.Set(StartOfBeijingDay(*ParseDay("2026-11-22")));
  EXPECT_EQ(Decide(Flow("c", 10)).verdict(), v1::VERDICT_ASSESS);
}

TEST_F(DecidingTest, ABatchAnswersEveryFlowInOrder) {
  StartOpened();
  v1::BatchEvaluateRequest request;
  request.set_mode(v1::MODE_EVALUATE);
  *request.add_flows() = Flow("a", 99'999);
  *request.add_flows() = Flow("b", 1);  // Sees its predecessor.
  *request.add_flows() = Flow("bad");
  request.mutable_flows(2)->clear_purpose();
  *request.add_flows() = Flow("other");
  request.mutable_flows(3)->set_exporter(kShenzhen);
  *request.add_flows() = Flow("a", 99'999);  // Repeats the first.
  *request.add_flows() = Flow("b", 2);       // The second's id, another body.
  const v1::BatchEvaluateResponse response = Batch(request);
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_EQ(response.results(0).decision().verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(response.results(1).decision().verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(response.results(1).decision().headline(), v1::RULE_SCC_BAND);
  EXPECT_EQ(response.results(2).error().code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_GT(response.results(2).error().violations_size(), 0);
  EXPECT_THAT(response.results(2).error().violations(0).field(),
              HasSubstr("flows[2]"));
  EXPECT_EQ(response.results(3).error().code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(response.results(4).SerializeAsString(),
            response.results(0).SerializeAsString());
  EXPECT_EQ(response.results(5).error().code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Standing().counted().persons(), 99'999);
}

TEST_F(DecidingTest, ABatchMayBeADryRun) {
  StartOpened();
  v1::BatchEvaluateRequest request;
  request.set_mode(v1::MODE_DRY_RUN);
  *request.add_flows() = Flow("", 99'999);
  *request.add_flows() = Flow("", 99'999);
  const v1::BatchEvaluateResponse response = Batch(request);
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(1).decision().verdict(), v1::VERDICT_ALLOW);
  EXPECT_TRUE(response.results(1).decision().dry_run());
  EXPECT_EQ(Standing().counted().persons(), 0);
}

TEST_F(DecidingTest, ABatchOfOnlyMalformedFlowsIsAnswered) {
  StartOpened();
  v1::BatchEvaluateRequest request;
  request.set_mode(v1::MODE_EVALUATE);
  request.add_flows();
  const v1::BatchEvaluateResponse response = Batch(request);
  ASSERT_EQ(response.results_size(), 1);
  EXPECT_TRUE(response.results(0).has_error());
}

TEST_F(DecidingTest, AnEmptyBatchAndOneTooLargeAreRefused) {
  config_.mutable_limits()->set_batch_flows(2);
  StartOpened();
  v1::BatchEvaluateRequest request;
  v1::BatchEvaluateResponse response;
  request.set_mode(v1::MODE_EVALUATE);
  const auto code = [&] {
    return Ask(*AsExporter().gateway, &Gateway::BatchEvaluate, request,
               &response)
        .error_code();
  };
  EXPECT_EQ(code(), grpc::StatusCode::INVALID_ARGUMENT);
  for (const char* id : {"a", "b", "c"}) *request.add_flows() = Flow(id);
  EXPECT_EQ(code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Standing().counted().persons(), 0);
  request.mutable_flows()->RemoveLast();
  EXPECT_EQ(code(), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace tongguan::service
