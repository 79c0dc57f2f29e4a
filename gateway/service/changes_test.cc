// Settle and DeclareOpening over mTLS.
#include "gateway/service/changes.h"

#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;

class ChangesTest : public ServerTest {
 protected:
  grpc::Status Settle(const std::string& id, const std::string& decision,
                      int64_t left, const std::string& exporter = kShanghai) {
    v1::SettleRequest request;
    request.set_request_id(id);
    request.set_exporter(exporter);
    request.set_decision_id(decision);
    request.set_persons_left(left);
    return Ask(*AsExporter(exporter).gateway, &Gateway::Settle, request,
               &settled_);
  }
  grpc::Status Declare(const v1::DeclareOpeningRequest& request) {
    return Ask(*AsExporter().gateway, &Gateway::DeclareOpening, request,
               &opened_);
  }
  static v1::DeclareOpeningRequest Opening(const std::string& id) {
    v1::DeclareOpeningRequest request;
    request.set_request_id(id);
    request.set_exporter(kShanghai);
    request.set_year(2026);
    return request;
  }

  v1::SettleResponse settled_;
  v1::DeclareOpeningResponse opened_;
};

TEST_F(ChangesTest, ASettlementReturnsWhatDidNotLeave) {
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  ASSERT_TRUE(Settle("s", decision, 120).ok());
  EXPECT_EQ(settled_.persons_returned(), 380);
  EXPECT_EQ(settled_.sensitive_persons_returned(), 0);
  EXPECT_EQ(Standing().counted().persons(), 120);
}

TEST_F(ChangesTest, ARepeatedSettlementGetsTheSameAnswer) {
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  ASSERT_TRUE(Settle("s", decision, 120).ok());
  const std::string first = settled_.SerializeAsString();
  ASSERT_TRUE(Settle("s", decision, 120).ok());
  EXPECT_EQ(settled_.SerializeAsString(), first);
  EXPECT_EQ(Settle("s", decision, 100).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Standing().counted().persons(), 120);
}

TEST_F(ChangesTest, ADecisionIsSettledOnce) {
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  ASSERT_TRUE(Settle("s", decision, 120).ok());
  EXPECT_EQ(Settle("t", decision, 100).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Standing().counted().persons(), 120);
}

TEST_F(ChangesTest, NoMoreIsSettledThanWasCharged) {
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  const grpc::Status more = Settle("s", decision, 501);
  EXPECT_EQ(more.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(more.error_message(), HasSubstr("persons_left"));
  EXPECT_EQ(Settle("s", decision, -1).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(ChangesTest, AnotherExportersDecisionIsNotFound) {
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  EXPECT_EQ(Settle("s", decision, 0, kShenzhen).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(ChangesTest, OnlyAnAllowedFlowIsSettled) {
  StartOpened();
  const v1::Decision held = Decide(Flow("a", 100'000));
  ASSERT_EQ(held.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(Settle("s", held.decision_id(), 0).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Open(10, 0).ok());
  EXPECT_EQ(Settle("t", opened_.record_id(), 0).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);  // No id at all.
  EXPECT_EQ(Settle("u", "2026-999999999999-0", 0).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);  // Wrong check character.
}

TEST_F(ChangesTest, ASettlementIsNotSettled) {
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  ASSERT_TRUE(Settle("s", decision, 0).ok());
  EXPECT_EQ(Settle("t", settled_.record_id(), 0).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ChangesTest, ASettlementFallsOnTheYearOfTheDecision) {
  clock_.Set(StartOfBeijingDay(*ParseDay("2027-01-01")) - absl::Seconds(1));
  StartOpened();
  const std::string decision = Decide(Flow("a", 500)).decision_id();
  clock_.Set(StartOfBeijingDay(*ParseDay("2027-01-02")));
  ASSERT_TRUE(Settle("s", decision, 100).ok());
  EXPECT_EQ(Standing().counted().persons(), 0);  // Of 2027.
  EXPECT_EQ(Standing().year(), 2027);
}

TEST_F(ChangesTest, AnOpeningIsOnlyRaised) {
  Start();
  v1::DeclareOpeningRequest request = Opening("a");
  request.set_persons(100);
  ASSERT_TRUE(Declare(request).ok());
  EXPECT_FALSE(opened_.record_id().empty());
  EXPECT_TRUE(Standing().persons_known());
  EXPECT_FALSE(Standing().sensitive_known());
  request.set_request_id("b");
  request.set_persons(99);
  const grpc::Status lower = Declare(request);
  EXPECT_EQ(lower.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(lower.error_message(), HasSubstr("100"));
  request.set_request_id("c");
  request.set_persons(101);
  request.set_sensitive_persons(0);
  ASSERT_TRUE(Declare(request).ok());
  EXPECT_EQ(Standing().opening().persons(), 101);
  EXPECT_TRUE(Standing().sensitive_known());
}

TEST_F(ChangesTest, AnOpeningIsOfTheCurrentBeijingYear) {
  Start();
  v1::DeclareOpeningRequest request = Opening("a");
  request.set_persons(100);
  for (int year : {2025, 2027, 0}) {
    request.set_year(year);
    EXPECT_EQ(Declare(request).error_code(),
              grpc::StatusCode::FAILED_PRECONDITION);
  }
  clock_.Set(StartOfBeijingDay(*ParseDay("2027-01-01")));
  request.set_year(2027);
  EXPECT_TRUE(Declare(request).ok());
}

TEST_F(ChangesTest, MalformedOpeningsAreRefused) {
  Start();
  const auto code = [this](const v1::DeclareOpeningRequest& request) {
    return Declare(request).error_code();
  };
  EXPECT_EQ(code(Opening("a")), grpc::StatusCode::INVALID_ARGUMENT);
  v1::DeclareOpeningRequest request = Opening("");
  request.set_persons(1);
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_request_id("a");
  request.set_persons(-1);
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_persons(10'000'000'001);
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_persons(1);
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(77, 1);
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request.GetReflection()->MutableUnknownFields(&request)->Clear();
  request.set_exporter(kShenzhen);
  EXPECT_EQ(code(request), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_FALSE(Standing().persons_known());
}

}  // namespace
}  // namespace tongguan::service
