// The form of a flow: malformed input is an error with field paths, never a
// verdict. Form only; whether a category or an exporter is known is law.
#ifndef TONGGUAN_GATEWAY_ENGINE_VALIDATE_H_
#define TONGGUAN_GATEWAY_ENGINE_VALIDATE_H_

#include <vector>

#include "proto/tongguan/v1/export_gateway_service.pb.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::engine {

inline constexpr int kMaxItems = 2000;
inline constexpr int64_t kMaxPeople = 10'000'000'000;
inline constexpr int64_t kMaxInlinePeople = 10'000;

// Empty when the flow is well-formed; else at most 20 violations, each with
// the path below `prefix` ("flow"), and what is wrong as code and operands
// (words are made at the reading edge). Checks unknown
// fields, unspecified and unknown enum values, identifiers, codes, numbers,
// missing and superfluous parts, and contradictions between fields.
std::vector<v1::FieldViolation> ValidateFlow(
    const v1::Flow& flow, const std::string& prefix = "flow");

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_VALIDATE_H_
