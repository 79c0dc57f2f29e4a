// One decision under way: the facts of a question, the tallies, and what the
// rules have said so far. The rules (rules.h) ask it for totals and filings and
// tell it their demands, reliefs and steps; Conclude sums up. Single-threaded.
#ifndef TONGGUAN_GATEWAY_ENGINE_WEIGHING_H_
#define TONGGUAN_GATEWAY_ENGINE_WEIGHING_H_

#include <array>
#include <initializer_list>
#include <optional>

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

// What a rule did with the flow or some items.
struct Step {
  v1::Rule rule = v1::RULE_UNSPECIFIED;
  v1::Effect effect = v1::EFFECT_SKIPPED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  absl::InlinedVector<int64_t, 4> operands;
  Items items;  // Empty: the flow.
  Reference reference;
};

// What has been said of one item.
struct ItemState {
  v1::Rule released_by = v1::RULE_UNSPECIFIED;
  v1::Reason release_reason = v1::REASON_UNSPECIFIED;
  Reference release_reference;
  // The one that stands for the volume rules.
  const FilingFacts* gba_contract = nullptr;
  // Its strictest demand that nothing covers, and its strictest that is
  // covered.
  struct Demand {
    Level level = Level::kNone;
    v1::Mechanism mechanism = v1::MECHANISM_NONE;
    v1::Rule rule = v1::RULE_UNSPECIFIED;
    v1::Reason reason = v1::REASON_UNSPECIFIED;
    Reference reference;  // List row, or the filing that covers.
  };
  Demand open;
  Demand covered;
};

class Weighing {
 public:
  // What is noted: all, or, of a supposition, what Allows needs.
  enum class Notes { kAll, kVerdict };

  Weighing(const Facts& facts, const Tallies& tallies,
           const Supposition& suppose, Notes notes = Notes::kAll);

  // Runs every rule in the regime's order.
  void Run();
  bool Allows() const;
  // Writes the decision but for the smallest change. Run must have been called,
  // and all been noted.
  void Conclude(v1::Decision* decision) const;

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

  bool has_personal() const { return !personal_.empty(); }
  bool has_important() const { return !important_.empty(); }
  bool sensitive_flow() const { return sensitive_flow_; }

  // N and S of the year with this request; nullopt when a counter is unknown.
  std::optional<int64_t> PersonsTotal() const;
  std::optional<int64_t> SensitiveTotal() const;
  // N + S.
  std::optional<int64_t> PeopleTotal() const;

  // Whether `list` serves, filings supposed or made.
  v1::Reason Serves(const ListFacts& list) const;
  // Whether a row's threshold is reached: nullopt when it cannot be known.
  std::optional<bool> ThresholdReached(const v1::ListRow& row) const;

  // ---- What rules tell.
  void Skip(v1::Rule rule, v1::Reason reason,
            std::initializer_list<int64_t> operands = {},
            Reference reference = {});
  void Release(v1::Rule rule, const Items& items, v1::Reason reason,
               std::initializer_list<int64_t> operands = {},
               Reference reference = {});
  // Demands `mechanism` of the items. Finds what covers them; `reference` is
  // the list row that demands, if one does.
  void Demand(v1::Rule rule, const Items& items, v1::Mechanism mechanism,
              v1::Reason reason, std::initializer_list<int64_t> operands = {},
              Reference reference = {});
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
               Reference reference = {},
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
  struct Uncovered {
    v1::Missing what;
    Items items;
    Reference reference;
    v1::Reason reason;
  };

  // Whether a step after the first `from` is the rule's.
  bool Told(v1::Rule rule, size_t from) const;
  void AddStep(v1::Rule rule, v1::Effect effect, v1::Reason reason,
               std::initializer_list<int64_t> operands, const Items& items,
               const Reference& reference);
  void NoteDemand(uint32_t item, const ItemState::Demand& demand, bool covered);
  void NoteMissingFiling(v1::Rule rule, const Items& items, Level level);
  void RelyOn(const FilingFacts& filing);

  // conclude.cc
  int OrderOf(v1::Rule rule) const { return facts_.order[rule]; }
  v1::Rule Headline(bool allow) const;
  ItemState::Demand Strictest() const;
  v1::Mechanism Reported(bool allow, v1::Mechanism requirement) const;
  v1::Mechanism ReliedMechanism() const;
  // On an ALLOW.
  v1::Charging Charging() const;
  void WriteItems(v1::Decision* decision) const;
  void WriteTrace(v1::Decision* decision) const;
  void WriteMissing(v1::Decision* decision) const;
  void WriteObligations(v1::Decision* decision, bool allow) const;
  void WriteHeadroom(v1::Charging charging, v1::Decision* decision) const;
  void WriteLane(v1::Decision* decision, bool allow) const;
  void WriteWarnings(v1::Decision* decision) const;

  const Facts& facts_;
  const Tallies& tallies_;
  const Supposition& suppose_;
  const bool noting_;  // All.
  NewPeople fresh_;
  bool sensitive_flow_ = false;

  const Items all_;
  Items personal_;
  Items important_;
  Items released_;
  Items list_settled_;  // A list's part stands for the volume rules.
  Items gba_settled_;
  Items on_assessment_;
  Items open_;     // With a demand that nothing covers.
  Items covered_;  // With one that something covers.
  absl::InlinedVector<ItemState, 64> items_;
  absl::InlinedVector<Step, 24> steps_;
  absl::InlinedVector<Uncovered, 4> missing_;
  absl::InlinedVector<const FilingFacts*, 2> relied_on_;
  absl::InlinedVector<v1::Warning, 2> warnings_;
  bool stopped_ = false;
  bool blocked_ = false;
};

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_WEIGHING_H_
