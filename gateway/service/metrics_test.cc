#include "gateway/service/metrics.h"

#include "gmock/gmock.h"
#include "prometheus/text_serializer.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;

std::string Text(const Metrics& metrics) {
  return prometheus::TextSerializer().Serialize(metrics.registry()->Collect());
}

TEST(MetricsTest, CountsDecisionsByWhatWasDecided) {
  Metrics metrics;
  v1::Decision decision;
  decision.set_verdict(v1::VERDICT_ASSESS);
  decision.set_required_mechanism(v1::MECHANISM_SECURITY_ASSESSMENT);
  decision.set_lane(v1::LANE_EXPEDITED);
  metrics.CountDecision(decision);
  metrics.CountDecision(decision);
  decision.set_dry_run(true);
  metrics.CountDecision(decision);
  const std::string labels =
      R"(lane="LANE_EXPEDITED",mechanism="MECHANISM_SECURITY_ASSESSMENT",)"
      R"(verdict="VERDICT_ASSESS"} )";
  EXPECT_THAT(Text(metrics), HasSubstr("dry_run=\"false\"," + labels + "2"));
  EXPECT_THAT(Text(metrics), HasSubstr("dry_run=\"true\"," + labels + "1"));
}

TEST(MetricsTest, ShowsErrorsReloadsCommitsAndAge) {
  Metrics metrics;
  metrics.CountError(grpc::StatusCode::RESOURCE_EXHAUSTED);
  metrics.CountRefusedReload();
  metrics.SetInFlight(7);
  metrics.ObserveCommit(absl::Microseconds(150));
  metrics.SetPolicyActivated(absl::FromUnixSeconds(1795233600));
  metrics.SetLedgerWritable(true);
  const std::string text = Text(metrics);
  for (const char* line :
       {"tongguan_errors_total{code=\"8\"} 1\n",
        "tongguan_policy_reloads_refused_total 1\n",
        "tongguan_calls_in_flight 7\n",
        "tongguan_ledger_commit_seconds_bucket{le=\"0.0001\"} 0\n",
        "tongguan_ledger_commit_seconds_bucket{le=\"0.0002\"} 1\n",
        "tongguan_policy_activated_timestamp_seconds 1795233600\n",
        "tongguan_ledger_writable 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsTest, AnAddressThatIsTakenIsAnErrorNotAnException) {
  Metrics metrics;
  const auto first = Expose(metrics, "127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string taken =
      "127.0.0.1:" + std::to_string((*first)->GetListeningPorts().at(0));
  const auto second = Expose(metrics, taken);
  EXPECT_TRUE(absl::IsUnavailable(second.status()));
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("metrics_listen"));
}

}  // namespace
}  // namespace tongguan::service
