#include "gateway/service/proving.h"

#include "gateway/journal/checkpoint.h"
#include "gateway/journal/receipt.h"
#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

class ProvingTest : public ServerTest {
 protected:
  ProvingTest() { Start(); }

  journal::PublicKey Key() const {
    const auto key = journal::SigningKey::Read(config_.ledger() + ".key");
    EXPECT_TRUE(key.ok()) << key.status();
    return key->public_key();
  }
  // A decision with a receipt.
  v1::EvaluateResponse DecideWithReceipt(const std::string& id) {
    v1::EvaluateRequest request = Request(Flow(id));
    request.set_want_receipt(true);
    v1::EvaluateResponse response;
    const grpc::Status status =
        Ask(*AsExporter().gateway, &Gateway::Evaluate, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  absl::Status Check(const v1::Receipt& receipt) const {
    const auto proof = journal::ParseReceipt(receipt.proof());
    if (!proof.ok()) return proof.status();
    return journal::VerifyReceipt(*proof, receipt.record(), Key());
  }
  journal::Checkpoint Head() {
    v1::GetCheckpointResponse response;
    const grpc::Status status = Ask(*AsExporter().log, &Log::GetCheckpoint,
                                    v1::GetCheckpointRequest(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    const auto note = journal::ParseNote(response.checkpoint());
    EXPECT_TRUE(note.ok()) << note.status();
    EXPECT_TRUE(journal::VerifyNote(*note, Key()).ok());
    return *journal::ParseCheckpoint(note->text);
  }
  grpc::Status Consistency(uint64_t old_size, uint64_t size,
                           journal::Proof* proof) {
    v1::GetConsistencyProofRequest request;
    request.set_old_size(old_size);
    request.set_size(size);
    v1::GetConsistencyProofResponse response;
    const grpc::Status status =
        Ask(*AsExporter().log, &Log::GetConsistencyProof, request, &response);
    proof->resize(response.hashes_size());
    for (int i = 0; i < response.hashes_size(); ++i) {
      EXPECT_TRUE(journal::ReadHash(response.hashes(i), &(*proof)[i]));
    }
    return status;
  }
};

TEST_F(ProvingTest, ADecisionComesWithAReceiptThatHolds) {
  for (const std::string id : {"a", "b", "c"}) {
    const v1::EvaluateResponse response = DecideWithReceipt(id);
    EXPECT_TRUE(Check(response.receipt()).ok()) << Check(response.receipt());
    v1::DecisionRecord record;
    ASSERT_TRUE(record.ParseFromString(response.receipt().record()));
    EXPECT_EQ(record.verdict().flow().request_id(), id);
    EXPECT_EQ(record.verdict().decision().verdict(),
              response.decision().verdict());
  }
}

TEST_F(ProvingTest, AReceiptOfOneRecordDoesNotHoldForAnother) {
  v1::Receipt a = DecideWithReceipt("a").receipt();
  const v1::Receipt b = DecideWithReceipt("b").receipt();
  a.set_record(b.record());
  EXPECT_FALSE(Check(a).ok());
}

TEST_F(ProvingTest, NoReceiptUnlessItIsWanted) {
  v1::EvaluateResponse response;
  ASSERT_TRUE(Ask(*AsExporter().gateway, &Gateway::Evaluate, Request(Flow("a")),
                  &response)
                  .ok());
  EXPECT_FALSE(response.has_receipt());
}

TEST_F(ProvingTest, ADryRunHasNoReceipt) {
  v1::EvaluateRequest request = Request(Flow("a"), v1::MODE_DRY_RUN);
  request.set_want_receipt(true);
  EXPECT_EQ(Evaluate(AsExporter(), request).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ProvingTest, AProofIsGivenLaterToWhoMayReadTheRecord) {
  v1::GetInclusionProofRequest request;
  request.set_decision_id(DecideWithReceipt("a").decision().decision_id());
  v1::GetInclusionProofResponse response;
  ASSERT_TRUE(
      Ask(*AsExporter().log, &Log::GetInclusionProof, request, &response).ok());
  EXPECT_TRUE(Check(response.receipt()).ok());
  EXPECT_EQ(Ask(*AsExporter(kShenzhen).log, &Log::GetInclusionProof, request,
                &response)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ProvingTest, TheLogProvesThatItOnlyGrew) {
  const journal::Checkpoint before = Head();
  Decide(Flow("a"));
  Decide(Flow("b"));
  const journal::Checkpoint after = Head();
  EXPECT_EQ(after.size, before.size + 2);
  journal::Proof proof;
  ASSERT_TRUE(Consistency(before.size, 0, &proof).ok());
  EXPECT_TRUE(journal::VerifyConsistency(before.size, before.root, after.size,
                                         after.root, proof)
                  .ok());
  ASSERT_TRUE(Consistency(1, before.size, &proof).ok());
  EXPECT_EQ(Consistency(1, after.size + 1, &proof).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Consistency(after.size + 1, 0, &proof).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace tongguan::service
