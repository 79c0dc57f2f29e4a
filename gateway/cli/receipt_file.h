// A receipt as two files: PATH, a C2SP tlog-proof, and PATH.record, the bytes
// of the record that it is of.
#ifndef TONGGUAN_GATEWAY_CLI_RECEIPT_FILE_H_
#define TONGGUAN_GATEWAY_CLI_RECEIPT_FILE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/cli/context.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::cli {

inline constexpr char kRecordEnd[] = ".record";

// kSuccess where nothing lies under either name: nothing is ever replaced.
// Before the gateway is asked, whose record cannot be undone.
int CheckReceiptFile(Context& context, const std::string& path);
int WriteReceipt(Context& context, const std::string& path,
                 const v1::Receipt& receipt);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_RECEIPT_FILE_H_
