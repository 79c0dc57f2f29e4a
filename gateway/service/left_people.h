// What really left under a decision, as numbers or as people, and what that
// changes in the tallies and sets.
#ifndef TONGGUAN_GATEWAY_SERVICE_LEFT_PEOPLE_H_
#define TONGGUAN_GATEWAY_SERVICE_LEFT_PEOPLE_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/flow_people.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {

// As a request says it. Refers to the request.
struct LeftPeople {
  int64_t persons = 0;  // Left, where only numbers are said.
  int64_t sensitive = 0;
  std::unique_ptr<const ExactPeople> people;  // The decision's; null: numbers.
  std::unique_ptr<const ExactPeople> left;    // Of them; null: nobody.
  std::deque<std::string> sets;               // What was worked out of them.

  // Takes the people of a request in.
  void Take(const std::string& exporter, const v1::People* all,
            const v1::People* left_of_them, Staging* staging, absl::Time now);
};

// InvalidArgument unless both are exact or staged sets of one form, and numbers
// are not said besides.
absl::Status CheckLeftPeople(bool has_people, const v1::People& people,
                             bool has_left, const v1::People& left,
                             int64_t persons_left, int64_t sensitive_left);

// A decision that charged people.
struct Decided {
  uint64_t index = 0;
  v1::DecisionRecord record;

  const v1::Decision& decision() const { return record.verdict().decision(); }
  const v1::Flow& flow() const { return record.verdict().flow(); }
};

// What is to be changed so that these have left.
struct Adjustment {
  std::vector<ledger::Change>
      changes;  // Of the decision's year, and the other.
  std::vector<ledger::Reference> remembered;
  int64_t persons_left = 0;  // Whose data left.
  int64_t sensitive_left = 0;
};

// InvalidArgument when more left than was charged, or the people are not the
// decision's. `before` is the record that settled or corrected it last, or
// null.
absl::StatusOr<Adjustment> Adjust(const Decided& decided,
                                  const v1::DecisionRecord* before,
                                  LeftPeople* left, ledger::View& view);

// What a record at `index` keeps of those who left; only of exact people.
v1::CountedPeople LeftOf(const LeftPeople& left, uint64_t index);
// Whether those who left are the ones of such a record.
bool SameLeft(const LeftPeople& left, const v1::CountedPeople& counted,
              uint64_t index);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_LEFT_PEOPLE_H_
