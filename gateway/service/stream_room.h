// How many streaming calls of one kind are open, in all and for each
// organization that calls: nobody holds all places. Belongs to the polling
// thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_STREAM_ROOM_H_
#define TONGGUAN_GATEWAY_SERVICE_STREAM_ROOM_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/service/identity.h"
#include "grpcpp/server_context.h"

namespace tongguan::service {

class StreamRoom {
 public:
  StreamRoom(int most, int most_each) : most_(most), most_each_(most_each) {}

  // ResourceExhausted where the call would be one too many; then it has no
  // place to leave.
  absl::Status Enter(const std::string& organization);
  // The same for the peer of a call, whom it returns. Unauthenticated where its
  // certificate names nobody.
  absl::StatusOr<Identity> Admit(const grpc::ServerContextBase& context);
  void Leave(const std::string& organization);

  int most() const { return most_; }

 private:
  const int most_;
  const int most_each_;
  int all_ = 0;
  absl::flat_hash_map<std::string, int> each_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_STREAM_ROOM_H_
