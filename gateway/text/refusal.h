// Errors that people read: what is wrong and the mend are a text of the
// catalogue, so that each is told in the reader's language. Thread-safe.
#ifndef TONGGUAN_GATEWAY_TEXT_REFUSAL_H_
#define TONGGUAN_GATEWAY_TEXT_REFUSAL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/text/text.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::text {

// What is wrong and the mend: the text of the violation's code, its operands
// filled in; its description where the catalogue lacks the code.
std::string Describe(Language language, const v1::FieldViolation& violation);

// An error about `field` ("": none), in words of the catalogue. Its message is
// English; it carries the FlowError that RefusalOf gives back.
absl::Status Refuse(absl::StatusCode code, absl::string_view field,
                    absl::string_view key,
                    const std::vector<std::string>& operands = {});

// The error with all its violations, their descriptions in English. Its
// message is `message`, or the violations one after another.
absl::Status ToStatus(v1::FlowError error, const std::string& message = "");

// What the status carries; nothing if it was made without these words.
std::optional<v1::FlowError> RefusalOf(const absl::Status& status);

}  // namespace tongguan::text

#endif  // TONGGUAN_GATEWAY_TEXT_REFUSAL_H_
