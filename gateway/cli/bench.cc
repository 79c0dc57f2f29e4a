#include <algorithm>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/beijing.h"
#include "gateway/cli/client.h"
#include "gateway/cli/load.h"
#include "gateway/cli/verb.h"

namespace tongguan::cli {
namespace {

struct BenchFlags {
  std::string exporter;
  std::string exporters;
  bool open = false;
  int items = 10;
  int callers = 64;
  int connections = 1;
  double rate = 0;
  int batch = 0;
  int streams = 0;
  int people = 0;
  std::string people_key;
  int64_t requests = 0;
  double seconds = 5;
  double warm_up = 1;
  int server_pid = 0;
  bool dry_run = false;
  std::string save_answer;
};

// Flows differ in the names of one item in five and in the exporter.
constexpr size_t kVariants = 1000;

// Ordinary field names of trade data, most of which recur from flow to flow.
// One item is personal; its people have been counted before, so that a small
// exporter's flow is allowed however often it is asked about.
v1::Flow BenchFlow(const std::string& exporter, int items, int variant) {
  static constexpr const char* kNames[] = {
      "part_number", "order_quantity",  "unit_price",  "plant_code",
      "batch_code",  "delivery_window", "stock_level", "supplier_code"};
  v1::Flow flow;
  flow.set_exporter(exporter);
  flow.set_system("bench");
  flow.set_direction(v1::DIRECTION_OUTBOUND);
  v1::Recipient* recipient = flow.mutable_recipient();
  recipient->set_organization_id("BENCH-1");
  recipient->set_region("SG");
  recipient->set_relation(v1::RELATION_AFFILIATE);
  recipient->set_gba_registered(v1::FACT_NO);
  flow.set_sector("bench");
  for (int i = 0; i < items; ++i) {
    v1::DataItem* item = flow.add_items();
    // Four in five names are the same in every flow.
    item->set_name(i % 5 == 4
                       ? absl::StrCat("field_", variant, "_", i)
                       : absl::StrCat(kNames[i % std::size(kNames)], "_", i));
    item->set_personal(i == 0 ? v1::FACT_YES : v1::FACT_NO);
    item->set_sensitive(v1::FACT_NO);
    item->set_important(v1::IMPORTANT_DATA_NO);
    item->set_transform(v1::TRANSFORM_NONE);
  }
  v1::DeclaredPeople* people = flow.mutable_people()->mutable_declared();
  people->set_persons(1);
  people->set_new_persons(0);
  flow.mutable_purpose()->set_general(v1::GENERAL_PURPOSE_INTERNAL_REPORTING);
  v1::Duties* duties = flow.mutable_duties();
  duties->set_notice(v1::NOTICE_GIVEN);
  duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
  duties->set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  duties->set_pipia(v1::FACT_YES);
  duties->set_under_14(v1::FACT_NO);
  flow.set_origin(v1::ORIGIN_DOMESTIC);
  return flow;
}

// Flows of employees' data, which no threshold stops, with pseudonyms under a
// key; who they are is made up for each flow.
void CarryPeople(const std::string& key, v1::Flow* flow) {
  v1::PseudonymSet* set = flow->mutable_people()->mutable_exact();
  set->set_key_id(key);
  v1::HumanResources* hr = flow->mutable_purpose()->mutable_human_resources();
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_YES);
}

// Opens the year of each exporter with nobody counted elsewhere: without that
// its totals are unknown and every flow is held.
int OpenYears(Context& context, Client& client,
              const std::vector<std::string>& exporters) {
  for (const std::string& exporter : exporters) {
    v1::DeclareOpeningRequest request;
    request.set_request_id(NewRequestId("bench-open"));
    request.set_exporter(exporter);
    request.set_year(BeijingYear(absl::Now()));
    request.set_persons(0);
    request.set_sensitive_persons(0);
    v1::DeclareOpeningResponse response;
    const absl::Status status =
        client.Call(&GatewayStub::DeclareOpening, request, &response);
    if (!status.ok()) return context.Fail(status);
  }
  return kSuccess;
}

// The exporters to ask for: of the file, one code a line; or the one.
int ReadExporters(Context& context, const BenchFlags& flags,
                  std::vector<std::string>* exporters) {
  *exporters = {flags.exporter};
  if (flags.exporters.empty()) return kSuccess;
  const auto text = ReadInput(flags.exporters, context.in());
  if (!text.ok()) return context.FailHere(text.status());
  *exporters = absl::StrSplit(*text, '\n', absl::SkipEmpty());
  if (exporters->empty()) return context.Usage("cli.missing_exporter");
  exporters->resize(std::min(exporters->size(), kVariants));
  return kSuccess;
}

LoadOptions OptionsOf(const BenchFlags& flags,
                      const std::vector<std::string>& exporters) {
  LoadOptions options;
  for (size_t i = 0; i < kVariants; ++i) {
    options.flows.push_back(BenchFlow(exporters[i % exporters.size()],
                                      flags.items, static_cast<int>(i)));
    if (flags.people > 0) CarryPeople(flags.people_key, &options.flows.back());
  }
  options.people = flags.people;
  options.requests = flags.requests;
  options.run_id = NewRequestId("bench");
  options.mode = flags.dry_run ? v1::MODE_DRY_RUN : v1::MODE_EVALUATE;
  options.batch = flags.batch;
  options.streams = flags.streams;
  options.callers = flags.callers;
  options.rate = flags.rate;
  options.warm_up = absl::Seconds(flags.warm_up);
  options.duration = absl::Seconds(flags.seconds);
  options.server_pid = flags.server_pid;
  return options;
}

int Bench(Context& context, BenchFlags flags) {
  int exit_code = kSuccess;
  const auto client = Client::Connect(context, &exit_code);
  if (client == nullptr) return exit_code;
  exit_code = TakeExporter(context, *client, &flags.exporter);
  if (exit_code != kSuccess) return exit_code;
  std::vector<std::string> exporters;
  exit_code = ReadExporters(context, flags, &exporters);
  if (exit_code == kSuccess && flags.open) {
    exit_code = OpenYears(context, *client, exporters);
  }
  if (exit_code != kSuccess) return exit_code;
  std::vector<std::shared_ptr<grpc::Channel>> channels(flags.connections);
  for (auto& channel : channels) channel = client->Connection();
  const LoadReport report = RunLoad(channels, OptionsOf(flags, exporters));
  context.out() << report.ToJson() << "\n";
  if (!flags.save_answer.empty()) {
    std::ofstream(flags.save_answer, std::ios::binary) << report.sample;
  }
  return report.decisions > 0 ? kSuccess : kUnavailable;
}

}  // namespace

void AddBench(const Setup& setup) {
  auto flags = std::make_shared<BenchFlags>();
  CLI::App* verb = setup.app.add_subcommand("bench", setup.T("help.bench"));
  verb->add_option("--exporter", flags->exporter, setup.T("help.own_exporter"));
  verb->add_option("--exporters", flags->exporters,
                   setup.T("help.bench_exporters"));
  verb->add_flag("--open", flags->open, setup.T("help.bench_open"));
  verb->add_option("--items", flags->items, setup.T("help.bench_items"))
      ->check(CLI::Range(1, 2000));
  verb->add_option("--callers", flags->callers, setup.T("help.bench_callers"))
      ->check(CLI::Range(1, 10000));
  verb->add_option("--connections", flags->connections,
                   setup.T("help.bench_connections"))
      ->check(CLI::Range(1, 100));
  verb->add_option("--rate", flags->rate, setup.T("help.bench_rate"))
      ->check(CLI::Range(0.0, 1e6));
  verb->add_option("--batch", flags->batch, setup.T("help.bench_batch"))
      ->check(CLI::Range(0, 1000));
  verb->add_option("--streams", flags->streams, setup.T("help.bench_streams"))
      ->check(CLI::Range(0, 64))
      ->excludes("--batch");
  CLI::Option* people =
      verb->add_option("--people", flags->people, setup.T("help.bench_people"));
  people->check(CLI::Range(0, 10000));
  verb->add_option("--people-key", flags->people_key,
                   setup.T("help.bench_people_key"))
      ->needs(people);
  verb->add_option("--requests", flags->requests,
                   setup.T("help.bench_requests"))
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000}));
  verb->add_option("--seconds", flags->seconds, setup.T("help.bench_seconds"))
      ->check(CLI::Range(0.1, 3600.0));
  verb->add_option("--warm-up", flags->warm_up, setup.T("help.bench_warm_up"))
      ->check(CLI::Range(0.0, 60.0));
  verb->add_option("--server-pid", flags->server_pid,
                   setup.T("help.bench_server_pid"));
  verb->add_flag("--dry-run", flags->dry_run, setup.T("help.dry_run"));
  verb->add_option("--save-answer", flags->save_answer,
                   setup.T("help.bench_save_answer"));
  verb->callback([&chosen = setup.chosen, flags] {
    chosen = [flags](Context& context) { return Bench(context, *flags); };
  });
}

}  // namespace tongguan::cli
