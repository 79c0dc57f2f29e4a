// A second interpreter of the law, as naive as can be: it reads the uncompiled
// policy row by row, keeps no index and remembers nothing. It is slow and that
// is its worth: where the engine answers otherwise, one of the two misreads
// the decision table. Shares with the engine only the protos and the dates.
#ifndef TONGGUAN_TESTS_ORACLE_NAIVE_H_
#define TONGGUAN_TESTS_ORACLE_NAIVE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::oracle {

// People counted before the flow; absent: not known.
struct Totals {
  std::optional<int64_t> persons;
  std::optional<int64_t> sensitive;
  std::optional<int64_t> group_persons = 0;
};

// What the law says of one item.
struct ItemAnswer {
  v1::Mechanism mechanism = v1::MECHANISM_NONE;  // What it needs.
  bool satisfied = true;  // Needs nothing, or a filing covers it.
};

// What the law says of a flow.
struct Answer {
  v1::Verdict verdict = v1::VERDICT_ALLOW;
  v1::Mechanism requirement = v1::MECHANISM_NONE;
  v1::Mechanism required_mechanism = v1::MECHANISM_NONE;
  v1::Rule headline = v1::RULE_UNSPECIFIED;
  std::vector<ItemAnswer> items;
  v1::Charging charging = v1::CHARGING_NONE;
  int64_t charged_persons = 0;
  int64_t charged_sensitive_persons = 0;
  v1::Lane lane = v1::LANE_NORMAL;
};

// `flow` is well-formed.
Answer Decide(const policy::Source& policy, const v1::Flow& flow, absl::Time at,
              const Totals& before);

// For people: one line a field.
std::string ToString(const Answer& answer);

// The strictness of a mechanism: none 0, contract and GBA contract 1,
// assessment 2, undetermined 3, special procedures 4.
int Strictness(v1::Mechanism mechanism);

}  // namespace tongguan::oracle

#endif  // TONGGUAN_TESTS_ORACLE_NAIVE_H_
