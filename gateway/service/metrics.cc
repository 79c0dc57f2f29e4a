#include "gateway/service/metrics.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {
namespace {

template <typename Builder>
auto& Build(Builder builder, const char* name, const char* help,
            prometheus::Registry& registry) {
  return builder.Name(name).Help(help).Register(registry);
}

// 100 µs to 3.2 s, doubling.
prometheus::Histogram::BucketBoundaries CommitBuckets() {
  prometheus::Histogram::BucketBoundaries bounds;
  for (double at = 0.0001; at < 4; at *= 2) bounds.push_back(at);
  return bounds;
}

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      decisions_(Build(prometheus::BuildCounter(), "tongguan_decisions_total",
                       "Decisions given", *registry_)),
      errors_(Build(prometheus::BuildCounter(), "tongguan_errors_total",
                    "Calls and flows answered by an error", *registry_)),
      refused_reloads_(Build(prometheus::BuildCounter(),
                             "tongguan_policy_reloads_refused_total",
                             "Reloads of the policy that were refused",
                             *registry_)
                           .Add({})),
      in_flight_(Build(prometheus::BuildGauge(), "tongguan_calls_in_flight",
                       "Calls taken in and not yet answered", *registry_)
                     .Add({})),
      policy_activated_(Build(prometheus::BuildGauge(),
                              "tongguan_policy_activated_timestamp_seconds",
                              "When the policy in force was activated",
                              *registry_)
                            .Add({})),
      ledger_writable_(Build(prometheus::BuildGauge(),
                             "tongguan_ledger_writable",
                             "1 while the ledger can write", *registry_)
                           .Add({})),
      commits_(Build(prometheus::BuildHistogram(),
                     "tongguan_ledger_commit_seconds",
                     "From submission to the durable record", *registry_)
                   .Add({}, CommitBuckets())) {}

void Metrics::CountDecision(const v1::Decision& decision) {
  prometheus::Counter*& counter =
      found_[{decision.verdict(), decision.required_mechanism(),
              decision.lane(), decision.dry_run()}];
  if (counter == nullptr) {
    counter = &decisions_.Add(
        {{"verdict", v1::Verdict_Name(decision.verdict())},
         {"mechanism", v1::Mechanism_Name(decision.required_mechanism())},
         {"lane", v1::Lane_Name(decision.lane())},
         {"dry_run", decision.dry_run() ? "true" : "false"}});
  }
  counter->Increment();
}

void Metrics::CountError(grpc::StatusCode code) {
  errors_.Add({{"code", absl::StrCat(static_cast<int>(code))}}).Increment();
}

void Metrics::ObserveCommit(absl::Duration taken) {
  commits_.Observe(absl::ToDoubleSeconds(taken));
}

void Metrics::SetPolicyActivated(absl::Time at) {
  policy_activated_.Set(static_cast<double>(absl::ToUnixSeconds(at)));
}

absl::StatusOr<std::unique_ptr<prometheus::Exposer>> Expose(
    const Metrics& metrics, const std::string& address) {
  try {  // The library throws when it cannot listen.
    auto exposer = std::make_unique<prometheus::Exposer>(address, 1);
    exposer->RegisterCollectable(metrics.registry());
    return exposer;
  } catch (const std::exception&) {
    return text::Refuse(absl::StatusCode::kUnavailable, "metrics_listen",
                        "wrong.listen", {address});
  }
}

}  // namespace tongguan::service
