// Working days (工作日) of mainland China. Immutable, thread-safe.
#ifndef TONGGUAN_GATEWAY_POLICY_CALENDAR_H_
#define TONGGUAN_GATEWAY_POLICY_CALENDAR_H_

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "gateway/base/beijing.h"
#include "proto/tongguan/v1/regime.pb.h"

namespace tongguan::policy {

class Calendar {
 public:
  // Refuses unordered, doubled or malformed days, naming the place.
  static absl::StatusOr<Calendar> Compile(const v1::Calendar& source);

  // A date outside what is loaded works if Monday to Friday.
  bool IsWorkingDay(Day day) const;
  bool IsLoaded(Day day) const { return from_ <= day && day <= to_; }

  // The n-th working day after `day` (n ≥ 1): day 1 is the next working day.
  Day AddWorkingDays(Day day, int n) const;
  // The n-th working day before `day` (n ≥ 1).
  Day SubtractWorkingDays(Day day, int n) const;

 private:
  Day from_ = kNoDay;  // Nothing loaded: from_ > to_.
  Day to_ = 0;
  absl::flat_hash_map<Day, bool> days_;
};

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_CALENDAR_H_
