// The generated services, with requests and replies as bytes.
#ifndef TONGGUAN_GATEWAY_SERVICE_SERVICES_API_H_
#define TONGGUAN_GATEWAY_SERVICE_SERVICES_API_H_

#include "gateway/service/services.h"
#include "proto/tongguan/v1/decision_log_service.grpc.pb.h"
#include "proto/tongguan/v1/export_gateway_service.grpc.pb.h"
#include "proto/tongguan/v1/policy_service.grpc.pb.h"

namespace tongguan::service {

struct Services::Api {
  using G = v1::ExportGatewayService;
  using L = v1::DecisionLogService;
  using P = v1::PolicyService;
  G::WithRawMethod_Evaluate<
      G::WithRawMethod_BatchEvaluate<G::WithRawMethod_Settle<
          G::WithRawMethod_CorrectSettlement<G::WithRawMethod_DeclareOpening<
              G::WithRawMethod_GetStanding<G::WithRawMethod_StreamEvaluate<
                  G::WithRawMethod_StagePeople<G::Service>>>>>>>>
      gateway;
  L::WithRawMethod_GetDecision<L::WithRawMethod_ListDecisions<
      L::WithRawMethod_GetCheckpoint<L::WithRawMethod_GetInclusionProof<
          L::WithRawMethod_GetConsistencyProof<L::Service>>>>>
      log;
  P::WithRawMethod_GetActivePolicy<P::Service> policy;
};

// Asks the service for the next call of the method that `request` names.
template <typename Service, typename Method>
Call::Requester Requesting(Service* service, Method request) {
  return [service, request](grpc::ServerContext* context,
                            grpc::ByteBuffer* bytes, Call::Writer* writer,
                            grpc::ServerCompletionQueue* queue, void* tag) {
    (service->*request)(context, bytes, writer, queue, queue, tag);
  };
}

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_SERVICES_API_H_
