#include "gateway/service/proving.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/journal/checkpoint.h"
#include "gateway/journal/note.h"
#include "gateway/journal/proof.h"
#include "gateway/journal/receipt.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

journal::Hashes HashesOf(ledger::Ledger& ledger) {
  return journal::FromStored([&ledger](int level, uint64_t index) {
    return ledger.ReadHash(level, index);
  });
}

std::string NoteOf(const ledger::Head& head, const std::string& origin) {
  return journal::FormatNote(
      {journal::FormatCheckpoint({origin, head.size, head.root}),
       {{origin, head.signature.substr(0, 4), head.signature.substr(4)}}});
}

}  // namespace

absl::Status MakeReceipt(const ledger::Stored& stored,
                         const std::string& log_origin, ledger::Ledger& ledger,
                         v1::Receipt* receipt) {
  TG_ASSIGN_OR_RETURN(const ledger::Head head, ledger.ReadHead());
  TG_ASSIGN_OR_RETURN(
      journal::Proof proof,
      journal::ProveInclusion(stored.index, head.size, HashesOf(ledger)));
  receipt->set_proof(journal::FormatReceipt(
      {stored.index, std::move(proof), NoteOf(head, log_origin)}));
  receipt->set_record(stored.record);
  return absl::OkStatus();
}

absl::Status ReadCheckpoint(const v1::GetCheckpointRequest&,
                            const Reading& reading, ledger::Ledger& ledger,
                            v1::GetCheckpointResponse* response) {
  TG_ASSIGN_OR_RETURN(const ledger::Head head, ledger.ReadHead());
  response->set_checkpoint(NoteOf(head, reading.log_origin));
  return absl::OkStatus();
}

absl::Status ReadInclusionProof(const v1::GetInclusionProofRequest& request,
                                const Reading& reading, ledger::Ledger& ledger,
                                v1::GetInclusionProofResponse* response) {
  v1::GetDecisionRequest find;
  find.set_decision_id(request.decision_id());
  v1::GetDecisionResponse found;
  TG_RETURN_IF_ERROR(ReadRecord(find, reading, ledger, &found));
  TG_ASSIGN_OR_RETURN(const ledger::Stored stored,
                      ledger.Read(found.entry().index()));
  return MakeReceipt(stored, reading.log_origin, ledger,
                     response->mutable_receipt());
}

absl::Status ReadConsistencyProof(const v1::GetConsistencyProofRequest& request,
                                  const Reading&, ledger::Ledger& ledger,
                                  v1::GetConsistencyProofResponse* response) {
  TG_ASSIGN_OR_RETURN(const ledger::Head head, ledger.ReadHead());
  const uint64_t size = request.size() == 0 ? head.size : request.size();
  if (size > head.size || request.old_size() > size) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "size",
                        "wrong.log_size", {absl::StrCat(head.size)});
  }
  const absl::StatusOr<journal::Proof> proof =
      journal::ProveConsistency(request.old_size(), size, HashesOf(ledger));
  if (absl::IsOutOfRange(proof.status())) {
    return text::Refuse(absl::StatusCode::kNotFound, "old_size",
                        "wrong.pruned_size");
  }
  TG_RETURN_IF_ERROR(proof.status());
  response->set_size(size);
  for (const journal::Hash& hash : *proof) {
    response->add_hashes(DigestBytes(hash));
  }
  return absl::OkStatus();
}

}  // namespace tongguan::service
