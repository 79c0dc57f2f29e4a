// Puts what was found in a file into a flow.
#ifndef TONGGUAN_GATEWAY_INSPECT_FILL_FLOW_H_
#define TONGGUAN_GATEWAY_INSPECT_FILL_FLOW_H_

#include "proto/tongguan/v1/flow.pb.h"
#include "proto/tongguan/v1/inspection.pb.h"

namespace tongguan::inspect {

// Replaces the flow's items by the columns that have values, in order, and
// takes its people away: the caller puts them in where MayBePersonal. What a
// file cannot say (importance, what was done to an item) is taken from the
// flow's item of the same name, else from its item "*", else importance is
// unknown and nothing was done.
void FillItems(const v1::Inspection& inspection, v1::Flow* flow);

// Whether the flow must say whose data it is.
bool MayBePersonal(const v1::Flow& flow);

}  // namespace tongguan::inspect

#endif  // TONGGUAN_GATEWAY_INSPECT_FILL_FLOW_H_
