// A load generator for Evaluate, BatchEvaluate and StreamEvaluate: one thread,
// one completion queue. Closed loop: so many callers, each asks
// again when answered. Open loop: so many a second on a fixed schedule,
// whatever comes back; latency is taken from the scheduled instant, so that a
// stalled server is not forgiven the requests it kept from being sent
// (coordinated omission).
#ifndef TONGGUAN_GATEWAY_CLI_LOAD_H_
#define TONGGUAN_GATEWAY_CLI_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::cli {

struct LoadOptions {
  std::vector<v1::Flow> flows;  // Sent in turn; request ids are given here.
  std::string run_id;           // Prefix of the request ids of this run.
  v1::Mode mode = v1::MODE_EVALUATE;
  int batch = 0;         // Flows a BatchEvaluate; 0: Evaluate.
  int streams = 0;       // StreamEvaluate calls the callers share; 0: none.
  int people = 0;        // New people a flow, as pseudonyms; 0: as it is.
  int callers = 64;      // Closed loop; open loop: most in flight.
  double rate = 0;       // Requests a second; 0: closed loop.
  int64_t requests = 0;  // Closed loop: ends after so many; 0: by time.
  absl::Duration warm_up = absl::Seconds(1);
  absl::Duration duration = absl::Seconds(5);
  int server_pid = 0;  // Whose CPU time to read; 0: none.
};

// Latencies in buckets of 1/64 of their size; microseconds.
class Histogram {
 public:
  Histogram() : counts_(64 * 40, 0) {}
  void Add(int64_t micros);
  // The upper bound of the bucket that holds the quantile.
  int64_t Quantile(double q) const;
  int64_t max() const { return max_; }
  int64_t count() const { return count_; }

 private:
  std::vector<int64_t> counts_;
  int64_t count_ = 0;
  int64_t max_ = 0;
};

struct LoadReport {
  double seconds = 0;
  int64_t answered = 0;           // Requests answered OK.
  int64_t decisions = 0;          // Decisions in them.
  int64_t allowed = 0;            // Of these, ALLOW.
  std::map<int, int64_t> errors;  // By status code.
  int64_t unsent = 0;             // Open loop: scheduled, no slot free.
  Histogram latency;
  double server_cpu_seconds = 0;
  std::string sample;  // A serialized Decision.

  std::string ToJson() const;
};

// The callers, or their streams, take turns at the channels.
LoadReport RunLoad(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
                   const LoadOptions& options);

}  // namespace tongguan::cli

#endif  // TONGGUAN_GATEWAY_CLI_LOAD_H_
