#include "gateway/service/glossary.h"

#include <map>

#include "gateway/policy/testing.h"
#include "gtest/gtest.h"

namespace tongguan::service {
namespace {

std::map<std::string, v1::Term> GlossaryOf(const v1::Flow& flow,
                                           const v1::Decision& decision) {
  policy::Source source = policy::TestSource();
  policy::List list = policy::TestList(v1::LIST_KIND_GENERAL);
  list.head.set_centre("服务中心");
  v1::ListRow* row = policy::AddRow(&list, "R-1");
  row->set_sector("retail");
  row->set_sector_zh("零售业");
  row->set_scenario("membership");
  row->set_scenario_zh("会员管理");
  row->add_names("order");
  source.lists.push_back(list);
  v1::GreenChannelRegistration* green = source.registry[0].add_registrations();
  green->set_id("GC-1");
  green->set_exporter(policy::kShanghaiExporter);
  green->set_programme("绿色通道");
  green->set_granting_body("服务窗口");
  green->set_contact("office@example.com");
  green->set_granted("2026-01-01");
  green->set_valid_to("2027-01-01");
  google::protobuf::RepeatedPtrField<v1::Term> terms;
  FillGlossary(flow, decision, *policy::MustCompile(source), &terms);
  std::map<std::string, v1::Term> by_id;
  for (const v1::Term& term : terms) {
    EXPECT_TRUE(by_id.emplace(term.id(), term).second) << term.id();
  }
  return by_id;
}

TEST(GlossaryTest, NamesWhatFlowAndDecisionUseOnceEach) {
  v1::Flow flow;
  flow.set_exporter(policy::kShanghaiExporter);
  flow.set_sector("retail");
  flow.set_scenario("membership");
  for (const char* category : {"face_image", "face_image", "no_such", ""}) {
    flow.add_items()->set_category(category);
  }
  v1::Decision decision;
  decision.set_lane_reference("GC-1");
  decision.add_items()->set_reference("test-general@1#R-1");
  decision.add_trace()->set_reference("F-1");  // A filing: it has no name.
  decision.add_obligations()->set_reference("test-general@1");
  auto terms = GlossaryOf(flow, decision);
  EXPECT_EQ(terms.size(), 5u);
  EXPECT_EQ(terms["face_image"].name_zh(), "face_image");
  EXPECT_EQ(terms["retail"].name_zh(), "零售业");
  EXPECT_EQ(terms["membership"].name_zh(), "会员管理");
  EXPECT_EQ(terms["test-general@1"].name_zh(), "测试");
  EXPECT_EQ(terms["test-general@1"].body(), "服务中心");
  EXPECT_EQ(terms["GC-1"].name_zh(), "绿色通道");
  EXPECT_EQ(terms["GC-1"].body(), "服务窗口");
  EXPECT_EQ(terms["GC-1"].contact(), "office@example.com");
}

TEST(GlossaryTest, IsEmptyWhereThePolicyNamesNothing) {
  v1::Flow flow;
  flow.set_sector("unknown");
  v1::Decision decision;
  decision.set_lane_reference("GC-1");
  decision.add_items()->set_reference("other@1#R-1");
  EXPECT_TRUE(GlossaryOf(flow, decision).empty());
}

}  // namespace
}  // namespace tongguan::service
