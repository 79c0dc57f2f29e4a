#include "gateway/base/beijing.h"
#include "gateway/base/status_macros.h"
#include "gateway/service/services.h"
#include "gateway/service/services_api.h"

namespace tongguan::service {
namespace {

// Sets that are sent at once.
constexpr int kStageCalls = 16;

}  // namespace

absl::Status Services::CheckHead(const grpc::ServerContext& context,
                                 const v1::StageHead& head) const {
  TG_ASSIGN_OR_RETURN(const Identity caller,
                      ReadIdentity(*context.auth_context()));
  const auto policy = parts_.policy->snapshot();
  const Day today = BeijingDay(parts_.clock->Now());
  TG_RETURN_IF_ERROR(
      MayAsk(caller, head.exporter(), policy->registry(), today));
  return policy->registry()
      .FindKey(head.exporter(), head.key_id(), today)
      .status();
}

void Services::OpenStaging() {
  StageCall::Parts parts;
  parts.loop = parts_.loop;
  parts.metrics = parts_.metrics;
  parts.staging = &*staging_;
  parts.now = [this] { return parts_.clock->Now(); };
  parts.request = [this](grpc::ServerContext* context,
                         StageCall::Reader* reader, void* tag) {
    api_->gateway.RequestStagePeople(context, reader, parts_.loop->queue(),
                                     parts_.loop->queue(), tag);
  };
  parts.check_head = [this](const grpc::ServerContext& context,
                            const v1::StageHead& head) {
    return CheckHead(context, head);
  };
  for (int i = 0; i < kStageCalls; ++i) {
    stage_calls_.emplace_back(parts);
    stage_calls_.back().Accept();
  }
}

}  // namespace tongguan::service
