// Whether the gateway serves, as the gRPC health checking protocol says it:
// grpc.health.v1.Health, Check and Watch. gRPC's own health service polls with
// threads of its own, which take every other call's events away from the
// polling thread: a quarter of a decision's processor time.
#ifndef TONGGUAN_GATEWAY_SERVICE_HEALTH_H_
#define TONGGUAN_GATEWAY_SERVICE_HEALTH_H_

#include <list>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gateway/service/loop.h"
#include "gateway/service/stream_room.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/server_builder.h"

namespace tongguan::service {

class HealthCall;

class Health {
 public:
  Health();
  ~Health();

  // Before the server is built; after it was built and before it polls.
  // Methods that nobody serves are answered here too: UNIMPLEMENTED.
  void Register(grpc::ServerBuilder* builder);
  void Open(Loop* loop);

  // Whether a service (empty: the gateway) serves. Thread-safe; from Open on
  // and until Drain.
  void Set(const std::string& service, bool serving);

  // On the polling thread, both: ends calls that ask nothing; and at the end
  // all that watch, when nothing serves any more.
  void Tick();
  void Drain();

 private:
  friend class HealthCall;
  // ServingStatus of the protocol.
  enum Status { kServing = 1, kNotServing = 2, kServiceUnknown = 3 };

  Status Of(const std::string& service);
  void Tell(const std::string& service);

  grpc::AsyncGenericService generic_;
  Loop* loop_ = nullptr;
  std::list<HealthCall> calls_;  // These are the polling thread's.
  StreamRoom room_;
  bool draining_ = false;

  absl::Mutex mu_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_HEALTH_H_
