#include "gateway/policy/regime.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/policy/form.h"

namespace tongguan::policy {
namespace {

using google::protobuf::FieldDescriptor;

// Periods longer than this are slips of the pen; numbers of people are not.
constexpr int64_t kMaxPeriod = 1000;

absl::Status CheckOrder(const v1::Regime& regime) {
  absl::flat_hash_set<int> seen;
  for (int i = 0; i < regime.order_size(); ++i) {
    const std::string place = absl::StrCat("regime.order[", i, "]");
    const v1::OrderedRule& ordered = regime.order(i);
    if (!seen.insert(ordered.rule()).second) {
      return Refuse(place, absl::StrCat(v1::Rule_Name(ordered.rule()),
                                        " stands twice. Remove one."));
    }
    if (ordered.number().empty() || ordered.article().empty()) {
      return Refuse(place, "without number or article. Name both.");
    }
  }
  for (int rule = v1::Rule_MIN + 1; rule <= v1::Rule_MAX; ++rule) {
    if (!v1::Rule_IsValid(rule) || seen.contains(rule)) continue;
    return Refuse("regime.order",
                  absl::StrCat(v1::Rule_Name(static_cast<v1::Rule>(rule)),
                               " is missing. Add it."));
  }
  // Rules read what rules before them found: in another order the gate, say,
  // would be tried after everything was let go.
  for (int i = 0; i < regime.order_size(); ++i) {
    const auto due = static_cast<v1::Rule>(i + 1);
    if (regime.order(i).rule() == due) continue;
    return Refuse(absl::StrCat("regime.order[", i, "]"),
                  absl::StrCat("not in the order that this program reads the "
                               "rules in. Put ",
                               v1::Rule_Name(due), " here."));
  }
  return absl::OkStatus();
}

absl::Status CheckNumber(const std::string& place,
                         const v1::SourcedNumber& number) {
  // legal_duty_counts is a choice: 0, not counted, is a value of it.
  const bool choice = place == "regime.legal_duty_counts";
  if (choice && (number.value() < 0 || number.value() > 1)) {
    return Refuse(place, "neither 0 nor 1. Write one of them.");
  }
  if (!choice && number.value() <= 0) {
    return Refuse(place, "missing or not positive. Write the number.");
  }
  if (!number.article().empty()) return absl::OkStatus();
  return Refuse(place, "without article. Name its source.");
}

// All SourcedNumber and SourcedSwitch fields, whichever the message has.
absl::Status CheckSourced(const v1::Regime& regime) {
  const google::protobuf::Reflection* reflection = regime.GetReflection();
  for (int i = 0; i < v1::Regime::descriptor()->field_count(); ++i) {
    const FieldDescriptor* field = v1::Regime::descriptor()->field(i);
    if (field->is_repeated() || field->message_type() == nullptr) continue;
    const std::string place = absl::StrCat("regime.", field->name());
    const auto& message = reflection->GetMessage(regime, field);
    if (field->message_type() == v1::SourcedNumber::descriptor()) {
      TG_RETURN_IF_ERROR(
          CheckNumber(place, static_cast<const v1::SourcedNumber&>(message)));
    } else if (static_cast<const v1::SourcedSwitch&>(message)
                   .article()
                   .empty()) {
      return Refuse(place, "missing or without article. Name its source.");
    }
  }
  return absl::OkStatus();
}

template <typename Entries>
absl::Status CheckIds(absl::string_view place, const Entries& entries) {
  absl::flat_hash_set<absl::string_view> ids;
  for (const auto& entry : entries) {
    TG_RETURN_IF_ERROR(CheckIdentifier(place, entry.id()));
    const std::string at = absl::StrCat(place, " \"", entry.id(), "\"");
    if (!ids.insert(entry.id()).second) {
      return Refuse(at, "stands twice. Remove one.");
    }
    if (entry.article().empty()) {
      return Refuse(at, "without article. Name its source.");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPeriods(const v1::Regime& regime) {
  for (const auto* period :
       {&regime.contract_filing_working_days(), &regime.assessment_years(),
        &regime.certificate_years(), &regime.extension_years(),
        &regime.extension_working_days(), &regime.certificate_renewal_months(),
        &regime.record_years()}) {
    if (period->value() <= kMaxPeriod) continue;
    return Refuse("regime",
                  absl::StrCat("a period of ", period->value(), " is beyond ",
                               kMaxPeriod, ". Correct it."));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRegime(const v1::Regime& regime) {
  TG_RETURN_IF_ERROR(CheckIdentifier("regime.edition", regime.edition()));
  if (!ParseDay(regime.since()).ok()) {
    return Refuse("regime.since",
                  "missing or not a day. Write the day from which all of it is "
                  "the law, such as 2026-01-01.");
  }
  TG_RETURN_IF_ERROR(CheckOrder(regime));
  TG_RETURN_IF_ERROR(CheckSourced(regime));
  TG_RETURN_IF_ERROR(CheckPeriods(regime));
  if (regime.small_volume_persons().value() >=
      regime.assessment_persons().value()) {
    return Refuse("regime.small_volume_persons",
                  "not below assessment_persons. Correct one of them.");
  }
  TG_RETURN_IF_ERROR(
      CheckIdentifier("regime.automotive_sector", regime.automotive_sector()));
  TG_RETURN_IF_ERROR(
      CheckIds("regime.contract_activities", regime.contract_activities()));
  TG_RETURN_IF_ERROR(
      CheckIds("regime.certification_bodies", regime.certification_bodies()));
  if (regime.gba_cities().empty()) {
    return Refuse("regime.gba_cities", "empty. Name the nine cities.");
  }
  absl::flat_hash_set<absl::string_view> cities;
  for (const std::string& city : regime.gba_cities()) {
    TG_RETURN_IF_ERROR(CheckIdentifier("regime.gba_cities", city));
    if (cities.insert(city).second) continue;
    return Refuse("regime.gba_cities",
                  absl::StrCat(city, " stands twice. Remove one."));
  }
  return absl::OkStatus();
}

Day SinceOf(const v1::Regime& regime) { return *ParseDay(regime.since()); }

FilingPeriods PeriodsOf(const v1::Regime& regime) {
  FilingPeriods periods;
  periods.contract_filing_working_days =
      static_cast<int>(regime.contract_filing_working_days().value());
  periods.assessment_years =
      static_cast<int>(regime.assessment_years().value());
  periods.certificate_years =
      static_cast<int>(regime.certificate_years().value());
  periods.extension_years = static_cast<int>(regime.extension_years().value());
  return periods;
}

}  // namespace tongguan::policy
