#include "gateway/policy/filing.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/calendar.h"
#include "gateway/policy/form.h"
#include "gateway/policy/purpose.h"

namespace tongguan::policy {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

absl::Status CheckNames(const std::string& place, absl::string_view field,
                        const Names& names, bool empty_too = false) {
  for (int i = 0; i < names.size(); ++i) {
    TG_RETURN_IF_ERROR(
        CheckIdentifier(absl::StrCat(place, ".scope.", field, "[", i, "]"),
                        names[i], empty_too));
  }
  return absl::OkStatus();
}

absl::Status Empty(const std::string& place, absl::string_view field,
                   absl::string_view mend) {
  return Refuse(absl::StrCat(place, ".scope.", field),
                absl::StrCat("empty, so the filing covers nothing. ", mend));
}

absl::Status CheckScope(const std::string& place, const v1::Filing& filing) {
  const v1::FilingScope& scope = filing.scope();
  if (scope.items().empty() && scope.categories().empty()) {
    return Empty(place, "categories", "Name categories or items.");
  }
  if (scope.purposes().empty()) {
    return Empty(place, "purposes", "Name the filed purposes.");
  }
  if (scope.scenarios().empty()) {
    return Empty(place, "scenarios",
                 "Name the filed scenarios; \"\" is for flows without one.");
  }
  // A certificate serves its holder's group (O20).
  if (scope.recipients().empty() &&
      filing.kind() != v1::FILING_KIND_CERTIFICATE) {
    return Empty(place, "recipients", "Name the filed recipients.");
  }
  for (int i = 0; i < scope.purposes_size(); ++i) {
    if (IsPurposeId(scope.purposes(i))) continue;
    return Refuse(absl::StrCat(place, ".scope.purposes[", i, "]"),
                  absl::StrCat("\"", scope.purposes(i),
                               "\" is not a purpose. Name one, such as "
                               "human_resources or contract_necessity:visa."));
  }
  TG_RETURN_IF_ERROR(CheckNames(place, "recipients", scope.recipients()));
  TG_RETURN_IF_ERROR(CheckNames(place, "scenarios", scope.scenarios(), true));
  TG_RETURN_IF_ERROR(CheckNames(place, "categories", scope.categories()));
  TG_RETURN_IF_ERROR(CheckNames(place, "items", scope.items()));
  return CheckNames(place, "onward", scope.onward());
}

absl::Status CheckScale(const std::string& place, const v1::Filing& filing) {
  const std::string field = absl::StrCat(place, ".approved_people");
  if (filing.approved_people() < 0) {
    return Refuse(field, "negative. Write the approved number.");
  }
  if (filing.kind() != v1::FILING_KIND_SECURITY_ASSESSMENT) {
    return absl::OkStatus();
  }
  if (filing.approved_people() > 0 && filing.states_no_number()) {
    return Refuse(field, "given although states_no_number is. Keep one.");
  }
  if (filing.approved_people() == 0 && !filing.states_no_number()) {
    return Refuse(field,
                  "missing. Write the approved number, or "
                  "states_no_number: true if the result names none.");
  }
  return absl::OkStatus();
}

// A date that may be left out; then `none`.
absl::StatusOr<Day> ReadDayOr(const std::string& place, const char* field,
                              absl::string_view text, Day none) {
  if (text.empty()) return none;
  return ReadDay(absl::StrCat(place, ".", field), text);
}

void SetFilingWindow(const FilingPeriods& periods, const Calendar& calendar,
                     Filing* filing) {
  if (filing->first_day == kNoDay) return;
  filing->last_day_to_file = calendar.AddWorkingDays(
      filing->first_day, periods.contract_filing_working_days);
  filing->window_in_calendar = calendar.IsLoaded(filing->first_day + 1) &&
                               calendar.IsLoaded(filing->last_day_to_file);
}

}  // namespace

absl::StatusOr<Day> ReadDay(absl::string_view place, absl::string_view text) {
  const absl::StatusOr<Day> day = ParseDay(text);
  if (day.ok()) return day;
  return Refuse(place, absl::StrCat(day.status().message(), "."));
}

absl::StatusOr<Filing> CompileFiling(const std::string& place,
                                     const v1::Filing& source,
                                     const FilingPeriods& periods,
                                     const Calendar& calendar,
                                     Strings* strings) {
  TG_RETURN_IF_ERROR(CheckScope(place, source));
  TG_RETURN_IF_ERROR(CheckScale(place, source));
  TG_RETURN_IF_ERROR(
      ReadDayOr(place, "signed_on", source.signed_on(), kNoDay).status());
  TG_ASSIGN_OR_RETURN(
      const Day effective,
      ReadDayOr(place, "effective", source.effective(), kNoDay));
  TG_ASSIGN_OR_RETURN(const Day issued,
                      ReadDayOr(place, "issued", source.issued(), kNoDay));
  Filing filing;
  filing.id = source.id();
  filing.kind = source.kind();
  filing.status = source.status();
  filing.scope = FilingScope(source.scope(), strings);
  filing.approved_people = source.approved_people();
  filing.body = strings->Keep(source.body());
  filing.states_no_number = source.states_no_number();
  TG_ASSIGN_OR_RETURN(filing.last_day,
                      ReadDayOr(place, "expires", source.expires(), kNoDay));
  TG_ASSIGN_OR_RETURN(filing.filed,
                      ReadDayOr(place, "filed", source.filed(), kNoDay));
  const bool certificate = source.kind() == v1::FILING_KIND_CERTIFICATE;
  const bool assessment = source.kind() == v1::FILING_KIND_SECURITY_ASSESSMENT;
  if (certificate || assessment) {
    filing.first_day = issued;
    if (filing.last_day == kNoDay && issued != kNoDay) {
      const int years =
          certificate ? periods.certificate_years : periods.assessment_years;
      filing.last_day = AddYears(issued, years) - 1;
    }
    if (assessment && source.extension() == v1::EXTENSION_GRANTED) {
      filing.last_day = AddYears(filing.last_day, periods.extension_years);
    }
  } else {
    filing.first_day = effective;
    SetFilingWindow(periods, calendar, &filing);
  }
  return filing;
}

}  // namespace tongguan::policy
