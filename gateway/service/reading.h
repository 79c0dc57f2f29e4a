// What callers read: standing, records, the policy in force. Knows nothing of
// gRPC. Rights are checked here, next to what they protect.
#ifndef TONGGUAN_GATEWAY_SERVICE_READING_H_
#define TONGGUAN_GATEWAY_SERVICE_READING_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/ledger/ledger.h"
#include "gateway/policy/snapshot.h"
#include "gateway/service/active_policy.h"
#include "gateway/service/identity.h"
#include "proto/tongguan/v1/decision_log_service.pb.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"
#include "proto/tongguan/v1/policy_service.pb.h"

namespace tongguan::service {

// Who reads, when, with which registry.
struct Reading {
  Identity caller;
  absl::Time now;
  std::shared_ptr<const policy::Snapshot> policy;
  std::string log_origin;  // Name of the log in its checkpoints.
};

// Whose record it is; empty: the log's own.
std::string ExporterOf(const v1::DecisionRecord& record);

// InvalidArgument unless it is a well-formed code.
absl::Status CheckReadExporter(const std::string& exporter);

// Tallies, thresholds, forecasts and filings of an exporter, and the newest
// decisions that charged people, among its last 200 that allowed. Ordinary
// people are those of the group, where there is one, in total and in pace.
absl::Status ReadStanding(const v1::GetStandingRequest& request,
                          const Reading& reading, ledger::Ledger& ledger,
                          v1::GetStandingResponse* response);

// One record. NotFound, in the same words, for a record that is not there and
// for one the caller may not read.
absl::Status ReadRecord(const v1::GetDecisionRequest& request,
                        const Reading& reading, ledger::Ledger& ledger,
                        v1::GetDecisionResponse* response);

// A page of records, newest first. An exporter that names no exporter reads
// its own. A page token serves only the filters it was given for.
absl::Status ReadPage(const v1::ListDecisionsRequest& request,
                      const Reading& reading, ledger::Ledger& ledger,
                      v1::ListDecisionsResponse* response);

// The policy in force.
void ReadPolicy(const ActivePolicy::State& state,
                v1::GetActivePolicyResponse* response);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_READING_H_
