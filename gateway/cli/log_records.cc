#include "gateway/cli/log_records.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/base/sha256.h"
#include "gateway/engine/validate.h"
#include "gateway/ledger/id.h"
#include "gateway/policy/parts.h"
#include "gateway/service/append.h"
#include "gateway/service/charging.h"
#include "gateway/service/flow_people.h"

namespace tongguan::cli {
namespace {

// What a fact must say beside a record, so that it is found by it.
struct Expected {
  std::string exporter = {};
  std::string request_id = {};
  int32_t verdict = 0;
  int32_t headline = 0;
  std::string settles_id = {};  // Id of the decision that it speaks of;
  bool settles = false;         // it settles it.
};

Expected ExpectedOf(const v1::DecisionRecord& record) {
  switch (record.body_case()) {
    case v1::DecisionRecord::kVerdict:
      return {record.verdict().flow().exporter(),
              record.verdict().flow().request_id(),
              record.verdict().decision().verdict(),
              record.verdict().decision().headline()};
    case v1::DecisionRecord::kSettlement:
      return {record.settlement().exporter(),
              record.settlement().request_id(),
              0,
              0,
              record.settlement().decision_id(),
              true};
    case v1::DecisionRecord::kCorrection:
      return {record.correction().exporter(),
              record.correction().request_id(),
              0,
              0,
              record.correction().decision_id(),
              !record.correction().proposal_id().empty()};
    case v1::DecisionRecord::kOpening:
      return {record.opening().exporter(), record.opening().request_id()};
    case v1::DecisionRecord::kPolicyActivation:
      return {service::kPolicyIndexKey};
    case v1::DecisionRecord::kKeyChange:
      return {service::kKeyIndexKey};
    case v1::DecisionRecord::kYearEnd:
      return {service::kYearIndexKey};
    case v1::DecisionRecord::kPruning:
      return {service::kPruningIndexKey};
    default:
      return {};
  }
}

bool Agrees(const ledger::Fact& fact, const v1::DecisionRecord& record) {
  const Expected expected = ExpectedOf(record);
  // Records of the gateway's own have no request.
  const bool asked = !expected.request_id.empty();
  bool settles_right = expected.settles == fact.settles.has_value();
  if (settles_right && expected.settles) {
    const auto id = ledger::ParseId(expected.settles_id);
    settles_right = id.ok() && id->index == *fact.settles;
  }
  return fact.exporter == expected.exporter &&
         fact.request_id == expected.request_id &&
         fact.owner == (asked ? expected.exporter : "") &&
         fact.digest ==
             (asked ? record.request_digest() : std::string(32, '\0')) &&
         fact.verdict == expected.verdict &&
         fact.headline == expected.headline && settles_right;
}

bool ChargesAnyone(const v1::DecisionRecord& record) {
  const v1::Decision& decision = record.verdict().decision();
  return decision.charged_persons() != 0 ||
         decision.charged_sensitive_persons() != 0 ||
         record.also_persons() != 0 || record.also_sensitive_persons() != 0 ||
         record.gba_persons() != 0 || record.gba_sensitive_persons() != 0 ||
         record.also_gba_persons() != 0 ||
         record.also_gba_sensitive_persons() != 0;
}

// Whether a clock might have taken that other year for the record's.
bool MayBeOf(int32_t year, const v1::DecisionRecord& record) {
  return year != record.year() && year == BeijingYear(OtherInstant(record));
}

// A charge never lowers a sum, and of people who were counted not more are
// charged than there were.
bool ChargeIsPossible(const v1::DecisionRecord& record) {
  const v1::Decision& decision = record.verdict().decision();
  const v1::People& people = record.verdict().flow().people();
  // Of both kinds: who is or may be under 14 is sensitive.
  int64_t most = 2 * engine::kMaxPeople;
  if (people.has_counted()) {
    most = std::min(people.counted().persons(), engine::kMaxPeople) +
           std::min(people.counted().sensitive_persons(), engine::kMaxPeople);
  }
  for (const int64_t charged :
       {decision.charged_persons(), decision.charged_sensitive_persons(),
        record.also_persons(), record.also_sensitive_persons(),
        record.gba_persons(), record.gba_sensitive_persons(),
        record.also_gba_persons(), record.also_gba_sensitive_persons()}) {
    if (charged < 0 || charged > most) return false;
  }
  return record.also_year() == 0 || MayBeOf(record.also_year(), record);
}

bool SamePeople(const ledger::People& a, const ledger::People& b) {
  return a.persons == b.persons && a.sensitive == b.sensitive;
}

// The tally that is kept, and what the records add up to: all of it, and what
// was counted by people.
bool SameTally(const ledger::Tally& kept, const ledger::Tally& sum,
               const ledger::Tally& exact) {
  return kept.opening_persons == sum.opening_persons &&
         kept.opening_sensitive == sum.opening_sensitive &&
         SamePeople(kept.counted, sum.counted) &&
         SamePeople(kept.exempt, sum.exempt) &&
         SamePeople(kept.list_exempt, sum.list_exempt) &&
         SamePeople(kept.gba, sum.gba) &&
         SamePeople(kept.counted_exact, exact.counted) &&
         SamePeople(kept.exempt_exact, exact.exempt) &&
         SamePeople(kept.list_exempt_exact, exact.list_exempt) &&
         SamePeople(kept.gba_exact, exact.gba);
}

}  // namespace

bool DecidedThatDay(const v1::DecisionRecord& record) {
  if (!record.has_verdict()) return true;
  const int64_t at = record.verdict().decision().decided_at_micros();
  return BeijingDay(absl::FromUnixMicros(at)) ==
         BeijingDay(absl::FromUnixMicros(record.time_micros()));
}

MaybeFinding RecordAudit::Take(uint64_t index, const ledger::RawRow& row,
                               const v1::DecisionRecord& record,
                               const ledger::Fact* fact) {
  const Place place{index, row.year};
  today_ = BeijingDay(absl::FromUnixMicros(row.time_micros));
  if (record.time_micros() != row.time_micros || record.year() != row.year) {
    return Say("verify.record_time", place.id());
  }
  if (fact != nullptr && !Agrees(*fact, record)) {
    return Say("verify.fact", place.id());
  }
  switch (record.body_case()) {
    case v1::DecisionRecord::kVerdict:
      return TakeVerdict(place, record);
    case v1::DecisionRecord::kSettlement:
      return TakeSettled(place, record, record.settlement().decision_id(),
                         record.settlement().exporter());
    case v1::DecisionRecord::kCorrection:
      return TakeSettled(place, record, record.correction().decision_id(),
                         record.correction().exporter());
    case v1::DecisionRecord::kOpening:
      return TakeOpening(place, record);
    case v1::DecisionRecord::kPolicyActivation:
      return TakeActivation(place, record);
    case v1::DecisionRecord::kKeyChange:
    case v1::DecisionRecord::kYearEnd:
    case v1::DecisionRecord::kPruning:
      return std::nullopt;  // The tree's business: see log_audit.cc.
    default:
      return Say("verify.kind", place.id());
  }
}

MaybeFinding RecordAudit::AddUp(const Place& place,
                                const ledger::Change& change, bool counted) {
  if (change.year == place.year) {
    const ledger::People counted = ledger::CountedBy(change);
    ledger::People& day = days_[{change.exporter, today_}];
    day.persons += counted.persons;
    day.sensitive += counted.sensitive;
  }
  ledger::Tally& sum = sums_[{change.exporter, change.year}];
  absl::Status added = ledger::Add(change, &sum);
  if (added.ok() && counted) {
    added = ledger::Add(change, &exact_[{change.exporter, change.year}]);
  }
  if (added.ok()) return std::nullopt;
  return Say("verify.sum", place.id(), std::string(added.message()));
}

MaybeFinding RecordAudit::TakeVerdict(const Place& place,
                                      const v1::DecisionRecord& record) {
  const v1::Decision& decision = record.verdict().decision();
  if (!DecidedThatDay(record)) return Say("verify.decided_day", place.id());
  if (decision.policy().digest() != policy_) {
    return Say("verify.other_policy", place.id());
  }
  if (decision.weighed_year() != 0 &&
      (decision.verdict() == v1::VERDICT_ALLOW ||
       !MayBeOf(decision.weighed_year(), record))) {
    return Say("verify.other_weighed", place.id(),
               absl::StrCat(decision.weighed_year()));
  }
  if (replays_) {
    const int32_t weighed = decision.weighed_year();
    const bool known = Known(record.year()) && (weighed == 0 || Known(weighed));
    if (auto wrong = replay_.Take(place.id(), record, sums_, known)) {
      return wrong;
    }
  }
  if (decision.verdict() != v1::VERDICT_ALLOW) {
    return ChargesAnyone(record)
               ? MaybeFinding(Say("verify.charged", place.id()))
               : std::nullopt;
  }
  if (!ChargeIsPossible(record)) return Say("verify.sum", place.id());
  const Allowed allowed = AllowedOf(place.index, record);
  allowed_.Keep(allowed);
  return AddAll(place, allowed, record, allowed.charged);
}

// What a decision of a pruned year charged is not known; neither is what was
// taken off it.
bool RecordAudit::OfPruned(const std::string& decision_id) {
  const auto id = ledger::ParseId(decision_id);
  return id.ok() && id->index < begin_.first;
}

const Allowed* RecordAudit::FindDecision(const Place& place,
                                         const std::string& id,
                                         const std::string& exporter) {
  const auto parsed = ledger::ParseId(id);
  if (!parsed.ok() || parsed->index >= place.index) return nullptr;
  const Allowed* const decided = allowed_.Find(parsed->index);
  const bool right = decided != nullptr && decided->year == parsed->year &&
                     decided->exporter == exporter;
  return right ? decided : nullptr;
}

MaybeFinding RecordAudit::TakeSettled(const Place& place,
                                      const v1::DecisionRecord& record,
                                      const std::string& decision_id,
                                      const std::string& exporter) {
  if (OfPruned(decision_id)) return std::nullopt;
  const std::string id = place.id();
  const Allowed* const decided = FindDecision(place, decision_id, exporter);
  if (decided == nullptr) return Say("verify.settles", id, decision_id);
  const SettledAudit::Step step{place.index, id, record, *decided};
  if (auto wrong = record.has_settlement() ? settled_.TakeSettlement(step)
                                           : settled_.TakeCorrection(step)) {
    return wrong;
  }
  return AddAll(place, *decided, record, AddedBy(record));
}

MaybeFinding RecordAudit::TakeOpening(const Place& place,
                                      const v1::DecisionRecord& record) {
  const v1::OpeningRecord& opening = record.opening();
  ledger::Change change;
  change.exporter = opening.exporter();
  change.year = opening.year();
  if (opening.has_persons()) change.opening_persons = opening.persons();
  if (opening.has_sensitive_persons()) {
    change.opening_sensitive = opening.sensitive_persons();
  }
  const ledger::Tally& before = sums_[{change.exporter, change.year}];
  // Absent is less than any number.
  const bool lowered = (change.opening_persons &&
                        change.opening_persons < before.opening_persons) ||
                       (change.opening_sensitive &&
                        change.opening_sensitive < before.opening_sensitive);
  if (lowered || opening.year() != record.year()) {
    return Say("verify.opening", place.id());
  }
  return AddUp(place, change);
}

MaybeFinding RecordAudit::TakeActivation(const Place& place,
                                         const v1::DecisionRecord& record) {
  const v1::PolicyActivationRecord& activation = record.policy_activation();
  if (activation.previous_digest() != absl::BytesToHexString(policy_)) {
    return Say("verify.previous_policy", place.id());
  }
  policy_ = activation.policy().digest();
  const auto text = source_.part(policy_);
  if (!text.ok() || DigestBytes(Sha256(*text)) != policy_) {
    return Say("verify.part", place.id(), absl::BytesToHexString(policy_));
  }
  const auto manifest = policy::ParseManifest(*text);
  if (!manifest.ok() || manifest->parts_size() != activation.parts_size()) {
    return Say("verify.part", place.id(), absl::BytesToHexString(policy_));
  }
  parts_.insert(policy_);
  for (int i = 0; i < activation.parts_size(); ++i) {
    const std::string& digest = activation.parts(i);
    parts_.insert(digest);
    const auto part = source_.part(digest);
    if (manifest->parts(i).digest() != digest || !part.ok() ||
        DigestBytes(Sha256(*part)) != digest) {
      return Say("verify.part", place.id(), absl::BytesToHexString(digest));
    }
  }
  return std::nullopt;
}

// What a record adds under a decision, its own or the one it settles: in that
// one's year, and in the year that was charged as well.
MaybeFinding RecordAudit::AddAll(const Place& place, const Allowed& decided,
                                 const v1::DecisionRecord& record,
                                 const ledger::People& people) {
  const ledger::People also{record.also_persons(),
                            record.also_sensitive_persons()};
  const auto accounts = service::AccountsOf(decided.charging);
  // Declared people are as new in the one tally as in the other.
  const bool under_gba = accounts.size() > 1;
  const bool gba_right =
      (under_gba && decided.counted) ||
      (SamePeople(GbaOf(record), under_gba ? people : ledger::People()) &&
       SamePeople(AlsoGbaOf(record), under_gba ? also : ledger::People()));
  if (!gba_right) return Say("verify.sum", place.id());
  for (const ledger::Account account : accounts) {
    const bool is_gba = account == ledger::Account::kGba;
    ledger::Change change;
    change.exporter =
        std::string(decided.exporter.data(), decided.exporter.size());
    change.account = account;
    change.year = decided.year;
    change.people = is_gba ? GbaOf(record) : people;
    if (auto wrong = AddUp(place, change, decided.counted)) return wrong;
    if (record.also_year() == 0) continue;
    change.year = record.also_year();
    change.people = is_gba ? AlsoGbaOf(record) : also;
    if (auto wrong = AddUp(place, change, decided.counted)) return wrong;
  }
  return std::nullopt;
}

MaybeFinding RecordAudit::EndDays(
    const std::map<ledger::DayKey, ledger::People>& kept) {
  std::map<ledger::DayKey, ledger::People> all = kept;
  all.insert(days_.begin(), days_.end());
  for (const auto& [key, ignored] : all) {
    const int32_t year = BeijingYear(StartOfBeijingDay(key.second));
    if (begin_.first > 0 && year <= begin_.year) continue;
    const auto sum = days_.find(key);
    const auto there = kept.find(key);
    // A day of nobody is kept where some came and went again.
    if (sum == days_.end() ||
        !SamePeople(sum->second,
                    there == kept.end() ? ledger::People() : there->second)) {
      return Finding{"verify.day",
                     {{"0", key.first}, {"1", FormatDay(key.second)}}};
    }
  }
  return std::nullopt;
}

MaybeFinding RecordAudit::EndSets(const std::map<ledger::SetKey, int64_t>& kept,
                                  int32_t from) {
  Sums sums = exact_;
  // Nobody in a set that no record adds to would be charged when he comes. A
  // tally's set is named after the exporter, whose code has no slash.
  for (const auto& [set, people] : kept) {
    sums.try_emplace({set.name.substr(0, set.name.find('/')), set.year});
  }
  for (const auto& [key, sum] : sums) {
    const auto& [exporter, year] = key;
    if (year < from || !Known(year)) continue;
    for (const auto& [account, people] :
         {std::pair{ledger::Account::kCounted, sum.counted},
          {ledger::Account::kExempt, sum.exempt},
          {ledger::Account::kListExempt, sum.list_exempt},
          {ledger::Account::kGba, sum.gba}}) {
      for (const bool sensitive : {false, true}) {
        const auto set =
            kept.find(service::TallySet(exporter, account, sensitive, year));
        if ((set == kept.end() ? 0 : set->second) !=
            (sensitive ? people.sensitive : people.persons)) {
          return Say("verify.set_sum", exporter, absl::StrCat(year));
        }
      }
    }
  }
  return std::nullopt;
}

MaybeFinding RecordAudit::End(
    const std::vector<std::pair<ledger::TallyKey, ledger::Tally>>& kept) {
  const auto wrong = [](const ledger::TallyKey& key) {
    return Finding{"verify.tally",
                   {{"0", key.first}, {"1", absl::StrCat(key.second)}}};
  };
  size_t found = 0;
  for (const auto& [key, tally] : kept) {
    if (!Known(key.second)) continue;
    if (sums_.count(key) == 0 ||
        !SameTally(tally, TallyAt(sums_, key), TallyAt(exact_, key))) {
      return wrong(key);
    }
    ++found;
  }
  if (found == sums_.size()) return std::nullopt;
  for (const auto& [key, sum] : sums_) {
    if (!Known(key.second)) continue;
    const ledger::TallyKey& wanted = key;
    const bool missing =
        std::none_of(kept.begin(), kept.end(),
                     [&](const auto& tally) { return tally.first == wanted; });
    if (missing && !SameTally({}, sum, TallyAt(exact_, key))) return wrong(key);
  }
  return std::nullopt;
}

}  // namespace tongguan::cli
