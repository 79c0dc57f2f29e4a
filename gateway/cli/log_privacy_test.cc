// Somebody's data is put into every text of every request. Whatever the answer,
// none of it is in the ledger's files, what is published, exported or archived,
// the gateway's log or its metrics.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gateway/archive/archive.h"
#include "gateway/cli/log_testing.h"
#include "gateway/service/privacy_testing.h"

namespace tongguan::cli {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A port that nobody has now.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(fd, generic, size), 0);
  EXPECT_EQ(getsockname(fd, generic, &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

std::string HttpGet(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
      0);
  const std::string ask = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
  EXPECT_EQ(write(fd, ask.data(), ask.size()),
            static_cast<ssize_t>(ask.size()));
  std::string all(1 << 16, '\0'), answer;
  for (ssize_t got; (got = read(fd, all.data(), all.size())) > 0;) {
    answer.append(all.data(), static_cast<size_t>(got));
  }
  close(fd);
  return answer;
}

class LogPrivacyTest : public service::ServerTest {
 protected:
  void SetUp() override {
    // What is somebody's data is told by the taxonomy's detectors: those that
    // are shipped. Tests run in the source folder.
    source_.taxonomy = policy::ReadPolicyDir("policy")->taxonomy;
    metrics_port_ = FreePort();
    config_.set_metrics_listen(absl::StrCat("127.0.0.1:", metrics_port_));
    StartOpened();
    exporter_ = std::make_unique<service::Client>(AsExporter());
  }

  // Asks with each text of the request filled in turn; the rest stays sound.
  template <typename Request, typename Ask>
  void Seed(Request request, const Ask& ask) {
    service::EachString(
        &request, Request::descriptor()->name(),
        [&](const std::string& at, const std::string& was, const auto& set) {
          for (const std::string value : service::kSomebodys) {
            set(value);
            Note(at, value, ask(request));
          }
          set(was);
        });
  }
  // An answer does not say it either.
  void Note(const std::string& at, const std::string& value,
            const grpc::Status& status) {
    ++asked_;
    accepted_ += status.ok();
    EXPECT_EQ(status.error_message().find(value), std::string::npos) << at;
  }

  // A flow answered for itself: in a batch, in a stream.
  void Note(const std::string& at, const std::string& value,
            const v1::FlowResult& result) {
    accepted_ += result.has_decision();
    EXPECT_EQ(result.SerializeAsString().find(value), std::string::npos) << at;
    Note(at, value, grpc::Status(grpc::INVALID_ARGUMENT, ""));
  }

  // Every caller whose certificate has such a name, in every part that is one.
  void SeedCertificates() {
    for (const std::string value : service::kSomebodys) {
      const std::string exporter =
          absl::StrCat("tongguan:exporter/", service::kShanghai, "/", value);
      Note(
          exporter, value,
          Evaluate(As(exporter), Request(Flow(absl::StrCat("seed-", asked_)))));
      for (const std::string& uri : std::vector<std::string>{
               "tongguan:auditor/" + value, "tongguan:operator/" + value,
               "tongguan:regulator/cac/" + value,
               "tongguan:regulator/" + value + "/officer"}) {
        v1::GetStandingRequest request;
        request.set_exporter(service::kShanghai);
        v1::GetStandingResponse response;
        Note(uri, value,
             service::Ask(*As(uri).gateway, &Gateway::GetStanding, request,
                          &response));
      }
    }
  }
  void SeedBatch() {
    v1::BatchEvaluateRequest batch;
    batch.set_mode(v1::MODE_EVALUATE);
    *batch.add_flows() = service::FullFlow();
    service::EachString(
        batch.mutable_flows(0), "flows[0]",
        [&](const std::string& at, const std::string& was, const auto& set) {
          for (const std::string value : service::kSomebodys) {
            set(value);
            v1::BatchEvaluateResponse response;
            const grpc::Status status = service::Ask(
                *exporter_->gateway, &Gateway::BatchEvaluate, batch, &response);
            ASSERT_TRUE(status.ok()) << status.error_message();
            Note(at, value, response.results(0));
          }
          set(was);
        });
  }
  void SeedStream() {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    const auto stream = exporter_->gateway->StreamEvaluate(&context);
    v1::StreamEvaluateRequest request;
    request.set_mode(v1::MODE_EVALUATE);
    *request.mutable_flow() = service::FullFlow();
    service::EachString(
        &request, "stream",
        [&](const std::string& at, const std::string& was, const auto& set) {
          for (const std::string value : service::kSomebodys) {
            set(value);
            v1::StreamEvaluateResponse response;
            ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
            Note(at, value, response.result());
          }
          set(was);
        });
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
  void SeedStage() {
    v1::StagePeopleRequest part;
    part.mutable_head()->set_exporter(service::kShanghai);
    part.mutable_head()->set_key_id("k1");
    Seed(part, [&](const v1::StagePeopleRequest& request) {
      grpc::ClientContext context;
      context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
      v1::StagePeopleResponse response;
      const auto writer = exporter_->gateway->StagePeople(&context, &response);
      writer->Write(request);
      writer->WritesDone();
      return writer->Finish();
    });
  }

  // Everything that the gateway and its tools leave, by where.
  std::map<std::string, std::string> Leavings() {
    std::map<std::string, std::string> all;
    all["metrics"] = HttpGet(metrics_port_, "/metrics");
    EXPECT_THAT(all["metrics"], ::testing::HasSubstr("tongguan_"));
    for (const char* end : {"", "-wal"}) {
      all[std::string("ledger, running") + end] =
          ReadBytes(config_.ledger() + end);
    }
    server_ = nullptr;
    all["ledger"] = ReadBytes(config_.ledger());
    const std::string dir = pki_.folder() + "/published";
    const std::string zip = pki_.folder() + "/a.zip";
    const std::string ledger = config_.ledger();
    for (const std::vector<std::string>& args :
         {std::vector<std::string>{"log", "publish", dir, "--ledger", ledger},
          {"log", "export", "--ledger", ledger, "-o", zip},
          {"log", "export", "--ledger", ledger, "--format", "csv"},
          {"log", "export", "--ledger", ledger, "--format", "jsonl"},
          {"log", "verify", ledger, "--replay"}}) {
      const Outcome run = RunCli(args);
      EXPECT_EQ(run.code, kSuccess) << run.err;
      all[absl::StrCat(args[1], args.back())] = run.out + run.err;
    }
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(dir)) {
      if (file.is_regular_file()) {
        all[file.path().string()] = ReadBytes(file.path().string());
      }
    }
    const auto archive = *archive::Reader::Open(zip);
    for (const archive::File& file : archive->manifest().files) {
      all["archive " + file.name] = *archive->Read(file.name);
    }
    return all;
  }

  int metrics_port_ = 0;
  std::unique_ptr<service::Client> exporter_;
  int asked_ = 0, accepted_ = 0;
};

TEST_F(LogPrivacyTest, NobodysDataIsLeftAnywhere) {
  testing::internal::CaptureStderr();
  v1::EvaluateRequest evaluate = Request(service::FullFlow());
  evaluate.set_as_of("2026-11-21");
  const auto decide = [&](v1::EvaluateRequest request) {
    if (request.as_of() == "2026-11-21") request.clear_as_of();
    if (request.flow().request_id() == service::FullFlow().request_id()) {
      request.mutable_flow()->set_request_id(absl::StrCat("seed-", asked_));
    }
    return Evaluate(*exporter_, request);
  };
  Seed(evaluate, decide);
  v1::PseudonymSet people;
  people.set_key_id("k1");
  people.set_persons(std::string(16, 'p'));
  *evaluate.mutable_flow()->mutable_people()->mutable_exact() = people;
  Seed(evaluate, decide);
  const std::string decision = Decide(Flow("sound")).decision_id();
  const std::string shanghai = service::kShanghai;
  v1::SettleRequest settle;
  settle.set_request_id("settle");
  settle.set_decision_id(decision);
  settle.set_exporter(shanghai);
  v1::SettleResponse settled;
  const auto try_settle = [&](const v1::SettleRequest& request) {
    return service::Ask(*exporter_->gateway, &Gateway::Settle, request,
                        &settled);
  };
  Seed(settle, try_settle);
  *settle.mutable_people()->mutable_exact() = people;
  *settle.mutable_left()->mutable_exact() = people;
  Seed(settle, try_settle);
  v1::CorrectSettlementRequest correct;
  correct.set_request_id("correct");
  correct.set_decision_id(decision);
  correct.set_exporter(shanghai);
  correct.set_proposal_id(decision);
  v1::CorrectSettlementResponse corrected;
  const service::Client person =
      As(absl::StrCat("tongguan:exporter/", shanghai, "/person/li"));
  Seed(correct, [&](const v1::CorrectSettlementRequest& request) {
    return service::Ask(*person.gateway, &Gateway::CorrectSettlement, request,
                        &corrected);
  });
  v1::DeclareOpeningRequest open;
  open.set_request_id("open");
  open.set_exporter(shanghai);
  open.set_year(2026);
  open.set_persons(5);
  v1::DeclareOpeningResponse opened;
  Seed(open, [&](const v1::DeclareOpeningRequest& request) {
    return service::Ask(*exporter_->gateway, &Gateway::DeclareOpening, request,
                        &opened);
  });
  v1::GetDecisionRequest get;
  get.set_decision_id(decision);
  v1::GetDecisionResponse got;
  Seed(get, [&](const v1::GetDecisionRequest& request) {
    return service::Ask(*exporter_->log, &Log::GetDecision, request, &got);
  });
  v1::ListDecisionsRequest list;
  list.set_exporter(shanghai);
  list.set_page_token("token");
  v1::ListDecisionsResponse listed;
  Seed(list, [&](const v1::ListDecisionsRequest& request) {
    return service::Ask(*exporter_->log, &Log::ListDecisions, request, &listed);
  });
  v1::GetStandingRequest stand;
  stand.set_exporter(shanghai);
  v1::GetStandingResponse standing;
  Seed(stand, [&](const v1::GetStandingRequest& request) {
    return service::Ask(*exporter_->gateway, &Gateway::GetStanding, request,
                        &standing);
  });
  SeedBatch();
  SeedStream();
  SeedStage();
  SeedCertificates();
  std::map<std::string, std::string> left = Leavings();
  left["log"] = testing::internal::GetCapturedStderr();
  for (const auto& [where, bytes] : left) {
    for (const char* value : service::kSomebodys) {
      EXPECT_EQ(bytes.find(value), std::string::npos) << where << ": " << value;
    }
  }
  EXPECT_GT(asked_, 200);
  EXPECT_EQ(accepted_, 0);  // All of it is refused.
  // What was asked soundly is there: the search finds what there is.
  EXPECT_NE(left["ledger"].find("sound"), std::string::npos);
}

}  // namespace
}  // namespace tongguan::cli
