#include "gateway/engine/smallest_change.h"

#include <algorithm>

#include "gateway/engine/weighing.h"

namespace tongguan::engine {
namespace {

// Beyond, which items to drop is not searched for the fewest.
constexpr size_t kMostItemsToWinnow = 32;

class Search {
 public:
  Search(const Facts& facts, const Tallies& tallies, v1::Decision* decision)
      : facts_(facts),
        tallies_(tallies),
        fresh_(tallies.fresh.value_or(facts.fresh)),
        decision_(decision) {}

  void Run() {
    if (Try(Duties()) || TryDropping(/*duties=*/false) ||
        Try(ListFilings(false)) || TryDropping(/*duties=*/true) ||
        Try(ListFilings(true)) || TryFewerPeople()) {
      return;
    }
    for (const Supposition& filing : {Contract(), Licence(), Assessment()}) {
      Supposition with_duties = filing;
      with_duties.duties_kept = true;
      if (Try(filing) || Try(with_duties)) return;
    }
  }

 private:
  bool Allows(const Supposition& suppose) const {
    Weighing weighing(facts_, tallies_, suppose, nullptr);
    weighing.Run();
    return weighing.Allows();
  }

  bool Try(const Supposition& suppose) {
    if (IsEmpty(suppose) || !Allows(suppose)) return false;
    Write(suppose);
    return true;
  }

  static bool IsEmpty(const Supposition& s) {
    return s.dropped.empty() && !s.duties_kept && !s.list_filings &&
           !s.contract && !s.assessment && !s.licensed &&
           !s.persons.has_value() && !s.sensitive.has_value();
  }

  bool Misses(v1::Missing what) const {
    return std::any_of(
        decision_->missing().begin(), decision_->missing().end(),
        [what](const v1::MissingEntry& m) { return m.what() == what; });
  }

  Supposition Duties() const {
    Supposition s;
    s.duties_kept =
        decision_->headline() == v1::RULE_ART10_DUTIES || HasDutyGap();
    return s;
  }

  bool HasDutyGap() const {
    return std::any_of(decision_->trace().begin(), decision_->trace().end(),
                       [](const v1::TraceStep& step) {
                         return step.effect() == v1::EFFECT_BLOCKS;
                       });
  }

  // Leaving out the items that stop the flow: none can be put back.
  bool TryDropping(bool duties) {
    if (duties && !HasDutyGap()) return false;
    Supposition s;
    for (const v1::ItemVerdict& item : decision_->items()) {
      if (!item.satisfied()) s.dropped.Add(item.item());
    }
    if (s.dropped.empty() || s.dropped.size() == facts_.items.size()) {
      return false;
    }
    s.duties_kept = duties;
    if (!Allows(s)) return false;
    if (s.dropped.size() <= kMostItemsToWinnow) Winnow(&s);
    Write(s);
    return true;
  }

  void Winnow(Supposition* s) const {
    for (uint32_t i : Items(s->dropped)) {
      if (s->dropped.size() == 1) return;
      Supposition fewer = *s;
      fewer.dropped = s->dropped - Items{i};
      if (Allows(fewer)) *s = fewer;
    }
  }

  Supposition ListFilings(bool duties) const {
    Supposition s;
    s.list_filings = Misses(v1::MISSING_LIST_FILING);
    s.duties_kept = s.list_filings && duties && HasDutyGap();
    return s;
  }

  static Supposition Contract() {
    Supposition s;
    s.contract = true;
    return s;
  }
  static Supposition Assessment() {
    Supposition s;
    s.assessment = true;
    return s;
  }
  static Supposition Licence() {
    Supposition s;
    s.licensed = true;
    return s;
  }

  // As Weighing takes them.
  int64_t NewPersons() const {
    return std::max(fresh_.persons,
                    facts_.persons_in_flow - tallies_.persons.people);
  }
  int64_t NewSensitive() const {
    return std::max(fresh_.sensitive,
                    facts_.sensitive_in_flow - tallies_.sensitive.people);
  }

  // The most people, of what the thresholds leave, that still may go.
  bool TryFewerPeople() {
    if (facts_.may_be_under_14 || !decision_->has_headroom()) return false;
    const v1::Regime& regime = facts_.policy.regime();
    const v1::Headroom& room = decision_->headroom();
    absl::InlinedVector<int64_t, 4> persons = {
        regime.assessment_persons().value() - 1,
        regime.automotive_important_persons().value() - 1 -
            room.sensitive_persons().after(),
        regime.small_volume_persons().value() - 1};
    for (const FilingFacts& filing : facts_.filings) {
      const int64_t approved = filing.filing->approved_people;
      if (approved > 0) {
        persons.push_back(approved - room.sensitive_persons().after());
      }
    }
    std::sort(persons.rbegin(), persons.rend());
    for (int64_t total : persons) {
      Supposition s;
      s.persons = total - room.persons().before();
      if (*s.persons > 0 && *s.persons < NewPersons() && Try(s)) {
        return true;
      }
    }
    Supposition s;
    s.sensitive = regime.assessment_sensitive().value() - 1 -
                  room.sensitive_persons().before();
    return *s.sensitive > 0 && *s.sensitive < NewSensitive() && Try(s);
  }

  void Write(const Supposition& s) {
    if (!s.dropped.empty()) {
      v1::Change* change = Add(v1::CHANGE_KIND_DROP_ITEMS);
      for (uint32_t i : s.dropped) change->add_items(i);
    }
    if (s.list_filings) {
      for (const v1::MissingEntry& missing : decision_->missing()) {
        if (missing.what() == v1::MISSING_LIST_FILING) {
          Add(v1::CHANGE_KIND_MAKE_LIST_FILING)
              ->set_reference(missing.reference());
        }
      }
    }
    if (s.persons.has_value() || s.sensitive.has_value()) {
      v1::Change* change = Add(v1::CHANGE_KIND_LOWER_PEOPLE);
      change->set_persons(s.persons.value_or(NewPersons()));
      change->set_sensitive_persons(s.sensitive.value_or(NewSensitive()));
    }
    if (s.contract) Add(v1::CHANGE_KIND_FILE_CONTRACT);
    if (s.licensed) Add(v1::CHANGE_KIND_OBTAIN_LICENCE);
    if (s.assessment) Add(v1::CHANGE_KIND_OBTAIN_ASSESSMENT);
    if (s.duties_kept) WriteDuties();
  }

  void WriteDuties() {
    v1::Change* change = Add(v1::CHANGE_KIND_KEEP_DUTIES);
    for (const v1::TraceStep& step : decision_->trace()) {
      if (step.effect() != v1::EFFECT_BLOCKS) continue;
      for (int64_t duty : step.operands()) {
        change->add_duties(static_cast<v1::Missing>(duty));
      }
    }
  }

  v1::Change* Add(v1::ChangeKind kind) {
    v1::Change* change = decision_->add_smallest_change();
    change->set_kind(kind);
    return change;
  }

  const Facts& facts_;
  const Tallies& tallies_;
  const NewPeople fresh_;
  v1::Decision* const decision_;
};

}  // namespace

void FindSmallestChange(const Facts& facts, const Tallies& tallies,
                        v1::Decision* decision) {
  Search(facts, tallies, decision).Run();
}

}  // namespace tongguan::engine
