#include "absl/strings/str_cat.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string id;
  std::string persons;
  std::string sensitive;
  bool none = false;
  bool all = false;
};

// Exactly one of --none, --all, and --persons with --sensitive.
int CheckFlags(Context& context, const Flags& flags,
               v1::SettleRequest* request) {
  const bool numbers = !flags.persons.empty() || !flags.sensitive.empty();
  if (numbers + flags.none + flags.all != 1) {
    return context.Usage("cli.settle_choice");
  }
  if (!numbers) return kSuccess;
  int64_t persons = 0;
  int64_t sensitive = 0;
  if (!ParsePeople(flags.persons, &persons)) {
    return context.Usage("cli.bad_people",
                         {{"0", "--persons"}, {"1", flags.persons}});
  }
  if (!ParsePeople(flags.sensitive, &sensitive)) {
    return context.Usage("cli.bad_people",
                         {{"0", "--sensitive"}, {"1", flags.sensitive}});
  }
  request->set_persons_left(persons);
  request->set_sensitive_persons_left(sensitive);
  return kSuccess;
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

int Settle(Context& context, const Flags& flags) {
  v1::SettleRequest request;
  if (!CheckId(context, flags.id)) return kUsage;
  int code = CheckFlags(context, flags, &request);
  if (code != kSuccess) return code;
  const auto client = Client::Connect(context, &code);
  v1::GetDecisionResponse found;
  if (client == nullptr ||
      !GetRecord(context, *client, flags.id, &found, &code)) {
    return code;
  }
  const v1::DecisionRecord& record = found.entry().record();
  if (!record.has_verdict()) {
    return context.Fail("cli.not_a_decision", {{"0", flags.id}});
  }
  const v1::Decision& decision = record.verdict().decision();
  if (flags.all) {
    request.set_persons_left(decision.charged_persons());
    request.set_sensitive_persons_left(decision.charged_sensitive_persons());
  }
  request.set_request_id(SettlementId(flags.id));
  request.set_exporter(record.verdict().flow().exporter());
  request.set_decision_id(flags.id);
  v1::SettleResponse response;
  const absl::Status status =
      client->Call(&GatewayStub::Settle, request, &response);
  // The id of the settlement is the decision's: only other numbers differ.
  if (absl::IsAlreadyExists(status)) {
    return context.Fail("cli.settled", {{"0", flags.id}});
  }
  return status.ok() ? Show(context, response) : context.Fail(status);
}

}  // namespace

void AddSettle(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = setup.app.add_subcommand("settle", setup.T("help.settle"));
  verb->add_option("ID", flags->id, setup.T("help.id"));
  verb->add_option("--persons", flags->persons, setup.T("help.left"));
  verb->add_option("--sensitive", flags->sensitive,
                   setup.T("help.left_sensitive"));
  verb->add_flag("--none", flags->none, setup.T("help.none"));
  verb->add_flag("--all", flags->all, setup.T("help.all_left"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Settle(context, *flags); };
  });
}

}  // namespace tongguan::cli
