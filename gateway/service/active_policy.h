// The policy in force, and its changes: each is kept in the ledger and recorded
// before it decides anything.
#ifndef TONGGUAN_GATEWAY_SERVICE_ACTIVE_POLICY_H_
#define TONGGUAN_GATEWAY_SERVICE_ACTIVE_POLICY_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gateway/ledger/ledger.h"
#include "gateway/policy/parts.h"
#include "gateway/policy/snapshot.h"
#include "gateway/service/server.h"

namespace tongguan::service {

// Thread-safe.
class ActivePolicy {
 public:
  struct State {
    std::shared_ptr<const policy::Snapshot> snapshot;
    absl::Time activated_at;   // Commit instant of its activation's record.
    std::string last_refusal;  // Why the last reload was refused; or empty.
  };

  // Begins with `first`, whose parts these are; `load` gives the later ones.
  // The ledger must outlive this.
  static absl::StatusOr<std::unique_ptr<ActivePolicy>> Begin(
      std::shared_ptr<const policy::Snapshot> first, policy::Parts parts,
      PolicyLoader load, ledger::Ledger* ledger);

  State state() const;
  std::shared_ptr<const policy::Snapshot> snapshot() const;

  // Loads again. A policy that is refused, or cannot be recorded, changes
  // nothing but last_refusal.
  absl::Status Reload();

 private:
  ActivePolicy(PolicyLoader load, ledger::Ledger* ledger)
      : load_(std::move(load)), ledger_(ledger) {}

  absl::Status Activate(
      absl::StatusOr<std::shared_ptr<const policy::Snapshot>> next,
      policy::Parts parts);
  absl::StatusOr<State> Record(std::shared_ptr<const policy::Snapshot> next,
                               policy::Parts parts);

  const PolicyLoader load_;
  ledger::Ledger* const ledger_;
  absl::Mutex reloading_;  // One reload at a time.
  mutable absl::Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_ACTIVE_POLICY_H_
