#include "gateway/service/server.h"

#include <atomic>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/ledger/ledger.h"
#include "gateway/service/active_policy.h"
#include "gateway/service/append.h"
#include "gateway/service/config.h"
#include "gateway/service/health.h"
#include "gateway/service/listen.h"
#include "gateway/service/log_key.h"
#include "gateway/service/loop.h"
#include "gateway/service/metrics.h"
#include "gateway/service/services.h"
#include "gateway/service/worker.h"
#include "gateway/text/refusal.h"
#include "grpcpp/server.h"

namespace tongguan::service {
namespace {

// Serving with a valid policy and a ledger that can write.
constexpr const char* kServing[] = {"", "tongguan.v1.ExportGatewayService",
                                    "tongguan.v1.DecisionLogService",
                                    "tongguan.v1.PolicyService"};
// Not serving while the last reload was refused; the old policy decides on.
constexpr char kReloadHealth[] = "tongguan.v1.PolicyReload";

// Looks at the ledger each second, and has it probe each so many.
constexpr int64_t kProbeTicks = 30;

class Gateway final : public Server {
 public:
  explicit Gateway(ServerOptions options)
      : options_(std::move(options)),
        limits_(WithDefaults(options_.config.limits())) {}
  ~Gateway() override { Drain(); }

  absl::Status Open();
  int port() const override { return port_; }
  const std::string& new_log_key() const override { return new_log_key_; }
  absl::Status Reload() override;
  void Drain() override;
  absl::Status Wait() override;

 private:
  absl::Status OpenLedger();
  absl::Status Listen(const TlsTexts& tls);
  void CheckLedger();
  void SetReloadHealth(bool good);
  void StopServing();

  const ServerOptions options_;
  const v1::Limits limits_;
  int port_ = 0;
  int64_t ticks_ = 0;  // The polling thread's, once it runs.
  std::string new_log_key_;
  std::string log_origin_;
  Metrics metrics_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<ActivePolicy> policy_;
  Worker worker_;
  // Destroyed in the order server, loop, services: calls lie in the services.
  Services services_;
  Health health_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<grpc::Server> server_;

  absl::Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status fatal_ ABSL_GUARDED_BY(mu_);
};

absl::Status Gateway::Open() {
  TG_RETURN_IF_ERROR(CheckConfig(options_.config));
  if (!options_.load_policy && options_.config.policy_dir().empty()) {
    return text::Refuse(absl::StatusCode::kInvalidArgument, "policy_dir",
                        "wrong.no_policy_dir");
  }
  TG_ASSIGN_OR_RETURN(const TlsTexts tls, ReadTls(options_.config.tls()));
  TG_RETURN_IF_ERROR(OpenLedger());
  if (!options_.config.metrics_listen().empty()) {
    TG_ASSIGN_OR_RETURN(exposer_,
                        Expose(metrics_, options_.config.metrics_listen()));
  }
  return Listen(tls);
}

absl::Status Gateway::OpenLedger() {
  PolicyLoader load = options_.load_policy;
  if (!load) {
    load = [dir = options_.config.policy_dir()](policy::Parts* to) {
      return policy::LoadPolicyDir(dir, to);
    };
  }
  // A policy that is refused must not leave a new ledger behind.
  policy::Parts parts;
  TG_ASSIGN_OR_RETURN(auto first, load(&parts));
  ledger::Options options;
  options.path = options_.config.ledger();
  options.year_end = MakeYearEnd;
  TG_ASSIGN_OR_RETURN(options.key, OpenLogKey(options_.config, &new_log_key_));
  // An accepted call always finds its place in the queue; the last is for a
  // policy's activation.
  options.max_queue = MostSubmissions(limits_) + 1;
  TG_ASSIGN_OR_RETURN(
      ledger_, ledger::OpenSqliteLedger(
                   options, [clock = options_.clock] { return clock->Now(); }));
  log_origin_ = options.key->origin();
  TG_RETURN_IF_ERROR(RecordLogKey(*options.key, *ledger_));
  TG_ASSIGN_OR_RETURN(
      policy_, ActivePolicy::Begin(std::move(first), std::move(parts), load,
                                   ledger_.get()));
  metrics_.SetPolicyActivated(policy_->state().activated_at);
  return absl::OkStatus();
}

absl::Status Gateway::Listen(const TlsTexts& tls) {
  grpc::ServerBuilder builder;
  Configure(options_.config.listen(), tls, limits_, &port_, &builder);
  services_.Register(&builder);
  health_.Register(&builder);
  loop_ = std::make_unique<Loop>(
      builder.AddCompletionQueue(),
      [this] {
        CheckLedger();
        services_.Tick();
        health_.Tick();
      },
      absl::Seconds(1));
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    return text::Refuse(absl::StatusCode::kUnavailable, "listen",
                        "wrong.listen", {options_.config.listen()});
  }
  health_.Open(loop_.get());
  SetReloadHealth(true);
  CheckLedger();
  services_.Open(
      {options_.clock, limits_,
       absl::Milliseconds(options_.config.clock_uncertainty_millis()),
       ledger_.get(), policy_.get(), &metrics_, loop_.get(), &worker_,
       log_origin_});
  loop_->Start();
  return absl::OkStatus();
}

void Gateway::CheckLedger() {
  const absl::Status health = ledger_->health();
  const bool writable = ledger_->writable().ok();
  // Now and then also where all is well: old people go from idle gateways too.
  if (health.ok() && (!writable || ++ticks_ % kProbeTicks == 1)) {
    ledger_->Probe();
  }
  absl::MutexLock lock(&mu_);
  if (draining_) return;
  if (fatal_.ok()) fatal_ = health;
  metrics_.SetLedgerWritable(writable);
  for (const char* name : kServing) {
    health_.Set(name, writable);
  }
}

void Gateway::SetReloadHealth(bool good) {
  absl::MutexLock lock(&mu_);
  if (draining_) return;
  health_.Set(kReloadHealth, good);
}

absl::Status Gateway::Reload() {
  const absl::Status reloaded = policy_->Reload();
  if (reloaded.ok()) {
    metrics_.SetPolicyActivated(policy_->state().activated_at);
  } else {
    metrics_.CountRefusedReload();
  }
  SetReloadHealth(reloaded.ok());
  return reloaded;
}

void Gateway::Drain() {
  {
    absl::MutexLock lock(&mu_);
    if (draining_) {
      mu_.Await(absl::Condition(&ended_));
      return;
    }
    draining_ = true;
  }
  StopServing();
  absl::MutexLock lock(&mu_);
  ended_ = true;
}

// Also for a gateway of which only a part was opened.
void Gateway::StopServing() {
  if (server_ != nullptr) {
    loop_->Post([this] {
      health_.Drain();
      services_.Drain();
    });
    server_->Shutdown(absl::ToChronoTime(
        absl::Now() + absl::Seconds(limits_.drain_seconds())));
  }
  worker_.Stop();
  if (ledger_ != nullptr) ledger_->Close();
  // Now every call has its answer posted.
  loop_.reset();
  exposer_.reset();
}

absl::Status Gateway::Wait() {
  absl::MutexLock lock(&mu_);
  const auto over = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
    return ended_ || !fatal_.ok();
  };
  mu_.Await(absl::Condition(&over));
  return fatal_;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto gateway = std::make_unique<Gateway>(std::move(options));
  TG_RETURN_IF_ERROR(gateway->Open());
  return gateway;
}

}  // namespace tongguan::service
