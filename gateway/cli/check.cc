#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/cli/client.h"
#include "gateway/cli/flow_file.h"
#include "gateway/cli/verb.h"
#include "gateway/engine/engine.h"
#include "gateway/engine/validate.h"
#include "gateway/policy/snapshot.h"
#include "gateway/text/explain.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string file;
  bool local = false;
  std::string policy_dir;
  std::string as_of;
  bool dry_run = false;
  bool full = false;
  std::string request_id;
  std::string persons;  // Local: counted so far this year.
  std::string sensitive;
  std::string group;
};

int Show(Context& context, const Flags& flags, const v1::Flow& flow,
         const v1::EvaluateResponse& response) {
  const v1::Decision& decision = response.decision();
  const int verdict =
      decision.verdict() == v1::VERDICT_ALLOW ? kSuccess : kAssess;
  if (context.json()) {
    const int printed = context.PrintJson(response);
    return printed == kSuccess ? verdict : printed;
  }
  context.out() << text::Explain(flow, decision, context.language(),
                                 {.width = context.width(),
                                  .color = context.color(),
                                  .brief = !flags.full});
  if (!flags.full && !decision.decision_id().empty()) {
    context.Note("explain.more", {{"0", decision.decision_id()}});
  }
  return verdict;
}

// A counter of --local: not given is not known.
int ReadCounter(Context& context, const char* flag, const std::string& given,
                engine::Counter* counter) {
  if (given.empty()) return kSuccess;
  counter->known = true;
  if (ParsePeople(given, &counter->people)) return kSuccess;
  return context.Usage("cli.bad_people", {{"0", flag}, {"1", given}});
}

int ReadTallies(Context& context, const Flags& flags,
                engine::Tallies* tallies) {
  tallies->group_persons = {};
  int code = ReadCounter(context, "--persons-so-far", flags.persons,
                         &tallies->persons);
  if (code == kSuccess) {
    code = ReadCounter(context, "--sensitive-so-far", flags.sensitive,
                       &tallies->sensitive);
  }
  if (code == kSuccess) {
    code = ReadCounter(context, "--group-persons", flags.group,
                       &tallies->group_persons);
  }
  return code;
}

// Decides in this process against a policy folder; nothing is recorded.
int CheckLocally(Context& context, const Flags& flags, const v1::Flow& flow) {
  engine::Tallies tallies;
  if (flags.policy_dir.empty()) return context.Usage("cli.missing_policy_dir");
  const int code = ReadTallies(context, flags, &tallies);
  if (code != kSuccess) return code;
  const absl::Status form = engine::ToStatus(engine::ValidateFlow(flow));
  if (!form.ok()) return context.FailHere(form);
  const auto policy = policy::LoadPolicyDir(flags.policy_dir);
  if (!policy.ok()) return context.FailHere(policy.status());
  absl::Time at = absl::Now();
  if (!flags.as_of.empty()) {
    // Noon, as the gateway takes it.
    at = StartOfBeijingDay(*ParseDay(flags.as_of)) + absl::Hours(12);
  }
  const engine::Question question(flow, **policy, at);
  // An exporter without a summed group has nobody else to count.
  if (question.siblings().empty()) tallies.group_persons = {true, 0};
  v1::EvaluateResponse response;
  v1::Decision* decision = response.mutable_decision();
  question.Decide(tallies, decision);
  decision->set_dry_run(true);
  decision->mutable_policy()->set_unsigned_policy(true);
  decision->add_warnings(v1::WARNING_UNSIGNED_POLICY);
  return Show(context, flags, flow, response);
}

int CheckRemotely(Context& context, const Flags& flags, v1::Flow flow) {
  int code = kSuccess;
  const auto client = Client::Connect(context, &code);
  if (client == nullptr) return code;
  if (flow.request_id().empty() && !flags.dry_run) {
    flow.set_request_id(NewRequestId("check"));
    context.Note("check.request_id", {{"0", flow.request_id()}});
  }
  v1::EvaluateRequest request;
  *request.mutable_flow() = flow;
  request.set_mode(flags.dry_run ? v1::MODE_DRY_RUN : v1::MODE_EVALUATE);
  request.set_as_of(flags.as_of);
  v1::EvaluateResponse response;
  const absl::Status status =
      client->Call(&GatewayStub::Evaluate, request, &response);
  if (!status.ok()) return context.Fail(status);
  return Show(context, flags, flow, response);
}

int CheckFlags(Context& context, const Flags& flags) {
  if (flags.file.empty()) return context.Usage("cli.missing_file");
  if (!flags.as_of.empty() && !ParseDay(flags.as_of).ok()) {
    return context.Usage("cli.bad_date",
                         {{"0", "--as-of"}, {"1", flags.as_of}});
  }
  if (!flags.as_of.empty() && !flags.dry_run && !flags.local) {
    return context.Usage("cli.as_of_recorded");
  }
  const bool local_flags = !flags.policy_dir.empty() ||
                           !flags.persons.empty() || !flags.sensitive.empty() ||
                           !flags.group.empty();
  if (local_flags && !flags.local) return context.Usage("cli.local_only");
  return kSuccess;
}

int Check(Context& context, const Flags& flags) {
  const int code = CheckFlags(context, flags);
  if (code != kSuccess) return code;
  auto flow = ReadFlow(flags.file, context.in());
  if (!flow.ok()) return context.FailHere(flow.status());
  if (!flags.request_id.empty()) flow->set_request_id(flags.request_id);
  return flags.local ? CheckLocally(context, flags, *flow)
                     : CheckRemotely(context, flags, *std::move(flow));
}

}  // namespace

void AddCheck(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = setup.app.add_subcommand("check", setup.T("help.check"));
  verb->add_option("-f,--file", flags->file, setup.T("help.file"));
  verb->add_flag("--dry-run", flags->dry_run, setup.T("help.dry_run"));
  verb->add_option("--as-of", flags->as_of, setup.T("help.as_of"));
  verb->add_option("--request-id", flags->request_id,
                   setup.T("help.request_id"));
  verb->add_flag("--full", flags->full, setup.T("help.full"));
  verb->add_flag("--local", flags->local, setup.T("help.local"));
  verb->add_option("--policy-dir", flags->policy_dir,
                   setup.T("help.policy_dir"));
  verb->add_option("--persons-so-far", flags->persons,
                   setup.T("help.persons_so_far"));
  verb->add_option("--sensitive-so-far", flags->sensitive,
                   setup.T("help.sensitive_so_far"));
  verb->add_option("--group-persons", flags->group,
                   setup.T("help.group_persons"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Check(context, *flags); };
  });
}

}  // namespace tongguan::cli
