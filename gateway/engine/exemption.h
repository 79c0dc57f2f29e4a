// What the exemptions of transit, O16 art 5(1)(1)-(3) and statutory duty have
// in common: they free personal items that are not important data.
#ifndef TONGGUAN_GATEWAY_ENGINE_EXEMPTION_H_
#define TONGGUAN_GATEWAY_ENGINE_EXEMPTION_H_

#include "gateway/engine/weighing.h"

namespace tongguan::engine {

// Remaining personal items that are not important data (O16 art 5(2)).
Items Exemptible(const Weighing& w);

// Releases them if `reason` is REASON_MET, else says why the rule does not
// apply. Says nothing where no item could be exempted.
void Exempt(Weighing& w, v1::Rule rule, v1::Reason reason);

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_EXEMPTION_H_
