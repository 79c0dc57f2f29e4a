// `settle` and `correct`: what really left under a decision, as numbers, or as
// the file that left where the decision counted people exactly.
#include "absl/strings/str_cat.h"
#include "gateway/cli/check_file.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"
#include "gateway/policy/snapshot.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string id;
  std::string persons;
  std::string sensitive;
  bool none = false;
  bool all = false;
  FileFlags data;    // The file that was decided about.
  std::string left;  // The file of what left of it.
  std::string policy_dir;
  std::string proposal;  // `correct`: what is confirmed; empty: it is proposed.
};

// What left, for either verb.
struct Left {
  int64_t persons = 0;
  int64_t sensitive = 0;
  v1::People people;
  v1::People left;
};

int CheckFileChoice(Context& context, const Flags& flags) {
  if (flags.data.path.empty()) {
    if (!flags.left.empty()) return context.Usage("cli.left_needs_data");
    return CheckFileFlags(context, flags.data);
  }
  if (flags.left.empty() && !flags.none) {
    return context.Usage("cli.data_needs_left");
  }
  if (flags.data.key.empty()) return context.Usage("cli.left_needs_key");
  if (flags.policy_dir.empty()) {
    return context.Usage("cli.missing_policy_dir");
  }
  return CheckFileFlags(context, flags.data);
}

// Exactly one of --none, --all, --left, and --persons with --sensitive.
int CheckFlags(Context& context, const Flags& flags, Left* left) {
  const bool numbers = !flags.persons.empty() || !flags.sensitive.empty();
  if (numbers + flags.none + flags.all + !flags.left.empty() != 1) {
    return context.Usage("cli.settle_choice");
  }
  if (const int code = CheckFileChoice(context, flags); code != kSuccess) {
    return code;
  }
  if (!numbers) return kSuccess;
  if (!ParsePeople(flags.persons, &left->persons)) {
    return context.Usage("cli.bad_people",
                         {{"0", "--persons"}, {"1", flags.persons}});
  }
  if (!ParsePeople(flags.sensitive, &left->sensitive)) {
    return context.Usage("cli.bad_people",
                         {{"0", "--sensitive"}, {"1", flags.sensitive}});
  }
  return kSuccess;
}

// The people of a file, read as `check FILE` reads it for such a flow.
int PeopleOf(Context& context, FileFlags data, const std::string& path,
             const policy::Taxonomy& taxonomy, Client* client, v1::Flow flow,
             v1::People* people) {
  data.path = path;
  int code = kSuccess;
  const auto found = InspectInto(context, data, taxonomy, &flow, &code);
  if (found == nullptr) return code;
  code = AddPeople(context, data, client, found.get(), &flow);
  if (code == kSuccess) people->Swap(flow.mutable_people());
  return code;
}

// Both files' people; of none that left only the decision's.
int ReadFiles(Context& context, const Flags& flags, Client* client,
              const v1::Flow& flow, Left* left) {
  const auto policy = policy::LoadPolicyDir(flags.policy_dir);
  if (!policy.ok()) return context.FailHere(policy.status());
  const policy::Taxonomy& taxonomy = (*policy)->taxonomy();
  const int code = PeopleOf(context, flags.data, flags.data.path, taxonomy,
                            client, flow, &left->people);
  if (code != kSuccess || flags.left.empty()) return code;
  return PeopleOf(context, flags.data, flags.left, taxonomy, client, flow,
                  &left->left);
}

// What left under the decision, and whose it is.
int ReadLeft(Context& context, const Flags& flags, Client* client,
             std::string* exporter, Left* left) {
  int code = kSuccess;
  v1::GetDecisionResponse found;
  if (!GetRecord(context, *client, flags.id, &found, &code)) return code;
  const v1::DecisionRecord& record = found.entry().record();
  if (!record.has_verdict()) {
    return context.Fail("cli.not_a_decision", {{"0", flags.id}});
  }
  const v1::VerdictRecord& verdict = record.verdict();
  *exporter = verdict.flow().exporter();
  if (flags.all) {
    left->persons = verdict.decision().charged_persons();
    left->sensitive = verdict.decision().charged_sensitive_persons();
  }
  if (flags.data.path.empty()) return kSuccess;
  return ReadFiles(context, flags, client, verdict.flow(), left);
}

template <typename Request>
void Fill(const Flags& flags, const std::string& exporter, Left* left,
          Request* request) {
  request->set_exporter(exporter);
  request->set_decision_id(flags.id);
  request->set_persons_left(left->persons);
  request->set_sensitive_persons_left(left->sensitive);
  if (flags.data.path.empty()) return;
  request->mutable_people()->Swap(&left->people);
  if (!flags.left.empty()) request->mutable_left()->Swap(&left->left);
}

// A decision is settled once, so its settlement's id is made from its own:
// asking again after a lost answer gives the first answer.
std::string SettlementId(const std::string& decision_id) {
  return absl::StrCat("settle-", decision_id.substr(0, decision_id.rfind('-')));
}

int Show(Context& context, const v1::SettleResponse& response) {
  if (context.json()) return context.PrintJson(response);
  context.out() << context.T(
                       "settle.done",
                       {{"0", text::FormatCount(response.persons_returned())},
                        {"1", text::FormatCount(
                                  response.sensitive_persons_returned())},
                        {"2", response.record_id()}})
                << "\n";
  return kSuccess;
}

int Show(Context& context, const v1::CorrectSettlementResponse& response) {
  if (context.json()) return context.PrintJson(response);
  if (!response.effective()) {
    context.out() << context.T("correct.proposed",
                               {{"0", response.record_id()}})
                  << "\n";
    return kSuccess;
  }
  context.out() << context.T(
                       "correct.done",
                       {{"0", text::FormatCount(response.persons_change())},
                        {"1", text::FormatCount(
                                  response.sensitive_persons_change())},
                        {"2", response.record_id()}})
                << "\n";
  return kSuccess;
}

// Checks the flags, connects, and fills in what both requests share.
template <typename Request>
int Prepare(Context& context, const Flags& flags,
            std::unique_ptr<Client>* client, Request* request) {
  if (!CheckId(context, flags.id)) return kUsage;
  Left left;
  int code = CheckFlags(context, flags, &left);
  if (code != kSuccess) return code;
  *client = Client::Connect(context, &code);
  if (*client == nullptr) return code;
  std::string exporter;
  code = ReadLeft(context, flags, client->get(), &exporter, &left);
  if (code == kSuccess) Fill(flags, exporter, &left, request);
  return code;
}

int Settle(Context& context, const Flags& flags) {
  std::unique_ptr<Client> client;
  v1::SettleRequest request;
  const int code = Prepare(context, flags, &client, &request);
  if (code != kSuccess) return code;
  request.set_request_id(SettlementId(flags.id));
  v1::SettleResponse response;
  const absl::Status status =
      client->Call(&GatewayStub::Settle, request, &response);
  // The id of the settlement is the decision's: only other numbers differ.
  if (absl::IsAlreadyExists(status)) {
    return context.Fail("cli.settled", {{"0", flags.id}});
  }
  return status.ok() ? Show(context, response) : context.Fail(status);
}

int Correct(Context& context, const Flags& flags) {
  if (!flags.proposal.empty() && !CheckId(context, flags.proposal)) {
    return kUsage;
  }
  std::unique_ptr<Client> client;
  v1::CorrectSettlementRequest request;
  const int code = Prepare(context, flags, &client, &request);
  if (code != kSuccess) return code;
  // A confirmation is made once, so its id is made from the proposal's.
  request.set_request_id(flags.proposal.empty()
                             ? NewRequestId("correct")
                             : absl::StrCat("confirm-", flags.proposal));
  request.set_proposal_id(flags.proposal);
  v1::CorrectSettlementResponse response;
  const absl::Status status =
      client->Call(&GatewayStub::CorrectSettlement, request, &response);
  return status.ok() ? Show(context, response) : context.Fail(status);
}

CLI::App* AddVerb(const Setup& setup, const char* name, const char* help,
                  const std::shared_ptr<Flags>& flags) {
  CLI::App* verb = setup.app.add_subcommand(name, setup.T(help));
  verb->add_option("ID", flags->id, setup.T("help.id"));
  AddFileFlags(setup, verb, &flags->data);
  verb->add_option("--left", flags->left, setup.T("help.left_file"));
  verb->add_option("--policy-dir", flags->policy_dir,
                   setup.T("help.policy_dir"));
  verb->add_option("--persons", flags->persons, setup.T("help.left"));
  verb->add_option("--sensitive", flags->sensitive,
                   setup.T("help.left_sensitive"));
  verb->add_flag("--none", flags->none, setup.T("help.none"));
  verb->add_flag("--all", flags->all, setup.T("help.all_left"));
  return verb;
}

}  // namespace

void AddSettle(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  AddVerb(setup, "settle", "help.settle", flags)
      ->callback([flags, &chosen = setup.chosen] {
        chosen = [flags](Context& context) { return Settle(context, *flags); };
      });
}

void AddCorrect(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = AddVerb(setup, "correct", "help.correct", flags);
  verb->add_option("--confirm", flags->proposal, setup.T("help.confirm"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Correct(context, *flags); };
  });
}

}  // namespace tongguan::cli
