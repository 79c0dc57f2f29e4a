// One flow: from the request to the record, and from the record to the answer.
// Knows nothing of gRPC.
#ifndef TONGGUAN_GATEWAY_SERVICE_DECIDING_H_
#define TONGGUAN_GATEWAY_SERVICE_DECIDING_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/engine/engine.h"
#include "gateway/ledger/ledger.h"
#include "gateway/policy/snapshot.h"
#include "gateway/service/flow_people.h"
#include "gateway/service/identity.h"
#include "gateway/service/staging.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

// How flows are asked about.
struct Asking {
  bool dry_run = false;
  absl::Time at;   // Instant of the decision.
  absl::Time now;  // Instant of the request; `at` unless a day was given.
  Identity caller;
  std::shared_ptr<const policy::Snapshot> policy;
  int32_t flow_bytes = 0;  // Limit of a serialized flow.
  Staging* staging = nullptr;
  absl::Duration clock_uncertainty;  // Nearer to a year's turn counts in both.
};

// Reads mode and day. InvalidArgument for a mode that is not given or not
// known, and for a day that is malformed, given with MODE_EVALUATE, or earlier
// than the law that the policy holds. The instant of a day is its noon in
// Beijing.
absl::Status ReadMode(v1::Mode mode, const std::string& as_of, Asking* asking);

// A well-formed flow that its caller may ask about. Refers to flow and asking.
struct FlowQuestion {
  // Not the implicit one, which would clear all of it (3 kB) before.
  FlowQuestion();

  const v1::Flow* flow = nullptr;
  const Asking* asking = nullptr;
  std::unique_ptr<const ExactPeople> people;  // Null: declared, or none.
  // The flow with numbers in the place of exact people, for the record.
  std::unique_ptr<const v1::Flow> counted;
  std::optional<engine::Question> question;
  std::string digest;  // RequestDigest of the flow.
  // The flow's bytes, which stand in the record as they were hashed; empty
  // where people were counted, or nothing is recorded.
  std::string flow_bytes;

  const v1::Flow& recorded() const { return counted ? *counted : *flow; }
};

// Checks size, form and the caller's right, then reads the flow against the
// policy. Returns what is wrong with the request, if anything; people who are
// not taken are refused where there is no answer to repeat.
std::optional<v1::FlowError> Pose(const v1::Flow& flow, const Asking& asking,
                                  const std::string& path,
                                  FlowQuestion* question);

// The record of the verdict with the tallies of this place in the log, and the
// charge that an ALLOW brings. Runs inside the ledger's transaction.
absl::StatusOr<ledger::Entry> MakeVerdict(const FlowQuestion& question,
                                          ledger::View& view);

// The answer that a stored verdict record holds; the same for every reading.
absl::Status ReadVerdict(const ledger::Stored& stored, v1::Decision* decision);

// The same without taking it apart: appends the record's own bytes and the id
// to a message that holds the Decision as field 1. `*head` gets what stands
// before the items: verdict, mechanisms, headline, filings, lane.
absl::Status QuoteVerdict(const ledger::Stored& stored, std::string* message,
                          v1::Decision* head);

// The decision with the tallies of the last commit; nothing is recorded.
absl::Status DecideDry(const FlowQuestion& question, ledger::Ledger& ledger,
                       v1::Decision* decision);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_DECIDING_H_
