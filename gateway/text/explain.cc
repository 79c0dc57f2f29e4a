#include "gateway/text/explain.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/text/sentence.h"
#include "gateway/text/width.h"

namespace tongguan::text {
namespace {

constexpr int kDigestShown = 6;  // Bytes of the policy digest.

const char* EffectSign(v1::Effect effect) {
  switch (effect) {
    case v1::EFFECT_RELEASES:
    case v1::EFFECT_COVERED:
    case v1::EFFECT_PASSES:
      return "✔";
    case v1::EFFECT_DEMANDS:
    case v1::EFFECT_BLOCKS:
      return "⚠";
    default:
      return "–";
  }
}

class Explainer {
 public:
  Explainer(const Reading& reading, const ExplainOptions& options)
      : reading_(reading), options_(options), facts_(options.width) {}

  std::string Run();
  std::vector<std::string> Reasons() const;

 private:
  const v1::Decision& decision() const { return reading_.decision; }
  bool allowed() const { return decision().verdict() == v1::VERDICT_ALLOW; }
  std::string T(absl::string_view key, const Args& args = {}) const {
    return Say(reading_.language, key, args);
  }

  std::string VerdictLine() const;
  std::string Heading(const std::string& text) const;
  void AddFact(absl::string_view key, const std::string& text);
  void AddFacts(absl::string_view key, const std::vector<std::string>& texts);
  void AddFlow();
  void AddReason();
  void AddNextSteps();
  void AddDuties();
  void AddCounting();
  void AddWarnings();
  std::vector<const v1::TraceStep*> DecidingSteps() const;
  std::string Deciding(const v1::TraceStep& step) const;
  std::string Article(v1::Rule rule, v1::Reason reason) const;
  std::string CountText(const v1::Count& count) const;
  std::string Headroom() const;
  std::string ItemBasis(const v1::ItemVerdict& verdict) const;
  std::string Items() const;
  std::string Trace() const;

  const Reading& reading_;
  const ExplainOptions& options_;
  Table facts_;  // Label and text.
};

std::string Explainer::Heading(const std::string& text) const {
  return options_.color ? absl::StrCat("\n\x1b[1m", text, "\x1b[0m\n")
                        : absl::StrCat("\n", text, "\n");
}

std::string Explainer::VerdictLine() const {
  std::string verdict = VerdictText(reading_.language, decision().verdict());
  if (options_.color) {
    verdict = absl::StrCat(allowed() ? "\x1b[1;32m" : "\x1b[1;33m", verdict,
                           "\x1b[0m");
  }
  const std::string id =
      decision().dry_run() ? T("explain.dry_run")
                           : absl::StrCat(T("explain.id"), " ",
                                          Printable(decision().decision_id()));
  const std::string when =
      T("explain.beijing",
        {{"0", FormatBeijingTime(decision().decided_at_micros())}});
  return absl::StrCat(verdict, "   ", id, "   ", when, "\n");
}

void Explainer::AddFact(absl::string_view key, const std::string& text) {
  facts_.AddRow({T(key), text});
}

// Several texts under one label, numbered where there are two or more.
void Explainer::AddFacts(absl::string_view key,
                         const std::vector<std::string>& texts) {
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string number =
        texts.size() > 1 ? absl::StrCat(i + 1, ". ") : "";
    facts_.AddRow({i == 0 ? T(key) : "", absl::StrCat(number, texts[i])});
  }
}

void Explainer::AddFlow() {
  const v1::Flow& flow = reading_.flow;
  std::string exporter = flow.exporter();
  if (!flow.system().empty()) {
    exporter += T("ui.parenthesis", {{"0", flow.system()}});
  }
  const v1::Recipient& to = flow.recipient();
  AddFact("explain.flow",
          !flow.has_recipient()
              ? absl::StrCat(Printable(exporter), " · ",
                             SayEnum(reading_.language, flow.direction()))
              : T("explain.route",
                  {{"0", exporter},
                   {"1", to.name().empty() ? to.organization_id() : to.name()},
                   {"2", RegionName(reading_.language, to.region())},
                   {"3", SayEnum(reading_.language, to.relation())}}));
  AddFact("explain.purpose", PurposeText(reading_.language, flow.purpose()));
  if (!flow.scenario().empty()) {
    AddFact("explain.scenario",
            absl::StrCat(NameOf(reading_, flow.sector()), " / ",
                         NameOf(reading_, flow.scenario())));
  }
  if (flow.people().has_declared()) {
    const v1::DeclaredPeople& people = flow.people().declared();
    AddFact("explain.people",
            T("explain.people_declared",
              {{"0", FormatCount(people.persons())},
               {"1", FormatCount(people.sensitive_persons())}}));
  }
  if (flow.people().has_counted()) {
    const v1::CountedPeople& people = flow.people().counted();
    AddFact("explain.people",
            T("explain.people_counted",
              {{"0", FormatCount(people.persons())},
               {"1", FormatCount(people.sensitive_persons())},
               {"2", FormatCount(people.new_persons())},
               {"3", FormatCount(people.new_sensitive_persons())}}));
  }
}

// On ASSESS what holds the flow, one step a rule; on ALLOW the headline.
std::vector<const v1::TraceStep*> Explainer::DecidingSteps() const {
  std::vector<const v1::TraceStep*> steps;
  std::set<v1::Rule> rules;
  for (const v1::TraceStep& step : decision().trace()) {
    const bool holds = step.effect() == v1::EFFECT_DEMANDS ||
                       step.effect() == v1::EFFECT_BLOCKS;
    const bool headline = step.rule() == decision().headline() &&
                          step.effect() != v1::EFFECT_SKIPPED;
    if ((allowed() ? headline : holds) && rules.insert(step.rule()).second) {
      steps.push_back(&step);
    }
  }
  return steps;
}

// What the rule is about, and the figures or items it saw.
std::string Explainer::Deciding(const v1::TraceStep& step) const {
  std::string why = T(absl::StrCat(v1::Rule_Name(step.rule()), ".why"));
  if (step.reason() == v1::REASON_MET) return why;
  if (reading_.language == Language::kEnglish) why += " ";
  return why + StepSentence(reading_, step);
}

// The authority: the reason's own where the rule has several.
std::string Explainer::Article(v1::Rule rule, v1::Reason reason) const {
  const std::string own = absl::StrCat(v1::Reason_Name(reason), ".article");
  return HasText(own) ? T(own)
                      : T(absl::StrCat(v1::Rule_Name(rule), ".article"));
}

std::vector<std::string> Explainer::Reasons() const {
  std::vector<std::string> reasons;
  for (const v1::TraceStep* step : DecidingSteps()) {
    reasons.push_back(Deciding(*step));
  }
  if (reasons.empty()) {
    reasons.push_back(
        T(absl::StrCat(v1::Rule_Name(decision().headline()), ".why")));
  }
  return reasons;
}

void Explainer::AddReason() {
  AddFact("explain.path",
          SayEnum(reading_.language, decision().required_mechanism()));
  if (decision().requirement() != decision().required_mechanism()) {
    AddFact("explain.requirement",
            SayEnum(reading_.language, decision().requirement()));
  }
  std::vector<std::string> articles;
  for (const v1::TraceStep* step : DecidingSteps()) {
    articles.push_back(Article(step->rule(), step->reason()));
  }
  if (articles.empty()) {
    articles.push_back(Article(decision().headline(), v1::REASON_UNSPECIFIED));
  }
  AddFacts("explain.reason", Reasons());
  AddFacts("explain.article", articles);
  if (!decision().relied_on().empty()) {
    AddFact("explain.relied_on",
            Printable(absl::StrJoin(decision().relied_on(), ", ")));
  }
}

void Explainer::AddNextSteps() {
  std::vector<std::string> missing;
  for (const v1::MissingEntry& entry : decision().missing()) {
    missing.push_back(MissingSentence(reading_, entry));
  }
  AddFacts("explain.missing", missing);
  if (allowed()) return;
  if (!decision().headroom().without_opening().empty()) {
    AddFact("explain.without_opening",
            Printable(absl::StrJoin(decision().headroom().without_opening(),
                                    T("ui.comma"))));
  }
  std::vector<std::string> changes;
  for (const v1::Change& change : decision().smallest_change()) {
    changes.push_back(ChangeSentence(reading_, change));
  }
  if (changes.empty()) {
    changes.push_back(T("explain.no_change"));
  } else if (changes.size() > 1) {
    AddFact("explain.change", T("explain.change_all"));
  }
  AddFacts(changes.size() > 1 ? "" : "explain.change", changes);
  AddFact("explain.lane", LaneSentence(reading_));
}

void Explainer::AddDuties() {
  std::vector<std::string> duties;
  for (const v1::Obligation& obligation : decision().obligations()) {
    duties.push_back(ObligationSentence(reading_, obligation));
  }
  AddFacts("explain.obligations", duties);
}

void Explainer::AddCounting() {
  if (!allowed()) return;
  const std::string charging =
      SayEnum(reading_.language, decision().charging());
  AddFact(
      "explain.counting",
      decision().charging() == v1::CHARGING_NONE
          ? charging
          : T(decision().charging() == v1::CHARGING_GBA ? "explain.charged_gba"
                                                        : "explain.charged",
              {{"0", charging},
               {"1", FormatCount(decision().charged_persons())},
               {"2", FormatCount(decision().charged_sensitive_persons())}}));
}

void Explainer::AddWarnings() {
  std::vector<std::string> warnings;
  for (const int warning : decision().warnings()) {
    warnings.push_back(SayEnum(reading_.language,
                               static_cast<v1::Warning>(warning),
                               {{"0", absl::StrCat(YearOf(decision()))}}));
  }
  if (decision().has_splitting()) {
    const v1::Splitting& splitting = decision().splitting();
    warnings.push_back(T("explain.splitting",
                         {{"0", FormatCount(splitting.common_people())},
                          {"1", FormatCount(splitting.together())},
                          {"2", FormatCount(splitting.threshold())},
                          {"3", absl::StrJoin(splitting.decisions(), " ")}}));
  }
  AddFacts("explain.warnings", warnings);
}

std::string Explainer::CountText(const v1::Count& count) const {
  if (!count.known()) return T("explain.count_unknown");
  const int64_t left = count.next_threshold() - count.after();
  const std::string distance =
      count.next_threshold() == 0
          ? T("explain.no_threshold")
          : T("explain.distance", {{"0", FormatCount(count.next_threshold())},
                                   {"1", FormatCount(left)}});
  return absl::StrCat(T("explain.count", {{"0", FormatCount(count.before())},
                                          {"1", FormatCount(count.after())}}),
                      T("ui.comma_clause"), distance);
}

std::string Explainer::Headroom() const {
  if (!decision().has_headroom()) return "";
  const v1::Headroom& headroom = decision().headroom();
  Table table(options_.width);
  if (headroom.has_persons()) {
    table.AddRow({T("explain.persons"), CountText(headroom.persons())});
  }
  if (headroom.has_sensitive_persons()) {
    table.AddRow(
        {T("explain.sensitive"), CountText(headroom.sensitive_persons())});
  }
  if (headroom.group_persons() > 0) {
    table.AddRow({"", T("explain.group",
                        {{"0", FormatCount(headroom.group_persons())}})});
  }
  if (headroom.approved_people() > 0) {
    table.AddRow({"", T("explain.approved",
                        {{"0", FormatCount(headroom.approved_people())}})});
  }
  return absl::StrCat(
      Heading(T("explain.headroom", {{"0", absl::StrCat(headroom.year())}})),
      table.Print(2));
}

std::string Explainer::ItemBasis(const v1::ItemVerdict& verdict) const {
  std::string basis = SayEnum(reading_.language, verdict.rule());
  if (!verdict.reference().empty()) {
    basis +=
        T("ui.parenthesis", {{"0", NameOf(reading_, verdict.reference())}});
  }
  if (verdict.satisfied()) return basis;
  ItemIndexes item;
  item.Add(verdict.item());
  const std::string why =
      ReasonSentence(reading_, verdict.reason(), item, verdict.reference());
  return why.empty() ? basis : T("ui.colon", {{"0", basis}, {"1", why}});
}

std::string Explainer::Items() const {
  Table table(options_.width);
  table.AddRow({"", T("explain.item_name"), T("explain.item_as"),
                T("explain.item_verdict"), T("explain.item_basis")});
  for (const v1::ItemVerdict& verdict : decision().items()) {
    ItemIndexes item;
    item.Add(verdict.item());
    const std::string needs =
        T(absl::StrCat(v1::Mechanism_Name(verdict.mechanism()), ".short"));
    const bool free = verdict.mechanism() == v1::MECHANISM_NONE;
    const std::string result = !verdict.satisfied()
                                   ? T("explain.item_held", {{"0", needs}})
                               : free ? needs
                                      : T("explain.item_covered");
    table.AddRow({verdict.satisfied() ? "✔" : "⚠",
                  Printable(ItemNames(reading_, item)),
                  TakenAs(reading_, verdict), result, ItemBasis(verdict)});
  }
  return absl::StrCat(Heading(T("explain.items",
                                {{"0", FormatCount(decision().items_size())}})),
                      table.Print(2));
}

std::string Explainer::Trace() const {
  Table table(options_.width);
  for (const v1::TraceStep& step : decision().trace()) {
    table.AddRow({EffectSign(step.effect()),
                  SayEnum(reading_.language, step.rule()),
                  SayEnum(reading_.language, step.effect()),
                  StepSentence(reading_, step)});
  }
  return absl::StrCat(Heading(T("explain.trace")), table.Print(2));
}

std::string Explainer::Run() {
  if (!options_.brief) AddFlow();
  AddReason();
  AddNextSteps();
  AddDuties();
  AddCounting();
  AddWarnings();
  if (!options_.brief) {
    const v1::PolicyStamp& policy = decision().policy();
    AddFact("explain.policy",
            T("explain.policy_stamp",
              {{"0", absl::BytesToHexString(
                         policy.digest().substr(0, kDigestShown))},
               {"1", absl::StrCat(policy.rule_set())}}));
  }
  std::string result = absl::StrCat(VerdictLine(), facts_.Print());
  if (!options_.brief) {
    absl::StrAppend(&result, Headroom(), Items(), Trace());
  }
  return result;
}

}  // namespace

std::string Explain(const v1::Flow& flow, const v1::Decision& decision,
                    Language language, const ExplainOptions& options) {
  const Reading reading{language, flow, decision, options.glossary};
  return Explainer(reading, options).Run();
}

std::vector<std::string> Reasons(const v1::Flow& flow,
                                 const v1::Decision& decision,
                                 Language language, const Terms* glossary) {
  const Reading reading{language, flow, decision, glossary};
  const ExplainOptions options;
  return Explainer(reading, options).Reasons();
}

std::string VerdictText(Language language, v1::Verdict verdict) {
  const std::string english = SayEnum(Language::kEnglish, verdict);
  const char* sign = verdict == v1::VERDICT_ALLOW ? "✔ " : "⚠ ";
  if (language == Language::kEnglish) return absl::StrCat(sign, english);
  return absl::StrCat(sign, SayEnum(language, verdict), " ", english);
}

}  // namespace tongguan::text
