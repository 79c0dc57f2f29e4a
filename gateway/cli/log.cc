#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/beijing.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"
#include "gateway/text/explain.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

constexpr int kMaxPage = 500;

struct Flags {
  std::string exporter;
  std::string since;
  std::string until;
  std::string verdict;
  std::string rule;
  std::string page_size;
  bool all = false;
};

// "2026-11-20" (a Beijing date) or an RFC 3339 instant. A date given as the end
// includes its day.
bool ParseInstant(const std::string& given, bool end, int64_t* micros) {
  if (given.empty()) return true;
  const auto day = ParseDay(given);
  absl::Time at;
  if (day.ok()) {
    at = StartOfBeijingDay(end ? *day + 1 : *day);
  } else if (std::string error;
             !absl::ParseTime(absl::RFC3339_full, given, &at, &error)) {
    return false;
  }
  *micros = absl::ToUnixMicros(at);
  return *micros > 0;
}

// The value named "assess" or "VERDICT_ASSESS"; the names there are, if none
// is.
template <typename Enum>
bool ParseName(absl::string_view prefix, const std::string& given, Enum* value,
               std::string* known) {
  if (given.empty()) return true;
  const auto* type = google::protobuf::GetEnumDescriptor<Enum>();
  std::string name = absl::AsciiStrToUpper(given);
  if (!absl::StartsWith(name, prefix)) name = absl::StrCat(prefix, name);
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() == 0) continue;
    if (type->value(i)->name() == name) {
      *value = static_cast<Enum>(type->value(i)->number());
      return true;
    }
    absl::StrAppend(known, known->empty() ? "" : " ",
                    type->value(i)->name().substr(prefix.size()));
  }
  return false;
}

int CheckFlags(Context& context, const Flags& flags,
               v1::ListDecisionsRequest* request) {
  const int code = CheckExporter(context, flags.exporter);
  if (code != kSuccess) return code;
  request->set_exporter(flags.exporter);
  int64_t since = 0;
  int64_t until = 0;
  if (!ParseInstant(flags.since, false, &since)) {
    return context.Usage("cli.bad_instant",
                         {{"0", "--since"}, {"1", flags.since}});
  }
  if (!ParseInstant(flags.until, true, &until)) {
    return context.Usage("cli.bad_instant",
                         {{"0", "--until"}, {"1", flags.until}});
  }
  request->set_since_micros(since);
  request->set_until_micros(until);
  int32_t size = 0;
  if (!flags.page_size.empty() && (!absl::SimpleAtoi(flags.page_size, &size) ||
                                   size < 1 || size > kMaxPage)) {
    return context.Usage("cli.bad_page_size", {{"0", flags.page_size}});
  }
  request->set_page_size(size);
  return kSuccess;
}

int CheckNames(Context& context, const Flags& flags,
               v1::ListDecisionsRequest* request) {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  v1::Rule rule = v1::RULE_UNSPECIFIED;
  std::string known;
  if (!ParseName("VERDICT_", flags.verdict, &verdict, &known)) {
    return context.Usage(
        "cli.bad_name",
        {{"0", "--verdict"}, {"1", flags.verdict}, {"2", known}});
  }
  if (!ParseName("RULE_", flags.rule, &rule, &known)) {
    return context.Usage("cli.bad_name",
                         {{"0", "--rule"}, {"1", flags.rule}, {"2", known}});
  }
  request->set_verdict(verdict);
  request->set_headline(rule);
  return kSuccess;
}

// What the record is, and about whom.
void AddRow(const Context& context, const v1::LogEntry& entry,
            text::Table* table) {
  const v1::DecisionRecord& record = entry.record();
  const text::Language language = context.language();
  std::string what = context.T("log.activation");
  std::string rule = "-";
  std::string exporter = "-";
  std::string people = "-";
  if (record.has_verdict()) {
    const v1::Decision& decision = record.verdict().decision();
    const v1::People& all = record.verdict().flow().people();
    what = text::VerdictText(language, decision.verdict());
    rule = text::SayEnum(language, decision.headline());
    exporter = record.verdict().flow().exporter();
    people = absl::StrCat(
        text::FormatCount(all.has_counted() ? all.counted().persons()
                                            : all.declared().persons()),
        " / ",
        text::FormatCount(all.has_counted()
                              ? all.counted().sensitive_persons()
                              : all.declared().sensitive_persons()));
  } else if (record.has_settlement()) {
    what = context.T("log.settlement");
    exporter = record.settlement().exporter();
  } else if (record.has_opening()) {
    what = context.T("log.opening");
    exporter = record.opening().exporter();
  } else if (record.has_correction()) {
    what =
        context.T(record.correction().proposal_id().empty() ? "log.proposal"
                                                            : "log.correction");
    exporter = record.correction().exporter();
  } else if (record.has_key_change()) {
    what = context.T("log.key_change");
  } else if (record.has_year_end()) {
    what = context.T("log.year_end");
  } else if (record.has_pruning()) {
    what = context.T("log.pruning");
  }
  table->AddRow({text::FormatBeijingTime(record.time_micros()),
                 text::Printable(entry.id()), text::Printable(exporter), what,
                 people, rule});
}

int ShowPage(Context& context, const v1::ListDecisionsResponse& page) {
  if (context.json()) return context.PrintJson(page);
  text::Table table(0);
  table.AlignRight(4);
  table.AddRow({context.T("log.time"), context.T("log.id"),
                context.T("log.exporter"), context.T("log.kind"),
                context.T("log.people_column"), context.T("log.rule")});
  for (const v1::LogEntry& entry : page.entries()) {
    AddRow(context, entry, &table);
  }
  context.out() << table.Print();
  return kSuccess;
}

int List(Context& context, const Flags& flags) {
  v1::ListDecisionsRequest request;
  int code = CheckFlags(context, flags, &request);
  if (code == kSuccess) code = CheckNames(context, flags, &request);
  if (code != kSuccess) return code;
  const auto client = Client::Connect(context, &code);
  if (client == nullptr) return code;
  // A page is shown as it comes, so that a long log needs no memory.
  do {
    v1::ListDecisionsResponse page;
    const absl::Status status =
        client->Call(&LogStub::ListDecisions, request, &page);
    if (!status.ok()) return context.Fail(status);
    code = ShowPage(context, page);
    request.set_page_token(page.next_page_token());
  } while (flags.all && code == kSuccess && context.out().good() &&
           !request.page_token().empty());
  if (!request.page_token().empty() && code == kSuccess) {
    context.Note("log.more");
  }
  return code;
}

void AddList(CLI::App* log, const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = log->add_subcommand("list", setup.T("help.log_list"));
  verb->add_option("--exporter", flags->exporter, setup.T("help.exporter"));
  verb->add_option("--since", flags->since, setup.T("help.since"));
  verb->add_option("--until", flags->until, setup.T("help.until"));
  verb->add_option("--verdict", flags->verdict, setup.T("help.verdict"));
  verb->add_option("--rule", flags->rule, setup.T("help.rule"));
  verb->add_option("--page-size", flags->page_size, setup.T("help.page_size"));
  verb->add_flag("--all", flags->all, setup.T("help.all_pages"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return List(context, *flags); };
  });
}

}  // namespace

void AddLog(const Setup& setup) {
  CLI::App* log = setup.app.add_subcommand("log", setup.T("help.log"));
  AddList(log, setup);
  AddLogKeys(log, setup);
  AddLogVerify(log, setup);
  AddLogPublish(log, setup);
  AddLogExport(log, setup);
  AddLogArchive(log, setup);
  AddLogReindex(log, setup);
  AddLogReceipt(log, setup);
  auto id = std::make_shared<std::string>();
  CLI::App* get = log->add_subcommand("get", setup.T("help.log_get"));
  get->add_option("ID", *id, setup.T("help.id"));
  get->callback([id, &chosen = setup.chosen] {
    chosen = [id](Context& context) { return ShowRecord(context, *id); };
  });
}

}  // namespace tongguan::cli
