#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/wire.h"
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
  std::vector<SharedSet> sets;
  if (question.people != nullptr && question.people->staged != nullptr) {
    sets.push_back(question.people->staged);
  }
  Submit(std::move(sets), std::move(submission), std::move(done));
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
  if (state.asking.dry_run) {
    Work(
        [this, call] {
          return DecideDry(call->state->question, *parts_.ledger,
                           call->response.mutable_decision());
        },
        [this, call](const absl::Status& result) {
          EndEvaluate(call, result);
        });
    return;
  }
  Submit(state.question, [this, call](absl::StatusOr<ledger::Stored> stored) {
    if (stored.ok()) {
      EndEvaluate(call, *stored);
    } else {
      EndEvaluate(call, stored.status());
    }
  });
}

// The decision is in the response, unless the result is bad.
void Services::EndEvaluate(EvaluateCall* call, const absl::Status& result) {
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
}

void Services::EndEvaluate(EvaluateCall* call, const ledger::Stored& stored) {
  const bool receipt = call->request.want_receipt();
  if (!receipt && !call->request.glossary()) {
    std::string reply;
    const absl::Status quoted = QuoteVerdict(stored, &reply, &head_);
    if (!quoted.ok()) {
      call->Fail(quoted);
      return;
    }
    parts_.metrics->CountDecision(head_);
    call->Reply(reply);
    return;
  }
  const absl::Status read =
      ReadVerdict(stored, call->response.mutable_decision());
  if (!read.ok() || !receipt) {
    EndEvaluate(call, read);
    return;
  }
  Work(
      [this, call, stored] {
        return MakeReceipt(stored, parts_.log_origin, *parts_.ledger,
                           call->response.mutable_receipt());
      },
      [this, call](const absl::Status& result) { EndEvaluate(call, result); });
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
  PosedFlows posed;
  state.questions = std::vector<FlowQuestion>(call->request.flows_size());
  for (int i = 0; i < call->request.flows_size(); ++i) {
    std::string& result = state.results.emplace_back();
    FlowQuestion& question = state.questions[i];
    auto wrong = Pose(call->request.flows(i), state.asking,
                      absl::StrCat("flows[", i, "]"), &question);
    if (wrong.has_value()) {
      result = ResultOf(*std::move(wrong));
    } else {
      posed.emplace_back(&question, &result);
    }
  }
  state.open = static_cast<int>(posed.size());
  if (posed.empty()) {
    EndBatch(call);
  } else if (state.asking.dry_run) {
    DecideBatchDry(call, posed);
  } else {
    for (const auto& [question, result] : posed) {
      Submit(*question, [this, call, result = result](
                            const absl::StatusOr<ledger::Stored>& stored) {
        *result = ResultOf(stored);
        if (--call->state->open == 0) EndBatch(call);
      });
    }
  }
}

void Services::DecideBatchDry(BatchCall* call, const PosedFlows& posed) {
  using Decided = std::pair<absl::Status, v1::FlowResult>;
  auto decided = std::make_shared<std::vector<Decided>>(posed.size());
  Work(
      [this, posed, decided] {
        for (size_t i = 0; i < posed.size(); ++i) {
          auto& [status, result] = (*decided)[i];
          status = DecideDry(*posed[i].first, *parts_.ledger,
                             result.mutable_decision());
        }
        return absl::OkStatus();
      },
      [this, call, posed, decided](const absl::Status&) {
        for (size_t i = 0; i < posed.size(); ++i) {
          auto& [status, result] = (*decided)[i];
          *posed[i].second = ResultOf(status, &result);
        }
        EndBatch(call);
      });
}

std::string Services::ResultOf(const absl::StatusOr<ledger::Stored>& stored) {
  std::string result;
  absl::Status quoted = stored.status();
  if (quoted.ok()) quoted = QuoteVerdict(*stored, &result, &head_);
  if (!quoted.ok()) return ResultOf(ToFlowError(quoted));
  parts_.metrics->CountDecision(head_);
  return result;
}

std::string Services::ResultOf(const absl::Status& decided,
                               v1::FlowResult* result) {
  if (!decided.ok()) return ResultOf(ToFlowError(decided));
  parts_.metrics->CountDecision(result->decision());
  return result->SerializeAsString();
}

std::string Services::ResultOf(v1::FlowError error) {
  parts_.metrics->CountError(static_cast<grpc::StatusCode>(error.code()));
  v1::FlowResult result;
  *result.mutable_error() = std::move(error);
  return result.SerializeAsString();
}

void Services::EndBatch(BatchCall* call) {
  batch_flows_in_flight_ -= call->request.flows_size();
  size_t size = 0;
  for (const std::string& result : call->state->results) {
    size += kMostFieldHead + result.size();
  }
  std::string reply;
  reply.reserve(size);
  for (const std::string& result : call->state->results) {
    AppendField(v1::BatchEvaluateResponse::kResultsFieldNumber, result, &reply);
  }
  call->Reply(reply);
}

}  // namespace tongguan::service
