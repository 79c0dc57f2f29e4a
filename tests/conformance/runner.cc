#include "tests/conformance/runner.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/snapshot.h"
#include "tests/conformance/flow.h"
#include "tests/conformance/gateway.h"
#include "tests/conformance/parties.h"
#include "tests/conformance/policy.h"

namespace tongguan::conformance {
namespace {

// One thing that is said to the gateway about a case.
struct Step {
  absl::Time at;
  size_t index;  // Of the case.
  absl::Status (*say)(Gateway&, const Case&, Outcome*);
};

// The same day of the year before.
absl::Time EarlierYear(const Case& row) {
  return StartOfBeijingDay(AddYears(BeijingDay(row.facts.EvalTime()), -1));
}

absl::Status SayEarlierYear(Gateway& gateway, const Case& row, Outcome*) {
  return gateway.DeclareOpening(PartiesOf(row.line).exporter,
                                row.facts.Count("persons_prev_year"), 0);
}

// Balances of this year; unknown is not declared.
absl::Status SayOpening(Gateway& gateway, const Case& row, Outcome*) {
  const Parties parties = PartiesOf(row.line);
  if (HasSibling(row.facts)) {
    TG_RETURN_IF_ERROR(gateway.DeclareOpening(
        parties.sibling, row.facts.Count("group_sibling_ytd"), 0));
  }
  const auto persons = row.facts.Count("persons_ytd_before");
  const auto sensitive = row.facts.Count("sensitive_ytd_before");
  if (!persons.has_value() && !sensitive.has_value()) return absl::OkStatus();
  return gateway.DeclareOpening(parties.exporter, persons, sensitive);
}

// People that exempt flows took out earlier this year: one such flow is sent.
absl::Status SayExempt(Gateway& gateway, const Case& row, Outcome*) {
  const int64_t people = *row.facts.Count("exempt_ytd_before");
  if (people == 0) return absl::OkStatus();
  return gateway
      .Evaluate(BuildExemptFlow(row.facts, PartiesOf(row.line), people))
      .status();
}

absl::Status Ask(Gateway& gateway, const Case& row, Outcome* outcome) {
  TG_ASSIGN_OR_RETURN(outcome->decision, gateway.Evaluate(BuildFlow(
                                             row.facts, PartiesOf(row.line))));
  return absl::OkStatus();
}

void AddSteps(const Case& row, size_t index, std::vector<Step>* steps) {
  const absl::Time at = row.facts.EvalTime();
  if (row.facts.Has("persons_prev_year")) {
    steps->push_back({EarlierYear(row), index, SayEarlierYear});
  }
  steps->push_back({at, index, SayOpening});
  if (row.facts.Has("exempt_ytd_before")) {
    steps->push_back({at, index, SayExempt});
  }
  steps->push_back({at, index, Ask});
}

// Whether the case's own policy is valid, so that it cannot spoil the others'.
absl::Status CheckAlone(const v1::Regime& regime, const Case& row) {
  return policy::Snapshot::Compile(BuildSource(regime, {&row})).status();
}

void Fail(absl::string_view what, const absl::Status& status,
          Outcome* outcome) {
  outcome->failures.push_back(absl::StrCat(what, ": ", status.ToString()));
}

// Starts the server for the sound cases and takes the steps in time's order.
absl::Status Run(const v1::Regime& regime, const std::vector<Case>& cases,
                 std::vector<Outcome>* outcomes) {
  std::vector<const Case*> sound;
  std::vector<Step> steps;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (!(*outcomes)[i].failures.empty()) continue;
    sound.push_back(&cases[i]);
    AddSteps(cases[i], i, &steps);
  }
  if (steps.empty()) return absl::OkStatus();
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.at < b.at; });
  TG_ASSIGN_OR_RETURN(auto gateway, Gateway::Start(BuildSource(regime, sound),
                                                   steps.front().at));
  for (const Step& step : steps) {
    Outcome& outcome = (*outcomes)[step.index];
    if (!outcome.failures.empty()) continue;
    gateway->SetTime(step.at);
    const absl::Status said = step.say(*gateway, cases[step.index], &outcome);
    if (!said.ok()) Fail("the gateway refused", said, &outcome);
  }
  return absl::OkStatus();
}

std::string Word(const std::string& name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

std::string TraceLine(const v1::TraceStep& step) {
  std::string line = absl::StrCat(
      "    ", absl::StripPrefix(v1::Rule_Name(step.rule()), "RULE_"), " ",
      absl::StripPrefix(v1::Effect_Name(step.effect()), "EFFECT_"), " ",
      absl::StripPrefix(v1::Reason_Name(step.reason()), "REASON_"));
  if (!step.operands().empty()) {
    absl::StrAppend(&line, " (", absl::StrJoin(step.operands(), ", "), ")");
  }
  if (!step.items().empty()) {
    absl::StrAppend(&line, " items ", absl::StrJoin(step.items(), ","));
  }
  if (!step.reference().empty()) absl::StrAppend(&line, " ", step.reference());
  return absl::StrCat(line, "\n");
}

std::string DescribeDecision(const v1::Decision& decision) {
  std::string text = absl::StrCat(
      "  got:      ", VerdictWord(decision), " ", MechanismWord(decision),
      " by ", absl::StripPrefix(v1::Rule_Name(decision.headline()), "RULE_"),
      "\n  trace:\n");
  for (const v1::TraceStep& step : decision.trace()) {
    absl::StrAppend(&text, TraceLine(step));
  }
  return text;
}

}  // namespace

std::vector<Outcome> RunCases(const v1::Regime& regime,
                              const std::vector<Case>& cases) {
  std::vector<Outcome> outcomes(cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    outcomes[i].failures = cases[i].problems;
    if (!cases[i].problems.empty()) continue;
    const absl::Status alone = CheckAlone(regime, cases[i]);
    if (!alone.ok()) Fail("no valid policy states it", alone, &outcomes[i]);
  }
  const absl::Status ran = Run(regime, cases, &outcomes);
  for (Outcome& outcome : outcomes) {
    if (!ran.ok() && outcome.failures.empty()) {
      Fail("the gateway did not run", ran, &outcome);
    }
  }
  return outcomes;
}

std::string VerdictWord(const v1::Decision& decision) {
  return Word(v1::Verdict_Name(decision.verdict()), "VERDICT_");
}

std::string MechanismWord(const v1::Decision& decision) {
  return Word(v1::Mechanism_Name(decision.required_mechanism()), "MECHANISM_");
}

bool Passed(const Case& row, const Outcome& outcome) {
  return outcome.failures.empty() && outcome.decision.has_value() &&
         VerdictWord(*outcome.decision) == row.outcome &&
         MechanismWord(*outcome.decision) == row.mechanism;
}

std::string Describe(const Case& row, const Outcome& outcome) {
  std::string text = absl::StrCat(
      Passed(row, outcome) ? "passed " : "FAILED ", row.id, " (line ", row.line,
      ")\n  facts:    ", absl::StrReplaceAll(row.text, {{";", "; "}}),
      "\n  expected: ", row.outcome, " ", row.mechanism, "  [", row.article,
      "]\n");
  if (!row.note.empty()) absl::StrAppend(&text, "  note:     ", row.note, "\n");
  for (const std::string& failure : outcome.failures) {
    absl::StrAppend(&text, "  failed:   ", failure, "\n");
  }
  if (outcome.decision.has_value()) {
    absl::StrAppend(&text, DescribeDecision(*outcome.decision));
  }
  return text;
}

}  // namespace tongguan::conformance
