// What a flow meets in the ledger and does to it: the counters and who of its
// people is new there, and the charge that an ALLOW brings.
#ifndef TONGGUAN_GATEWAY_SERVICE_CHARGING_H_
#define TONGGUAN_GATEWAY_SERVICE_CHARGING_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gateway/engine/engine.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/flow_people.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {

// What is read: inside the ledger's transaction, or as of its last commit.
struct Book {
  std::function<absl::StatusOr<ledger::Tally>(const std::string&, int32_t)>
      tally;
  std::function<absl::StatusOr<ledger::Known>(const ledger::SetKey&,
                                              absl::string_view)>
      look_up;
};
Book BookOf(ledger::View& view);
Book BookOf(ledger::Ledger& ledger);

// Whose flow, and its people where they are counted exactly.
struct Charged {
  const std::string& exporter;
  const ExactPeople* people = nullptr;
};

// One year's counters, and who of the people is known in Tally::counted.
struct Reckoning {
  int32_t year = 0;
  engine::Tallies tallies;
  std::vector<std::string> without_opening;  // USCCs, the exporter's first.
  ledger::Known persons, sensitive;
};
absl::StatusOr<Reckoning> Reckon(const Charged& charged,
                                 const engine::Question& question, int32_t year,
                                 const Book& book);

// An instant of the year in which `now` might as well lie by a clock that may
// be so far wrong; `now` where there is none.
absl::Time OtherSide(absl::Time now, absl::Duration uncertainty);

// Makes what was decided by the law and counters of another year the answer at
// this instant.
void SetWeighedYear(int32_t year, int64_t decided_at_micros,
                    v1::Decision* decision);

// What the question's policy says to it, and how that was loaded.
void Decide(const engine::Question& question, const Reckoning& reckoning,
            v1::Decision* decision);

// The changes of the tallies that an ALLOW brings in the reckoning's year; none
// for other decisions. Sets what the decision says is charged to what is added,
// to the totals where they go under a GBA contract.
absl::StatusOr<std::vector<ledger::Change>> Charge(const Charged& charged,
                                                   const Reckoning& reckoning,
                                                   const Book& book,
                                                   v1::Decision* decision);

// The tallies on which an allowed flow's people are charged; none for others.
absl::Span<const ledger::Account> AccountsOf(v1::Charging charging);

// What a record adds in a year to the tally of its body, and to the GBA tally.
struct Moved {
  ledger::People own, gba;
  bool any() const;
};

// `own` is what its body says, of `own_year`: the record's, or that of the
// decision that it settles.
Moved MovedIn(int32_t year, int32_t own_year, const ledger::People& own,
              const v1::DecisionRecord& record);

// A ledger's tally as the law's counters.
engine::Counter PersonsCounter(const ledger::Tally& tally);
engine::Counter SensitiveCounter(const ledger::Tally& tally);

// Notes in the record what changes add to the GBA tally, and in another year
// than `year`. Returns what they add besides: the number of the record's body.
ledger::People NoteAdded(const std::vector<ledger::Change>& changes,
                         int32_t year, v1::DecisionRecord* record);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_CHARGING_H_
