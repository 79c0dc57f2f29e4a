#include "gateway/service/services.h"

#include <string>
#include <utility>

#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/changes.h"
#include "gateway/service/privacy.h"
#include "gateway/service/proving.h"
#include "gateway/service/reading.h"
#include "gateway/service/request_digest.h"
#include "gateway/service/services_api.h"

namespace tongguan::service {
namespace {

struct Nothing {};

// Sets of people that may be sent at once, in all and by one organization.
constexpr int kUploads = 16;
constexpr int kUploadsEach = 4;

}  // namespace

size_t MostSubmissions(const v1::Limits& limits) {
  return static_cast<size_t>(limits.calls_in_flight()) +
         static_cast<size_t>(kBatchesInFlight) * limits.batch_flows() +
         static_cast<size_t>(kStreams) * StreamCall::kWindow;
}

Services::Services()
    : api_(std::make_unique<Api>()),
      stage_room_(kUploads, kUploadsEach),
      stream_room_(kStreams, kStreamsEach) {}
Services::~Services() = default;

void Services::Register(grpc::ServerBuilder* builder) {
  builder->RegisterService(&api_->gateway);
  builder->RegisterService(&api_->log);
  builder->RegisterService(&api_->policy);
}

void Services::Open(const Parts& parts) {
  parts_ = parts;
  admission_.limit = parts.limits.calls_in_flight();
  staging_.emplace(parts.limits.staged_people());
  OpenDeciding();
  OpenStaging();
  OpenStreams();
  OpenChanges();
  OpenReading();
}

absl::StatusOr<Asking> Services::Begin(const Call& call) {
  TG_ASSIGN_OR_RETURN(Identity caller,
                      ReadIdentity(*call.context().auth_context()));
  return MakeAsking(std::move(caller));
}

// Every call and every flow of a stream comes through here: a name that would
// be recorded is looked at under the policy that decides.
absl::StatusOr<Asking> Services::MakeAsking(Identity caller) {
  Asking asking;
  asking.caller = std::move(caller);
  asking.now = asking.at = parts_.clock->Now();
  asking.policy = parts_.policy->snapshot();
  TG_RETURN_IF_ERROR(CheckCaller(asking.caller, asking.policy->taxonomy()));
  asking.flow_bytes = parts_.limits.flow_bytes();
  asking.staging = &*staging_;
  asking.clock_uncertainty = parts_.clock_uncertainty;
  return asking;
}

Stored Services::OnLoop(Stored done) {
  const absl::Time submitted = absl::Now();
  // Called once: what it has it hands on.
  return [this, submitted, done = std::move(done)](
             absl::StatusOr<ledger::Stored> stored) mutable {
    parts_.loop->Post([this, submitted, done = std::move(done),
                       stored = std::move(stored)]() mutable {
      parts_.metrics->ObserveCommit(absl::Now() - submitted);
      done(std::move(stored));
    });
  };
}

void Services::Work(std::function<absl::Status()> job,
                    std::function<void(const absl::Status&)> end) {
  parts_.worker->Run([this, job = std::move(job), end = std::move(end)] {
    parts_.loop->Post([end, result = job()] { end(result); });
  });
}

void Services::Submit(std::vector<SharedSet> sets,
                      ledger::Submission submission, Stored done) {
  if (!sets.empty()) {
    const absl::Status begun = staging_->Begin(sets, submission.request_id);
    if (!begun.ok()) {
      sets.clear();
      submission.make =
          [begun](ledger::View&) -> absl::StatusOr<ledger::Entry> {
        return begun;
      };
    }
  }
  if (sets.empty()) {
    submission.done = OnLoop(std::move(done));
    parts_.ledger->Submit(std::move(submission));
    return;
  }
  submission.done =
      OnLoop([this, sets = std::move(sets),
              done = std::move(done)](absl::StatusOr<ledger::Stored> stored) {
        staging_->End(sets, stored.ok() && !stored->repeated);
        done(std::move(stored));
      });
  parts_.ledger->Submit(std::move(submission));
}

template <typename CallT, typename Check, typename Make, typename Reader>
void Services::Change(CallT* call, std::vector<SharedSet> sets, Check check,
                      Make make, Reader read) {
  const auto& request = call->request;
  const absl::StatusOr<Asking> asking = Begin(*call);
  absl::Status refusal = asking.status();
  if (refusal.ok()) refusal = check(request);
  if (refusal.ok()) {
    refusal = CheckName("request_id", request.request_id(),
                        asking->policy->taxonomy());
  }
  if (refusal.ok()) {
    refusal = MayAsk(asking->caller, request.exporter(),
                     asking->policy->registry(), BeijingDay(asking->now));
  }
  if (!refusal.ok()) {
    call->Fail(refusal);
    return;
  }
  ledger::Submission submission;
  submission.owner = request.exporter();
  submission.request_id = request.request_id();
  submission.digest = RequestDigest(request);
  submission.make = [call, caller = asking->caller, make](ledger::View& view) {
    return make(call->request, caller, view);
  };
  Submit(std::move(sets), std::move(submission),
         [call, read](absl::StatusOr<ledger::Stored> stored) {
           absl::Status result = stored.status();
           if (result.ok()) result = read(*stored, &call->response);
           result.ok() ? call->Reply() : call->Fail(result);
         });
}

template <typename CallT, typename Check, typename Make, typename Reader>
void Services::Settle(CallT* call, Check check, Make make, Reader read) {
  const auto& request = call->request;
  call->state->Take(request.exporter(),
                    request.has_people() ? &request.people() : nullptr,
                    request.has_left() ? &request.left() : nullptr, &*staging_,
                    parts_.clock->Now());
  std::vector<SharedSet> sets;
  for (const auto* people : {&call->state->people, &call->state->left}) {
    if (*people == nullptr || (*people)->staged == nullptr) continue;
    sets.push_back((*people)->staged);
  }
  Change(
      call, std::move(sets), check,
      [call, make](const auto& asked, const Identity& caller,
                   ledger::View& view) {
        return make(asked, &*call->state, caller, view);
      },
      read);
}

void Services::OpenChanges() {
  using SettleCall =
      UnaryCall<v1::SettleRequest, v1::SettleResponse, LeftPeople>;
  Add<SettleCall>(
      Requesting(&api_->gateway, &decltype(api_->gateway)::RequestSettle),
      [this](SettleCall* call) {
        Settle(call, CheckSettle, MakeSettlement, ReadSettlement);
      });
  using CorrectCall = UnaryCall<v1::CorrectSettlementRequest,
                                v1::CorrectSettlementResponse, LeftPeople>;
  Add<CorrectCall>(
      Requesting(&api_->gateway,
                 &decltype(api_->gateway)::RequestCorrectSettlement),
      [this](CorrectCall* call) {
        Settle(call, CheckCorrection, MakeCorrection, ReadCorrection);
      });
  using OpeningCall =
      UnaryCall<v1::DeclareOpeningRequest, v1::DeclareOpeningResponse, Nothing>;
  Add<OpeningCall>(Requesting(&api_->gateway,
                              &decltype(api_->gateway)::RequestDeclareOpening),
                   [this](OpeningCall* call) {
                     Change(call, {}, CheckOpening, MakeOpening, ReadOpening);
                   });
}

template <typename CallT, typename Reader>
void Services::Read(CallT* call, Reader read) {
  const absl::StatusOr<Asking> asking = Begin(*call);
  if (!asking.ok()) {
    call->Fail(asking.status());
    return;
  }
  const Reading reading{asking->caller, asking->now, asking->policy,
                        parts_.log_origin};
  Work(
      [this, call, reading, read] {
        return read(call->request, reading, *parts_.ledger, &call->response);
      },
      [call](const absl::Status& result) {
        result.ok() ? call->Reply() : call->Fail(result);
      });
}

void Services::OpenReading() {
  using StandingCall =
      UnaryCall<v1::GetStandingRequest, v1::GetStandingResponse, Nothing>;
  Add<StandingCall>(
      Requesting(&api_->gateway, &decltype(api_->gateway)::RequestGetStanding),
      [this](StandingCall* call) { Read(call, ReadStanding); });
  using RecordCall =
      UnaryCall<v1::GetDecisionRequest, v1::GetDecisionResponse, Nothing>;
  Add<RecordCall>(
      Requesting(&api_->log, &decltype(api_->log)::RequestGetDecision),
      [this](RecordCall* call) { Read(call, ReadRecord); });
  using PageCall =
      UnaryCall<v1::ListDecisionsRequest, v1::ListDecisionsResponse, Nothing>;
  Add<PageCall>(
      Requesting(&api_->log, &decltype(api_->log)::RequestListDecisions),
      [this](PageCall* call) { Read(call, ReadPage); });
  using CheckpointCall =
      UnaryCall<v1::GetCheckpointRequest, v1::GetCheckpointResponse, Nothing>;
  Add<CheckpointCall>(
      Requesting(&api_->log, &decltype(api_->log)::RequestGetCheckpoint),
      [this](CheckpointCall* call) { Read(call, ReadCheckpoint); });
  using InclusionCall = UnaryCall<v1::GetInclusionProofRequest,
                                  v1::GetInclusionProofResponse, Nothing>;
  Add<InclusionCall>(
      Requesting(&api_->log, &decltype(api_->log)::RequestGetInclusionProof),
      [this](InclusionCall* call) { Read(call, ReadInclusionProof); });
  using ConsistencyCall = UnaryCall<v1::GetConsistencyProofRequest,
                                    v1::GetConsistencyProofResponse, Nothing>;
  Add<ConsistencyCall>(
      Requesting(&api_->log, &decltype(api_->log)::RequestGetConsistencyProof),
      [this](ConsistencyCall* call) { Read(call, ReadConsistencyProof); });
  using PolicyCall = UnaryCall<v1::GetActivePolicyRequest,
                               v1::GetActivePolicyResponse, Nothing>;
  Add<PolicyCall>(Requesting(&api_->policy,
                             &decltype(api_->policy)::RequestGetActivePolicy),
                  [this](PolicyCall* call) {
                    Read(call,
                         [this](const auto&, const Reading&, ledger::Ledger&,
                                v1::GetActivePolicyResponse* response) {
                           ReadPolicy(parts_.policy->state(), response);
                           return absl::OkStatus();
                         });
                  });
}

}  // namespace tongguan::service
