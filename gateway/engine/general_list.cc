// Rule 10b. Items on a list of general data in force that serves this exporter
// flow freely; personal items only where the list's head says that it releases
// them (seed of the pilots: State Council opinions 2023-11, item 14; O16 art
// 6). Not counted.
#include "gateway/engine/list_reading.h"
#include "gateway/engine/rules.h"

namespace tongguan::engine {

void WeighGeneralList(Weighing& w) {
  ReleaseByLists(w, v1::RULE_GENERAL_LIST, ReleasedByGeneralList);
}

}  // namespace tongguan::engine
