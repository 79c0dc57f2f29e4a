// Counts for Prometheus. Nothing is labelled by enterprise, person or request.
#ifndef TONGGUAN_GATEWAY_SERVICE_METRICS_H_
#define TONGGUAN_GATEWAY_SERVICE_METRICS_H_

#include <memory>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "proto/tongguan/v1/decision.pb.h"

namespace tongguan::service {

// Thread-safe but for CountDecision, which is the polling thread's.
class Metrics {
 public:
  Metrics();

  // A decision given, dry runs apart from those recorded.
  void CountDecision(const v1::Decision& decision);
  void CountError(grpc::StatusCode code);
  void CountRefusedReload() { refused_reloads_.Increment(); }
  void SetInFlight(int calls) { in_flight_.Set(calls); }
  void ObserveCommit(absl::Duration taken);
  // When the policy in force came into force; its age is the time since.
  void SetPolicyActivated(absl::Time at);
  void SetLedgerWritable(bool writable) { ledger_writable_.Set(writable); }

  const std::shared_ptr<prometheus::Registry>& registry() const {
    return registry_;
  }

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>& decisions_;
  // Counters of decisions_ that were found before, by their labels' numbers.
  absl::flat_hash_map<std::tuple<int, int, int, bool>, prometheus::Counter*>
      found_;
  prometheus::Family<prometheus::Counter>& errors_;
  prometheus::Counter& refused_reloads_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& policy_activated_;
  prometheus::Gauge& ledger_writable_;
  prometheus::Histogram& commits_;
};

// Serves the metrics at http://address/metrics. `address` is loopback, as
// CheckConfig has seen to. Unavailable when it cannot be listened on.
absl::StatusOr<std::unique_ptr<prometheus::Exposer>> Expose(
    const Metrics& metrics, const std::string& address);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_METRICS_H_
