// The tallies of people counted exactly, under a GBA contract and without one,
// are what the log's records add up to; `tongguan log verify` sees it if not.
#include <utility>

#include "gateway/cli/log_testing.h"
#include "gateway/service/exact_testing.h"

namespace tongguan::cli {
namespace {

class LogPeopleTest : public LogVerifyTest {
 protected:
  // The same people twice, settled to a few in either; and declared ones.
  void SetUp() override {
    v1::Enterprise* exporter = source_.registry[0].mutable_enterprises(0);
    exporter->set_region("CN-GD-SZ");
    exporter->set_gba_registered(v1::FACT_YES);
    v1::PseudonymKey* key = exporter->add_pseudonym_keys();
    key->set_id("k1");
    key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SHA256);
    key->set_valid_from("2026-01-01");
    v1::Filing* filing = source_.registry[0].add_filings();
    *filing =
        policy::TestFiling("GBA-1", v1::FILING_KIND_GBA_CONTRACT_HONG_KONG);
    filing->mutable_scope()->set_recipients(0, "ACME-HK");
    StartOpened();
    const std::string plain = DecideExact("plain", {0, 100}, false);
    const std::string gba = DecideExact("gba", {50, 200}, true);
    SettleExact("s1", plain, {0, 100}, {90, 100});
    SettleExact("s2", gba, {50, 200}, {50, 60});
    v1::Flow declared = Flow("declared", 70);
    MakeGba(&declared);
    Settle(Decide(declared).decision_id());  // 50 left.
    EXPECT_EQ(Standing().counted().persons(), 10 + 10 + 50);
    EXPECT_EQ(Standing().gba().persons(), 10 + 50);
    server_ = nullptr;
    log_ = config_.ledger();
    key_ = pki_.folder() + "/log.pub";
    WriteFile(
        key_,
        journal::SigningKey::Read(log_ + ".key")->public_key().ToString());
    copy_ = pki_.folder() + "/copy.db";
    Restore();
  }

  static void MakeGba(v1::Flow* flow) {
    flow->mutable_recipient()->set_organization_id("ACME-HK");
    flow->mutable_recipient()->set_region("HK");
    flow->mutable_recipient()->set_gba_registered(v1::FACT_YES);
  }
  using Span = std::pair<int64_t, int64_t>;
  static void Fill(const Span& span, v1::People* people) {
    people->mutable_exact()->set_key_id("k1");
    people->mutable_exact()->set_persons(
        service::SetOf(span.first, span.second));
  }
  std::string DecideExact(const std::string& id, const Span& span, bool gba) {
    v1::Flow flow = Flow(id);
    Fill(span, flow.mutable_people());
    if (gba) MakeGba(&flow);
    const v1::Decision decision = Decide(flow);
    EXPECT_EQ(decision.charging(),
              gba ? v1::CHARGING_GBA : v1::CHARGING_COUNTED);
    return decision.decision_id();
  }
  void SettleExact(const std::string& id, const std::string& decision,
                   const Span& all, const Span& left) {
    v1::SettleRequest request;
    request.set_request_id(id);
    request.set_decision_id(decision);
    request.set_exporter(service::kShanghai);
    Fill(all, request.mutable_people());
    Fill(left, request.mutable_left());
    v1::SettleResponse response;
    const grpc::Status status = service::Ask(
        *AsExporter().gateway, &Gateway::Settle, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
};

TEST_F(LogPeopleTest, TalliesWithAGbaPartAddUp) {
  const Outcome run = Verify({"--replay"});
  EXPECT_NE(run.code, kBroken) << run.out << run.err;
  EXPECT_THAT(run.out, ::testing::HasSubstr("sound"));
}

TEST_F(LogPeopleTest, AGbaTallyThatDoesNotAddUpIsFound) {
  ExpectBroken("UPDATE tally SET gba_persons=gba_persons-1", "tally of");
  ExpectBroken("UPDATE tally SET gba_sensitive=1", "tally of");
  ExpectBroken("UPDATE tally SET counted_persons=counted_persons+1",
               "tally of");
}

}  // namespace
}  // namespace tongguan::cli
