// A worked case as the flow that its exporter asks about.
#ifndef TONGGUAN_TESTS_CONFORMANCE_FLOW_H_
#define TONGGUAN_TESTS_CONFORMANCE_FLOW_H_

#include <string>

#include "proto/tongguan/v1/flow.pb.h"
#include "tests/conformance/facts.h"
#include "tests/conformance/parties.h"

namespace tongguan::conformance {

// The category of the item of a case that names none: one that the taxonomy
// has and that says nothing.
inline constexpr char kDefaultCategory[] = "record";

// The flow of the case.
v1::Flow BuildFlow(const Facts& facts, const Parties& parties);

// A flow of the same exporter that art 5(1)(1) exempts, of so many people.
v1::Flow BuildExemptFlow(const Facts& facts, const Parties& parties,
                         int64_t people);

// The exporter's zone, or empty.
std::string ZoneOf(const Facts& facts);

// The sector, as flow and list name it.
std::string SectorOf(const Facts& facts);

}  // namespace tongguan::conformance

#endif  // TONGGUAN_TESTS_CONFORMANCE_FLOW_H_
