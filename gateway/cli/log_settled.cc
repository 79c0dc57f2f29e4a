#include "gateway/cli/log_settled.h"

#include <algorithm>

#include "gateway/base/sha256.h"
#include "gateway/engine/validate.h"
#include "gateway/ledger/id.h"
#include "gateway/service/identity.h"

namespace tongguan::cli {
namespace {

using ledger::People;

// What a settlement and a correction have in common: what left, and what that
// adds to the tallies of the decision's year and of the year charged as well.
struct Movement {
  People left;
  const v1::CountedPeople* people = nullptr;  // Null: numbers only.
  People added;
  int32_t also_year = 0;
  People also;
  People gba, also_gba;  // Under a GBA contract: to that tally.
};

People AlsoOf(const v1::DecisionRecord& record) {
  return {record.also_persons(), record.also_sensitive_persons()};
}

Movement MovementOf(const v1::DecisionRecord& record) {
  Movement movement;
  movement.added = AddedBy(record);
  movement.also_year = record.also_year();
  movement.also = AlsoOf(record);
  movement.gba = GbaOf(record);
  movement.also_gba = AlsoGbaOf(record);
  if (record.has_settlement()) {
    const v1::SettlementRecord& settled = record.settlement();
    movement.left = {settled.persons_left(), settled.sensitive_persons_left()};
    if (settled.has_left()) movement.people = &settled.left();
  } else {
    const v1::CorrectionRecord& corrected = record.correction();
    movement.left = {corrected.persons_left(),
                     corrected.sensitive_persons_left()};
    if (corrected.has_left()) movement.people = &corrected.left();
  }
  return movement;
}

bool Same(const People& a, const People& b) {
  return a.persons == b.persons && a.sensitive == b.sensitive;
}

bool ChangesNothing(const Movement& movement) {
  return Same(movement.added, {}) && movement.also_year == 0 &&
         Same(movement.also, {}) && Same(movement.gba, {}) &&
         Same(movement.also_gba, {});
}

bool Within(const People& least, const People& people, const People& most) {
  return least.persons <= people.persons && people.persons <= most.persons &&
         least.sensitive <= people.sensitive &&
         people.sensitive <= most.sensitive;
}

// Numbers: exactly the difference to what had left until now, in both years
// where both were charged the same; else the other year's charge stands.
bool NumbersAddUp(const Allowed& decided, const People& before,
                  const Movement& movement) {
  if (!Within({}, movement.left, decided.charged)) return false;
  const People added = {movement.left.persons - before.persons,
                        movement.left.sensitive - before.sensitive};
  const bool both =
      decided.also_year != 0 && Same(decided.also, decided.charged);
  return Same(movement.added, added) &&
         movement.also_year == (both ? decided.also_year : 0) &&
         Same(movement.also, both ? added : People());
}

// People: who they are the record does not say, and whoever is in other records
// too stays counted. Nobody goes out but who stayed; nobody comes back but who
// left after all, which needs an earlier settlement.
bool PeopleAddUp(const Allowed& decided, bool settled_before,
                 const Movement& movement) {
  const v1::CountedPeople& left = *movement.people;
  const People& there = decided.there;
  const bool fits =
      Within({}, there, {engine::kMaxPeople, engine::kMaxPeople}) &&
      Within({}, {left.persons(), left.sensitive_persons()}, there) &&
      Same(movement.left, {left.persons(), left.sensitive_persons()}) &&
      left.key_id() == decided.key_id && left.new_persons() == 0 &&
      left.new_sensitive_persons() == 0 &&
      left.digest().size() == sizeof(Digest);
  if (!fits) return false;
  People least = {movement.left.persons - there.persons,
                  movement.left.sensitive - there.sensitive};
  People most = settled_before ? movement.left : People();
  // Who is or may be under 14 is counted as sensitive, in whichever set.
  if (decided.all_sensitive) {
    least = {0, std::max(movement.left.persons, movement.left.sensitive) -
                    there.persons - there.sensitive};
    most = {0, most.persons + most.sensitive};
  }
  const bool also_fits =
      movement.also_year == 0
          ? Same(movement.also, {}) && Same(movement.also_gba, {})
          : movement.also_year == decided.also_year &&
                Within(least, movement.also, most) &&
                Within(least, movement.also_gba, most);
  return Within(least, movement.added, most) &&
         Within(least, movement.gba, most) && also_fits;
}

bool AddsUp(const Allowed& decided, const People* before,
            const Movement& movement) {
  if (movement.people != nullptr) {
    return decided.counted && PeopleAddUp(decided, before != nullptr, movement);
  }
  if (!decided.counted) {
    return NumbersAddUp(decided, before != nullptr ? *before : decided.charged,
                        movement);
  }
  // Of counted people only "all" can be said without saying who.
  return before == nullptr && Same(movement.left, decided.charged) &&
         ChangesNothing(movement);
}

bool SameLeft(const v1::CorrectionRecord& a, const v1::CorrectionRecord& b) {
  return a.persons_left() == b.persons_left() &&
         a.sensitive_persons_left() == b.sensitive_persons_left() &&
         a.has_left() == b.has_left() &&
         a.left().key_id() == b.left().key_id() &&
         a.left().persons() == b.left().persons() &&
         a.left().sensitive_persons() == b.left().sensitive_persons();
}

// The least number has no negative.
int64_t Off(int64_t returned) {
  return static_cast<int64_t>(-static_cast<uint64_t>(returned));
}

}  // namespace

People GbaOf(const v1::DecisionRecord& record) {
  return {record.gba_persons(), record.gba_sensitive_persons()};
}

People AlsoGbaOf(const v1::DecisionRecord& record) {
  return {record.also_gba_persons(), record.also_gba_sensitive_persons()};
}

People AddedBy(const v1::DecisionRecord& record) {
  if (record.has_settlement()) {
    return {Off(record.settlement().persons_returned()),
            Off(record.settlement().sensitive_persons_returned())};
  }
  return {record.correction().persons_change(),
          record.correction().sensitive_persons_change()};
}

const SettledAudit::Settled* SettledAudit::Before(const Step& step) const {
  const auto found = settled_.find(step.decided.index);
  return found == settled_.end() ? nullptr : &found->second;
}

MaybeFinding SettledAudit::TakeSettlement(const Step& step) {
  if (Before(step) != nullptr) return Say("verify.settled_twice", step.id);
  const Movement movement = MovementOf(step.record);
  if (!AddsUp(step.decided, nullptr, movement)) {
    return Say("verify.sum", step.id);
  }
  settled_[step.decided.index] = {step.index, movement.left};
  return std::nullopt;
}

MaybeFinding SettledAudit::TakeCorrection(const Step& step) {
  const v1::CorrectionRecord& correction = step.record.correction();
  // Only people of the exporter correct; never a system, nor the gateway's
  // operator for it. So whoever proposed what is confirmed is one, too.
  const v1::Actor& actor = step.record.actor();
  if (actor.organization() != correction.exporter() ||
      !service::IsPerson(actor.name())) {
    return Say("verify.corrector", step.id);
  }
  const Settled* const before = Before(step);
  const Movement movement = MovementOf(step.record);
  if (correction.proposal_id().empty()) {
    if (!ChangesNothing(movement)) return Say("verify.sum", step.id);
    return std::nullopt;
  }
  if (auto wrong = CheckProposal(step)) return wrong;
  if (!AddsUp(step.decided, before ? &before->left : nullptr, movement)) {
    return Say("verify.sum", step.id);
  }
  settled_[step.decided.index] = {step.index, movement.left};
  return std::nullopt;
}

// The proposal is another person's, of the same, and nothing was settled since.
MaybeFinding SettledAudit::CheckProposal(const Step& step) const {
  const v1::CorrectionRecord& correction = step.record.correction();
  const Finding wrong =
      Say("verify.proposal", step.id, correction.proposal_id());
  const auto id = ledger::ParseId(correction.proposal_id());
  if (!id.ok() || id->index >= step.index) return wrong;
  const auto bytes = source_.record(id->index);
  v1::DecisionRecord found;
  if (!bytes.ok() || !found.ParseFromString(*bytes)) return wrong;
  const v1::CorrectionRecord& proposal = found.correction();
  const Settled* const before = Before(step);
  const bool right = found.has_correction() && found.year() == id->year &&
                     proposal.proposal_id().empty() &&
                     proposal.exporter() == correction.exporter() &&
                     proposal.decision_id() == correction.decision_id() &&
                     found.actor().name() != step.record.actor().name() &&
                     SameLeft(proposal, correction) &&
                     (before == nullptr || before->by < id->index);
  return right ? std::nullopt : MaybeFinding(wrong);
}

}  // namespace tongguan::cli
