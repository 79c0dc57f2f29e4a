#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/service/errors.h"
#include "gateway/service/glossary.h"
#include "gateway/service/proving.h"
#include "gateway/service/services.h"
#include "gateway/service/services_api.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

absl::Status CheckFlows(int flows, int most) {
  if (flows > 0 && flows <= most) return absl::OkStatus();
  return text::Refuse(absl::StatusCode::kInvalidArgument, "flows",
                      "wrong.range", {absl::StrCat(flows), absl::StrCat(most)});
}

}  // namespace

void Services::OpenDeciding() {
  using Gateway = decltype(api_->gateway);
  Add<EvaluateCall>(Requesting(&api_->gateway, &Gateway::RequestEvaluate),
                    [this](EvaluateCall* call) { Evaluate(call); });
  Add<BatchCall>(Requesting(&api_->gateway, &Gateway::RequestBatchEvaluate),
                 [this](BatchCall* call) { BatchEvaluate(call); });
}

void Services::Submit(const FlowQuestion& question, Stored done) {
  ledger::Submission submission;
  submission.owner = question.flow->exporter();
  submission.request_id = question.flow->request_id();
  submission.digest = question.digest;
  submission.make = [&question](ledger::View& view) {
    return MakeVerdict(question, view);
  };
  submission.done = OnLoop([this, &question, done = std::move(done)](
                               absl::StatusOr<ledger::Stored> stored) {
    if (stored.ok() && question.flow->people().has_staged()) {
      staging_->Release(question.flow->people().staged().digest(),
                        question.flow->exporter());
    }
    done(std::move(stored));
  });
  parts_.ledger->Submit(std::move(submission));
}

void Services::Evaluate(EvaluateCall* call) {
  absl::StatusOr<Asking> asking = Begin(*call);
  absl::Status refusal = asking.status();
  if (refusal.ok()) {
    refusal = ReadMode(call->request.mode(), call->request.as_of(), &*asking);
  }
  if (refusal.ok() && asking->dry_run && call->request.want_receipt()) {
    refusal = text::Refuse(absl::StatusCode::kInvalidArgument, "want_receipt",
                           "wrong.receipt_of_dry_run");
  }
  if (!refusal.ok()) {
    call->Fail(refusal);
    return;
  }
  EvaluateState& state = *call->state;
  state.asking = *std::move(asking);
  if (const auto wrong =
          Pose(call->request.flow(), state.asking, "flow", &state.question);
      wrong.has_value()) {
    call->Fail(*wrong);
    return;
  }
  const auto end = [this, call](const absl::Status& result) {
    if (!result.ok()) {
      call->Fail(result);
      return;
    }
    parts_.metrics->CountDecision(call->response.decision());
    if (call->request.glossary()) {
      FillGlossary(call->request.flow(), call->response.decision(),
                   *call->state->asking.policy,
                   call->response.mutable_glossary());
    }
    call->Reply();
  };
  if (state.asking.dry_run) {
    Work(
        [this, call] {
          return DecideDry(call->state->question, *parts_.ledger,
                           call->response.mutable_decision());
        },
        end);
    return;
  }
  Submit(state.question,
         [this, call, end](absl::StatusOr<ledger::Stored> stored) {
           absl::Status result = stored.status();
           if (result.ok()) {
             result = ReadVerdict(*stored, call->response.mutable_decision());
           }
           if (!result.ok() || !call->request.want_receipt()) {
             end(result);
             return;
           }
           Work(
               [this, call, stored = *std::move(stored)] {
                 return MakeReceipt(stored, parts_.log_origin, *parts_.ledger,
                                    call->response.mutable_receipt());
               },
               end);
         });
}

void Services::BatchEvaluate(BatchCall* call) {
  absl::StatusOr<Asking> asking = Begin(*call);
  absl::Status refusal = asking.status();
  const int flows = call->request.flows_size();
  const int most = parts_.limits.batch_flows();
  if (refusal.ok()) {
    refusal = ReadMode(call->request.mode(), call->request.as_of(), &*asking);
  }
  if (refusal.ok()) refusal = CheckFlows(flows, most);
  if (refusal.ok() &&
      batch_flows_in_flight_ + flows > kBatchesInFlight * most) {
    refusal =
        text::Refuse(absl::StatusCode::kResourceExhausted, "", "wrong.busy");
  }
  if (!refusal.ok()) {
    call->Fail(refusal);
    return;
  }
  batch_flows_in_flight_ += flows;
  call->state->asking = *std::move(asking);
  PoseBatch(call);
}

// Poses the flows in order; each that is well-formed joins the ledger's queue
// behind its predecessors.
void Services::PoseBatch(BatchCall* call) {
  BatchState& state = *call->state;
  std::vector<std::pair<const FlowQuestion*, v1::FlowResult*>> posed;
  for (int i = 0; i < call->request.flows_size(); ++i) {
    v1::FlowResult* result = call->response.add_results();
    FlowQuestion& question = state.questions.emplace_back();
    auto wrong = Pose(call->request.flows(i), state.asking,
                      absl::StrCat("flows[", i, "]"), &question);
    if (wrong.has_value()) {
      *result->mutable_error() = *std::move(wrong);
    } else {
      posed.emplace_back(&question, result);
    }
  }
  if (posed.empty() || state.asking.dry_run) {
    Work(
        [this, posed = std::move(posed)] {
          for (const auto& [question, result] : posed) {
            const absl::Status decided = DecideDry(*question, *parts_.ledger,
                                                   result->mutable_decision());
            if (!decided.ok()) *result->mutable_error() = ToFlowError(decided);
          }
          return absl::OkStatus();
        },
        [this, call](const absl::Status&) { EndBatch(call); });
    return;
  }
  state.open = static_cast<int>(posed.size());
  for (const auto& [question, result] : posed) {
    Submit(*question, [this, call,
                       result = result](absl::StatusOr<ledger::Stored> stored) {
      Answer(std::move(stored), result);
      if (--call->state->open == 0) EndBatch(call);
    });
  }
}

void Services::Answer(absl::StatusOr<ledger::Stored> stored,
                      v1::FlowResult* result) {
  absl::Status read = stored.status();
  if (read.ok()) read = ReadVerdict(*stored, result->mutable_decision());
  if (!read.ok()) *result->mutable_error() = ToFlowError(read);
}

void Services::EndBatch(BatchCall* call) {
  batch_flows_in_flight_ -= call->request.flows_size();
  for (const v1::FlowResult& result : call->response.results()) Count(result);
  call->Reply();
}

void Services::Count(const v1::FlowResult& result) {
  if (result.has_error()) {
    parts_.metrics->CountError(
        static_cast<grpc::StatusCode>(result.error().code()));
  } else {
    parts_.metrics->CountDecision(result.decision());
  }
}

}  // namespace tongguan::service
