#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/cli/check_file.h"
#include "gateway/cli/client.h"
#include "gateway/cli/flow_file.h"
#include "gateway/cli/receipt_file.h"
#include "gateway/cli/verb.h"
#include "gateway/engine/engine.h"
#include "gateway/engine/validate.h"
#include "gateway/policy/snapshot.h"
#include "gateway/service/glossary.h"
#include "gateway/text/explain.h"
#include "gateway/text/refusal.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string file;
  FileFlags data;
  bool local = false;
  std::string policy_dir;
  std::string as_of;
  bool dry_run = false;
  bool full = false;
  std::string request_id;
  std::string receipt;  // File to be written.
  std::string persons;  // Local: counted so far this year.
  std::string sensitive;
  std::string group;
};

// What is decided about: a flow, and the file it was filled from if there is
// one.
struct Subject {
  v1::Flow flow;
  std::shared_ptr<const policy::Snapshot> policy;  // Of --policy-dir.
  std::unique_ptr<inspect::Result> file;
};

int Show(Context& context, const Flags& flags, Subject& subject,
         const v1::EvaluateResponse& response) {
  const v1::Decision& decision = response.decision();
  const int verdict =
      decision.verdict() == v1::VERDICT_ALLOW ? kSuccess : kAssess;
  if (subject.file != nullptr) {
    *subject.file->inspection.mutable_response() = response;
  }
  if (context.json()) {
    const int printed = subject.file == nullptr
                            ? context.PrintJson(response)
                            : context.PrintJson(subject.file->inspection);
    return printed == kSuccess ? verdict : printed;
  }
  if (subject.file != nullptr) {
    ShowColumns(context, flags.data, subject.file->inspection,
                subject.policy->taxonomy(), flags.local);
  }
  context.out() << text::Explain(subject.flow, decision, context.language(),
                                 {.width = context.width(),
                                  .color = context.color(),
                                  .brief = !flags.full,
                                  .glossary = &response.glossary()});
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
int CheckLocally(Context& context, const Flags& flags, Subject& subject) {
  engine::Tallies tallies;
  const v1::Flow& flow = subject.flow;
  const int code = ReadTallies(context, flags, &tallies);
  if (code != kSuccess) return code;
  const std::vector<v1::FieldViolation> wrong = engine::ValidateFlow(flow);
  if (!wrong.empty()) {
    v1::FlowError error;
    error.set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
    error.mutable_violations()->Assign(wrong.begin(), wrong.end());
    return context.FailHere(text::ToStatus(std::move(error)));
  }
  absl::Time at = absl::Now();
  if (!flags.as_of.empty()) {
    // Noon, as the gateway takes it.
    at = StartOfBeijingDay(*ParseDay(flags.as_of)) + absl::Hours(12);
  }
  const engine::Question question(flow, *subject.policy, at);
  if (question.siblings().empty()) {
    if (!flags.group.empty()) {
      return context.Usage("cli.no_group", {{"0", flow.exporter()}});
    }
    tallies.group_persons = {true, 0};  // Nobody else is to be counted.
  }
  v1::EvaluateResponse response;
  v1::Decision* decision = response.mutable_decision();
  question.Decide(tallies, decision);
  decision->set_dry_run(true);
  decision->mutable_policy()->set_unsigned_policy(true);
  decision->add_warnings(v1::WARNING_UNSIGNED_POLICY);
  service::FillGlossary(flow, *decision, *subject.policy,
                        response.mutable_glossary());
  return Show(context, flags, subject, response);
}

int CheckRemotely(Context& context, const Flags& flags, Client& client,
                  Subject& subject) {
  v1::Flow& flow = subject.flow;
  // Another day is only ever tried out.
  const bool dry_run = flags.dry_run || !flags.as_of.empty();
  if (flow.request_id().empty() && !dry_run) {
    flow.set_request_id(NewRequestId("check"));
    context.Note("check.request_id", {{"0", flow.request_id()}});
  }
  v1::EvaluateRequest request;
  *request.mutable_flow() = flow;
  request.set_mode(dry_run ? v1::MODE_DRY_RUN : v1::MODE_EVALUATE);
  request.set_as_of(flags.as_of);
  request.set_glossary(true);
  request.set_want_receipt(!flags.receipt.empty());
  v1::EvaluateResponse response;
  const absl::Status status =
      client.Call(&GatewayStub::Evaluate, request, &response);
  if (!status.ok()) return context.Fail(status);
  const int shown = Show(context, flags, subject, response);
  if (flags.receipt.empty()) return shown;
  const int written = WriteReceipt(context, flags.receipt, response.receipt());
  return written == kSuccess ? shown : written;
}

int CheckFlags(Context& context, const Flags& flags) {
  if (flags.file.empty()) return context.Usage("cli.missing_file");
  if (!flags.as_of.empty() && !ParseDay(flags.as_of).ok()) {
    return context.Usage("cli.bad_date",
                         {{"0", "--as-of"}, {"1", flags.as_of}});
  }
  const bool reads_policy = flags.local || !flags.data.path.empty();
  if (reads_policy && flags.policy_dir.empty()) {
    return context.Usage("cli.missing_policy_dir");
  }
  const bool tallies = !flags.persons.empty() || !flags.sensitive.empty() ||
                       !flags.group.empty();
  if ((tallies && !flags.local) ||
      (!flags.policy_dir.empty() && !reads_policy)) {
    return context.Usage("cli.local_only");
  }
  if (!flags.receipt.empty()) {
    if (flags.local || flags.dry_run || !flags.as_of.empty()) {
      return context.Usage("receipt.of_dry_run");
    }
    const int code = CheckReceiptFile(context, flags.receipt);
    if (code != kSuccess) return code;
  }
  return CheckFileFlags(context, flags.data);
}

int ReadSubject(Context& context, const Flags& flags, Subject* subject) {
  auto flow = ReadFlow(flags.file, context.in());
  if (!flow.ok()) return context.FailHere(flow.status());
  subject->flow = *std::move(flow);
  if (!flags.request_id.empty()) {
    subject->flow.set_request_id(flags.request_id);
  }
  if (flags.policy_dir.empty()) return kSuccess;
  auto policy = policy::LoadPolicyDir(flags.policy_dir);
  if (!policy.ok()) return context.FailHere(policy.status());
  subject->policy = *std::move(policy);
  return kSuccess;
}

// Fills the flow from the data file, if there is one; `client` is null for
// --local.
int ReadData(Context& context, const Flags& flags, Client* client,
             Subject* subject) {
  if (flags.data.path.empty()) return kSuccess;
  int code = kSuccess;
  subject->file = InspectInto(context, flags.data, subject->policy->taxonomy(),
                              &subject->flow, &code);
  if (subject->file == nullptr) return code;
  return AddPeople(context, flags.data, client, subject->file.get(),
                   &subject->flow);
}

int Check(Context& context, const Flags& flags) {
  Subject subject;
  int code = CheckFlags(context, flags);
  if (code == kSuccess) code = ReadSubject(context, flags, &subject);
  if (code != kSuccess) return code;
  std::unique_ptr<Client> client;
  if (!flags.local) {
    client = Client::Connect(context, &code);
    if (client == nullptr) return code;
  }
  code = ReadData(context, flags, client.get(), &subject);
  if (code != kSuccess) return code;
  return flags.local ? CheckLocally(context, flags, subject)
                     : CheckRemotely(context, flags, *client, subject);
}

}  // namespace

void AddCheck(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = setup.app.add_subcommand("check", setup.T("help.check"));
  verb->add_option("-f,--file", flags->file, setup.T("help.file"));
  AddFileFlags(setup, verb, &flags->data);
  verb->add_flag("--dry-run", flags->dry_run, setup.T("help.dry_run"));
  verb->add_option("--as-of", flags->as_of, setup.T("help.as_of"));
  verb->add_option("--request-id", flags->request_id,
                   setup.T("help.request_id"));
  verb->add_option("--receipt", flags->receipt, setup.T("help.receipt"));
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
