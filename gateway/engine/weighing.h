// One decision under way: the facts of a question, the tallies, and what the
// rules have said so far. The rules (rules.h) ask it for totals and filings and
// tell it their demands, reliefs and steps; Conclude sums up. Single-threaded.
#ifndef TONGGUAN_GATEWAY_ENGINE_WEIGHING_H_
#define TONGGUAN_GATEWAY_ENGINE_WEIGHING_H_

#include <bitset>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "gateway/engine/engine.h"
#include "gateway/engine/facts.h"
#include "gateway/engine/items.h"
#include "gateway/engine/reference.h"

namespace tongguan::engine {

// How strict a mechanism is. Greater is stricter.
enum class Level { kNone, kContract, kAssessment, kUndetermined, kSpecial };
Level LevelOf(v1::Mechanism mechanism);

// What is supposed beyond the facts, to find the smallest change that gives
// ALLOW. Empty for the decision itself.
struct Supposition {
  Items dropped;                     // These items stay at home.
  bool duties_kept = false;          // Every duty of O16 art 10 is kept.
  bool list_filings = false;         // Every list filing is made.
  bool contract = false;             // A contract covers the flow.
  bool assessment = false;           // An assessment covers the flow.
  bool licensed = false;             // Licences and approvals are held.
  std::optional<int64_t> persons;    // At most so many new persons.
  std::optional<int64_t> sensitive;  // At most so many new sensitive persons.
};

class Weighing {
 public:
  // What the rules say is written into `decision`, which must be empty. Null:
  // of a supposition nothing is wanted but what it Allows.
  Weighing(const Facts& facts, const Tallies& tallies,
           const Supposition& suppose, v1::Decision* decision);
  ~Weighing();

  // Runs every rule in the regime's order, which is that of v1::Rule.
  void Run();
  bool Allows() const;
  // Writes the decision but for the smallest change and the stamp. Run must
  // have been called.
  void Conclude();

  // ---- What rules ask.
  const Facts& facts() const { return facts_; }
  const v1::Flow& flow() const { return facts_.flow; }
  const v1::Regime& regime() const { return facts_.policy.regime(); }
  const Supposition& suppose() const { return suppose_; }

  // Items by what has been said so far; dropped ones are never among them.
  const Items& All() const { return all_; }
  // Is or may be personal information.
  const Items& Personal() const { return personal_; }
  // Important data, by its flag or by volume.
  const Items& Important() const { return important_; }
  // Covered by rule 10.
  const Items& OnAssessment() const { return on_assessment_; }
  // Personal and not released.
  Items Remaining() const { return personal_ - released_; }
  // Remaining, and not settled by a list: for rules 13 and 14; nor by the GBA
  // contract: for rules 15 and 16.
  Items ForSmallVolume() const { return Remaining() - list_settled_; }
  Items ForVolume() const { return ForSmallVolume() - gba_settled_; }

  // The items that a size rule speaks of.
  const Items& SizedBy(const v1::ListRow& rule) const {
    return rule.every() == v1::ROW_ITEMS_PERSONAL ? personal_ : sensitive_;
  }

  bool has_personal() const { return !personal_.empty(); }
  bool has_important() const { return !important_.empty(); }
  bool sensitive_flow() const { return sensitive_flow_; }
  // The impact assessment is not done and may follow: an evidenced emergency.
  bool pipia_later() const;

  // N and S of the year with this request; nullopt when a counter is unknown.
  std::optional<int64_t> PersonsTotal() const;
  std::optional<int64_t> SensitiveTotal() const;
  // N + S.
  std::optional<int64_t> PeopleTotal() const;

  // Whether `list` serves, filings supposed or made.
  v1::Reason Serves(const ListFacts& list) const;
  // Whether the threshold of a row that speaks of the item is reached: nullopt
  // when it cannot be known. Whose data an item is that is not personal is not
  // counted.
  std::optional<bool> ThresholdReached(const v1::ListRow& row,
                                       uint32_t item) const;

  // ---- What rules tell.
  void Skip(v1::Rule rule, v1::Reason reason,
            std::initializer_list<int64_t> operands = {},
            const Reference& reference = {});
  void Release(v1::Rule rule, const Items& items, v1::Reason reason,
               std::initializer_list<int64_t> operands = {},
               const Reference& reference = {});
  // Demands `mechanism` of the items. Finds what covers them; `reference` is
  // the list row that demands, if one does.
  void Demand(v1::Rule rule, const Items& items, v1::Mechanism mechanism,
              v1::Reason reason, std::initializer_list<int64_t> operands = {},
              const Reference& reference = {});
  // A counter had to be read for these items and is unknown.
  void CounterUnknown(const Items& items);
  // The items are important data by the volume of their people (rule 3).
  void MarkImportant(const Items& items);
  // The items are settled by an assessment on file (rule 10).
  void SettleByAssessment(const Items& items, const FilingFacts& filing);
  // Lists' parts and the GBA contract stand for the volume rules.
  void SettleByList(uint32_t item) { list_settled_.Add(item); }
  void SettleByGba(const Items& items, const FilingFacts& filing);
  // What the GBA contract stands for needs at least it, where rule 14 has not
  // released it.
  void DemandGba();
  void Missing(v1::Missing what, const Items& items = {},
               const Reference& reference = {},
               v1::Reason reason = v1::REASON_UNSPECIFIED);
  void Block(const absl::InlinedVector<v1::Missing, 5>& duties);
  void PassGate();
  void Warn(v1::Warning warning);
  // Nothing is exported: no further rule is tried.
  void StopAllowed(v1::Rule rule, v1::Reason reason);

  // The first filing of the level that covers the item: index into
  // facts().filings, or -1. `scale_unknown` is set when one would but for an
  // unknown counter.
  int FindCover(uint32_t item, Level level, bool* scale_unknown) const;
  // The reason a filing does not cover item (or FILING_COVERS).
  v1::Reason Covers(const FilingFacts& filing, uint32_t item) const;

 private:
  // Why items are released.
  struct Relief {
    v1::Rule rule;
    v1::Reason reason;
    Reference reference;
    Items items;
  };
  // What is demanded of items.
  struct Demanded {
    Level level = Level::kNone;
    v1::Mechanism mechanism = v1::MECHANISM_NONE;
    v1::Rule rule = v1::RULE_UNSPECIFIED;
    v1::Reason reason = v1::REASON_UNSPECIFIED;
    Reference reference;  // List row, or the filing that covers.
    friend bool operator==(const Demanded& a, const Demanded& b) {
      return a.mechanism == b.mechanism && a.rule == b.rule &&
             a.reason == b.reason && a.reference == b.reference;
    }
  };
  // Of an item the strictest demand that nothing covers, and the strictest that
  // something does: places in demands_, of which the first is none.
  struct Strictest {
    uint32_t open = 0;
    uint32_t covered = 0;
  };
  struct Uncovered {
    v1::Missing what;
    Items items;
    Reference reference;
    v1::Reason reason;
  };

  // Of what a row counts, with this request; nullopt when it is unknown.
  std::optional<int64_t> Total(v1::ThresholdCounter counter) const;
  bool noting() const { return decision_ != nullptr; }
  // Adds a step to the trace, which must be noted.
  v1::TraceStep* AddStep(v1::Rule rule, v1::Effect effect, v1::Reason reason,
                         std::initializer_list<int64_t> operands,
                         const Reference& reference);
  // The same, of these items.
  void AddStep(v1::Rule rule, v1::Effect effect, v1::Reason reason,
               std::initializer_list<int64_t> operands,
               const Reference& reference, const Items& items);
  void NoteDemand(const Items& items, const Demanded& demand, bool covered);
  void NoteMissingFiling(v1::Rule rule, const Items& items, Level level);
  void RelyOn(const FilingFacts& filing);

  // conclude.cc
  const Demanded& OpenOf(uint32_t item) const {
    return demands_[strictest_[item].open];
  }
  const Demanded& CoveredOf(uint32_t item) const {
    return demands_[strictest_[item].covered];
  }
  void OrderTrace();
  v1::Rule Headline(bool allow) const;
  v1::Mechanism Requirement() const;
  v1::Mechanism Reported(bool allow, v1::Mechanism requirement) const;
  v1::Mechanism ReliedMechanism() const;
  // On an ALLOW.
  v1::Charging Charging() const;
  void WriteItems();
  void WriteMissing();
  void WriteObligations(bool allow);
  void WriteHeadroom(v1::Charging charging);
  bool TakesGreenChannel() const;
  void WriteLane();
  void WriteWarnings();

  const Facts& facts_;
  const Tallies& tallies_;
  const Supposition& suppose_;
  v1::Decision* const decision_;
  NewPeople fresh_;
  bool sensitive_flow_ = false;

  const Items all_;
  Items personal_;
  Items sensitive_;  // To size rules.
  Items important_;
  Items released_;
  Items list_settled_;  // A list's part stands for the volume rules.
  Items gba_settled_;
  Items on_assessment_;
  Items open_;     // With a demand that nothing covers.
  Items covered_;  // With one that something covers.
  absl::InlinedVector<Relief, 4> reliefs_;
  // Both empty where nothing is demanded.
  absl::InlinedVector<Demanded, 6> demands_;
  absl::InlinedVector<Strictest, 64> strictest_;
  // What the GBA contracts stand for.
  absl::InlinedVector<std::pair<const FilingFacts*, Items>, 1> gba_contracts_;
  absl::InlinedVector<Uncovered, 4> missing_;
  absl::InlinedVector<const FilingFacts*, 2> relied_on_;
  absl::InlinedVector<v1::Warning, 2> warnings_;
  bool stopped_ = false;
  bool blocked_ = false;
  std::bitset<v1::Rule_ARRAYSIZE> told_;  // Rules with a step.
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_WEIGHING_H_
