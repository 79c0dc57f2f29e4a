// Volumes split over flows to stay below a threshold (O13 art 4, O20 art 5). A
// warning; it never changes a verdict, and is no part of a replay: it hangs on
// sets that are erased with their year.
//
// What is seen: flows whose people are counted exactly, of one exporter, or of
// the members of a group under a key that the group shares; to one recipient in
// one scenario in one Beijing year; whose people the law counts (not exempt,
// not released by a list); each allowed, and with fewer people than the
// threshold. The small volume counts ordinary people and is looked at where no
// filing was relied on; the assessment's number counts sensitive ones and is
// looked at where no assessment was. These flows' people are remembered, a
// person while any of them has carried it away: who was settled or corrected
// not to have left is forgotten, and remembered again if he had left after all.
// Once a flow of the kind, allowed or held, has people in common with those
// remembered and brings all of them together to the threshold or beyond, it is
// warned of.
//
// Splitting.decisions are the newest of these flows' decisions, looked for
// among the last 20 that were remembered, without those of which nobody left.
// They are what `together` is made of; that a decision stands there does not
// say that it has people in common with this flow: `common_people` counts those
// over all.
#ifndef TONGGUAN_GATEWAY_SERVICE_SPLITTING_H_
#define TONGGUAN_GATEWAY_SERVICE_SPLITTING_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/deciding.h"

namespace tongguan::service {

// Whose flows each class of a flow's people is remembered among, for the
// record: a settlement finds them by it. Empty: they are not.
struct Routes {
  std::string persons, sensitive;
};

// Adds the warning to the decision, and to the entry what is to be remembered
// of an allowed flow.
absl::StatusOr<Routes> NoteSplitting(const FlowQuestion& question, int32_t year,
                                     ledger::View& view, v1::Decision* decision,
                                     ledger::Entry* entry);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_SPLITTING_H_
