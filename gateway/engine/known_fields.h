// Fields that this version does not know are refused: they may be what matters.
#ifndef TONGGUAN_GATEWAY_ENGINE_KNOWN_FIELDS_H_
#define TONGGUAN_GATEWAY_ENGINE_KNOWN_FIELDS_H_

#include "gateway/engine/checker.h"

namespace tongguan::engine {

// Adds a violation for each message of the flow that has an unknown field. The
// walk names every message that a flow can hold, which is a hundred times
// faster than reflection; a test holds it against the descriptors.
void CheckKnownFields(const v1::Flow& flow, const Path& path, Checker* check);

}  // namespace tongguan::engine

#endif  // TONGGUAN_GATEWAY_ENGINE_KNOWN_FIELDS_H_
