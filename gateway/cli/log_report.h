// What `tongguan log verify` found, said to people and to programs.
#ifndef TONGGUAN_GATEWAY_CLI_LOG_REPORT_H_
#define TONGGUAN_GATEWAY_CLI_LOG_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/archive/manifest.h"
#include "gateway/cli/context.h"
#include "gateway/cli/log_source.h"
#include "proto/tongguan/v1/decision_log_service.pb.h"

namespace tongguan::cli {

struct LogReport {
  MaybeFinding wrong;  // The first thing that is.
  // What was checked: so many records, under this head.
  uint64_t records = 0;
  std::string origin;
  journal::Hash root = {};
  uint64_t replayed = 0;  // Decisions that were taken again.
  // What could not be checked though it belongs to the log, and what was not
  // because it was not asked for.
  std::vector<Finding> lacking, not_asked;
  std::optional<archive::Manifest> archive;
};

// Says it, or prints it as one JSON object; returns the exit code.
int Tell(Context& context, const LogReport& report);

// Shows a record of which something could not be checked, which is said first;
// in JSON as `not_checked` beside the record.
int TellUnproven(Context& context, const std::vector<Finding>& lacking,
                 const v1::GetDecisionResponse& response);

// A line of how far it is, where a person waits.
class Progress {
 public:
  Progress(Context& context, uint64_t all) : context_(context), all_(all) {}
  ~Progress();
  void At(uint64_t done);

 private:
  Context& context_;
  const uint64_t all_;
  uint64_t next_ = 0;
};

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOG_REPORT_H_
