#include "gateway/text/explain.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/text/width.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tongguan::text {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

v1::Flow PayrollFlow() {
  return Parse<v1::Flow>(R"pb(
    exporter: "91350100M000100Y43"
    system: "hr-prod"
    direction: DIRECTION_OUTBOUND
    recipient {
      organization_id: "SG-HQ"
      region: "SG"
      relation: RELATION_HEADQUARTERS
    }
    sector: "hr"
    scenario: "payroll"
    items {
      name: "姓名"
      category: "name"
      personal: FACT_YES
      sensitive: FACT_NO
      important: IMPORTANT_DATA_NO
      transform: TRANSFORM_NONE
    }
    items {
      name: "bank_card_no"
      category: "bank_account"
      personal: FACT_YES
      sensitive: FACT_YES
      important: IMPORTANT_DATA_NO
      transform: TRANSFORM_NONE
    }
    people { declared { persons: 8214 sensitive_persons: 37 } }
    purpose { general: GENERAL_PURPOSE_INTERNAL_REPORTING }
  )pb");
}

v1::Decision Held() {
  return Parse<v1::Decision>(R"pb(
    decision_id: "2026-000000000042-T"
    verdict: VERDICT_ASSESS
    requirement: MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION
    required_mechanism: MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION
    headline: RULE_SCC_BAND
    lane: LANE_EXPEDITED
    lane_reference: "GC-7"
    items {
      item: 0
      mechanism: MECHANISM_NONE
      rule: RULE_SMALL_VOLUME
      satisfied: true
      reason: REASON_BELOW_THRESHOLD
    }
    items {
      item: 1
      mechanism: MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION
      rule: RULE_SCC_BAND
      reason: REASON_EXCEEDS_ITEMS
      reference: "SC-31"
    }
    trace {
      rule: RULE_NOT_EXPORT
      effect: EFFECT_SKIPPED
      reason: REASON_LEAVES_MAINLAND
    }
    trace {
      rule: RULE_SMALL_VOLUME
      effect: EFFECT_SKIPPED
      reason: REASON_CARRIES_SENSITIVE
    }
    trace {
      rule: RULE_SCC_BAND
      effect: EFFECT_DEMANDS
      reason: REASON_EXCEEDS_ITEMS
      items: 1
      reference: "SC-31"
    }
    missing {
      what: MISSING_STANDARD_CONTRACT_OR_CERTIFICATION
      items: 1
      reference: "SC-31"
      reason: REASON_EXCEEDS_ITEMS
    }
    smallest_change { kind: CHANGE_KIND_DROP_ITEMS items: 1 }
    headroom {
      year: 2026
      persons { known: true before: 55198 after: 63412 next_threshold: 100000 }
      sensitive_persons { known: false }
    }
    policy { digest: "\x9f\x3c\x01\x02\x03\x04\x05" rule_set: 1 }
    warnings: WARNING_UNSIGNED_POLICY
    decided_at_micros: 1767196800000000
  )pb");
}

v1::Decision Allowed() {
  return Parse<v1::Decision>(R"pb(
    verdict: VERDICT_ALLOW
    dry_run: true
    requirement: MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION
    required_mechanism: MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION
    headline: RULE_SCC_BAND
    relied_on: "SC-31"
    lane: LANE_NORMAL
    trace {
      rule: RULE_SCC_BAND
      effect: EFFECT_COVERED
      reason: REASON_FILING_COVERS
      reference: "SC-31"
    }
    obligations {
      kind: OBLIGATION_KIND_FILE_CONTRACT_BY
      operand: 20260115
      reference: "SC-31"
    }
    charging: CHARGING_COUNTED
    charged_persons: 8214
    charged_sensitive_persons: 37
  )pb");
}

TEST(ExplainTest, TellsAHeldFlowInChinese) {
  const std::string text = Explain(PayrollFlow(), Held(), Language::kChinese);
  EXPECT_TRUE(absl::StartsWith(text, "⚠ 需评估 ASSESS   决定编号 2026-"))
      << text;
  for (const char* part :
       {"2026-01-01 00:00:00（北京时间）", "国家/地区：新加坡；总部",
        "8,214 人", "路径      标准合同备案或个人信息保护认证",
        "《促进和规范数据跨境流动规定》第八条", "去掉数据项：bank_card_no",
        "绿色通道", "GC-7", "敏感个人信息 · bank_account",
        "55,198 → 63,412 人，距下一门槛 100,000 人还有 36,588 人",
        "期初人数未申报", "需：标准合同或认证", "9f3c01020304",
        "政策文件未经签名", "超出 SC-31 的范围：数据项 bank_card_no"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("—")));
}

TEST(ExplainTest, TellsAHeldFlowInEnglish) {
  const std::string text =
      Explain(PayrollFlow(), Held(), Language::kEnglish, {.width = 0});
  EXPECT_TRUE(absl::StartsWith(text, "⚠ ASSESS   Decision 2026-")) << text;
  for (const char* part :
       {"CAC Order 16 art 8", "Leave out the items: bank_card_no",
        "36,588 people to the next threshold of 100,000", "Singapore",
        "sensitive personal information · bank_account",
        "Beyond the scope of SC-31: items bank_card_no."}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(ExplainTest, TellsAnAllowedFlowWithWhatItReliesOn) {
  const std::string text =
      Explain(PayrollFlow(), Allowed(), Language::kChinese);
  for (const char* part : {"✔ 准予 ALLOW   试算", "SC-31 覆盖本次出境",
                           "依托备案", "SC-31 须在 2026-01-15 前",
                           "计入今年累计：普通 8,214 人，敏感 37 人"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("下一步")));
  EXPECT_THAT(text, Not(HasSubstr("办理通道")));
}

TEST(ExplainTest, BriefLeavesTablesOut) {
  const std::string text =
      Explain(PayrollFlow(), Held(), Language::kChinese, {.brief = true});
  EXPECT_THAT(text, HasSubstr("去掉数据项：bank_card_no"));
  EXPECT_THAT(text, Not(HasSubstr("判断经过")));
  EXPECT_THAT(text, Not(HasSubstr("数据项（2）")));
}

TEST(ExplainTest, ColoursTheVerdictOnlyWhenAsked) {
  const std::string held =
      Explain(PayrollFlow(), Held(), Language::kEnglish, {.color = true});
  EXPECT_TRUE(absl::StartsWith(held, "\x1b[1;33m⚠ ASSESS\x1b[0m"));
  const std::string allowed =
      Explain(PayrollFlow(), Allowed(), Language::kEnglish, {.color = true});
  EXPECT_TRUE(absl::StartsWith(allowed, "\x1b[1;32m✔ ALLOW\x1b[0m"));
}

// The cell at which `part` begins in the first line that holds it.
int CellOf(const std::string& text, const std::string& part) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t at = line.find(part);
    if (at != absl::string_view::npos) return DisplayWidth(line.substr(0, at));
  }
  return -1;
}

TEST(ExplainTest, AlignsTheColumnsOfItemsByCells) {
  const std::string text =
      Explain(PayrollFlow(), Held(), Language::kChinese, {.width = 0});
  const int as = CellOf(text, "认定");
  EXPECT_GT(as, 0);
  EXPECT_EQ(as, CellOf(text, "个人信息 · name"));
  EXPECT_EQ(as, CellOf(text, "敏感个人信息 · bank_account"));
  EXPECT_EQ(CellOf(text, "结论"), CellOf(text, "需：标准合同或认证"));
}

TEST(ExplainTest, KeepsLinesWithinTheWidth) {
  v1::Flow flow = PayrollFlow();
  for (const Language language : {Language::kChinese, Language::kEnglish}) {
    const std::string text = Explain(flow, Held(), language, {.width = 120});
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(DisplayWidth(line), 120) << line;
    }
  }
}

TEST(ExplainTest, NamesFiveItemsAndCountsTheRest) {
  v1::Flow flow = PayrollFlow();
  v1::Decision decision = Held();
  v1::Change* drop = decision.mutable_smallest_change(0);
  drop->clear_items();
  for (int i = 0; i < 34; ++i) {
    flow.add_items()->set_name(absl::StrCat("field_", i));
    drop->add_items(flow.items_size() - 1);
  }
  EXPECT_THAT(
      Explain(flow, decision, Language::kChinese, {.width = 0}),
      HasSubstr("field_0、field_1、field_2、field_3、field_4 等 34 项"));
}

TEST(ExplainTest, BearsADecisionThatDoesNotFitTheFlow) {
  v1::Decision decision = Held();
  decision.set_headline(static_cast<v1::Rule>(99));
  decision.mutable_items(0)->set_item(4'000'000'000);
  decision.mutable_trace(2)->set_reason(static_cast<v1::Reason>(999));
  decision.mutable_trace(2)->add_items(77);
  decision.set_decision_id("x\x1b[31mred");
  const std::string text =
      Explain(v1::Flow(), decision, Language::kEnglish, {.width = 0});
  EXPECT_THAT(text, HasSubstr("#4000000000"));
  EXPECT_THAT(text, HasSubstr("code 999"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ExplainTest, NamesWhatTheGlossaryNamesAndWhomToTurnTo) {
  v1::Decision decision = Held();
  decision.set_lane(v1::LANE_EXPEDITED);
  decision.set_lane_reference("GC-1");
  decision.mutable_items(0)->set_reference("list@1#R-7");
  v1::Obligation* report = decision.add_obligations();
  report->set_kind(v1::OBLIGATION_KIND_REPORT_TO_LIST_CENTRE);
  report->set_operand(15);
  report->set_reference("list@1");
  v1::Flow flow = PayrollFlow();
  flow.mutable_items(0)->set_category("bank_account");
  google::protobuf::RepeatedPtrField<v1::Term> terms;
  const auto add = [&terms](const char* id, const char* zh, const char* en,
                            const char* body, const char* contact) {
    v1::Term* term = terms.Add();
    term->set_id(id);
    term->set_name_zh(zh);
    term->set_name_en(en);
    term->set_body(body);
    term->set_contact(contact);
  };
  add("GC-1", "绿色通道", "", "服务窗口", "office@example.com");
  add("list@1", "一般数据清单", "General list", "服务中心", "");
  add("bank_account", "银行账户", "Bank account", "", "");
  ExplainOptions options{.width = 0, .glossary = &terms};
  const std::string chinese =
      Explain(flow, decision, Language::kChinese, options);
  EXPECT_THAT(chinese, HasSubstr("GC-1（授予机构：服务窗口；联系方式："
                                 "office@example.com）"));
  EXPECT_THAT(chinese, HasSubstr("一般数据清单 #R-7"));
  EXPECT_THAT(chinese, HasSubstr("清单 一般数据清单 的服务中心报告。"
                                 "受理机构：服务中心。"));
  EXPECT_THAT(chinese, HasSubstr("· 银行账户"));
  EXPECT_THAT(chinese, Not(HasSubstr("bank_account")));
  EXPECT_THAT(chinese, Not(HasSubstr("list@1")));
  const std::string english =
      Explain(flow, decision, Language::kEnglish, options);
  EXPECT_THAT(english, HasSubstr("· Bank account"));
  EXPECT_THAT(english, HasSubstr("contact: office@example.com"));
  options.glossary = nullptr;
  EXPECT_THAT(Explain(flow, decision, Language::kChinese, options),
              HasSubstr("list@1#R-7"));
}

TEST(ExplainTest, NamesEnterprisesWithoutOpening) {
  v1::Decision decision = Held();
  decision.mutable_headroom()->add_without_opening("91999999TGDE001029");
  EXPECT_THAT(Explain(PayrollFlow(), decision, Language::kChinese),
              HasSubstr("未申报期初的企业  91999999TGDE001029"));
}

// Every rule, reason, missing thing, change, obligation and warning speaks in
// both languages without a raw code or an open placeholder.
TEST(ExplainTest, SpeaksEveryCode) {
  v1::Decision decision = Held();
  for (int r = 1; r <= v1::Reason_MAX; ++r) {
    if (!v1::Reason_IsValid(r)) continue;
    v1::TraceStep* step = decision.add_trace();
    step->set_rule(static_cast<v1::Rule>(r % v1::Rule_MAX + 1));
    step->set_effect(static_cast<v1::Effect>(r % v1::Effect_MAX + 1));
    step->set_reason(static_cast<v1::Reason>(r));
    step->add_operands(1);
    step->add_operands(2);
    step->set_reference("REF-1");
  }
  for (int m = 1; m <= v1::Missing_MAX; ++m) {
    decision.add_missing()->set_what(static_cast<v1::Missing>(m));
  }
  for (int k = 1; k <= v1::ChangeKind_MAX; ++k) {
    v1::Change* change = decision.add_smallest_change();
    change->set_kind(static_cast<v1::ChangeKind>(k));
    change->set_reference("REF-1");
    change->add_duties(v1::MISSING_PIPIA);
  }
  for (int k = 1; k <= v1::ObligationKind_MAX; ++k) {
    v1::Obligation* obligation = decision.add_obligations();
    obligation->set_kind(static_cast<v1::ObligationKind>(k));
    obligation->set_reference("REF-1");
  }
  for (const Language language : {Language::kChinese, Language::kEnglish}) {
    const std::string text =
        Explain(PayrollFlow(), decision, language, {.width = 0});
    EXPECT_THAT(text, Not(HasSubstr("_UNSPECIFIED")));
    EXPECT_THAT(text, Not(HasSubstr("REASON_")));
    EXPECT_THAT(text, Not(HasSubstr("—")));
    EXPECT_THAT(text, Not(HasSubstr("{")));
  }
}

}  // namespace
}  // namespace tongguan::text
