// Proofs that callers ask for: the log's signed head, that a record is in it,
// that it only grew. Knows nothing of gRPC.
#ifndef TONGGUAN_GATEWAY_SERVICE_PROVING_H_
#define TONGGUAN_GATEWAY_SERVICE_PROVING_H_

#include <string>

#include "absl/status/status.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/reading.h"
#include "proto/tongguan/v1/decision_log_service.pb.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {

// The proof under the head of the last commit, in the log of that name.
absl::Status MakeReceipt(const ledger::Stored& stored,
                         const std::string& log_origin, ledger::Ledger& ledger,
                         v1::Receipt* receipt);

// The head, for everyone whose certificate is accepted: it shows how many
// records there are and nothing of them.
absl::Status ReadCheckpoint(const v1::GetCheckpointRequest& request,
                            const Reading& reading, ledger::Ledger& ledger,
                            v1::GetCheckpointResponse* response);

// For whoever may read the record; else NotFound, as ReadRecord.
absl::Status ReadInclusionProof(const v1::GetInclusionProofRequest& request,
                                const Reading& reading, ledger::Ledger& ledger,
                                v1::GetInclusionProofResponse* response);

// For everyone, as the head.
absl::Status ReadConsistencyProof(const v1::GetConsistencyProofRequest& request,
                                  const Reading& reading,
                                  ledger::Ledger& ledger,
                                  v1::GetConsistencyProofResponse* response);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_PROVING_H_
