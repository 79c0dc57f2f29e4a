// Rule 12, first part. Personal items in the contract or certification part of
// a negative list that serves need that much, in place of the national volume
// rules (O16 art 6). Without the list filing national rules decide. A row that
// binds only because the flow leaves out its sector or scenario demands beside
// the volume rules: it must not take the place of what may be stricter.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighFtzInScc(Weighing& w) {
  constexpr v1::RowMechanism kPart = v1::ROW_MECHANISM_CONTRACT;
  bool found = false;
  for (uint32_t i : w.Personal() & w.facts().listed) {
    const Named named = FindNamedServing(w, i, kPart);
    if (named.row == nullptr) {
      const Named other = FindNamed(w, i, kPart);
      if (other.row == nullptr) continue;
      w.Skip(v1::RULE_FTZ_IN_SCC, w.Serves(*other.list), {}, other.reference());
    } else if (!named.threshold_known) {
      HoldUnknownThreshold(w, i, named);
    } else {
      if (named.stated) w.SettleByList(i);
      w.Demand(v1::RULE_FTZ_IN_SCC, {i},
               v1::MECHANISM_STANDARD_CONTRACT_OR_CERTIFICATION,
               v1::REASON_LISTED, {}, named.reference());
    }
    found = true;
  }
  if (!found) {
    w.Skip(v1::RULE_FTZ_IN_SCC, v1::REASON_NOT_RESTRICTED_BY_LIST);
  }
}

}  // namespace tongguan::engine
