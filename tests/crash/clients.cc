#include "tests/crash/clients.h"

#include <optional>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"

namespace tongguan::crash {
namespace {

constexpr int kChannelsPerExporter = 4;

v1::Flow NewFlow(const std::string& exporter, const std::string& request_id,
                 int64_t persons) {
  v1::Flow flow;
  flow.set_request_id(request_id);
  flow.set_exporter(exporter);
  flow.set_system("erp");
  flow.set_direction(v1::DIRECTION_OUTBOUND);
  v1::Recipient* recipient = flow.mutable_recipient();
  recipient->set_organization_id("CRASH-SG");
  recipient->set_region("SG");
  recipient->set_relation(v1::RELATION_THIRD_PARTY);
  recipient->set_gba_registered(v1::FACT_NO);
  v1::DataItem* item = flow.add_items();
  item->set_name("name");
  item->set_category("name");
  item->set_personal(v1::FACT_YES);
  item->set_sensitive(v1::FACT_NO);
  item->set_important(v1::IMPORTANT_DATA_NO);
  item->set_transform(v1::TRANSFORM_NONE);
  flow.mutable_people()->mutable_declared()->set_persons(persons);
  flow.mutable_purpose()->set_general(v1::GENERAL_PURPOSE_MARKETING);
  v1::Duties* duties = flow.mutable_duties();
  duties->set_notice(v1::NOTICE_GIVEN);
  duties->set_separate_consent(v1::SEPARATE_CONSENT_OBTAINED);
  duties->set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  duties->set_pipia(v1::FACT_YES);
  duties->set_under_14(v1::FACT_NO);
  flow.set_origin(v1::ORIGIN_DOMESTIC);
  return flow;
}

// One client: a thread with its own chance.
class Client {
 public:
  Client(Caller& caller, std::string exporter, std::string prefix,
         uint64_t seed, Book& book)
      : caller_(caller),
        exporter_(std::move(exporter)),
        prefix_(std::move(prefix)),
        random_(seed),
        book_(book) {}

  // True while the gateway answers.
  bool Step() {
    const grpc::Status status = Act(random_() % 10);
    if (status.ok() || status.error_code() == grpc::RESOURCE_EXHAUSTED) {
      return true;
    }
    if (status.error_code() != grpc::UNAVAILABLE) {
      book_.Error(absl::StrCat(prefix_, n_, ": code ", status.error_code(),
                               ": ", status.error_message()));
    }
    return false;
  }

 private:
  grpc::Status Act(uint64_t chance) {
    v1::Decision decision;
    if (last_ && chance == 0) {
      return Evaluate(caller_, *last_, book_, &decision);
    }
    if (to_settle_ && chance == 1) {
      const v1::SettleRequest request = *std::exchange(to_settle_, {});
      return Settle(caller_, request, book_);
    }
    const int64_t persons = 1 + static_cast<int64_t>(random_() % 200);
    last_ = NewFlow(exporter_, absl::StrCat(prefix_, ++n_), persons);
    const grpc::Status status = Evaluate(caller_, *last_, book_, &decision);
    if (status.ok() && decision.charged_persons() > 0) WillSettle(decision);
    return status;
  }

  void WillSettle(const v1::Decision& decision) {
    v1::SettleRequest request;
    request.set_request_id(last_->request_id() + "-settle");
    request.set_exporter(exporter_);
    request.set_decision_id(decision.decision_id());
    request.set_persons_left(random_() % (decision.charged_persons() + 1));
    to_settle_ = request;
  }

  Caller& caller_;
  const std::string exporter_;
  const std::string prefix_;
  std::mt19937_64 random_;
  Book& book_;
  int n_ = 0;
  std::optional<v1::Flow> last_;
  std::optional<v1::SettleRequest> to_settle_;
};

}  // namespace

Caller::Caller(const service::TestPki& pki, int port, const std::string& uri) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  channel = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                      pki.Client(uri), arguments);
  gateway = v1::ExportGatewayService::NewStub(channel);
  log = v1::DecisionLogService::NewStub(channel);
}

Caller AsExporter(const service::TestPki& pki, int port,
                  const std::string& exporter) {
  return Caller(pki, port,
                absl::StrCat("tongguan:exporter/", exporter, "/erp"));
}

Caller AsAuditor(const service::TestPki& pki, int port) {
  return Caller(pki, port, "tongguan:auditor/crash");
}

grpc::Status Evaluate(Caller& caller, const v1::Flow& flow, Book& book,
                      v1::Decision* decision) {
  v1::EvaluateRequest request;
  *request.mutable_flow() = flow;
  request.set_mode(v1::MODE_EVALUATE);
  v1::EvaluateResponse response;
  book.Sent(flow);
  const grpc::Status status =
      Ask(*caller.gateway, &v1::ExportGatewayService::Stub::Evaluate, request,
          &response);
  if (status.ok()) book.Answered(flow.request_id(), response.decision());
  decision->Swap(response.mutable_decision());
  return status;
}

grpc::Status Settle(Caller& caller, const v1::SettleRequest& request,
                    Book& book) {
  v1::SettleResponse response;
  book.Sent(request);
  const grpc::Status status =
      Ask(*caller.gateway, &v1::ExportGatewayService::Stub::Settle, request,
          &response);
  if (status.ok()) book.Answered(request.request_id(), response);
  return status;
}

void RunClients(const service::TestPki& pki, int port, int threads,
                const std::string& prefix, uint64_t seed, Book& book,
                std::atomic<int64_t>& acknowledged) {
  std::vector<std::pair<std::string, Caller>> callers;
  for (const char* exporter : kExporters) {
    for (int i = 0; i < kChannelsPerExporter; ++i) {
      callers.emplace_back(exporter, AsExporter(pki, port, exporter));
    }
  }
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      auto& [exporter, caller] = callers[t % callers.size()];
      Client client(caller, exporter, absl::StrCat(prefix, "-", t, "-"),
                    seed + t, book);
      while (client.Step()) ++acknowledged;
    });
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace tongguan::crash
