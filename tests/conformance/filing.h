// mechanism_on_file as a filing of the registry.
#ifndef TONGGUAN_TESTS_CONFORMANCE_FILING_H_
#define TONGGUAN_TESTS_CONFORMANCE_FILING_H_

#include <optional>

#include "proto/tongguan/v1/flow.pb.h"
#include "proto/tongguan/v1/registry.pb.h"
#include "tests/conformance/facts.h"
#include "tests/conformance/parties.h"

namespace tongguan::conformance {

// The case's filing; none where none is on file. `flow` is the case's own: a
// filing that covers it names exactly what it holds.
std::optional<v1::Filing> BuildFiling(const Facts& facts,
                                      const Parties& parties,
                                      const v1::Flow& flow);

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_FILING_H_
