#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/client.h"
#include "gateway/cli/verb.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

constexpr int kBarCells = 24;

// A bar of ASCII, so that it aligns in any font: [######------].
std::string Bar(int64_t people, int64_t threshold) {
  const double share = threshold <= 0
                           ? 0
                           : std::min(1.0, static_cast<double>(people) /
                                               static_cast<double>(threshold));
  const int full = static_cast<int>(share * kBarCells);
  return absl::StrCat("[", std::string(full, '#'),
                      std::string(kBarCells - full, '-'), "]");
}

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
    PrintDecisions();
  }

 private:
  std::string T(absl::string_view key) const { return context_.T(key); }

  void Gauge(absl::string_view label, bool known, int64_t people,
             int64_t threshold) {
    if (threshold <= 0) return;
    const std::string limit = text::FormatCount(threshold);
    if (!known) {
      gauges_.AddRow(
          {T(label), "", "? / " + limit, "", T("explain.count_unknown")});
      return;
    }
    const int64_t left = threshold - people;
    gauges_.AddRow({T(label), Bar(people, threshold),
                    absl::StrCat(text::FormatCount(people), " / ", limit),
                    absl::StrCat(people * 100 / threshold, "%"),
                    left > 0 ? context_.T("standing.left",
                                          {{"0", text::FormatCount(left)}})
                             : T("standing.reached")});
  }

  void PrintGauges() {
    const int64_t persons = standing_.opening().persons() +
                            standing_.counted().persons() +
                            standing_.group_persons();
    const int64_t sensitive = standing_.opening().sensitive_persons() +
                              standing_.counted().sensitive_persons();
    gauges_.AlignRight(2);
    gauges_.AlignRight(3);
    const bool persons_known =
        standing_.persons_known() && standing_.group_without_opening().empty();
    Gauge("standing.small_volume", persons_known, persons,
          standing_.small_volume_threshold());
    Gauge("standing.assessment", persons_known, persons,
          standing_.assessment_threshold());
    Gauge("standing.sensitive", standing_.sensitive_known(), sensitive,
          standing_.sensitive_assessment_threshold());
    context_.out() << gauges_.Print(2);
    if (!standing_.persons_known() || !standing_.sensitive_known()) {
      context_.out() << "  " << T("MISSING_OPENING_BALANCE.mend") << "\n";
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
    AddForecasts("explain.persons", standing_.persons_known(),
                 standing_.persons_forecasts());
    AddForecasts("explain.sensitive", standing_.sensitive_known(),
                 standing_.sensitive_forecasts());
    context_.out() << "\n" << forecasts_.Print(2);
  }

  // A tally, and under it the part of it that was counted exactly.
  void Row(absl::string_view label, const v1::Tally& tally,
           const v1::Tally& exact = {}) {
    tallies_.AddRow({T(label), text::FormatCount(tally.persons()),
                     text::FormatCount(tally.sensitive_persons()), ""});
    if (exact.persons() + exact.sensitive_persons() == 0) return;
    tallies_.AddRow({"  " + T("standing.exact"),
                     text::FormatCount(exact.persons()),
                     text::FormatCount(exact.sensitive_persons()), ""});
  }

  void PrintTallies() {
    tallies_.AddRow({T("standing.tally"), T("explain.persons"),
                     T("explain.sensitive"), ""});
    tallies_.AlignRight(1);
    tallies_.AlignRight(2);
    Row("standing.opening", standing_.opening());
    Row("standing.counted", standing_.counted(), standing_.counted_exact());
    Row("standing.gba", standing_.gba(), standing_.gba_exact());
    Row("standing.exempt", standing_.exempt(), standing_.exempt_exact());
    Row("standing.list_exempt", standing_.list_exempt(),
        standing_.list_exempt_exact());
    v1::Tally group;
    group.set_persons(standing_.group_persons());
    if (!standing_.group_without_opening().empty()) {
      tallies_.AddRow({T("standing.group"), "?", "", ""});
    } else if (group.persons() > 0) {
      Row("standing.group", group);
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

  void PrintDecisions() {
    if (standing_.charging_decisions().empty()) return;
    context_.out() << "\n" << T("standing.decisions") << "\n";
    for (const std::string& id : standing_.charging_decisions()) {
      context_.out() << "  " << text::Printable(id) << "\n";
    }
  }

  Context& context_;
  const v1::GetStandingResponse& standing_;
  text::Table gauges_;
  text::Table forecasts_;
  text::Table tallies_;
};

int Standing(Context& context, std::string exporter) {
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
  return kSuccess;
}

}  // namespace

void AddStanding(const Setup& setup) {
  auto exporter = std::make_shared<std::string>();
  CLI::App* verb =
      setup.app.add_subcommand("standing", setup.T("help.standing"));
  verb->add_option("--exporter", *exporter, setup.T("help.own_exporter"));
  verb->callback([exporter, &chosen = setup.chosen] {
    chosen = [exporter](Context& context) {
      return Standing(context, *exporter);
    };
  });
}

}  // namespace tongguan::cli
