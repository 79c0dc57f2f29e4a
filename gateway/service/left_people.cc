#include "gateway/service/left_people.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/base/status_macros.h"
#include "gateway/engine/validate.h"
#include "gateway/service/charging.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

absl::Status CheckSets(absl::string_view field, const v1::People& people) {
  if (people.has_staged()) return absl::OkStatus();
  if (!people.has_exact()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                        "wrong.left_no_set");
  }
  const v1::PseudonymSet& set = people.exact();
  for (const auto& [name, bytes] :
       {std::pair<const char*, absl::string_view>("persons", set.persons()),
        {"sensitive_persons", set.sensitive_persons()}}) {
    const absl::Status form = people::CheckSet(bytes);
    if (form.ok()) continue;
    return text::Refuse(absl::StatusCode::kInvalidArgument,
                        absl::StrCat(field, ".exact.", name),
                        "wrong.people_set", {std::string(form.message())});
  }
  const int64_t both =
      people::CountOf(set.persons()) + people::CountOf(set.sensitive_persons());
  if (both <= engine::kMaxInlinePeople) return absl::OkStatus();
  return text::Refuse(
      absl::StatusCode::kInvalidArgument, absl::StrCat(field, ".exact"),
      "wrong.people_inline",
      {absl::StrCat(both), absl::StrCat(engine::kMaxInlinePeople)});
}

absl::Status CheckAtMost(absl::string_view field, int64_t left,
                         int64_t charged) {
  if (left <= charged) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, field,
                      "wrong.above_charged",
                      {absl::StrCat(left), absl::StrCat(charged)});
}

bool AllSensitive(const v1::Flow& flow) {
  return flow.has_duties() && flow.duties().under_14() != v1::FACT_NO;
}

people::Sets SetsOf(const LeftPeople& left) {
  if (left.left != nullptr) return left.left->sets;
  return {left.people->sets.key_id, {}, {}};
}

// The numbers that left until now.
ledger::People LeftBefore(const Decided& decided,
                          const v1::DecisionRecord* before) {
  if (before == nullptr) {
    return {decided.decision().charged_persons(),
            decided.decision().charged_sensitive_persons()};
  }
  if (before->has_settlement()) {
    return {before->settlement().persons_left(),
            before->settlement().sensitive_persons_left()};
  }
  return {before->correction().persons_left(),
          before->correction().sensitive_persons_left()};
}

std::vector<int32_t> YearsOf(const v1::DecisionRecord& record) {
  std::vector<int32_t> years = {record.year()};
  if (record.also_year() != 0) years.push_back(record.also_year());
  return years;
}

// Of a year, one an account, in which nobody moves yet.
std::vector<ledger::Change> NewChanges(const Decided& decided, int32_t year) {
  std::vector<ledger::Change> changes;
  for (const auto account : AccountsOf(decided.decision().charging())) {
    ledger::Change& change = changes.emplace_back();
    change.exporter = decided.flow().exporter();
    change.year = year;
    change.account = account;
  }
  return changes;
}

// Whether both years of the decision were charged the same. Numbers that were
// declared as new may be new in one year and not in the other; then it is not
// known whom of the other year's those are who stayed, and its charge stands.
bool ChargedAlike(const Decided& decided) {
  return decided.record.also_persons() ==
             decided.decision().charged_persons() &&
         decided.record.also_sensitive_persons() ==
             decided.decision().charged_sensitive_persons();
}

absl::StatusOr<Adjustment> AdjustNumbers(const Decided& decided,
                                         const v1::DecisionRecord* before,
                                         const LeftPeople& left) {
  const v1::Decision& decision = decided.decision();
  TG_RETURN_IF_ERROR(
      CheckAtMost("persons_left", left.persons, decision.charged_persons()));
  TG_RETURN_IF_ERROR(CheckAtMost("sensitive_persons_left", left.sensitive,
                                 decision.charged_sensitive_persons()));
  const ledger::People was = LeftBefore(decided, before);
  Adjustment adjustment;
  adjustment.persons_left = left.persons;
  adjustment.sensitive_left = left.sensitive;
  for (const int32_t year : YearsOf(decided.record)) {
    if (year != decided.record.year() && !ChargedAlike(decided)) continue;
    for (ledger::Change& change : NewChanges(decided, year)) {
      change.people = {left.persons - was.persons,
                       left.sensitive - was.sensitive};
      adjustment.changes.push_back(std::move(change));
    }
  }
  return adjustment;
}

// The people of `people` whom the set has (or lacks).
std::string Part(const ledger::Known& known, bool in) {
  std::string part;
  for (size_t i = 0; i < known.records.size(); ++i) {
    if ((known.records[i] > 0) == in) {
      part.append(known.people.data() + i * people::kPseudonymSize,
                  people::kPseudonymSize);
    }
  }
  return part;
}

// One class of a decision's people in one year: who stays goes out of the sets
// that the decision put them in, who left after all comes back into them.
struct Mover {
  ledger::View& view;
  absl::string_view out, back;

  static absl::Status Refer(ledger::View& view, const ledger::SetKey& set,
                            absl::string_view people,
                            ledger::Reference reference,
                            std::vector<ledger::Reference>* references) {
    if (people.empty()) return absl::OkStatus();
    TG_ASSIGN_OR_RETURN(reference.known, view.look_up(set, people));
    references->push_back(std::move(reference));
    return absl::OkStatus();
  }
  absl::Status Move(const ledger::SetKey& set,
                    std::vector<ledger::Reference>* references) const {
    TG_RETURN_IF_ERROR(Refer(view, set, out, {{}, true}, references));
    return Refer(view, set, back, {{}, false, true}, references);
  }
  // Who stays is in this set, and who left is not.
  absl::Status Remember(const ledger::SetKey& returned,
                        std::vector<ledger::Reference>* references) const {
    TG_RETURN_IF_ERROR(Refer(view, returned, out, {}, references));
    return Refer(view, returned, back, {{}, true}, references);
  }
};

absl::StatusOr<Mover> FindMovers(const ledger::SetKey& returned,
                                 absl::string_view all, absl::string_view left,
                                 ledger::View& view,
                                 std::deque<std::string>* sets) {
  const std::string& stay = sets->emplace_back(Without(all, left));
  TG_ASSIGN_OR_RETURN(const ledger::Known staying,
                      view.look_up(returned, stay));
  TG_ASSIGN_OR_RETURN(const ledger::Known leaving,
                      view.look_up(returned, left));
  const std::string& out = sets->emplace_back(Part(staying, false));
  const std::string& back = sets->emplace_back(Part(leaving, true));
  return Mover{view, out, back};
}

absl::Status CheckPeople(const Decided& decided, const LeftPeople& left) {
  const people::Sets& all = left.people->sets;
  const people::Sets some = SetsOf(left);
  if (DigestBytes(people::RecordDigest(decided.index, all)) !=
      decided.flow().people().counted().digest()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "people",
                        "wrong.other_people");
  }
  if (some.key_id == all.key_id && Without(some.persons, all.persons).empty() &&
      Without(some.sensitive_persons, all.sensitive_persons).empty()) {
    return absl::OkStatus();
  }
  return text::Refuse(absl::StatusCode::kInvalidArgument, "left",
                      "wrong.left_others");
}

// What both classes change in a year.
struct YearChange {
  std::vector<ledger::Change> changes;
  std::vector<ledger::Reference> remembered;
};
absl::StatusOr<YearChange> MoveAll(const Decided& decided, int32_t year,
                                   const absl::string_view all[2],
                                   const absl::string_view left[2],
                                   ledger::View& view,
                                   std::deque<std::string>* sets) {
  YearChange moved{NewChanges(decided, year), {}};
  for (const bool sensitive : {false, true}) {
    const ledger::SetKey returned = ReturnedSet(decided.index, sensitive, year);
    TG_ASSIGN_OR_RETURN(
        const Mover mover,
        FindMovers(returned, all[sensitive], left[sensitive], view, sets));
    TG_RETURN_IF_ERROR(mover.Remember(returned, &moved.remembered));
    for (ledger::Change& change : moved.changes) {
      TG_RETURN_IF_ERROR(
          mover.Move(TallySet(change.exporter, change.account, sensitive, year),
                     sensitive ? &change.sensitive : &change.persons));
    }
    const v1::VerdictRecord& verdict = decided.record.verdict();
    const std::string& route =
        sensitive ? verdict.sensitive_route() : verdict.route();
    if (year != decided.record.year() || route.empty()) continue;
    TG_RETURN_IF_ERROR(mover.Move(
        RouteSet(route, decided.flow(), sensitive, year), &moved.remembered));
  }
  return moved;
}

absl::StatusOr<Adjustment> AdjustPeople(const Decided& decided,
                                        LeftPeople* left, ledger::View& view) {
  TG_RETURN_IF_ERROR(left->people->refusal);
  if (left->left != nullptr) TG_RETURN_IF_ERROR(left->left->refusal);
  TG_RETURN_IF_ERROR(CheckPeople(decided, *left));
  absl::string_view all[] = {left->people->sets.persons,
                             left->people->sets.sensitive_persons};
  const people::Sets some = SetsOf(*left);
  absl::string_view gone[] = {some.persons, some.sensitive_persons};
  left->sets.clear();
  if (AllSensitive(decided.flow())) {
    all[1] = left->sets.emplace_back(Union(all[0], all[1]));
    gone[1] = left->sets.emplace_back(Union(gone[0], gone[1]));
    all[0] = gone[0] = {};
  }
  Adjustment adjustment;
  adjustment.persons_left = people::CountOf(some.persons);
  adjustment.sensitive_left = people::CountOf(some.sensitive_persons);
  absl::Status erased;
  for (const int32_t year : YearsOf(decided.record)) {
    auto moved = MoveAll(decided, year, all, gone, view, &left->sets);
    if (absl::IsFailedPrecondition(moved.status())) {
      erased = moved.status();  // The people are gone: its charge stands.
      continue;
    }
    TG_RETURN_IF_ERROR(moved.status());
    std::move(moved->changes.begin(), moved->changes.end(),
              std::back_inserter(adjustment.changes));
    std::move(moved->remembered.begin(), moved->remembered.end(),
              std::back_inserter(adjustment.remembered));
  }
  if (adjustment.changes.empty()) return erased;
  return adjustment;
}

}  // namespace

void LeftPeople::Take(const std::string& exporter, const v1::People* all,
                      const v1::People* left_of_them, Staging* staging,
                      absl::Time now) {
  if (all != nullptr) people = TakePeople(*all, exporter, false, staging, now);
  if (left_of_them != nullptr) {
    left = TakePeople(*left_of_them, exporter, false, staging, now);
  }
}

absl::Status CheckLeftPeople(bool has_people, const v1::People& people,
                             bool has_left, const v1::People& left,
                             int64_t persons_left, int64_t sensitive_left) {
  if (!has_people) {
    if (!has_left) return absl::OkStatus();
    return text::Refuse(absl::StatusCode::kInvalidArgument, "people",
                        "wrong.left_without_people");
  }
  if (persons_left != 0 || sensitive_left != 0) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "persons_left",
                        "wrong.left_numbers");
  }
  TG_RETURN_IF_ERROR(CheckSets("people", people));
  return has_left ? CheckSets("left", left) : absl::OkStatus();
}

absl::StatusOr<Adjustment> Adjust(const Decided& decided,
                                  const v1::DecisionRecord* before,
                                  LeftPeople* left, ledger::View& view) {
  const bool exact = decided.flow().people().has_counted();
  if (left->people != nullptr) {
    if (exact) return AdjustPeople(decided, left, view);
    return text::Refuse(absl::StatusCode::kInvalidArgument, "people",
                        "wrong.were_declared");
  }
  if (!exact) return AdjustNumbers(decided, before, *left);
  const v1::Decision& decision = decided.decision();
  const bool all = left->persons == decision.charged_persons() &&
                   left->sensitive == decision.charged_sensitive_persons();
  if (!all || before != nullptr) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "people",
                        "wrong.were_counted");
  }
  Adjustment adjustment;
  adjustment.persons_left = left->persons;
  adjustment.sensitive_left = left->sensitive;
  return adjustment;
}

v1::CountedPeople LeftOf(const LeftPeople& left, uint64_t index) {
  const people::Sets sets = SetsOf(left);
  v1::CountedPeople counted;
  counted.set_key_id(std::string(sets.key_id));
  counted.set_persons(people::CountOf(sets.persons));
  counted.set_sensitive_persons(people::CountOf(sets.sensitive_persons));
  counted.set_digest(DigestBytes(people::RecordDigest(index, sets)));
  return counted;
}

bool SameLeft(const LeftPeople& left, const v1::CountedPeople& counted,
              uint64_t index) {
  if (left.people == nullptr) return counted.digest().empty();
  return counted.digest() ==
         DigestBytes(people::RecordDigest(index, SetsOf(left)));
}

}  // namespace tongguan::service
