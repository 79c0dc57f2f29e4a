#include "gateway/policy/filing.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/identifier.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/calendar.h"
#include "gateway/policy/form.h"
#include "gateway/policy/purpose.h"

namespace tongguan::policy {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

absl::Status CheckNames(const Entry& entry, absl::string_view field,
                        const Names& names, bool empty_too = false) {
  const auto bad =
      std::find_if(names.begin(), names.end(), [=](const std::string& name) {
        return !IsIdentifier(name) && !(empty_too && name.empty());
      });
  if (bad == names.end()) return absl::OkStatus();
  return CheckIdentifier(
      entry.Text(absl::StrCat(".scope.", field, "[", bad - names.begin(), "]")),
      *bad);
}

absl::Status Empty(const Entry& entry, absl::string_view field,
                   absl::string_view mend) {
  return Refuse(entry.Text(absl::StrCat(".scope.", field)),
                absl::StrCat("empty, so the filing covers nothing. ", mend));
}

absl::Status CheckScope(const Entry& entry, const v1::Filing& filing) {
  const v1::FilingScope& scope = filing.scope();
  if (scope.items().empty() && scope.categories().empty()) {
    return Empty(entry, "categories", "Name categories or items.");
  }
  if (scope.purposes().empty()) {
    return Empty(entry, "purposes", "Name the filed purposes.");
  }
  if (scope.scenarios().empty()) {
    return Empty(entry, "scenarios",
                 "Name the filed scenarios; \"\" is for flows without one.");
  }
  // A certificate serves its holder's group (O20).
  if (scope.recipients().empty() &&
      filing.kind() != v1::FILING_KIND_CERTIFICATE) {
    return Empty(entry, "recipients", "Name the filed recipients.");
  }
  for (int i = 0; i < scope.purposes_size(); ++i) {
    if (IsPurposeId(scope.purposes(i))) continue;
    return Refuse(entry.Text(absl::StrCat(".scope.purposes[", i, "]")),
                  absl::StrCat("\"", scope.purposes(i),
                               "\" is not a purpose. Name one, such as "
                               "human_resources or contract_necessity:visa."));
  }
  TG_RETURN_IF_ERROR(CheckNames(entry, "recipients", scope.recipients()));
  TG_RETURN_IF_ERROR(CheckNames(entry, "scenarios", scope.scenarios(), true));
  TG_RETURN_IF_ERROR(CheckNames(entry, "categories", scope.categories()));
  TG_RETURN_IF_ERROR(CheckNames(entry, "items", scope.items()));
  return CheckNames(entry, "onward", scope.onward());
}

absl::Status CheckScale(const Entry& entry, const v1::Filing& filing) {
  constexpr char kField[] = ".approved_people";
  if (filing.approved_people() < 0) {
    return Refuse(entry.Text(kField), "negative. Write the approved number.");
  }
  if (filing.kind() != v1::FILING_KIND_SECURITY_ASSESSMENT) {
    return absl::OkStatus();
  }
  if (filing.approved_people() > 0 && filing.states_no_number()) {
    return Refuse(entry.Text(kField),
                  "given although states_no_number is. Keep one.");
  }
  if (filing.approved_people() == 0 && !filing.states_no_number()) {
    return Refuse(entry.Text(kField),
                  "missing. Write the approved number, or "
                  "states_no_number: true if the result names none.");
  }
  return absl::OkStatus();
}

// A date that may be left out; then `none`.
absl::StatusOr<Day> ReadDayOr(const Entry& entry, const char* field,
                              absl::string_view text, Day none) {
  if (text.empty()) return none;
  const absl::StatusOr<Day> day = ParseDay(text);
  if (day.ok()) return day;
  return ReadDay(entry.Text(absl::StrCat(".", field)), text);
}

void SetFilingWindow(const FilingPeriods& periods, const Calendar& calendar,
                     Filing* filing) {
  if (filing->first_day == kNoDay) return;
  filing->last_day_to_file = calendar.AddWorkingDays(
      filing->first_day, periods.contract_filing_working_days);
  filing->window_in_calendar = calendar.IsLoaded(filing->first_day + 1) &&
                               calendar.IsLoaded(filing->last_day_to_file);
}

// An assessment and a certificate last so many years, and a granted extension
// so many more (O16 art 9, O20): a later last day is a slip, mostly an expiry
// that has the extension in it already. The anniversary itself may be stated.
absl::Status CheckTerm(const Entry& entry, int years, int extension_years,
                       Day issued, Day last_day) {
  if (issued == kNoDay ||
      last_day <= AddYears(issued, years + extension_years)) {
    return absl::OkStatus();
  }
  const std::string allowed =
      absl::StrCat("later than the ", years, " years ",
                   extension_years > 0 ? "and the extension " : "",
                   "from its day of issue allow. ");
  return Refuse(
      entry.Text(".expires"),
      absl::StrCat(allowed, extension_years > 0
                                ? "The granted extension is added to it: "
                                  "state the original expiry."
                                : "Correct it or issued; an approved "
                                  "extension is EXTENSION_GRANTED."));
}

// The days of what has a term of years.
absl::Status SetTerm(const Entry& entry, const v1::Filing& source,
                     const FilingPeriods& periods, Day issued, Filing* filing) {
  const bool assessment = source.kind() == v1::FILING_KIND_SECURITY_ASSESSMENT;
  const int years =
      assessment ? periods.assessment_years : periods.certificate_years;
  const bool extended =
      assessment && source.extension() == v1::EXTENSION_GRANTED;
  const int extension_years = extended ? periods.extension_years : 0;
  filing->first_day = issued;
  if (filing->last_day == kNoDay && issued != kNoDay) {
    filing->last_day = AddYears(issued, years) - 1;
  }
  filing->last_day = AddYears(filing->last_day, extension_years);
  return CheckTerm(entry, years, extension_years, issued, filing->last_day);
}

}  // namespace

absl::StatusOr<Day> ReadDay(absl::string_view place, absl::string_view text) {
  const absl::StatusOr<Day> day = ParseDay(text);
  if (day.ok()) return day;
  return Refuse(place, absl::StrCat(day.status().message(), "."));
}

absl::StatusOr<Filing> CompileFiling(const Entry& entry,
                                     const v1::Filing& source,
                                     const FilingPeriods& periods,
                                     const Calendar& calendar,
                                     Strings* strings) {
  TG_RETURN_IF_ERROR(CheckScope(entry, source));
  TG_RETURN_IF_ERROR(CheckScale(entry, source));
  TG_RETURN_IF_ERROR(
      ReadDayOr(entry, "signed_on", source.signed_on(), kNoDay).status());
  TG_ASSIGN_OR_RETURN(
      const Day effective,
      ReadDayOr(entry, "effective", source.effective(), kNoDay));
  TG_ASSIGN_OR_RETURN(const Day issued,
                      ReadDayOr(entry, "issued", source.issued(), kNoDay));
  Filing filing;
  filing.kind = source.kind();
  filing.status = source.status();
  filing.scope = FilingScope(source.scope(), strings);
  filing.approved_people = source.approved_people();
  filing.body = strings->Keep(source.body());
  filing.states_no_number = source.states_no_number();
  TG_ASSIGN_OR_RETURN(filing.last_day,
                      ReadDayOr(entry, "expires", source.expires(), kNoDay));
  TG_ASSIGN_OR_RETURN(filing.filed,
                      ReadDayOr(entry, "filed", source.filed(), kNoDay));
  const bool certificate = source.kind() == v1::FILING_KIND_CERTIFICATE;
  const bool assessment = source.kind() == v1::FILING_KIND_SECURITY_ASSESSMENT;
  if (certificate || assessment) {
    TG_RETURN_IF_ERROR(SetTerm(entry, source, periods, issued, &filing));
  } else {
    filing.first_day = effective;
    SetFilingWindow(periods, calendar, &filing);
  }
  return filing;
}

}  // namespace tongguan::policy
