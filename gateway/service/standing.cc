// How an exporter stands.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/charging.h"
#include "gateway/service/config.h"
#include "gateway/service/reading.h"

namespace tongguan::service {
namespace {

// Days that a pace is taken from.
constexpr int kShortLook = 30;
constexpr int kLongLook = 90;
constexpr int kMostDecisions = 20;
// So many allowed records are looked through for those that charged.
constexpr int kMostLookedAt = 200;

void SetTally(const ledger::People& people, v1::Tally* tally) {
  tally->set_persons(people.persons);
  tally->set_sensitive_persons(people.sensitive);
}

void FillTallies(const ledger::Tally& tally, v1::GetStandingResponse* out) {
  out->set_persons_known(tally.opening_persons.has_value());
  out->set_sensitive_known(tally.opening_sensitive.has_value());
  SetTally(
      {tally.opening_persons.value_or(0), tally.opening_sensitive.value_or(0)},
      out->mutable_opening());
  SetTally(tally.counted, out->mutable_counted());
  SetTally(tally.exempt, out->mutable_exempt());
  SetTally(tally.list_exempt, out->mutable_list_exempt());
  SetTally(tally.gba, out->mutable_gba());
  SetTally(tally.counted_exact, out->mutable_counted_exact());
  SetTally(tally.exempt_exact, out->mutable_exempt_exact());
  SetTally(tally.list_exempt_exact, out->mutable_list_exempt_exact());
  SetTally(tally.gba_exact, out->mutable_gba_exact());
}

void FillFiling(const policy::Filing& filing, const policy::Snapshot& policy,
                v1::StandingFiling* out) {
  out->set_id(filing.id.data(), filing.id.size());
  out->set_kind(filing.kind);
  out->set_status(filing.status);
  if (filing.last_day != kNoDay) {
    out->set_last_valid_day(FormatDay(filing.last_day));
    if (filing.kind == v1::FILING_KIND_SECURITY_ASSESSMENT) {
      const int days =
          static_cast<int>(policy.regime().extension_working_days().value());
      out->set_last_day_to_extend(FormatDay(
          policy.calendar().SubtractWorkingDays(filing.last_day, days)));
    }
  }
  if (filing.filed == kNoDay && filing.last_day_to_file != kNoDay) {
    out->set_last_day_to_file(FormatDay(filing.last_day_to_file));
  }
}

absl::Status FillGroup(const policy::Exporter& exporter, int32_t year,
                       ledger::Ledger& ledger, v1::GetStandingResponse* out) {
  int64_t people = 0;
  for (const std::string& sibling : exporter.siblings) {
    TG_ASSIGN_OR_RETURN(const ledger::Tally tally,
                        ledger.ReadTally(sibling, year));
    if (!tally.opening_persons) out->add_group_without_opening(sibling);
    people += tally.opening_persons.value_or(0) + tally.counted.persons;
  }
  if (out->group_without_opening().empty()) out->set_group_persons(people);
  return absl::OkStatus();
}

// What is known of one counter, for its forecasts.
struct Counter {
  int64_t total = 0;
  std::vector<int64_t> thresholds;  // Ascending; none: total is not known.
  int64_t ledger::People::*part = nullptr;
};

// The day on which the next threshold is reached if as many people are counted
// a day as in the last `days`, today among them.
v1::Forecast ForecastOf(const Counter& counter, int days,
                        const std::vector<ledger::DayCount>& counts,
                        Day today) {
  v1::Forecast forecast;
  forecast.set_days(days);
  int64_t people = 0;
  for (const ledger::DayCount& count : counts) {
    if (count.day > today - days) people += count.people.*counter.part;
  }
  forecast.set_people(people);
  const auto next = std::upper_bound(counter.thresholds.begin(),
                                     counter.thresholds.end(), counter.total);
  if (next == counter.thresholds.end()) return forecast;
  forecast.set_threshold(*next);
  if (people <= 0) return forecast;
  // Whole days until total + people * d / days >= threshold, without overflow.
  const double wait = std::ceil(static_cast<double>(*next - counter.total) *
                                days / static_cast<double>(people));
  if (wait > 366) return forecast;
  const Day day = today + static_cast<Day>(wait);
  if (DayNumber(day) / 10000 == DayNumber(today) / 10000) {
    forecast.set_reached_on(FormatDay(day));
  }
  return forecast;
}

// A total that is not known has none: a forecast of days and people only.
absl::Status FillForecasts(const std::string& exporter,
                           const std::vector<std::string>& siblings, Day today,
                           ledger::Ledger& ledger,
                           v1::GetStandingResponse* out) {
  const Day from = today - kLongLook + 1;
  TG_ASSIGN_OR_RETURN(const std::vector<ledger::DayCount> own,
                      ledger.ReadDays(exporter, from));
  std::vector<ledger::DayCount> all = own;  // The group's.
  for (const std::string& sibling : siblings) {
    TG_ASSIGN_OR_RETURN(const std::vector<ledger::DayCount> more,
                        ledger.ReadDays(sibling, from));
    all.insert(all.end(), more.begin(), more.end());
  }
  Counter persons{out->opening().persons() + out->counted().persons() +
                      out->group_persons(),
                  {},
                  &ledger::People::persons};
  if (out->persons_known() && out->group_without_opening().empty()) {
    persons.thresholds = {out->small_volume_threshold(),
                          out->assessment_threshold()};
  }
  Counter sensitive{
      out->opening().sensitive_persons() + out->counted().sensitive_persons(),
      {},
      &ledger::People::sensitive};
  if (out->sensitive_known()) {
    sensitive.thresholds = {out->sensitive_assessment_threshold()};
  }
  for (const int days : {kShortLook, kLongLook}) {
    *out->add_persons_forecasts() = ForecastOf(persons, days, all, today);
    *out->add_sensitive_forecasts() = ForecastOf(sensitive, days, own, today);
  }
  return absl::OkStatus();
}

// Whether an allowed flow's record charged anybody in the year, to any tally.
bool ChargedAnyone(const v1::DecisionRecord& record, int32_t year) {
  const v1::Decision& decision = record.verdict().decision();
  const ledger::People own{decision.charged_persons(),
                           decision.charged_sensitive_persons()};
  return MovedIn(year, record.year(), own, record).any();
}

// The newest decisions that charged people in the year.
absl::Status FillDecisions(const std::string& exporter, int32_t year,
                           ledger::Ledger& ledger,
                           v1::GetStandingResponse* out) {
  ledger::Query query;
  query.exporter = exporter;
  query.verdict = v1::VERDICT_ALLOW;
  // What was charged to both years is a moment before the year.
  query.since = StartOfBeijingDay(*ParseDay(absl::StrCat(year, "-01-01"))) -
                absl::Milliseconds(kMostUncertainMillis);
  query.limit = kMostLookedAt;
  TG_ASSIGN_OR_RETURN(const std::vector<ledger::Stored> found,
                      ledger.List(query));
  v1::DecisionRecord record;
  for (const ledger::Stored& stored : found) {
    if (out->charging_decisions_size() == kMostDecisions) break;
    if (!record.ParseFromString(stored.record)) {
      return absl::DataLossError(
          absl::StrCat("record ", stored.index, " is not readable"));
    }
    if (ChargedAnyone(record, year)) out->add_charging_decisions(stored.id);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadStanding(const v1::GetStandingRequest& request,
                          const Reading& reading, ledger::Ledger& ledger,
                          v1::GetStandingResponse* response) {
  TG_RETURN_IF_ERROR(CheckReadExporter(request.exporter()));
  const policy::Snapshot& policy = *reading.policy;
  TG_RETURN_IF_ERROR(MayRead(reading.caller, request.exporter(),
                             policy.registry(), BeijingDay(reading.now)));
  const int32_t year = BeijingYear(reading.now);
  TG_ASSIGN_OR_RETURN(const ledger::Tally tally,
                      ledger.ReadTally(request.exporter(), year));
  response->set_exporter(request.exporter());
  response->set_year(year);
  FillTallies(tally, response);
  const v1::Regime& regime = policy.regime();
  response->set_small_volume_threshold(regime.small_volume_persons().value());
  response->set_assessment_threshold(regime.assessment_persons().value());
  response->set_sensitive_assessment_threshold(
      regime.assessment_sensitive().value());
  const policy::Exporter* exporter = policy.registry().Find(request.exporter());
  if (exporter != nullptr) {
    for (const policy::Filing& filing : exporter->filings) {
      FillFiling(filing, policy, response->add_filings());
    }
    TG_RETURN_IF_ERROR(FillGroup(*exporter, year, ledger, response));
  }
  TG_RETURN_IF_ERROR(FillForecasts(
      request.exporter(),
      exporter == nullptr ? std::vector<std::string>() : exporter->siblings,
      BeijingDay(reading.now), ledger, response));
  return FillDecisions(request.exporter(), year, ledger, response);
}

}  // namespace tongguan::service
