// The gateway process: policy, ledger and mTLS gRPC server put together.
// One polling thread; the ledger has its own committer thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_SERVER_H_
#define TONGGUAN_GATEWAY_SERVICE_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/policy/snapshot.h"
#include "proto/tongguan/v1/config.pb.h"

namespace tongguan::service {

// Gives a policy, and its parts for the ledger.
using PolicyLoader =
    std::function<absl::StatusOr<std::shared_ptr<const policy::Snapshot>>(
        policy::Parts* parts)>;

struct ServerOptions {
  v1::GatewayConfig config;
  const Clock* clock = nullptr;  // Must outlive the server.
  // Where policies come from at start and at Reload; by default the files of
  // config.policy_dir.
  PolicyLoader load_policy;
};

class Server {
 public:
  // Loads the policy, opens the ledger, records the activation, listens.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);

  virtual ~Server() = default;

  // The port that is listened on.
  virtual int port() const = 0;

  // The file of the key that was made to sign the log; empty: there was one.
  virtual const std::string& new_log_key() const = 0;

  // Loads the policy again and swaps it in; a bad one is refused, named in
  // health and GetActivePolicy, and changes nothing.
  virtual absl::Status Reload() = 0;

  // Stops taking calls, lets those in flight end (at most drain_seconds),
  // closes the ledger. Idempotent.
  virtual void Drain() = 0;

  // Not OK once the process must end (a commit's outcome is unknown). Blocks
  // until then or until Drain has ended.
  virtual absl::Status Wait() = 0;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_SERVER_H_
