// For tests of exact people without gRPC: a ledger of its own, a policy with
// keys, flows that carry people by number.
#ifndef TONGGUAN_GATEWAY_SERVICE_EXACT_TESTING_H_
#define TONGGUAN_GATEWAY_SERVICE_EXACT_TESTING_H_

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/sha256.h"
#include "gateway/engine/testing.h"
#include "gateway/service/changes.h"
#include "gateway/service/deciding.h"
#include "gtest/gtest.h"

namespace tongguan::service {

// People `from` to `to` - 1, as random as an HMAC's bytes.
inline std::string SetOf(int64_t from, int64_t to) {
  std::vector<std::string> sorted;
  for (int64_t n = from; n < to; ++n) {
    sorted.push_back(
        DigestBytes(Sha256(absl::StrCat("person ", n))).substr(0, 16));
  }
  std::sort(sorted.begin(), sorted.end());
  std::string set;
  for (const std::string& person : sorted) set += person;
  return set;
}

inline void AddKey(const std::string& id,
                   google::protobuf::RepeatedPtrField<v1::PseudonymKey>* keys) {
  v1::PseudonymKey* key = keys->Add();
  key->set_id(id);
  key->set_algorithm(v1::PSEUDONYM_ALGORITHM_HMAC_SHA256);
  key->set_valid_from("2026-01-01");
}

// Has the Shanghai exporter sit in Shenzhen, with a GBA contract with ACME-HK.
inline void AddGbaContract(policy::Source* source) {
  v1::Enterprise* exporter = source->registry[0].mutable_enterprises(0);
  exporter->set_region("CN-GD-SZ");
  exporter->set_gba_registered(v1::FACT_YES);
  v1::Filing* filing = source->registry[0].add_filings();
  *filing = policy::TestFiling("GBA-1", v1::FILING_KIND_GBA_CONTRACT_HONG_KONG);
  filing->mutable_scope()->set_recipients(0, "ACME-HK");
}
// Makes a flow one under it.
inline void MakeGba(v1::Flow* flow) {
  flow->mutable_recipient()->set_organization_id("ACME-HK");
  flow->mutable_recipient()->set_region("HK");
  flow->mutable_recipient()->set_gba_registered(v1::FACT_YES);
}

class ExactTest : public testing::Test {
 protected:
  ExactTest() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "exact-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    for (v1::Enterprise& enterprise :
         *source_.registry[0].mutable_enterprises()) {
      AddKey("k1", enterprise.mutable_pseudonym_keys());
    }
    Reopen();
  }
  ~ExactTest() override {
    ledger_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  // Both exporters in a group; their totals are their own.
  void MakeGroup() {
    v1::Group* group = source_.registry[0].add_groups();
    group->set_id("ACME");
    group->add_members(policy::kShanghaiExporter);
    group->add_members(policy::kShenzhenExporter);
    AddKey("shared", group->mutable_pseudonym_keys());
  }

  void Reopen() {
    ledger_ = nullptr;
    auto opened = ledger::OpenSqliteLedger(
        {.path = folder_ + "/ledger.db", .people = limits_},
        [this] { return clock_.Now(); });
    ASSERT_TRUE(opened.ok()) << opened.status();
    ledger_ = *std::move(opened);
  }

  Asking MakeAsking(const std::string& exporter) {
    Asking asking;
    asking.at = asking.now = clock_.Now();
    asking.caller = {Role::kExporter, exporter, "erp"};
    asking.policy = policy_ ? policy_ : policy::MustCompile(source_);
    asking.flow_bytes = 1 << 20;
    asking.staging = &staging_;
    asking.clock_uncertainty = uncertainty_;
    return asking;
  }

  static v1::Flow Flow(const std::string& id, const std::string& persons,
                       const std::string& sensitive = "") {
    v1::Flow flow = engine::TestFlow();
    flow.set_request_id(id);
    v1::PseudonymSet* set = flow.mutable_people()->mutable_exact();
    set->set_key_id("k1");
    set->set_persons(persons);
    set->set_sensitive_persons(sensitive);
    return flow;
  }

  // Makes a flow one that an exemption frees.
  static void MakeExempt(v1::Flow* flow) {
    v1::HumanResources* hr = flow->mutable_purpose()->mutable_human_resources();
    hr->set_necessary(v1::FACT_YES);
    hr->set_labour_rules(v1::FACT_YES);
    hr->set_collective_contract(v1::FACT_YES);
  }
  // Has a list free the retail sector's flows but of one item.
  void AddRetailList() {
    policy::List list = policy::TestList(v1::LIST_KIND_NEGATIVE);
    v1::ListRow* row =
        policy::AddRow(&list, "R-1", v1::ROW_MECHANISM_ASSESSMENT);
    row->set_sector("retail");
    row->add_names("iban");
    source_.lists.push_back(list);
  }
  void AddGbaContract() { service::AddGbaContract(&source_); }

  // Runs a function as the ledger runs it.
  absl::StatusOr<ledger::Stored> Do(
      const std::string& owner, const std::string& id,
      const std::string& digest,
      std::function<absl::StatusOr<ledger::Entry>(ledger::View&)> make) {
    std::promise<absl::StatusOr<ledger::Stored>> done;
    ledger_->Submit({owner, id, digest, std::move(make),
                     [&done](absl::StatusOr<ledger::Stored> stored) {
                       done.set_value(std::move(stored));
                     }});
    return done.get_future().get();
  }

  // What is quoted of a record is what is read of it.
  static void ExpectQuotedAlike(const ledger::Stored& stored,
                                const v1::Decision& decision) {
    std::string message;
    v1::Decision head;
    const absl::Status quoted = QuoteVerdict(stored, &message, &head);
    EXPECT_TRUE(quoted.ok()) << quoted;
    v1::FlowResult result;
    EXPECT_TRUE(result.ParseFromString(message));
    EXPECT_EQ(result.decision().SerializeAsString(),
              decision.SerializeAsString());
    EXPECT_EQ(head.verdict(), decision.verdict());
    EXPECT_EQ(head.required_mechanism(), decision.required_mechanism());
    EXPECT_EQ(head.lane(), decision.lane());
    EXPECT_EQ(head.items_size(), 0);
  }

  absl::StatusOr<v1::Decision> TryDecide(const v1::Flow& flow) {
    const Asking asking = MakeAsking(flow.exporter());
    FlowQuestion question;
    if (auto wrong = Pose(flow, asking, "flow", &question)) {
      return absl::InvalidArgumentError(wrong->DebugString());
    }
    auto stored =
        Do(flow.exporter(), flow.request_id(), question.digest,
           [&](ledger::View& view) { return MakeVerdict(question, view); });
    if (!stored.ok()) return stored.status();
    stored_ = *stored;
    EXPECT_TRUE(record_.ParseFromString(stored->record));
    // Put together of pieces, the record is the bytes of the message.
    EXPECT_EQ(record_.SerializeAsString(), stored->record);
    v1::Decision decision;
    const absl::Status read = ReadVerdict(*stored, &decision);
    if (!read.ok()) return read;
    ExpectQuotedAlike(*stored, decision);
    return decision;
  }
  v1::Decision Decide(const v1::Flow& flow) {
    auto decision = TryDecide(flow);
    EXPECT_TRUE(decision.ok()) << decision.status();
    return decision.ok() ? *decision : v1::Decision();
  }

  void Open(int64_t persons, int64_t sensitive,
            const std::string& exporter = policy::kShanghaiExporter) {
    v1::DeclareOpeningRequest request;
    request.set_request_id(absl::StrCat("open-", ledger_->size()));
    request.set_exporter(exporter);
    request.set_year(BeijingYear(clock_.Now()));
    request.set_persons(persons);
    request.set_sensitive_persons(sensitive);
    const Identity caller{Role::kExporter, exporter, "erp"};
    const auto stored = Do(
        exporter, request.request_id(), "",
        [&](ledger::View& view) { return MakeOpening(request, caller, view); });
    EXPECT_TRUE(stored.ok()) << stored.status();
  }

  // Settles a flow's decision: these left.
  absl::StatusOr<v1::SettleResponse> Settle(
      const v1::Flow& flow, const v1::Decision& decision,
      const std::string& left_persons, const std::string& left_sensitive = "") {
    v1::SettleRequest request;
    request.set_request_id(absl::StrCat("settle-", ledger_->size()));
    request.set_exporter(flow.exporter());
    request.set_decision_id(decision.decision_id());
    *request.mutable_people() = flow.people();
    v1::PseudonymSet* exact = request.mutable_left()->mutable_exact();
    exact->set_key_id(flow.people().exact().key_id());
    exact->set_persons(left_persons);
    exact->set_sensitive_persons(left_sensitive);
    const absl::Status form = CheckSettle(request);
    if (!form.ok()) return form;
    LeftPeople left;
    left.Take(flow.exporter(), &request.people(), &request.left(), &staging_,
              clock_.Now());
    const Identity caller{Role::kExporter, flow.exporter(), "erp"};
    const auto stored =
        Do(flow.exporter(), request.request_id(), "", [&](ledger::View& view) {
          return MakeSettlement(request, &left, caller, view);
        });
    if (!stored.ok()) return stored.status();
    EXPECT_TRUE(record_.ParseFromString(stored->record));
    v1::SettleResponse response;
    const absl::Status read = ReadSettlement(*stored, &response);
    if (!read.ok()) return read;
    return response;
  }

  // Proposes (no proposal) or confirms as the person `name` that these left.
  absl::StatusOr<v1::CorrectSettlementResponse> Correct(
      const v1::Flow& flow, const v1::Decision& decision,
      const std::string& left_persons, const std::string& name,
      const std::string& proposal = "",
      const std::string& left_sensitive = "") {
    v1::CorrectSettlementRequest request;
    request.set_request_id(absl::StrCat("correct-", ledger_->size()));
    request.set_exporter(flow.exporter());
    request.set_decision_id(decision.decision_id());
    request.set_proposal_id(proposal);
    if (flow.people().has_exact()) {
      *request.mutable_people() = flow.people();
      v1::PseudonymSet* exact = request.mutable_left()->mutable_exact();
      exact->set_key_id(flow.people().exact().key_id());
      exact->set_persons(left_persons);
      exact->set_sensitive_persons(left_sensitive);
    } else {
      request.set_persons_left(std::stoll(left_persons));
    }
    LeftPeople left;
    left.Take(flow.exporter(),
              request.has_people() ? &request.people() : nullptr,
              request.has_left() ? &request.left() : nullptr, &staging_,
              clock_.Now());
    const Identity caller{Role::kExporter, flow.exporter(),
                          absl::StrCat("person/", name)};
    const auto stored =
        Do(flow.exporter(), request.request_id(), "", [&](ledger::View& view) {
          return MakeCorrection(request, &left, caller, view);
        });
    if (!stored.ok()) return stored.status();
    EXPECT_TRUE(record_.ParseFromString(stored->record));
    v1::CorrectSettlementResponse response;
    const absl::Status read = ReadCorrection(*stored, &response);
    if (!read.ok()) return read;
    return response;
  }

  ledger::Tally Tally(int32_t year = 2026,
                      const std::string& exporter = policy::kShanghaiExporter) {
    return *ledger_->ReadTally(exporter, year);
  }

  std::string folder_;
  // 2026-11-21T12:00:00 in Beijing.
  ManualClock clock_{absl::FromUnixSeconds(1795233600)};
  policy::Source source_ = policy::TestSource();
  // Where it never changes; null: compiled anew for every question.
  std::shared_ptr<const policy::Snapshot> policy_;
  ledger::PeopleLimits limits_;
  Staging staging_{1'000'000};
  absl::Duration uncertainty_;
  std::unique_ptr<ledger::Ledger> ledger_;
  ledger::Stored stored_;      // Of the last decision,
  v1::DecisionRecord record_;  // and as a message.
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_EXACT_TESTING_H_
