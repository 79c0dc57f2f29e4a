// GetStanding, GetDecision, ListDecisions and GetActivePolicy over mTLS.
#include "gateway/service/reading.h"

#include <map>

#include "gateway/ledger/id.h"
#include "gateway/service/server_testing.h"
#include "gmock/gmock.h"

namespace tongguan::service {
namespace {

class ReadingTest : public ServerTest {
 protected:
  grpc::Status Get(const std::string& uri, const std::string& id) {
    v1::GetDecisionRequest request;
    request.set_decision_id(id);
    got_.Clear();
    return Ask(*As(uri).log, &Log::GetDecision, request, &got_);
  }
  grpc::Status List(const std::string& uri,
                    const v1::ListDecisionsRequest& request) {
    listed_.Clear();
    return Ask(*As(uri).log, &Log::ListDecisions, request, &listed_);
  }
  grpc::StatusCode StandingAs(const std::string& uri,
                              const std::string& exporter) {
    v1::GetStandingRequest request;
    request.set_exporter(exporter);
    v1::GetStandingResponse response;
    return Ask(*As(uri).gateway, &Gateway::GetStanding, request, &response)
        .error_code();
  }

  const std::string auditor_ = "tongguan:auditor/audit";
  const std::string regulator_ = "tongguan:regulator/cac/one";
  const std::string operator_ = "tongguan:operator/ops";
  const std::string own_ = ExporterUri(kShanghai);
  const std::string other_ = ExporterUri(kShenzhen);
  v1::GetDecisionResponse got_;
  v1::ListDecisionsResponse listed_;
};

TEST_F(ReadingTest, AGroupMemberWithoutOpeningIsNamedAndTheTotalUnknown) {
  v1::Group* group = source_.registry[0].add_groups();
  group->set_id("group");
  group->set_name("group");
  group->add_members(kShanghai);
  group->add_members(kShenzhen);
  StartOpened();
  const v1::Decision held = Decide(Flow("a", 500));
  EXPECT_EQ(held.verdict(), v1::VERDICT_ASSESS);
  ASSERT_EQ(held.headroom().without_opening_size(), 1);
  EXPECT_EQ(held.headroom().without_opening(0), kShenzhen);
  const v1::GetStandingResponse unknown = Standing();
  ASSERT_EQ(unknown.group_without_opening_size(), 1);
  EXPECT_EQ(unknown.group_without_opening(0), kShenzhen);
  EXPECT_EQ(unknown.group_persons(), 0);
  ASSERT_TRUE(Open(700, 0, kShenzhen).ok());
  const v1::GetStandingResponse known = Standing();
  EXPECT_EQ(known.group_without_opening_size(), 0);
  EXPECT_EQ(known.group_persons(), 700);
  const v1::Decision allowed = Decide(Flow("b", 500));
  EXPECT_EQ(allowed.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(allowed.headroom().without_opening_size(), 0);
}

TEST_F(ReadingTest, ARecordOfAVerdictComesWithAGlossary) {
  StartOpened();
  v1::Flow flow = Flow("a", 500);
  flow.mutable_items(0)->set_category("name");
  ASSERT_TRUE(Get(own_, Decide(flow).decision_id()).ok());
  ASSERT_EQ(got_.glossary_size(), 1);
  EXPECT_EQ(got_.glossary(0).id(), "name");
}

TEST_F(ReadingTest, ARecordIsReadWithItsId) {
  StartOpened();
  const v1::Decision decision = Decide(Flow("a", 500));
  for (const std::string& uri : {auditor_, regulator_, own_}) {
    ASSERT_TRUE(Get(uri, decision.decision_id()).ok());
    EXPECT_EQ(got_.entry().id(), decision.decision_id());
    const v1::VerdictRecord& verdict = got_.entry().record().verdict();
    EXPECT_EQ(verdict.decision().SerializeAsString(),
              decision.SerializeAsString());
    EXPECT_EQ(verdict.flow().SerializeAsString(),
              Flow("a", 500).SerializeAsString());
    EXPECT_EQ(verdict.registry_entry(), kShanghai);
    EXPECT_EQ(got_.entry().record().actor().organization(), kShanghai);
    EXPECT_EQ(got_.entry().record().request_digest().size(), 32u);
  }
}

TEST_F(ReadingTest, AnothersRecordLooksLikeNone) {
  StartOpened();
  const std::string id = Decide(Flow("a")).decision_id();
  const grpc::Status others = Get(other_, id);
  const grpc::Status none = Get(other_, ledger::FormatId({2026, 4711}));
  EXPECT_EQ(others.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(none.error_code(), others.error_code());
  EXPECT_EQ(none.error_message(), others.error_message());
  EXPECT_FALSE(got_.has_entry());
}

TEST_F(ReadingTest, AnIdOfAnotherYearIsNone) {
  StartOpened();
  const auto id = ledger::ParseId(Decide(Flow("a")).decision_id());
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(Get(auditor_, ledger::FormatId({2025, id->index})).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Get(auditor_, "nonsense").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ReadingTest, OperatorsReadNoRecords) {
  StartOpened();
  const std::string id = Decide(Flow("a")).decision_id();
  EXPECT_EQ(Get(operator_, id).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(List(operator_, {}).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(StandingAs(operator_, kShanghai),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ReadingTest, ExportersListTheirOwnOnly) {
  StartOpened();
  ASSERT_TRUE(Open(0, 0, kShenzhen).ok());
  Decide(Flow("a"));
  ASSERT_TRUE(List(own_, {}).ok());
  EXPECT_EQ(listed_.entries_size(), 2);  // Opening and decision.
  EXPECT_TRUE(listed_.entries(0).record().has_verdict());
  ASSERT_TRUE(List(other_, {}).ok());
  EXPECT_EQ(listed_.entries_size(), 1);
  v1::ListDecisionsRequest request;
  request.set_exporter(kShanghai);
  EXPECT_EQ(List(other_, request).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(List(regulator_, request).ok());
  EXPECT_EQ(listed_.entries_size(), 2);
  ASSERT_TRUE(List(auditor_, {}).ok());
  EXPECT_EQ(listed_.entries_size(), 5);  // The log's key and the policy too.
}

TEST_F(ReadingTest, PagesFollowEachOtherWithoutGapOrRepeat) {
  StartOpened();
  for (int i = 0; i < 5; ++i) Decide(Flow(absl::StrCat("r", i)));
  v1::ListDecisionsRequest request;
  request.set_verdict(v1::VERDICT_ALLOW);
  request.set_page_size(2);
  std::vector<std::string> ids;
  std::vector<int> sizes;
  do {
    ASSERT_TRUE(List(own_, request).ok());
    sizes.push_back(listed_.entries_size());
    for (const v1::LogEntry& entry : listed_.entries()) {
      ids.push_back(entry.record().verdict().flow().request_id());
    }
    request.set_page_token(listed_.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(sizes, testing::ElementsAre(2, 2, 1));
  EXPECT_THAT(ids, testing::ElementsAre("r4", "r3", "r2", "r1", "r0"));
}

TEST_F(ReadingTest, APageTokenServesItsOwnFiltersOnly) {
  StartOpened();
  for (int i = 0; i < 3; ++i) Decide(Flow(absl::StrCat("r", i)));
  v1::ListDecisionsRequest request;
  request.set_page_size(1);
  ASSERT_TRUE(List(own_, request).ok());
  request.set_page_token(listed_.next_page_token());
  ASSERT_FALSE(request.page_token().empty());
  const auto refused = grpc::StatusCode::INVALID_ARGUMENT;
  EXPECT_EQ(List(other_, request).error_code(), refused);
  EXPECT_EQ(List(auditor_, request).error_code(), refused);
  v1::ListDecisionsRequest filtered = request;
  filtered.set_verdict(v1::VERDICT_ALLOW);
  EXPECT_EQ(List(own_, filtered).error_code(), refused);
  v1::ListDecisionsRequest broken = request;
  broken.mutable_page_token()->pop_back();
  EXPECT_EQ(List(own_, broken).error_code(), refused);
  request.set_page_size(2);  // The size may change.
  EXPECT_TRUE(List(own_, request).ok());
}

TEST_F(ReadingTest, MalformedFiltersAreRefused) {
  Start();
  v1::ListDecisionsRequest size, time, verdict, exporter;
  size.set_page_size(501);
  time.set_since_micros(-1);
  verdict.set_verdict(static_cast<v1::Verdict>(9));
  exporter.set_exporter("not a code");
  for (const auto& request : {size, time, verdict, exporter}) {
    EXPECT_EQ(List(auditor_, request).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << request.DebugString();
  }
}

TEST_F(ReadingTest, FiltersByTime) {
  StartOpened();
  Decide(Flow("a"));
  clock_.Set(TestNow() + absl::Hours(1));
  Decide(Flow("b"));
  v1::ListDecisionsRequest request;
  request.set_since_micros(absl::ToUnixMicros(TestNow() + absl::Hours(1)));
  ASSERT_TRUE(List(auditor_, request).ok());
  EXPECT_EQ(listed_.entries_size(), 1);
  request.set_since_micros(0);
  request.set_until_micros(absl::ToUnixMicros(TestNow() + absl::Hours(1)));
  ASSERT_TRUE(List(auditor_, request).ok());
  EXPECT_EQ(listed_.entries_size(), 4);
}

TEST_F(ReadingTest, StandingShowsFilingsWithTheirDates) {
  v1::RegistryShard& shard = source_.registry[0];
  *shard.add_filings() =
      policy::TestFiling("SA", v1::FILING_KIND_SECURITY_ASSESSMENT);
  *shard.add_filings() =
      policy::TestFiling("SC", v1::FILING_KIND_STANDARD_CONTRACT);
  shard.mutable_filings(1)->clear_filed();
  shard.mutable_filings(1)->set_status(v1::FILING_STATUS_NOT_FILED);
  StartOpened();
  const v1::GetStandingResponse standing = Standing();
  EXPECT_EQ(standing.year(), 2026);
  EXPECT_EQ(standing.small_volume_threshold(), 100'000);
  EXPECT_EQ(standing.assessment_threshold(), 1'000'000);
  EXPECT_EQ(standing.sensitive_assessment_threshold(), 10'000);
  ASSERT_EQ(standing.filings_size(), 2);
  std::map<std::string, v1::StandingFiling> filings;
  for (const auto& filing : standing.filings()) filings[filing.id()] = filing;
  const auto snapshot = *LoadPolicy();
  const Day last = *ParseDay(filings["SA"].last_valid_day());
  EXPECT_EQ(filings["SA"].last_day_to_extend(),
            FormatDay(snapshot->calendar().SubtractWorkingDays(last, 60)));
  EXPECT_EQ(filings["SA"].last_day_to_file(), "");
  // Ten working days after Monday 2026-01-05.
  EXPECT_EQ(filings["SC"].last_day_to_file(), "2026-01-19");
  EXPECT_EQ(filings["SC"].last_day_to_extend(), "");
}

TEST_F(ReadingTest, StandingIsForTheExporterItselfAndSupervision) {
  StartOpened();
  EXPECT_EQ(StandingAs(own_, kShanghai), grpc::StatusCode::OK);
  EXPECT_EQ(StandingAs(regulator_, kShanghai), grpc::StatusCode::OK);
  EXPECT_EQ(StandingAs(other_, kShanghai), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(StandingAs(own_, "x"), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ReadingTest, EveryRoleReadsThePolicy) {
  Start();
  for (const std::string& uri : {auditor_, regulator_, operator_, own_}) {
    v1::GetActivePolicyResponse response;
    ASSERT_TRUE(Ask(*As(uri).policy, &Policy::GetActivePolicy,
                    v1::GetActivePolicyRequest(), &response)
                    .ok());
    EXPECT_EQ(response.policy().digest(), (*LoadPolicy())->digest());
    EXPECT_TRUE(response.policy().unsigned_policy());
    EXPECT_EQ(response.enterprises(), 2u);
    EXPECT_GT(response.manifest().parts_size(), 0);
  }
  v1::GetActivePolicyResponse response;
  EXPECT_EQ(Ask(*As("tongguan:guest/x").policy, &Policy::GetActivePolicy,
                v1::GetActivePolicyRequest(), &response)
                .error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace tongguan::service
