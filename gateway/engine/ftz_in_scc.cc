// Rule 12, first part. Personal items in the contract or certification part of
// a negative list that serves need that much, in place of the national volume
// rules (O16 art 6). Without the list filing national rules decide.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighFtzInScc(Weighing& w) {
  for (uint32_t i : w.Personal() & w.facts().listed) {
    const Named named = FindNamed(w, i, v1::ROW_MECHANISM_CONTRACT);
    if (named.row == nullptr) continue;
    const v1::Reason serves = w.Serves(*named.list);
    const Reference row = named.reference();
    if (serves != v1::REASON_MET) {
      w.Skip(v1::RULE_FTZ_IN_SCC, serves, {}, row);
    } else if (!named.threshold_known) {
      HoldUnknownThreshold(w, i, named);
    } else {
      w.SettleByList(i);
      w.Demand(v1::RULE_FTZ_IN_SCC, {i},
               v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION,
               v1::REASON_LISTED, {}, row);
    }
  }
}

}  // namespace tongguan::engine
