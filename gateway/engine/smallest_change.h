// The smallest change that turns an ASSESS into ALLOW, found by deciding again
// under suppositions, the cheapest first.
#ifndef TONGGUAN_GATEWAY_ENGINE_SMALLEST_CHANGE_H_
#define TONGGUAN_GATEWAY_ENGINE_SMALLEST_CHANGE_H_

#include "gateway/engine/engine.h"
#include "proto/tongguan/v1/decision.pb.h"

namespace tongguan::engine {

// Adds to `decision`, an ASSESS of these facts and tallies, the steps of the
// smallest change; nothing where no change known here gives ALLOW (an unknown
// fact, a prohibition).
void FindSmallestChange(const Facts& facts, const Tallies& tallies,
                        v1::Decision* decision);

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_SMALLEST_CHANGE_H_
