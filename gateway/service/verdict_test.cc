// MakeVerdict and ReadVerdict on a ledger of tallies that the test sets.
#include <map>

#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/engine/testing.h"
#include "gateway/ledger/id.h"
#include "gateway/service/charging.h"
#include "gateway/service/deciding.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/tongguan/v1/record.pb.h"

namespace tongguan::service {
namespace {

constexpr const char* kExporter = policy::kShanghaiExporter;

class FakeView final : public ledger::View {
 public:
  absl::Time now() const override { return at; }
  uint64_t index() const override { return 7; }
  std::string id() const override { return ledger::FormatId({2026, 7}); }
  absl::StatusOr<ledger::Tally> tally(absl::string_view exporter,
                                      int32_t year) override {
    if (!failure.ok()) return failure;
    return tallies[absl::StrCat(exporter, "/", year)];
  }
  absl::StatusOr<std::string> record(uint64_t) override {
    return absl::NotFoundError("none");
  }
  absl::StatusOr<std::optional<uint64_t>> settled_by(uint64_t) override {
    return std::nullopt;
  }
  // Nobody was counted before.
  absl::StatusOr<ledger::Known> look_up(const ledger::SetKey& set,
                                        absl::string_view people) override {
    return ledger::Known{set, people, std::vector<int32_t>(people.size() / 16)};
  }
  absl::StatusOr<ledger::SetState> state(const ledger::SetKey&) override {
    return ledger::SetState();
  }

  absl::Time at;
  absl::Status failure;
  std::map<std::string, ledger::Tally> tallies;
};

class VerdictTest : public testing::Test {
 protected:
  VerdictTest() { SetOpened(2026); }
  void SetOpened(int year) {
    ledger::Tally& tally = view_.tallies[absl::StrCat(kExporter, "/", year)];
    tally.opening_persons = tally.opening_sensitive = 0;
  }

  // Poses the flow at `asked`; makes the verdict at `committed`.
  absl::StatusOr<ledger::Entry> Make(absl::Time asked, absl::Time committed) {
    Asking asking;
    asking.at = asking.now = asked;
    asking.caller = {Role::kExporter, kExporter, "erp"};
    asking.policy = policy::MustCompile(source_);
    asking.flow_bytes = 1 << 20;
    FlowQuestion question;
    const auto wrong = Pose(flow_, asking, "flow", &question);
    EXPECT_FALSE(wrong.has_value()) << wrong->DebugString();
    view_.at = committed;
    auto entry = MakeVerdict(question, view_);
    if (entry.ok()) {
      EXPECT_TRUE(record_.ParseFromString(entry->record));
      // Put together of pieces, the record is the message's bytes.
      EXPECT_EQ(record_.SerializeAsString(), entry->record);
    }
    return entry;
  }
  static absl::Time Midnight(const char* day) {
    return StartOfBeijingDay(*ParseDay(day));
  }

  policy::Source source_ = policy::TestSource();
  v1::Flow flow_ = engine::TestFlow();
  FakeView view_;
  v1::DecisionRecord record_;
};

TEST_F(VerdictTest, ChargesTheYearOfTheCommit) {
  SetOpened(2027);
  const absl::Time midnight = Midnight("2027-01-01");
  const auto entry = Make(midnight - absl::Milliseconds(1), midnight);
  ASSERT_TRUE(entry.ok()) << entry.status();
  ASSERT_EQ(entry->changes.size(), 1u);
  EXPECT_EQ(entry->changes[0].year, 2027);
  EXPECT_EQ(entry->changes[0].people.persons, 500);
  EXPECT_EQ(record_.year(), 2027);
  EXPECT_EQ(record_.verdict().decision().headroom().year(), 2027);
  EXPECT_EQ(record_.verdict().decision().decided_at_micros(),
            absl::ToUnixMicros(midnight));
}

TEST_F(VerdictTest, MidnightInTheQueueMeansTheLawOfTheNewDay) {
  *source_.registry[0].add_filings() =
      policy::TestFiling("SA", v1::FILING_KIND_SECURITY_ASSESSMENT);
  source_.registry[0].mutable_filings(0)->set_expires("2026-11-21");
  flow_.mutable_people()->mutable_declared()->set_persons(200'000);
  const absl::Time midnight = Midnight("2026-11-22");
  ASSERT_TRUE(
      Make(midnight - absl::Seconds(2), midnight - absl::Seconds(1)).ok());
  EXPECT_EQ(record_.verdict().decision().verdict(), v1::VERDICT_ALLOW);
  const auto entry = Make(midnight - absl::Seconds(1), midnight);
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(record_.verdict().decision().verdict(), v1::VERDICT_ASSESS);
  EXPECT_TRUE(entry->changes.empty());
}

// Whatever the clock did meanwhile: `log verify` refuses anything else.
TEST_F(VerdictTest, IsTakenOnTheDayOfItsRecord) {
  const absl::Time midnight = Midnight("2026-11-22");
  for (const absl::Duration asked :
       {absl::Hours(-2400), absl::Hours(-24), -absl::Microseconds(1),
        absl::ZeroDuration(), absl::Hours(23), absl::Hours(24),
        absl::Hours(2400)}) {
    for (const absl::Duration committed :
         {absl::ZeroDuration(), absl::Hours(12),
          absl::Hours(24) - absl::Microseconds(1)}) {
      ASSERT_TRUE(Make(midnight + asked, midnight + committed).ok());
      EXPECT_EQ(BeijingDay(absl::FromUnixMicros(
                    record_.verdict().decision().decided_at_micros())),
                BeijingDay(absl::FromUnixMicros(record_.time_micros())))
          << asked << " " << committed;
    }
  }
}

TEST_F(VerdictTest, TheSameInputsGiveTheSameBytes) {
  const absl::Time at = Midnight("2026-11-21");
  const auto first = Make(at, at + absl::Hours(1));
  const auto second = Make(at, at + absl::Hours(1));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->record, second->record);
  EXPECT_EQ(record_.time_micros(), absl::ToUnixMicros(at + absl::Hours(1)));
  EXPECT_EQ(record_.request_digest(),
            DigestBytes(Sha256(absl::StrCat("tongguan.v1.Flow",
                                            absl::string_view("\0", 1),
                                            flow_.SerializeAsString()))));
}

TEST_F(VerdictTest, ATallyThatCannotBeReadIsAnErrorNotAVerdict) {
  for (const absl::Status& failure :
       {absl::UnavailableError("x"), absl::InternalError("x"),
        absl::DataLossError("x"), absl::NotFoundError("x"),
        absl::DeadlineExceededError("x"), absl::CancelledError("x")}) {
    view_.failure = failure;
    const absl::Time at = Midnight("2026-11-21");
    EXPECT_EQ(Make(at, at).status(), failure);
  }
}

TEST_F(VerdictTest, AnAssessChargesNobody) {
  flow_.mutable_people()->mutable_declared()->set_persons(100'000);
  const absl::Time at = Midnight("2026-11-21");
  const auto entry = Make(at, at);
  ASSERT_TRUE(entry.ok());
  EXPECT_TRUE(entry->changes.empty());
  EXPECT_EQ(entry->index.verdict, v1::VERDICT_ASSESS);
  EXPECT_EQ(entry->index.headline, v1::RULE_SCC_BAND);
}

TEST_F(VerdictTest, ExemptFlowsAreChargedApart) {
  v1::HumanResources* hr = flow_.mutable_purpose()->mutable_human_resources();
  hr->set_necessary(v1::FACT_YES);
  hr->set_labour_rules(v1::FACT_YES);
  hr->set_collective_contract(v1::FACT_YES);
  const absl::Time at = Midnight("2026-11-21");
  const auto entry = Make(at, at);
  ASSERT_TRUE(entry.ok());
  ASSERT_EQ(entry->changes.size(), 1u);
  EXPECT_EQ(entry->changes[0].account, ledger::Account::kExempt);
}

TEST(AccountTest, EveryChargingHasItsAccount) {
  using ledger::Account;
  using ::testing::ElementsAre;
  EXPECT_THAT(AccountsOf(v1::CHARGING_COUNTED), ElementsAre(Account::kCounted));
  EXPECT_THAT(AccountsOf(v1::CHARGING_EXEMPT), ElementsAre(Account::kExempt));
  EXPECT_THAT(AccountsOf(v1::CHARGING_LIST_EXEMPT),
              ElementsAre(Account::kListExempt));
  EXPECT_THAT(AccountsOf(v1::CHARGING_GBA),
              ElementsAre(Account::kCounted, Account::kGba));
  EXPECT_TRUE(AccountsOf(v1::CHARGING_NONE).empty());
  EXPECT_TRUE(AccountsOf(v1::CHARGING_UNSPECIFIED).empty());
}

TEST(ReadVerdictTest, ARecordThatIsNoVerdictIsDataLoss) {
  ledger::Stored stored;
  v1::Decision decision;
  v1::DecisionRecord record;
  record.mutable_opening()->set_exporter(kExporter);
  for (const std::string& bytes :
       {std::string("\xff"), std::string(), record.SerializeAsString()}) {
    stored.record = bytes;
    EXPECT_TRUE(absl::IsDataLoss(ReadVerdict(stored, &decision)));
  }
}

}  // namespace
}  // namespace tongguan::service
