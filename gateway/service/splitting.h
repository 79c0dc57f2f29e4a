// Volumes split over flows to stay below a threshold (O13 art 4, O20 art 5). A
// warning; it never changes a verdict, and is no part of a replay: it hangs on
// sets that are erased with their year.
//
// What is seen: flows whose people are counted exactly, of one exporter, or of
// the members of a group under a key that the group shares; to one recipient in
// one scenario in one Beijing year; each allowed, and with fewer people than
// the threshold. The small volume counts ordinary people and is looked at where
// no filing was relied on; the assessment's number counts sensitive ones and is
// looked at where no assessment was. Once a flow has people in common with
// earlier ones and brings all of them together to the threshold or beyond, it
// is warned of. A settlement takes nobody out of what is remembered here.
#ifndef TONGGUAN_GATEWAY_SERVICE_SPLITTING_H_
#define TONGGUAN_GATEWAY_SERVICE_SPLITTING_H_

#include "absl/status/status.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/deciding.h"

namespace tongguan::service {

// Adds the warning to the decision, and to the entry what is to be remembered
// of an allowed flow.
absl::Status NoteSplitting(const FlowQuestion& question, int32_t year,
                           ledger::View& view, v1::Decision* decision,
                           ledger::Entry* entry);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_SPLITTING_H_
