// The records behind an exporter's numbers: every record of the year that
// changed one, newest first.
#ifndef TONGGUAN_GATEWAY_CLI_STANDING_BEHIND_H_
#define TONGGUAN_GATEWAY_CLI_STANDING_BEHIND_H_

#include <cstdint>

#include "gateway/cli/client.h"
#include "gateway/cli/context.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::cli {

// Prints the newest `most`; 0: all. With a bound, looks no further back than
// 5,000 records. Returns an exit code.
int PrintBehind(Context& context, Client& client,
                const v1::GetStandingResponse& standing, int64_t most);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_STANDING_BEHIND_H_
