// A worked case as the registry entries and the list edition of its exporter.
#ifndef TONGGUAN_TESTS_CONFORMANCE_POLICY_H_
#define TONGGUAN_TESTS_CONFORMANCE_POLICY_H_

#include <optional>
#include <vector>

#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/flow.pb.h"
#include "proto/tongguan/v1/regime.pb.h"
#include "tests/conformance/case_file.h"
#include "tests/conformance/facts.h"
#include "tests/conformance/parties.h"

namespace tongguan::conformance {

// Whether the case speaks of another member of the exporter's group.
bool HasSibling(const Facts& facts);

// What is on file about the case's parties.
v1::RegistryShard BuildRegistry(const Facts& facts, const Parties& parties,
                                const v1::Flow& flow);

// The list that the exporter relies on: a complete copy that serves it alone.
std::optional<policy::List> BuildList(const Facts& facts,
                                      const Parties& parties,
                                      const v1::Flow& flow);

// The policy of these cases under the regime. The calendar is empty (weekends
// only) and every data category is general: a case's own facts decide.
policy::Source BuildSource(const v1::Regime& regime,
                           const std::vector<const Case*>& cases);

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_POLICY_H_
