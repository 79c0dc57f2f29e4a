#include "gateway/service/errors.h"

#include "gtest/gtest.h"

namespace tongguan::service {
namespace {

TEST(ErrorsTest, WhatCallersCanMendIsToldAsItIs) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound,
        absl::StatusCode::kAlreadyExists, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kUnauthenticated,
        absl::StatusCode::kFailedPrecondition,
        absl::StatusCode::kResourceExhausted}) {
    const grpc::Status status = ToGrpcStatus(absl::Status(code, "mend it"));
    EXPECT_EQ(static_cast<int>(status.error_code()), static_cast<int>(code));
    EXPECT_EQ(status.error_message(), "mend it");
  }
}

TEST(ErrorsTest, TheInsideStaysInside) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status = ToGrpcStatus(
        absl::Status(static_cast<absl::StatusCode>(code), "/secret/path"));
    EXPECT_NE(status.error_code(), grpc::StatusCode::OK) << code;
    const bool told = status.error_message() == "/secret/path";
    if (!told) {
      EXPECT_TRUE(status.error_code() == grpc::StatusCode::INTERNAL ||
                  status.error_code() == grpc::StatusCode::UNAVAILABLE);
      EXPECT_EQ(status.error_message().find("secret"), std::string::npos);
    }
  }
  EXPECT_EQ(ToGrpcStatus(absl::UnavailableError("x")).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  for (const absl::Status& inside :
       {absl::InternalError("x"), absl::UnknownError("x"),
        absl::DataLossError("x"), absl::AbortedError("x"),
        absl::CancelledError("x"), absl::DeadlineExceededError("x"),
        absl::OutOfRangeError("x"), absl::UnimplementedError("x")}) {
    EXPECT_EQ(ToGrpcStatus(inside).error_code(), grpc::StatusCode::INTERNAL);
  }
}

TEST(ErrorsTest, LongTextsAreCutBetweenCharacters) {
  std::string text = "x";
  for (int i = 0; i < 1000; ++i) text += "\u6570";
  const std::string cut =
      ToGrpcStatus(absl::InvalidArgumentError(text)).error_message();
  EXPECT_LE(cut.size(), 768u);
  ASSERT_EQ(cut.substr(cut.size() - 3), "...");
  EXPECT_EQ((cut.size() - 4) % 3, 0u);  // Whole characters behind the "x".
}

TEST(ErrorsTest, DetailsKeepTheFirstViolationsThatFit) {
  std::vector<v1::FieldViolation> violations(20);
  for (int i = 0; i < 20; ++i) {
    violations[i].set_field("flow.items[" + std::to_string(i) + "].name");
    violations[i].set_description(std::string(400, 'd'));
  }
  const v1::FlowError whole = ToFlowError(violations);
  EXPECT_EQ(whole.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(whole.violations_size(), 20);
  const std::string details = ToGrpcStatus(whole).error_details();
  EXPECT_LE(details.size(), 3072u);
  v1::FlowError kept;
  ASSERT_TRUE(kept.ParseFromString(details));
  ASSERT_GT(kept.violations_size(), 2);
  EXPECT_EQ(kept.violations(0).field(), "flow.items[0].name");
}

}  // namespace
}  // namespace tongguan::service
