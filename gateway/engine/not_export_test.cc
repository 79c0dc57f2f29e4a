#include "gateway/engine/testing.h"

namespace tongguan::engine {
namespace {

using NotExportTest = EngineTest;

TEST_F(NotExportTest, InboundDataIsNoExport) {
  flow.set_direction(v1::DIRECTION_INBOUND);
  const v1::Decision d = Decide();
  EXPECT_EQ(d.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(d.headline(), v1::RULE_NOT_EXPORT);
  EXPECT_EQ(d.charging(), v1::CHARGING_NONE);
  EXPECT_EQ(d.trace_size(), 1);
}

TEST_F(NotExportTest, OnshoreAccessByWhichNothingLeavesIsNoExport) {
  flow.set_direction(v1::DIRECTION_ONSHORE_ACCESS);
  flow.mutable_access()->set_accessor_place(v1::PLACE_MAINLAND);
  flow.mutable_access()->set_leaves_mainland(v1::FACT_NO);
  flow.mutable_people()->mutable_declared()->set_persons(2'000'000);
  EXPECT_EQ(Decide().headline(), v1::RULE_NOT_EXPORT);
}

TEST_F(NotExportTest, OnshoreAccessFromAbroadIsAnExport) {
  flow.set_direction(v1::DIRECTION_ONSHORE_ACCESS);
  flow.mutable_access()->set_accessor_place(v1::PLACE_ABROAD);
  flow.mutable_access()->set_leaves_mainland(v1::FACT_NO);
  flow.mutable_people()->mutable_declared()->set_persons(2'000'000);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
}

TEST_F(NotExportTest, WhetherDataLeavesUnknownIsAnExport) {
  flow.set_direction(v1::DIRECTION_ONSHORE_ACCESS);
  flow.mutable_access()->set_accessor_place(v1::PLACE_MAINLAND);
  flow.mutable_access()->set_leaves_mainland(v1::FACT_UNKNOWN);
  flow.mutable_people()->mutable_declared()->set_persons(2'000'000);
  EXPECT_EQ(Decide().verdict(), v1::VERDICT_ASSESS);
}

TEST_F(NotExportTest, RemoteAccessIsAnExport) {
  flow.set_direction(v1::DIRECTION_REMOTE_ACCESS);
  flow.mutable_people()->mutable_declared()->set_persons(1'000'000);
  EXPECT_EQ(Decide().required_mechanism(), v1::MECHANISM_SECURITY_ASSESSMENT);
}

}  // namespace
}  // namespace tongguan::engine
