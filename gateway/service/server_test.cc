// The gateway as a process: who gets in, bounds, reload, health, drain, and a
// ledger that fails.
#include "gateway/service/server.h"

#include <sys/resource.h>

#include <csignal>
#include <future>
#include <thread>

#include "absl/strings/escaping.h"
#include "gateway/service/server_testing.h"
#include "gateway/service/sync_gate_testing.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"

namespace tongguan::service {
namespace {

using ::testing::HasSubstr;

class GatewayTest : public ServerTest {
 protected:
  ~GatewayTest() override { Gate().Release(); }

  grpc::StatusCode CodeWith(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const Client client(Channel(credentials));
    return Evaluate(client, Request(Flow("tls"))).error_code();
  }
  grpc::StatusCode CodeAs(const std::string& uri) {
    return CodeWith(pki_.Client(uri));
  }
  v1::GetActivePolicyResponse ActivePolicy() {
    v1::GetActivePolicyResponse response;
    const grpc::Status status =
        Ask(*As("tongguan:operator/ops").policy, &Policy::GetActivePolicy,
            v1::GetActivePolicyRequest(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  std::vector<v1::PolicyActivationRecord> Activations() {
    v1::ListDecisionsResponse response;
    const grpc::Status status =
        Ask(*As("tongguan:auditor/audit").log, &Log::ListDecisions,
            v1::ListDecisionsRequest(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<v1::PolicyActivationRecord> found;
    for (const v1::LogEntry& entry : response.entries()) {
      if (entry.record().has_policy_activation()) {
        found.push_back(entry.record().policy_activation());
      }
    }
    return found;
  }

  // A call of bytes; the answer's bytes.
  grpc::Status CallRaw(const std::string& uri, const std::string& method,
                       const std::string& bytes, std::string* answer) {
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::GenericStub stub(Channel(pki_.Client(uri)));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (status.ok() && reply.DumpToSingleSlice(&slice).ok()) {
      answer->assign(reinterpret_cast<const char*>(slice.begin()),
                     slice.size());
    }
    return status;
  }

  // The serving status of grpc.health.v1: 1 serving, 2 not; -1 no answer.
  int Health(const std::string& service) {
    std::string request = "\x0a";  // HealthCheckRequest.service.
    request.push_back(static_cast<char>(service.size()));
    request.append(service);
    std::string answer;
    const grpc::Status status =
        CallRaw("tongguan:operator/ops", "/grpc.health.v1.Health/Check",
                request, &answer);
    if (!status.ok()) return -1;
    return answer.size() == 2 ? answer[1] : 0;
  }

  // Asks until the whole server has this status; the gateway looks each second.
  void AwaitHealth(int status) {
    const absl::Time latest = absl::Now() + absl::Seconds(20);
    while (Health("") != status) ASSERT_LT(absl::Now(), latest);
  }

  // A call that runs while the test goes on.
  std::future<grpc::Status> EvaluateLater(const std::string& id) {
    return std::async(std::launch::async, [this, id] {
      return Evaluate(AsExporter(), Request(Flow(id)));
    });
  }
};

TEST_F(GatewayTest, DoesNotStartWithoutSayingThatThePolicyIsUnsigned) {
  config_.set_unsigned_dev_policy(false);
  const absl::Status status = TryStart().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("--unsigned-dev-policy"));
}

TEST_F(GatewayTest, DoesNotStartOnAPolicyThatIsRefused) {
  policy_error_ = absl::InvalidArgumentError("regime.textproto:3:1: bad");
  EXPECT_THAT(std::string(TryStart().status().message()),
              HasSubstr("regime.textproto:3:1"));
  EXPECT_NE(access(config_.ledger().c_str(), F_OK), 0);  // No ledger made.
}

TEST_F(GatewayTest, DoesNotStartOnAnAddressThatIsTaken) {
  Start();
  config_.set_listen(absl::StrCat("127.0.0.1:", server_->port()));
  config_.set_ledger(pki_.folder() + "/another.db");
  EXPECT_THAT(std::string(TryStart().status().message()),
              HasSubstr("listen: cannot listen on 127.0.0.1:"));
}

TEST_F(GatewayTest, DoesNotStartWithAKeyOfAnotherCertificate) {
  config_.mutable_tls()->set_private_key(TestPki().files().private_key());
  EXPECT_FALSE(TryStart().ok());
  const TestPki other;
  config_.mutable_tls()->set_private_key(other.files().private_key());
  EXPECT_THAT(std::string(TryStart().status().message()),
              HasSubstr("tls.private_key: the key "));
}

TEST_F(GatewayTest, OnlyVerifiedCertificatesGetIn) {
  StartOpened();
  const TestPki other;
  const std::string uri = ExporterUri(kShanghai);
  const auto unavailable = grpc::StatusCode::UNAVAILABLE;
  EXPECT_EQ(CodeWith(pki_.ClientWith(other.Issue({.uris = {uri}}))),
            unavailable);
  EXPECT_EQ(CodeWith(pki_.ClientWithoutCertificate()), unavailable);
  EXPECT_EQ(CodeWith(grpc::InsecureChannelCredentials()), unavailable);
  const absl::Time now = absl::Now();
  EXPECT_EQ(CodeWith(pki_.ClientWith(pki_.Issue(
                {.uris = {uri}, .not_after = now - absl::Minutes(1)}))),
            unavailable);
  EXPECT_EQ(CodeWith(pki_.ClientWith(pki_.Issue(
                {.uris = {uri}, .not_before = now + absl::Hours(1)}))),
            unavailable);
  EXPECT_EQ(
      CodeWith(pki_.ClientWith(pki_.Issue({.uris = {uri}, .server = true}))),
      unavailable);
  EXPECT_EQ(Standing().counted().persons(), 0);
  EXPECT_EQ(CodeAs(uri), grpc::StatusCode::OK);
}

TEST_F(GatewayTest, CertificatesWithoutOneIdentityAreUnauthenticated) {
  StartOpened();
  const std::string uri = ExporterUri(kShanghai);
  const auto unauthenticated = grpc::StatusCode::UNAUTHENTICATED;
  EXPECT_EQ(CodeWith(pki_.ClientWith(
                pki_.Issue({.uris = {uri, ExporterUri(kShenzhen)}}))),
            unauthenticated);
  EXPECT_EQ(CodeWith(pki_.ClientWith(pki_.Issue({}))), unauthenticated);
  EXPECT_EQ(CodeAs("spiffe://example.cn/erp"), unauthenticated);
  EXPECT_EQ(CodeAs("tongguan:root/all"), unauthenticated);
  EXPECT_EQ(CodeWith(pki_.ClientWith(
                pki_.Issue({.uris = {"spiffe://example.cn/erp", uri}}))),
            grpc::StatusCode::OK);
}

TEST_F(GatewayTest, OnlyTheExporterAndItsDelegateMayAsk) {
  v1::Delegation* delegation =
      source_.registry[0].mutable_enterprises(0)->add_delegations();
  delegation->set_delegate(kShenzhen);
  delegation->set_valid_from("2026-11-21");
  delegation->set_valid_to("2026-11-21");
  StartOpened();
  const auto denied = grpc::StatusCode::PERMISSION_DENIED;
  EXPECT_EQ(CodeAs("tongguan:auditor/audit"), denied);
  EXPECT_EQ(CodeAs("tongguan:regulator/cac/one"), denied);
  EXPECT_EQ(CodeAs("tongguan:operator/ops"), denied);
  clock_.Set(TestNow() - absl::Hours(24));
  EXPECT_EQ(CodeAs(ExporterUri(kShenzhen)), denied);
  clock_.Set(TestNow() + absl::Hours(24));
  EXPECT_EQ(CodeAs(ExporterUri(kShenzhen)), denied);
  EXPECT_EQ(Standing().counted().persons(), 0);
  clock_.Set(TestNow());
  EXPECT_EQ(CodeAs(ExporterUri(kShenzhen)), grpc::StatusCode::OK);
}

TEST_F(GatewayTest, ARequestThatDoesNotParseIsInvalidArgument) {
  Start();
  const std::string cut = Request(Flow("a")).SerializeAsString();
  for (const std::string& bytes :
       {cut.substr(0, cut.size() / 2), std::string("\x0a\xff\xff\xff\xff\x07"),
        std::string(500, '\x0b'), std::string("\x10")}) {
    std::string answer;
    const grpc::Status status =
        CallRaw(ExporterUri(kShanghai),
                "/tongguan.v1.ExportGatewayService/Evaluate", bytes, &answer);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << status.error_message();
  }
}

TEST_F(GatewayTest, BeyondTheBoundCallsAreRefusedAtOnce) {
  config_.mutable_limits()->set_calls_in_flight(1);
  StartOpened();
  Gate().Hold();
  // The place of a call is free when the gateway has learned that its answer is
  // out, which is after that came.
  const auto evaluate = [this](const std::string& id) {
    grpc::Status status;
    do {
      status = Evaluate(AsExporter(), Request(Flow(id)));
    } while (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
    return status;
  };
  auto first = std::async(std::launch::async, evaluate, "a");
  Gate().AwaitArrival();
  for (int i = 0; i < 100; ++i) {  // More than wait at a time.
    EXPECT_EQ(Evaluate(AsExporter(), Request(Flow("b"))).error_code(),
              grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  Gate().Release();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(evaluate("c").ok());
  server_ = nullptr;
  config_.clear_limits();
  Start();
  EXPECT_EQ(Standing().counted().persons(), 1000);
}

TEST_F(GatewayTest, BatchesHaveABoundOfTheirOwn) {
  config_.mutable_limits()->set_batch_flows(1);
  StartOpened();
  Gate().Hold();
  const auto batch = [this](const std::string& id) {
    v1::BatchEvaluateRequest request;
    request.set_mode(v1::MODE_EVALUATE);
    *request.add_flows() = Flow(id);
    v1::BatchEvaluateResponse response;
    return Ask(*AsExporter().gateway, &Gateway::BatchEvaluate, request,
               &response)
        .error_code();
  };
  std::vector<std::future<grpc::StatusCode>> codes;
  codes.reserve(5);
  for (int i = 0; i < 5; ++i) {
    codes.push_back(std::async(std::launch::async, batch, absl::StrCat(i)));
  }
  int refused = 0;  // The one too many is answered while the gate is held.
  while (refused == 0) {
    for (auto& code : codes) {
      refused += code.wait_for(std::chrono::milliseconds(1)) ==
                 std::future_status::ready;
    }
  }
  EXPECT_EQ(refused, 1);
  Gate().Release();
  int exhausted = 0;
  for (auto& code : codes) {
    exhausted += code.get() == grpc::StatusCode::RESOURCE_EXHAUSTED;
  }
  EXPECT_EQ(exhausted, 1);
}

TEST_F(GatewayTest, ACallerThatGivesUpIsChargedOnceAndMayAskAgain) {
  StartOpened();
  Gate().Hold();
  v1::EvaluateResponse response;
  grpc::ClientContext context;
  std::thread cancel([&context] {
    Gate().AwaitArrival();
    context.TryCancel();
  });
  const Client client = AsExporter();
  EXPECT_EQ(client.gateway->Evaluate(&context, Request(Flow("a")), &response)
                .error_code(),
            grpc::StatusCode::CANCELLED);
  cancel.join();
  Gate().Release();
  EXPECT_EQ(Decide(Flow("a")).verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(GatewayTest, AReloadSwapsThePolicyAndIsRecorded) {
  StartOpened();
  const std::string before = Decide(Flow("a")).policy().digest();
  source_.regime.mutable_small_volume_persons()->set_value(200);
  ASSERT_TRUE(server_->Reload().ok());
  const v1::Decision after = Decide(Flow("b"));
  EXPECT_NE(after.policy().digest(), before);
  EXPECT_EQ(after.verdict(), v1::VERDICT_ASSESS);
  EXPECT_EQ(ActivePolicy().policy().digest(), after.policy().digest());
  const auto activations = Activations();
  ASSERT_EQ(activations.size(), 2u);
  EXPECT_EQ(activations[0].policy().digest(), after.policy().digest());
  EXPECT_EQ(activations[0].previous_digest(), absl::BytesToHexString(before));
  EXPECT_EQ(activations[1].policy().digest(), before);
  EXPECT_EQ(activations[1].previous_digest(), "");
  EXPECT_GT(activations[0].parts_size(), 0);
}

TEST_F(GatewayTest, ThePolicyThatIsInForceIsNotActivatedAgain) {
  StartOpened();
  ASSERT_TRUE(server_->Reload().ok());
  const int64_t activated = ActivePolicy().activated_at_micros();
  EXPECT_EQ(activated, absl::ToUnixMicros(TestNow()));
  clock_.Set(TestNow() + absl::Hours(1));
  Restart();
  EXPECT_EQ(Activations().size(), 1u);
  EXPECT_EQ(ActivePolicy().activated_at_micros(), activated);
}

TEST_F(GatewayTest, ARefusedReloadIsNamedAndChangesNothing) {
  StartOpened();
  const std::string before = ActivePolicy().policy().digest();
  policy_error_ = absl::InvalidArgumentError("items.csv:7:3: doubled row");
  EXPECT_FALSE(server_->Reload().ok());
  EXPECT_THAT(ActivePolicy().last_refusal(), HasSubstr("items.csv:7:3"));
  EXPECT_EQ(ActivePolicy().policy().digest(), before);
  EXPECT_EQ(Health("tongguan.v1.PolicyReload"), 2);
  EXPECT_EQ(Health(""), 1);
  EXPECT_EQ(Decide(Flow("a")).verdict(), v1::VERDICT_ALLOW);
  policy_error_ = absl::OkStatus();
  ASSERT_TRUE(server_->Reload().ok());
  EXPECT_EQ(ActivePolicy().last_refusal(), "");
  EXPECT_EQ(Health("tongguan.v1.PolicyReload"), 1);
}

TEST_F(GatewayTest, EveryServiceIsServing) {
  Start();
  for (const char* name :
       {"", "tongguan.v1.ExportGatewayService",
        "tongguan.v1.DecisionLogService", "tongguan.v1.PolicyService",
        "tongguan.v1.PolicyReload"}) {
    EXPECT_EQ(Health(name), 1) << name;
  }
  EXPECT_EQ(Health("tongguan.v1.Other"), -1);
}

TEST_F(GatewayTest, APoisonedLedgerGivesErrorsNeverVerdicts) {
  StartOpened();
  Gate().Fail();
  v1::Decision decision;
  EXPECT_EQ(Evaluate(AsExporter(), Request(Flow("a")), &decision).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_UNSPECIFIED);
  Gate().Release();
  EXPECT_EQ(Evaluate(AsExporter(), Request(Flow("b"))).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  source_.regime.mutable_small_volume_persons()->set_value(1);
  EXPECT_FALSE(server_->Reload().ok());  // It could not be recorded.
  EXPECT_FALSE(server_->Wait().ok());
  EXPECT_EQ(Health(""), 2);
  EXPECT_EQ(Health("tongguan.v1.ExportGatewayService"), 2);
  source_ = policy::TestSource();
  Restart();
  EXPECT_EQ(Decide(Flow("a")).verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(GatewayTest, AFullDiskIsNotServingUntilThereIsRoom) {
  StartOpened();
  signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{1, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const grpc::Status refused = Evaluate(AsExporter(), Request(Flow("a")));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  AwaitHealth(2);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  AwaitHealth(1);  // Nobody asked: the gateway found out itself.
  EXPECT_EQ(Decide(Flow("a")).verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(GatewayTest, DrainLetsCallsInFlightEndAndTakesNoMore) {
  StartOpened();
  Gate().Hold();
  std::future<grpc::Status> first = EvaluateLater("a");
  Gate().AwaitArrival();
  std::thread drain([this] { server_->Drain(); });
  while (Health("") == 1) {  // Until the drain has begun.
  }
  Gate().Release();
  EXPECT_TRUE(first.get().ok());
  drain.join();
  EXPECT_TRUE(server_->Wait().ok());
  server_->Drain();
  EXPECT_EQ(Evaluate(AsExporter(), Request(Flow("b"))).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  Restart();
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(GatewayTest, DrainCutsWhatDoesNotEndInTime) {
  config_.mutable_limits()->set_drain_seconds(1);
  StartOpened();
  Gate().Hold();
  std::future<grpc::Status> first = EvaluateLater("a");
  Gate().AwaitArrival();
  std::thread drain([this] { server_->Drain(); });
  EXPECT_FALSE(first.get().ok());
  Gate().Release();
  drain.join();
  Restart();  // It was recorded all the same, once.
  EXPECT_EQ(Decide(Flow("a")).verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(Standing().counted().persons(), 500);
}

TEST_F(GatewayTest, ManyCallersAreEachAnsweredAndNeverOverTheThreshold) {
  StartOpened();
  std::atomic<int> allowed{0};
  std::vector<std::thread> callers;
  callers.reserve(8);
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([this, caller, &allowed] {
      const Client client = AsExporter();
      for (int i = 0; i < 50; ++i) {
        v1::Decision decision;
        const grpc::Status status =
            Evaluate(client, Request(Flow(absl::StrCat(caller, "-", i), 1000)),
                     &decision);
        EXPECT_TRUE(status.ok()) << status.error_message();
        allowed += decision.verdict() == v1::VERDICT_ALLOW;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(allowed, 99);  // 99 × 1,000 < 100,000 ≤ 100 × 1,000.
  EXPECT_EQ(Standing().counted().persons(), 99'000);
}

TEST_F(GatewayTest, AMethodNobodyServesIsSaidToBeNone) {
  Start();
  std::string answer;
  EXPECT_EQ(CallRaw("tongguan:operator/ops",
                    "/tongguan.v1.ExportGatewayService/Nothing", "", &answer)
                .error_code(),
            grpc::UNIMPLEMENTED);
}

}  // namespace
}  // namespace tongguan::service
