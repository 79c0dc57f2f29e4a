// What the texts cite is what the regime file names as authority.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/text/explain.h"
#include "gateway/text/text.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/regime.pb.h"

namespace tongguan::text {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Instrument {
  absl::string_view code;
  std::string chinese;
  std::string english;
  std::string limb = "项";  // What (4) in "35(4)" is: 项, or 款.
};

const std::vector<Instrument>& Instruments() {
  static const auto* const kInstruments = new std::vector<Instrument>{
      {"O16 art ", "《促进和规范数据跨境流动规定》", "CAC Order 16 art ", "款"},
      {"O20 art ", "《个人信息出境认证办法》", "CAC and SAMR Order 20 art "},
      {"NDSR ", "《网络数据安全管理条例》",
       "Network Data Security Regulation art "},
      {"PIPL ", "《个人信息保护法》", "PIPL art "},
      {"DSL ", "《数据安全法》", "Data Security Law art "},
      {"CSL ", "《网络安全法》", "Cybersecurity Law art "},
      {"HGR ", "《人类遗传资源管理条例》",
       "Human Genetic Resources Regulation art "},
      {"AUTO21 art ", "《汽车数据安全管理若干规定（试行）》",
       "Automotive Data Security Provisions (trial) art "}};
  return *kInstruments;
}

// Authorities that are cited whole.
const std::vector<Instrument>& Wholes() {
  static const auto* const kWholes = new std::vector<Instrument>{
      {"GBAHK", "内地与香港，2023年", "Hong Kong 2023"},
      {"GBAMO", "内地与澳门，2024年", "Macao 2024"},
      {"SC23 item 14", "国发〔2023〕11号第（十四）项",
       "State Council document 2023 no. 11, item 14"},
      {"Design: an unknown fact holds", "事实不明时不放行",
       "nothing is released on an unknown fact"},
      {"QA24-11", "（2024年3月22日）第11问", "2024-03-22, question 11"},
      {"QA24-12", "（2024年3月22日）第12问", "2024-03-22, question 12"},
      {"QA2504-1", "（2025年4月9日）第1问", "2025-04-09, question 1"},
      {"QA2510-5", "（2025年10月31日）第5问", "2025-10-31, question 5"},
      {"QA2601-2", "（2026年1月30日）第2问", "2026-01-30, question 2"},
      {"QA2607-1", "（2026年7月24日）第1问", "2026-07-24, question 1"},
      {"QA2607-3", "（2026年7月24日）第3问", "2026-07-24, question 3"}};
  return *kWholes;
}

// 42: "四十二".
std::string ChineseNumber(int number) {
  const char* const digits[] = {"",   "一", "二", "三", "四",
                                "五", "六", "七", "八", "九"};
  if (number < 10) return digits[number];
  return absl::StrCat(number < 20 ? "" : digits[number / 10], "十",
                      digits[number % 10]);
}

// "5(1)(4)": "第五条第一款第（四）项"; "35(4)" as its instrument counts.
std::string ChineseProvision(const Instrument& of, absl::string_view numbers) {
  std::vector<int> parts;
  for (absl::string_view part : absl::StrSplit(numbers, '(')) {
    parts.push_back(std::stoi(std::string(absl::StripSuffix(part, ")"))));
  }
  std::string text = absl::StrCat("第", ChineseNumber(parts[0]), "条");
  if (parts.size() == 1) return text;
  if (parts.size() == 2 && of.limb == "项") {
    return absl::StrCat(text, "第（", ChineseNumber(parts[1]), "）项");
  }
  absl::StrAppend(&text, "第", ChineseNumber(parts[1]), "款");
  if (parts.size() == 2) return text;
  return absl::StrCat(text, "第（", ChineseNumber(parts[2]), "）项");
}

// What `text` cites of the instrument.
std::string Clause(const std::string& text, absl::string_view separator,
                   const std::string& name) {
  std::string found;
  for (absl::string_view clause : absl::StrSplit(text, separator)) {
    if (!absl::ConsumePrefix(&clause, name)) continue;
    absl::StrAppend(&found, found.empty() ? "" : ", ", clause);
  }
  return found;
}

// Whether "2, 7(1)(1) for a CIIO" names "2", "7" or "7(1)(1)".
bool Names(const std::string& clause, absl::string_view provision) {
  for (absl::string_view part : absl::StrSplit(clause, ", ")) {
    const absl::string_view said = *absl::StrSplit(part, ' ').begin();
    if (said == provision ||
        absl::StartsWith(said, absl::StrCat(provision, "("))) {
      return true;
    }
  }
  return false;
}

// What is said of a rule's authority, whatever the reason.
struct Cited {
  std::string chinese;
  std::string english;

  void Add(const std::string& key) {
    if (!HasText(key)) return;
    absl::StrAppend(&chinese, "；", Say(Language::kChinese, key));
    absl::StrAppend(&english, "; ", Say(Language::kEnglish, key));
  }
};

// Reasons of a rule of several authorities: its block in decision.proto.
Cited CitedOf(v1::Rule rule) {
  Cited cited;
  cited.Add(absl::StrCat(v1::Rule_Name(rule), ".article"));
  const int first = rule == v1::RULE_SPECIAL_REGIME   ? 20
                    : rule == v1::RULE_FACT_UNKNOWN   ? 30
                    : rule == v1::RULE_IMPORTANT_DATA ? 50
                                                      : 0;
  const int end = rule == v1::RULE_FACT_UNKNOWN ? 50 : first + 10;
  for (int reason = first; first > 0 && reason < end; ++reason) {
    if (!v1::Reason_IsValid(reason)) continue;
    cited.Add(absl::StrCat(v1::Reason_Name(reason), ".article"));
  }
  return cited;
}

void ExpectCited(const Cited& cited, absl::string_view authority) {
  if (absl::StartsWith(authority, "reading ")) return;  // The project's own.
  for (const Instrument& whole : Wholes()) {
    if (authority != whole.code) continue;
    EXPECT_THAT(cited.chinese, HasSubstr(whole.chinese));
    EXPECT_THAT(cited.english, HasSubstr(whole.english));
    return;
  }
  for (const Instrument& of : Instruments()) {
    if (!absl::StartsWith(authority, of.code)) continue;
    const std::string chinese = Clause(cited.chinese, "；", of.chinese);
    const std::string english = Clause(cited.english, "; ", of.english);
    for (absl::string_view provision :
         absl::StrSplit(authority.substr(of.code.size()), ", ")) {
      EXPECT_THAT(chinese, HasSubstr(ChineseProvision(of, provision)));
      EXPECT_TRUE(Names(english, provision))
          << provision << " in \"" << english << '"';
    }
    return;
  }
  ADD_FAILURE() << "no text is known for \"" << authority << '"';
}

TEST(ArticleTest, TextsCiteEveryArticleOfTheRegime) {
  std::ifstream stream("policy/regime/regime.textproto");
  ASSERT_TRUE(stream) << "run from the source folder";
  v1::Regime regime;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      std::string(std::istreambuf_iterator<char>(stream), {}), &regime));
  ASSERT_EQ(regime.order_size(), v1::Rule_MAX);
  for (const v1::OrderedRule& ordered : regime.order()) {
    SCOPED_TRACE(v1::Rule_Name(ordered.rule()));
    const Cited cited = CitedOf(ordered.rule());
    for (absl::string_view authority :
         absl::StrSplit(ordered.article(), "; ")) {
      SCOPED_TRACE(authority);
      ExpectCited(cited, authority);
    }
  }
}

// The explanation of an ASSESS that this step holds.
std::string Held(Language language, v1::Rule rule, v1::Reason reason) {
  v1::Decision decision;
  decision.set_verdict(v1::VERDICT_ASSESS);
  decision.set_headline(rule);
  v1::TraceStep* step = decision.add_trace();
  step->set_rule(rule);
  step->set_effect(v1::EFFECT_DEMANDS);
  step->set_reason(reason);
  return Explain(v1::Flow(), decision, language, {.width = 0, .brief = true});
}

TEST(ArticleTest, ASpecialRegimeIsCitedByItsOwnArticle) {
  const struct {
    v1::Reason reason;
    const char* english;
    const char* chinese;
  } kRegimes[] = {
      {v1::REASON_STATE_SECRET, "Network Data Security Regulation art 63\n",
       "《网络数据安全管理条例》第六十三条\n"},
      {v1::REASON_CORE_DATA,
       "Network Data Security Regulation art 63; Data Security Law art 21\n",
       "《网络数据安全管理条例》第六十三条；《数据安全法》第二十一条\n"},
      {v1::REASON_FOREIGN_AUTHORITY, "PIPL art 41; Data Security Law art 36\n",
       "《个人信息保护法》第四十一条；《数据安全法》第三十六条\n"},
      {v1::REASON_RESTRICTED_RECIPIENT, "  PIPL art 42\n",
       "  《个人信息保护法》第四十二条\n"},
      {v1::REASON_GENETIC_RESOURCES,
       "  Human Genetic Resources Regulation art 28\n",
       "  《人类遗传资源管理条例》第二十八条\n"},
      {v1::REASON_GENETIC_EXCLUDED_BY_LIST,
       "  Human Genetic Resources Regulation art 28\n",
       "  《人类遗传资源管理条例》第二十八条\n"},
      {v1::REASON_LICENCE_MISSING,
       "  Network Data Security Regulation art 63\n",
       "  《网络数据安全管理条例》第六十三条\n"},
  };
  for (const auto& [reason, english, chinese] : kRegimes) {
    EXPECT_THAT(Held(Language::kEnglish, v1::RULE_SPECIAL_REGIME, reason),
                HasSubstr(english));
    EXPECT_THAT(Held(Language::kChinese, v1::RULE_SPECIAL_REGIME, reason),
                HasSubstr(chinese));
  }
}

TEST(ArticleTest, ImportantByVolumeCitesTheAutomotiveProvisionsBeside) {
  const auto held = [](v1::Reason reason) {
    return Held(Language::kEnglish, v1::RULE_IMPORTANT_DATA, reason);
  };
  for (v1::Reason reason :
       {v1::REASON_IMPORTANT_BY_VOLUME, v1::REASON_IMPORTANT_NOTIFIED}) {
    EXPECT_THAT(held(reason),
                HasSubstr("7(1)(1) for a CIIO, 7(1)(2) for others"));
  }
  EXPECT_THAT(held(v1::REASON_IMPORTANT_BY_VOLUME),
              HasSubstr("Automotive Data Security Provisions (trial) art 3"));
  EXPECT_THAT(held(v1::REASON_IMPORTANT_NOTIFIED),
              Not(HasSubstr("Automotive")));
}

}  // namespace
}  // namespace tongguan::text
