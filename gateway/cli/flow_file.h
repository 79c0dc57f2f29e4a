// A flow in a file: ProtoJSON or textproto, nothing in it unknown.
#ifndef TONGGUAN_GATEWAY_CLI_FLOW_FILE_H_
#define TONGGUAN_GATEWAY_CLI_FLOW_FILE_H_

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::cli {

// Reads ".json", ".textproto", or "-" from `in`; without a known ending the
// text is JSON if it begins with '{'. Errors name file, line and column, or
// the path inside the JSON.
absl::StatusOr<v1::Flow> ReadFlow(const std::string& path, std::istream& in);

// Reads a textproto; errors are lines "file:line:column: what".
absl::Status ReadTextProto(const std::string& path, const std::string& text,
                           google::protobuf::Message* message);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_FLOW_FILE_H_
