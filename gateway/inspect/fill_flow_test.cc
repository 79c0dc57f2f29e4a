#include "gateway/inspect/fill_flow.h"

#include <gtest/gtest.h>

namespace tongguan::inspect {
namespace {

v1::Inspection TwoColumns() {
  v1::Inspection inspection;
  for (const char* name : {"mobile", "city", "empty"}) {
    v1::InspectedColumn* column = inspection.add_columns();
    column->set_name(name);
    column->set_values(3);
    column->set_personal(v1::FACT_NO);
    column->set_sensitive(v1::FACT_NO);
  }
  inspection.mutable_columns(0)->set_category("mobile");
  inspection.mutable_columns(0)->set_personal(v1::FACT_YES);
  inspection.mutable_columns(1)->set_override_reason("looked-at");
  inspection.mutable_columns(2)->set_values(0);
  return inspection;
}

v1::Flow FlowWithItem(const char* name) {
  v1::Flow flow;
  flow.mutable_people()->mutable_declared()->set_persons(9);
  v1::DataItem* item = flow.add_items();
  item->set_name(name);
  item->set_category("what the file says counts");
  item->set_personal(v1::FACT_NO);
  item->set_important(v1::IMPORTANT_DATA_NO);
  item->set_transform(v1::TRANSFORM_DE_IDENTIFIED);
  return flow;
}

TEST(FillFlowTest, ColumnsWithValuesReplaceTheItems) {
  v1::Flow flow = FlowWithItem("gone");
  FillItems(TwoColumns(), &flow);
  ASSERT_EQ(flow.items_size(), 2);
  EXPECT_EQ(flow.items(0).name(), "mobile");
  EXPECT_EQ(flow.items(0).category(), "mobile");
  EXPECT_EQ(flow.items(0).personal(), v1::FACT_YES);
  EXPECT_EQ(flow.items(0).important(), v1::IMPORTANT_DATA_UNKNOWN);
  EXPECT_EQ(flow.items(0).transform(), v1::TRANSFORM_NONE);
  EXPECT_EQ(flow.items(1).override_reason(), "looked-at");
  EXPECT_FALSE(flow.has_people());
}

TEST(FillFlowTest, WhatAFileCannotSayComesFromTheItemOfTheName) {
  v1::Flow flow = FlowWithItem("mobile");
  FillItems(TwoColumns(), &flow);
  EXPECT_EQ(flow.items(0).category(), "mobile");
  EXPECT_EQ(flow.items(0).personal(), v1::FACT_YES);
  EXPECT_EQ(flow.items(0).important(), v1::IMPORTANT_DATA_NO);
  EXPECT_EQ(flow.items(0).transform(), v1::TRANSFORM_DE_IDENTIFIED);
  EXPECT_EQ(flow.items(1).important(), v1::IMPORTANT_DATA_UNKNOWN);
}

TEST(FillFlowTest, StarStandsForTheOthers) {
  v1::Flow flow = FlowWithItem("*");
  flow.mutable_items(0)->set_transform(v1::TRANSFORM_NONE);
  v1::DataItem* own = flow.add_items();
  own->set_name("city");
  own->set_important(v1::IMPORTANT_DATA_PUBLISHED);
  own->set_transform(v1::TRANSFORM_ANONYMISED);
  FillItems(TwoColumns(), &flow);
  EXPECT_EQ(flow.items(0).important(), v1::IMPORTANT_DATA_NO);
  EXPECT_EQ(flow.items(1).important(), v1::IMPORTANT_DATA_PUBLISHED);
  EXPECT_EQ(flow.items(1).transform(), v1::TRANSFORM_ANONYMISED);
}

TEST(FillFlowTest, MayBePersonalUnlessEveryAnswerIsNo) {
  v1::Flow flow;
  FillItems(TwoColumns(), &flow);
  EXPECT_TRUE(MayBePersonal(flow));
  flow.mutable_items(0)->set_personal(v1::FACT_NO);
  EXPECT_FALSE(MayBePersonal(flow));
  flow.mutable_items(1)->set_sensitive(v1::FACT_UNKNOWN);
  EXPECT_TRUE(MayBePersonal(flow));
  flow.mutable_items(1)->set_transform(v1::TRANSFORM_ANONYMISED);
  EXPECT_FALSE(MayBePersonal(flow));
}

}  // namespace
}  // namespace tongguan::inspect
