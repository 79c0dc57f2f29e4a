// `standing`: how an exporter stands, as a page.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/client.h"
#include "gateway/cli/standing_behind.h"
#include "gateway/cli/verb.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

constexpr int kBarCells = 24;

// A part of a total, and how a bar draws it.
struct Part {
  char drawn;
  int64_t people;
};

// A bar of ASCII, so that it aligns in any font: [##====------].
std::string Bar(const std::vector<Part>& parts, int64_t threshold) {
  std::string bar;
  double sum = 0;
  for (const Part& part : parts) {
    sum += static_cast<double>(part.people);
    const double share = std::min(1.0, sum / static_cast<double>(threshold));
    bar.resize(static_cast<size_t>(share * kBarCells), part.drawn);
  }
  bar.resize(kBarCells, '-');
  return absl::StrCat("[", bar, "]");
}

// A tally, and the part of it that was counted one by one.
struct Counted {
  const v1::Tally& all;
  const v1::Tally& exact;
  int64_t (v1::Tally::*people)() const;  // Of which class.

  int64_t sum() const { return (all.*people)(); }
  std::vector<Part> Parts() const {
    const int64_t one_by_one = (exact.*people)();
    return {{'#', one_by_one}, {'=', sum() - one_by_one}};
  }
};

// Records shown of those behind the numbers, unless it is told.
constexpr int64_t kDecisions = 20;

struct Flags {
  std::string exporter;
  std::string decisions;
};

class Page {
 public:
  Page(Context& context, const v1::GetStandingResponse& standing)
      : context_(context),
        standing_(standing),
        gauges_(context.width()),
        forecasts_(0),
        tallies_(0) {}

  void Print() {
    context_.out() << context_.T("standing.title",
                                 {{"0", standing_.exporter()},
                                  {"1", absl::StrCat(standing_.year())}})
                   << "\n";
    PrintGauges();
    PrintForecasts();
    PrintTallies();
    PrintFilings();
  }

 private:
  std::string T(absl::string_view key) const { return context_.T(key); }

  // A bar of what was counted against a threshold, and under it one of each
  // tally that is kept apart.
  void Gauge(absl::string_view label, bool known, int64_t threshold,
             int64_t (v1::Tally::*people)() const, int64_t group) {
    if (threshold <= 0) return;
    const Counted counted{standing_.counted(), standing_.counted_exact(),
                          people};
    std::vector<Part> parts = {{'o', (standing_.opening().*people)()}};
    for (const Part& part : counted.Parts()) parts.push_back(part);
    parts.push_back({'+', group});
    int64_t sum = 0;
    for (const Part& part : parts) sum += part.people;
    if (known) {
      const int64_t left = threshold - sum;
      AddGauge(T(label), parts, threshold,
               left > 0 ? context_.T("standing.left",
                                     {{"0", text::FormatCount(left)}})
                        : T("standing.reached"));
    } else {
      gauges_.AddRow({T(label), "", "? / " + text::FormatCount(threshold), "",
                      T("explain.count_unknown")});
    }
    Apart("standing.gba", {standing_.gba(), standing_.gba_exact(), people},
          threshold);
    Apart("standing.exempt",
          {standing_.exempt(), standing_.exempt_exact(), people}, threshold);
    Apart("standing.list_exempt",
          {standing_.list_exempt(), standing_.list_exempt_exact(), people},
          threshold);
  }

  void Apart(absl::string_view label, const Counted& tally, int64_t threshold) {
    if (tally.sum() == 0) return;
    AddGauge("  " + T(label), tally.Parts(), threshold, "");
  }

  void AddGauge(const std::string& label, const std::vector<Part>& parts,
                int64_t threshold, const std::string& told) {
    int64_t sum = 0;
    for (const Part& part : parts) {
      sum += part.people;
      if (part.people > 0) absl::StrAppend(&drawn_, std::string(1, part.drawn));
    }
    gauges_.AddRow({label, Bar(parts, threshold),
                    absl::StrCat(text::FormatCount(sum), " / ",
                                 text::FormatCount(threshold)),
                    absl::StrCat(sum * 100 / threshold, "%"), told});
  }

  // What the characters stand for, as far as there are any.
  void PrintLegend() {
    std::vector<std::string> told;
    for (const auto& [drawn, key] : {std::pair('#', "standing.exact"),
                                     {'=', "standing.declared"},
                                     {'o', "standing.opening"},
                                     {'+', "standing.group"}}) {
      if (!absl::StrContains(drawn_, drawn)) continue;
      told.push_back(absl::StrCat(std::string(1, drawn), " ", T(key)));
    }
    if (!told.empty()) {
      context_.out() << "  " << absl::StrJoin(told, "   ") << "\n";
    }
  }

  bool persons_known() const {
    return standing_.persons_known() &&
           standing_.group_without_opening().empty();
  }

  void PrintGauges() {
    gauges_.AlignRight(2);
    gauges_.AlignRight(3);
    const auto persons = &v1::Tally::persons;
    Gauge("standing.small_volume", persons_known(),
          standing_.small_volume_threshold(), persons,
          standing_.group_persons());
    Gauge("standing.assessment", persons_known(),
          standing_.assessment_threshold(), persons, standing_.group_persons());
    Gauge("standing.sensitive", standing_.sensitive_known(),
          standing_.sensitive_assessment_threshold(),
          &v1::Tally::sensitive_persons, 0);
    context_.out() << gauges_.Print(2);
    PrintLegend();
    if (!standing_.persons_known() || !standing_.sensitive_known()) {
      context_.out() << "  "
                     << context_.T("MISSING_OPENING_BALANCE.mend",
                                   {{"0", absl::StrCat(standing_.year())}})
                     << "\n";
    }
    if (!standing_.group_without_opening().empty()) {
      const std::string members =
          absl::StrJoin(standing_.group_without_opening(), T("ui.comma"));
      context_.out() << "  "
                     << context_.T("standing.group_unknown", {{"0", members}})
                     << "\n";
    }
  }

  // When the next threshold is reached at the pace of the last days.
  void AddForecasts(
      absl::string_view label, bool known,
      const google::protobuf::RepeatedPtrField<v1::Forecast>& forecasts) {
    for (const v1::Forecast& forecast : forecasts) {
      const std::string threshold = text::FormatCount(forecast.threshold());
      std::string told =
          context_.T("standing.not_this_year", {{"0", threshold}});
      if (!known) {
        told = T("explain.count_unknown");
      } else if (forecast.threshold() == 0) {
        told = T("standing.no_threshold");
      } else if (!forecast.reached_on().empty()) {
        told = context_.T(
            "standing.reached_on",
            {{"0", text::Printable(forecast.reached_on())}, {"1", threshold}});
      }
      forecasts_.AddRow(
          {T(label),
           context_.T("standing.pace", {{"0", absl::StrCat(forecast.days())}}),
           text::FormatCount(forecast.people()), told});
    }
  }

  void PrintForecasts() {
    forecasts_.AlignRight(2);
    AddForecasts("explain.persons", persons_known(),
                 standing_.persons_forecasts());
    AddForecasts("explain.sensitive", standing_.sensitive_known(),
                 standing_.sensitive_forecasts());
    context_.out() << "\n" << forecasts_.Print(2);
  }

  // A tally: all, counted one by one, declared; ordinary and sensitive.
  void Row(absl::string_view label, const v1::Tally& tally,
           const v1::Tally& exact = {}) {
    std::vector<std::string> cells = {T(label)};
    for (const auto people :
         {&v1::Tally::persons, &v1::Tally::sensitive_persons}) {
      const int64_t all = (tally.*people)();
      const int64_t one_by_one = (exact.*people)();
      for (const int64_t count : {all, one_by_one, all - one_by_one}) {
        cells.push_back(text::FormatCount(count));
      }
    }
    tallies_.AddRow(std::move(cells));
  }

  void PrintTallies() {
    tallies_.AddRow({T("standing.tally"), T("explain.persons"),
                     T("standing.exact"), T("standing.declared"),
                     T("explain.sensitive"), T("standing.exact"),
                     T("standing.declared")});
    for (size_t column = 1; column < 7; ++column) tallies_.AlignRight(column);
    Row("standing.opening", standing_.opening());
    Row("standing.counted", standing_.counted(), standing_.counted_exact());
    Row("standing.gba", standing_.gba(), standing_.gba_exact());
    Row("standing.exempt", standing_.exempt(), standing_.exempt_exact());
    Row("standing.list_exempt", standing_.list_exempt(),
        standing_.list_exempt_exact());
    if (!standing_.group_without_opening().empty()) {
      tallies_.AddRow({T("standing.group"), "?"});
    } else if (standing_.group_persons() > 0) {
      tallies_.AddRow(
          {T("standing.group"), text::FormatCount(standing_.group_persons())});
    }
    context_.out() << "\n" << tallies_.Print(2);
  }

  void PrintFilings() {
    if (standing_.filings().empty()) {
      context_.out() << "\n" << T("standing.no_filings") << "\n";
      return;
    }
    text::Table table(0);
    table.AddRow({T("standing.filing"), T("standing.kind"),
                  T("standing.status"), T("standing.valid_to"),
                  T("standing.extend_by"), T("standing.file_by")});
    const auto day = [](const std::string& text) {
      return text.empty() ? std::string("-") : text::Printable(text);
    };
    for (const v1::StandingFiling& filing : standing_.filings()) {
      table.AddRow({text::Printable(filing.id()),
                    text::SayEnum(context_.language(), filing.kind()),
                    text::SayEnum(context_.language(), filing.status()),
                    day(filing.last_valid_day()),
                    day(filing.last_day_to_extend()),
                    day(filing.last_day_to_file())});
    }
    context_.out() << "\n" << table.Print(2);
  }

  Context& context_;
  const v1::GetStandingResponse& standing_;
  text::Table gauges_;
  text::Table forecasts_;
  text::Table tallies_;
  std::string drawn_;  // Characters that bars have in them.
};

int Standing(Context& context, const Flags& flags) {
  int64_t most = kDecisions;
  if (!flags.decisions.empty() && !ParsePeople(flags.decisions, &most)) {
    return context.Usage("cli.bad_decisions", {{"0", flags.decisions}});
  }
  std::string exporter = flags.exporter;
  int code = CheckExporter(context, exporter);
  if (code != kSuccess) return code;
  const auto client = Client::Connect(context, &code);
  if (client == nullptr) return code;
  code = TakeExporter(context, *client, &exporter);
  if (code != kSuccess) return code;
  v1::GetStandingRequest request;
  request.set_exporter(exporter);
  v1::GetStandingResponse standing;
  const absl::Status status =
      client->Call(&GatewayStub::GetStanding, request, &standing);
  if (!status.ok()) return context.Fail(status);
  if (context.json()) return context.PrintJson(standing);
  Page(context, standing).Print();
  return PrintBehind(context, *client, standing, most);
}

}  // namespace

void AddStanding(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb =
      setup.app.add_subcommand("standing", setup.T("help.standing"));
  verb->add_option("--exporter", flags->exporter, setup.T("help.own_exporter"));
  verb->add_option("--decisions", flags->decisions,
                   setup.T("help.decisions_behind"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Standing(context, *flags); };
  });
}

}  // namespace tongguan::cli
