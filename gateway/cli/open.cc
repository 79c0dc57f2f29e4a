#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string exporter;
  std::string year;
  std::string persons;
  std::string sensitive;
};

int CheckPeople(Context& context, const Flags& flags,
                v1::DeclareOpeningRequest* request) {
  int64_t people = 0;
  if (!flags.persons.empty()) {
    if (!ParsePeople(flags.persons, &people)) {
      return context.Usage("cli.bad_people",
                           {{"0", "--persons"}, {"1", flags.persons}});
    }
    request->set_persons(people);
  }
  if (!flags.sensitive.empty()) {
    if (!ParsePeople(flags.sensitive, &people)) {
      return context.Usage("cli.bad_people",
                           {{"0", "--sensitive"}, {"1", flags.sensitive}});
    }
    request->set_sensitive_persons(people);
  }
  if (!request->has_persons() && !request->has_sensitive_persons()) {
    return context.Usage("cli.open_nothing");
  }
  return kSuccess;
}

int CheckFlags(Context& context, const Flags& flags,
               v1::DeclareOpeningRequest* request) {
  const int code = CheckExporter(context, flags.exporter);
  if (code != kSuccess) return code;
  int32_t year = BeijingYear(absl::Now());
  if (!flags.year.empty() &&
      (!absl::SimpleAtoi(flags.year, &year) || year < 2000 || year > 9999)) {
    return context.Usage("cli.bad_year", {{"0", flags.year}});
  }
  request->set_year(year);
  return CheckPeople(context, flags, request);
}

int Open(Context& context, const Flags& flags) {
  v1::DeclareOpeningRequest request;
  int code = CheckFlags(context, flags, &request);
  if (code != kSuccess) return code;
  const auto client = Client::Connect(context, &code);
  if (client == nullptr) return code;
  std::string exporter = flags.exporter;
  code = TakeExporter(context, *client, &exporter);
  if (code != kSuccess) return code;
  request.set_exporter(exporter);
  request.set_request_id(NewRequestId("open"));
  v1::DeclareOpeningResponse response;
  const absl::Status status =
      client->Call(&GatewayStub::DeclareOpening, request, &response);
  if (!status.ok()) return context.Fail(status);
  if (context.json()) return context.PrintJson(response);
  context.out() << context.T("open.done", {{"0", request.exporter()},
                                           {"1", absl::StrCat(request.year())},
                                           {"2", response.record_id()}})
                << "\n";
  return kSuccess;
}

}  // namespace

void AddOpen(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = setup.app.add_subcommand("open", setup.T("help.open"));
  verb->add_option("--exporter", flags->exporter, setup.T("help.own_exporter"));
  verb->add_option("--year", flags->year, setup.T("help.year"));
  verb->add_option("--persons", flags->persons, setup.T("help.opening"));
  verb->add_option("--sensitive", flags->sensitive,
                   setup.T("help.opening_sensitive"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Open(context, *flags); };
  });
}

}  // namespace tongguan::cli
