// What exporters declare afterwards: what really left under a decision, that
// corrected, and the opening balance of the year. Each is checked inside the
// ledger's transaction and is a record of its own. Knows nothing of gRPC.
#ifndef TONGGUAN_GATEWAY_SERVICE_CHANGES_H_
#define TONGGUAN_GATEWAY_SERVICE_CHANGES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/identity.h"
#include "gateway/service/left_people.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

// InvalidArgument unless ids, codes, numbers and sets are well-formed.
absl::Status CheckSettle(const v1::SettleRequest& request);
absl::Status CheckCorrection(const v1::CorrectSettlementRequest& request);
absl::Status CheckOpening(const v1::DeclareOpeningRequest& request);

// The settlement's record. NotFound unless the decision is one of the same
// exporter; FailedPrecondition unless it allowed, charged people and was not
// settled before; InvalidArgument when more is said to have left than charged,
// or other people than the decision's are sent. Keeps what it works out in
// `left`, which the entry refers to.
absl::StatusOr<ledger::Entry> MakeSettlement(const v1::SettleRequest& request,
                                             LeftPeople* left,
                                             const Identity& caller,
                                             ledger::View& view);

// A correction's step, with the same errors but that it may follow settlements.
// A proposal changes nothing. PermissionDenied unless a confirmation comes from
// another person of the exporter; FailedPrecondition unless it says what was
// proposed, and nothing was settled since.
absl::StatusOr<ledger::Entry> MakeCorrection(
    const v1::CorrectSettlementRequest& request, LeftPeople* left,
    const Identity& caller, ledger::View& view);

// The opening's record. FailedPrecondition unless the year is the current one
// and no number is below the one on file.
absl::StatusOr<ledger::Entry> MakeOpening(
    const v1::DeclareOpeningRequest& request, const Identity& caller,
    ledger::View& view);

// The answers that the stored records hold.
absl::Status ReadSettlement(const ledger::Stored& stored,
                            v1::SettleResponse* response);
absl::Status ReadCorrection(const ledger::Stored& stored,
                            v1::CorrectSettlementResponse* response);
absl::Status ReadOpening(const ledger::Stored& stored,
                         v1::DeclareOpeningResponse* response);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_CHANGES_H_
