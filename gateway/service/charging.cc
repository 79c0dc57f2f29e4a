#include "gateway/service/charging.h"

#include <utility>

#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"

namespace tongguan::service {
namespace {

using ledger::Account;

engine::Counter ToCounter(const std::optional<int64_t>& opening,
                          int64_t counted) {
  return {opening.has_value(), opening.value_or(0) + counted};
}

// What is known of the flow's people in an account's sets.
absl::Status LookUp(const Charged& charged, Account account, int32_t year,
                    const Book& book, ledger::Known* persons,
                    ledger::Known* sensitive) {
  TG_ASSIGN_OR_RETURN(
      *persons, book.look_up(TallySet(charged.exporter, account, false, year),
                             charged.people->persons));
  TG_ASSIGN_OR_RETURN(
      *sensitive, book.look_up(TallySet(charged.exporter, account, true, year),
                               charged.people->sensitive));
  return absl::OkStatus();
}

ledger::People Added(const ledger::Change& change) {
  ledger::People added = change.people;
  for (const auto& each : change.persons) added.persons += each.change();
  for (const auto& each : change.sensitive) added.sensitive += each.change();
  return added;
}

void Put(ledger::Known known, std::vector<ledger::Reference>* references) {
  if (!known.records.empty()) references->push_back({std::move(known)});
}

}  // namespace

Book BookOf(ledger::View& view) {
  return {[&view](const std::string& uscc, int32_t year) {
            return view.tally(uscc, year);
          },
          [&view](const ledger::SetKey& set, absl::string_view people) {
            return view.look_up(set, people);
          }};
}

Book BookOf(ledger::Ledger& ledger) {
  return {[&ledger](const std::string& uscc, int32_t year) {
            return ledger.ReadTally(uscc, year);
          },
          [&ledger](const ledger::SetKey& set, absl::string_view people) {
            return ledger.LookUp(set, people);
          }};
}

absl::StatusOr<Reckoning> Reckon(const Charged& charged,
                                 const engine::Question& question, int32_t year,
                                 const Book& book) {
  Reckoning reckoning;
  reckoning.year = year;
  engine::Tallies& tallies = reckoning.tallies;
  TG_ASSIGN_OR_RETURN(const ledger::Tally own,
                      book.tally(charged.exporter, year));
  tallies.persons = PersonsCounter(own);
  tallies.sensitive = SensitiveCounter(own);
  if (!tallies.persons.known || !tallies.sensitive.known) {
    reckoning.without_opening.push_back(charged.exporter);
  }
  for (const std::string& sibling : question.siblings()) {
    TG_ASSIGN_OR_RETURN(const ledger::Tally tally, book.tally(sibling, year));
    const engine::Counter persons = PersonsCounter(tally);
    if (!persons.known) reckoning.without_opening.push_back(sibling);
    tallies.group_persons.known &= persons.known;
    tallies.group_persons.people += persons.people;
  }
  if (charged.people == nullptr) return reckoning;
  TG_RETURN_IF_ERROR(LookUp(charged, Account::kCounted, year, book,
                            &reckoning.persons, &reckoning.sensitive));
  tallies.fresh = {reckoning.persons.fresh(), reckoning.sensitive.fresh()};
  return reckoning;
}

absl::Time OtherSide(absl::Time now, absl::Duration uncertainty) {
  for (const absl::Time other : {now - uncertainty, now + uncertainty}) {
    if (BeijingYear(other) != BeijingYear(now)) return other;
  }
  return now;
}

void SetWeighedYear(int32_t year, int64_t decided_at_micros,
                    v1::Decision* decision) {
  decision->set_weighed_year(year);
  decision->set_decided_at_micros(decided_at_micros);
  decision->add_warnings(v1::WARNING_WEIGHED_IN_OTHER_YEAR);
}

void Decide(const engine::Question& question, const Reckoning& reckoning,
            v1::Decision* decision) {
  question.Decide(reckoning.tallies, decision);
  if (decision->has_headroom()) {
    for (const std::string& uscc : reckoning.without_opening) {
      decision->mutable_headroom()->add_without_opening(uscc);
    }
  }
  decision->mutable_policy()->set_unsigned_policy(true);
  decision->add_warnings(v1::WARNING_UNSIGNED_POLICY);
}

absl::StatusOr<std::vector<ledger::Change>> Charge(const Charged& charged,
                                                   const Reckoning& reckoning,
                                                   const Book& book,
                                                   v1::Decision* decision) {
  std::vector<ledger::Change> changes;
  if (decision->verdict() != v1::VERDICT_ALLOW) return changes;
  for (const Account account : AccountsOf(decision->charging())) {
    ledger::Change& change = changes.emplace_back();
    change.exporter = charged.exporter;
    change.year = reckoning.year;
    change.account = account;
    if (charged.people == nullptr) {
      change.people = {decision->charged_persons(),
                       decision->charged_sensitive_persons()};
      continue;
    }
    ledger::Known persons = reckoning.persons;
    ledger::Known sensitive = reckoning.sensitive;
    if (account != Account::kCounted) {
      TG_RETURN_IF_ERROR(
          LookUp(charged, account, reckoning.year, book, &persons, &sensitive));
    }
    if (account != Account::kGba) {
      decision->set_charged_persons(persons.fresh());
      decision->set_charged_sensitive_persons(sensitive.fresh());
    }
    Put(std::move(persons), &change.persons);
    Put(std::move(sensitive), &change.sensitive);
  }
  return changes;
}

absl::Span<const Account> AccountsOf(v1::Charging charging) {
  static constexpr Account kCounted[] = {Account::kCounted};
  static constexpr Account kExempt[] = {Account::kExempt};
  static constexpr Account kListExempt[] = {Account::kListExempt};
  static constexpr Account kGba[] = {Account::kCounted, Account::kGba};
  switch (charging) {
    case v1::CHARGING_COUNTED:
      return kCounted;
    case v1::CHARGING_EXEMPT:
      return kExempt;
    case v1::CHARGING_LIST_EXEMPT:
      return kListExempt;
    case v1::CHARGING_GBA:
      return kGba;
    default:
      return {};
  }
}

bool Moved::any() const {
  return own.persons != 0 || own.sensitive != 0 || gba.persons != 0 ||
         gba.sensitive != 0;
}

Moved MovedIn(int32_t year, int32_t own_year, const ledger::People& own,
              const v1::DecisionRecord& record) {
  if (year == own_year) {
    return {own, {record.gba_persons(), record.gba_sensitive_persons()}};
  }
  if (year != record.also_year()) return {};
  return {{record.also_persons(), record.also_sensitive_persons()},
          {record.also_gba_persons(), record.also_gba_sensitive_persons()}};
}

engine::Counter PersonsCounter(const ledger::Tally& tally) {
  return ToCounter(tally.opening_persons, tally.counted.persons);
}

engine::Counter SensitiveCounter(const ledger::Tally& tally) {
  return ToCounter(tally.opening_sensitive, tally.counted.sensitive);
}

ledger::People NoteAdded(const std::vector<ledger::Change>& changes,
                         int32_t year, v1::DecisionRecord* record) {
  ledger::People of_body;
  for (const ledger::Change& change : changes) {
    const ledger::People added = Added(change);
    const bool gba = change.account == Account::kGba;
    if (change.year != year) {
      record->set_also_year(change.year);
      if (gba) {
        record->set_also_gba_persons(added.persons);
        record->set_also_gba_sensitive_persons(added.sensitive);
      } else {
        record->set_also_persons(added.persons);
        record->set_also_sensitive_persons(added.sensitive);
      }
    } else if (gba) {
      record->set_gba_persons(added.persons);
      record->set_gba_sensitive_persons(added.sensitive);
    } else {
      of_body = added;
    }
  }
  return of_body;
}

}  // namespace tongguan::service
